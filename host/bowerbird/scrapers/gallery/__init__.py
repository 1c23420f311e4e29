"""The scraper on gallery-dl, which is under the GPL: a program of its own that is talked with, never imported.

scraper        an assignment → the events of one item, or of a list
targets        which address, options and way of reading serve which kind of target
configuration  the program's configuration for one run: a table
program        the process: configuration and cookies go in through nameless pipes, lines come out
lines          lines → messages (pure)
pages          what the platform answered, as the program leaves it behind
posts          from messages to whole, checked items
stream         a list whose posts are filed as they come
listing        a list whose members become jobs of their own
describe       metadata → our values (pure)
classify       log, exit code and last answer → job errors (pure)
"""
