"""Faults, and what is promised all the same.

The promises are those of ARCHITECTURE.md, numbered as here:

1 acknowledged is kept · 2 done once or told why not, no half file · 5 a scraper takes only its attempt with it ·
6 no request before its time · 7 a closed browser stops nothing · 8 nothing grows with the archive.

| fault | test |
|---|---|
| kill -9 of host, worker, child, site | test_matrix, test_kills, archive/test_stops; `python -m tests.faults` |
| power loss | test_power; of media: archive/test_stops |
| disk full, files that may not grow | test_archive, test_database, messages/test_archive_troubles |
| read-only archive or home | test_archive, messages/test_archive_troubles |
| locked, corrupt, truncated, empty, foreign, newer, without log | test_archive, test_database, test_site, messages/… |
| a reader that stays, backup, VACUUM | test_database |
| clock jumps, sleep | test_worker |
| network drops, cuts, drips, hangs, lies, circles | test_network |
| two browsers, many workers | test_worker, messages/test_captures |
| a library that prints, forks, exits, hangs, ignores signals | test_libraries |
| a browser that closes | worker/test_life, messages/test_captures |
| heads of requests that never end | test_site |
"""
