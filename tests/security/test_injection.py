"""Words of others as options, commands or a library's own language: none is taken for more than an address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from bowerbird.scraping import Failed
from bowerbird.settings import Settings
from tests.messages.client import a_capture
from tests.platforms import StandIn, instagram
from tests.platforms import web as sites
from tests.scrapers.conftest import (
    Child,
    Scrape,
    platforms,
    scrape,
    settings,
    stand_in,
    start_child,
    warm_child,
    web,
)
from tests.scrapers.instagram.conftest import lent, target
from tests.security.fuzz import own_host

__all__ = ["platforms", "scrape", "settings", "stand_in", "start_child", "warm_child"]

# options of programs, prefixes of libraries, and schemes that are none of the web
WORDS = (
    "-h", "--exec=touch TRACE", "--exec touch TRACE", "-o", "--config=/etc/passwd", "--config-locations=/tmp", "-",
    "--", "--ppa=x", "-Jexec=1", "@/etc/passwd", "file:///etc/passwd", "r:file:///etc/passwd", "ytsearch:cats",
    "ytsearchall:x", "ytdl:https://a.example/", "recursive:https://a.example/", "generic:https://a.example/",
    "oauth:pinterest", "noop", "test:", "tests:*", "cache:clear", ":ytfav", ":ythis", "data:text/html,x",
    "javascript:alert(1)", "ftp://a.example/", "concat:/etc/passwd", "pipe:0", "rtmp://a.example/x", "$(touch TRACE)",
    "`touch TRACE`", "|touch TRACE", ";touch TRACE", "https:///a", "https://", "http:a.example",
    "\n--exec=touch TRACE", "https://a.example/\n--exec=touch TRACE",
)  # fmt: skip
SCRAPERS = ("yt_dlp", "files", "gallery_dl", "instaloader")


@pytest.mark.parametrize("scraper", SCRAPERS)
def test_no_child_takes_words_for_options(scraper: str, scrape: Scrape, platforms: StandIn, tmp_path: Path) -> None:
    """Whatever stands where an address should be, past the host's own check: refused, nothing asked, nothing run."""
    trace = tmp_path / "trace"
    for word in WORDS:
        # a line break is gone before an address gets here, and would be part of one
        if "\n" in word:
            continue
        events = scrape(web(word.replace("TRACE", str(trace))), scraper)
        assert events.one(Failed).code in ("not_supported", "bad_request", "unsafe_file"), (word, events)
    assert not trace.exists()
    assert platforms.log == []


def test_the_host_keeps_no_such_capture(tmp_path: Path) -> None:
    """A capture whose address is an option, a prefix or a command is rejected, and leaves no job."""
    with own_host(tmp_path) as host:
        captures = [a_capture(url=word) for word in WORDS]
        receipts = host.ask("capture", captures=captures)["captures"]
        kept = [word for word, one in zip(WORDS, receipts, strict=True) if one["status"] != "rejected"]
        # of a line break an address is cleaned, as browsers do it; it stays one address of the web
        assert [word for word in kept if not word.startswith("https://a.example/\n")] == []
        asked = [job["url"] for job in host.ask("jobs")["jobs"]]
        assert all(url.startswith("https://a.example/") and "\n" not in url for url in asked)


@pytest.mark.parametrize("word", ["-h", "--exec=id", "--config=/etc/passwd"])
def test_the_command_line_saves_no_option(tmp_path: Path, word: str) -> None:
    """`bowerbird save -- --exec=id` names what is no address, and starts nothing."""
    environment = {
        "PATH": os.environ["PATH"], "BOWERBIRD_HOME": str(tmp_path / "home"),
        "BOWERBIRD_ARCHIVE": str(tmp_path / "archive"),
    }  # fmt: skip
    said = subprocess.run(
        [sys.executable, "-m", "bowerbird.cli", "save", "--", word],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert said.returncode != 0
    assert "uid=" not in said.stdout + said.stderr


GALLERY = '{"extractor": {"directlink": {"postprocessors": [{"name": "exec", "command": "touch TRACE"}]}}}'
PLANTED = {
    "yt-dlp/config": "--exec 'touch TRACE'\n--write-info-json\n",
    "yt-dlp.conf": "--exec 'touch TRACE'\n",
    "yt-dlp/plugins/evil/yt_dlp_plugins/extractor/evil.py": "open('TRACE', 'w')\n",
    "yt_dlp_plugins/extractor/evil.py": "open('TRACE', 'w')\n",
    "gallery-dl/config.json": GALLERY,
    "gallery-dl.conf": GALLERY,
    "instaloader/session-garden.me": "open('TRACE', 'w')",
    "instaloaderrc": "--login=x",
    "netrc": "default login thief password c4n4ry-netrc\n",
    "python/sitecustomize.py": "open('TRACE', 'w')\n",
    "sitecustomize.py": "open('TRACE', 'w')\n",
    "usercustomize.py": "open('TRACE', 'w')\n",
}


def plant(home: Path, trace: Path) -> None:
    """Everything that a library might look for, in each place where it might look."""
    places = (
        home,
        home / "config",
        home / ".config",
        home / "scrapers",
        home / "scrapers/config",
        home / "scrapers/.config",
    )
    for place in places:
        for name, content in PLANTED.items():
            for path in (place / name, place / f".{name}"):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content.replace("TRACE", str(trace)))
                path.chmod(0o600)


def test_nothing_of_a_persons_configuration_is_read(
    settings: Settings, start_child: Callable[..., Child], scrape: Scrape, platforms: StandIn, tmp_path: Path
) -> None:
    """No file of settings, plugin, password or start-up code has an effect, in whichever home it lies."""
    trace, home = tmp_path / "trace", tmp_path / "home"
    plant(home, trace)
    wanted = {
        "yt_dlp": (web(sites.ONE_MP4), None),
        "files": (web(sites.ONE_MP4, "file"), None),
        "gallery_dl": (web(f"{sites.MEDIA}/clips/one.jpg"), None),
        "instaloader": (target(f"p/{instagram.PHOTO}/"), lent()),
    }
    for scraper, (where, session) in wanted.items():
        child = start_child(scraper, home=home)
        work = msgspec.structs.replace(scrape.assignment(where, session=session), folder=str(tmp_path / scraper))
        events = child.run(work)
        assert events.finished, (scraper, events)
    assert not trace.exists()
    assert [one for one in platforms.log if one.authorization.startswith("Basic")] == []
    assert not list(tmp_path.rglob("*.info.json"))
