"""The program itself: who may start it, what it writes, what it imports, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.install.origins import CHROMIUM_ORIGIN, FIREFOX_ID
from bowerbird.settings import Settings
from tests.evidence import files_with
from tests.messages.client import Host, a_capture, framed
from tests.messages.conftest import StartHost

Rows = Callable[..., list[tuple[Any, ...]]]

FOREIGN = {
    "nobody": (),
    "another extension": ("chrome-extension://abcdefghijklmnopabcdefghijklmnop/",),
    "a web page": ("https://bowerbird.org/",),
    "ours, in another place": ("x", CHROMIUM_ORIGIN),
    "ours with more behind": (CHROMIUM_ORIGIN + "evil",),
    "ours without its end": (CHROMIUM_ORIGIN[:-1],),
    "another one for Firefox": ("/manifest.json", "evil@example.com"),
    "ours where Chromium has its origin": (FIREFOX_ID,),
}


@pytest.mark.parametrize("arguments", [pytest.param(given, id=name) for name, given in FOREIGN.items()])
def test_a_foreign_caller_is_told_so_and_nothing_else(
    start_host: StartHost, rows: Rows, arguments: tuple[str, ...]
) -> None:
    """Who is not our extension gets `forbidden_origin`, no answer to what it asks, and an end with 1."""
    host = start_host(arguments)
    refusal = host.read()
    assert refusal is not None
    assert (refusal["id"], refusal["ok"], refusal["error"]["code"]) == (None, False, "forbidden_origin")
    assert host.read() is None
    assert host.process.wait() == 1
    assert rows("SELECT count(*) FROM captures") == [(0,)]


@pytest.mark.parametrize(
    "arguments",
    [
        (CHROMIUM_ORIGIN,),
        (CHROMIUM_ORIGIN, "--parent-window=0"),
        ("/somewhere/org.bowerbird.host.json", FIREFOX_ID),
    ],
    ids=["Chromium", "Chromium on Windows", "Firefox"],
)
def test_our_extension_is_known_as_each_browser_names_it(start_host: StartHost, arguments: tuple[str, ...]) -> None:
    """Chromium gives the origin, Firefox the manifest's path and then the extension's id."""
    assert start_host(arguments).is_alive()


def test_settings_that_cannot_be_read_are_told(environment: dict[str, str]) -> None:
    """A wrong setting is named in one frame, and the host ends with 1."""
    with Host({**environment, "BOWERBIRD_MAX_CONCURRENT": "many"}) as host:
        refusal = host.read()
        assert refusal is not None
        assert refusal["error"]["code"] == "bad_request"
        assert "max_concurrent" in refusal["error"]["message"]
        assert host.read() is None
        assert host.process.wait() == 1


@pytest.mark.parametrize(
    ("config", "changes"),
    [
        (b'archive = "/home/J\xf6rg"', {}),
        (b"\xff\xfea\x00", {}),
        (b"max_items = inf", {}),
        (b"port = inf", {}),
        (b"", {"BOWERBIRD_ARCHIVE": "~nobody-has-this-name/x"}),
        (b"", {"BOWERBIRD_HOME": "~nobody-has-this-name/x"}),
    ],
)
def test_settings_of_any_form_are_told(environment: dict[str, str], config: bytes, changes: dict[str, str]) -> None:
    """A file in another encoding, a number without end, a home that nobody has: one frame, never a silent end."""
    Path(environment["BOWERBIRD_HOME"], "config.toml").write_bytes(config)
    changed = {name: value for name, value in environment.items() if name != "BOWERBIRD_PORT"}
    with Host({**changed, **changes}) as host:
        refusal = host.read()
        assert refusal is not None
        assert refusal["error"]["code"] == "bad_request"


def test_a_folder_in_place_of_the_settings_is_told(environment: dict[str, str]) -> None:
    """Settings that are there and can't be read are never taken for none."""
    Path(environment["BOWERBIRD_HOME"], "config.toml").mkdir()
    with Host(environment) as host:
        refusal = host.read()
        assert refusal is not None
        assert (refusal["error"]["code"], "config.toml" in refusal["error"]["message"]) == ("bad_request", True)


LOUD = """
import os, sys
def shout(*_):
    print("a library says hello", flush=True)
    os.write(1, b"and writes to the file itself\\n")
sys.addaudithook(lambda event, arguments: shout() if event == "sqlite3.connect" else None)
"""


def test_nothing_but_frames_reaches_the_browser(environment: dict[str, str], no_worker: None, tmp_path: Path) -> None:
    """What a library prints, or writes to descriptor 1, goes to the error output."""
    (tmp_path / "sitecustomize.py").write_text(LOUD)
    errors = tmp_path / "errors"
    with Host({**environment, "PYTHONPATH": str(tmp_path)}, errors=errors) as host:
        assert host.ask("capture", captures=[a_capture()])["ok"]
        host.hang_up()
        assert host.read() is None
    assert b"a library says hello" in errors.read_bytes()
    assert b"and writes to the file itself" in errors.read_bytes()


NEVER = ["yt_dlp", "gallery_dl", "instaloader", "sqlite_utils", "datasette", "uvicorn", "rich", "av", "requests",
         "youtube_transcript_api", "cryptography", "filelock", "subprocess", "http.client", "ssl"]  # fmt: skip
ASK_ALL = """
import sys
sys.argv = ["bowerbird-host", {origin!r}]
from bowerbird.messages.host import main
status = main()
sys.stderr.write(" ".join(sys.modules))
sys.exit(status)
"""


def test_the_host_never_imports_what_is_slow_or_scrapes(environment: dict[str, str], no_worker: None) -> None:
    """A host that has answered every kind of request but `open` holds no scraper, no site and no network library."""
    asked: list[dict[str, Any]] = [
        {"type": "hello", "protocol": 1, "extension": "0.1.0", "browser": "x"},
        {"type": "capture", "captures": [a_capture()]},
        {"type": "lookup", "urls": ["https://www.youtube.com/watch?v=jNQXAC9IVRw"]},
        {"type": "identify", "urls": ["https://example.com/"]},
        {"type": "jobs"},
        {"type": "watch", "jobs": True},
    ]
    frames = b"".join(framed(json.dumps({"id": n, **one}).encode()) for n, one in enumerate(asked))
    done = subprocess.run(
        [sys.executable, "-c", ASK_ALL.format(origin=CHROMIUM_ORIGIN)],
        input=frames, env=environment, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.count(b'"ok":true') == len(asked)
    assert set(NEVER).isdisjoint(done.stderr.decode().split())


def test_what_is_private_stays_private_under_a_careless_umask(
    environment: dict[str, str], settings: Settings, no_worker: None, tmp_path: Path
) -> None:
    """Started with umask 0, the host makes nothing that others can read."""
    before = ("sh", "-c", 'umask 0; exec "$@"', "sh")
    settings.database.chmod(0o600)  # SQLite gives its journal the same mode
    with Host(environment, before=before) as host:
        host.ask("capture", captures=[a_capture()])
        host.ask("open", what="dashboard")
    made = [settings.archive / "archive.db-wal", settings.home / "signin.key", *settings.home.rglob("*.log")]
    assert [path.name for path in made if path.exists() and path.stat().st_mode & 0o077] == []
    assert (settings.home / "signin.key").exists()


CANARY = "c4n4ry-5e55ion-v4lue"


def test_a_cookie_in_a_frame_is_in_no_answer_and_no_log(environment: dict[str, str], settings: Settings) -> None:
    """A session that comes before its time, or in a wrong shape, is neither echoed nor written down."""
    cookie = {"name": "sessionid", "value": CANARY, "domain": ".instagram.com"}
    frames = [
        {"id": 1, "type": "session", "platform_host": "instagram.com", "cookies": [cookie], "user_agent": "x"},
        {"id": 2, "type": "hello", "protocol": {"cookie": CANARY}, "extension": 1},
        {"id": 3, "type": "capture", "captures": [{"key": 1, "cookie": cookie}]},
    ]
    with Host(environment) as host:
        for frame in frames:
            host.send(frame)
            assert CANARY not in json.dumps(host.reply())
        command = Path(f"/proc/{host.process.pid}/cmdline")
        assert not command.exists() or CANARY.encode() not in command.read_bytes()
    assert files_with(CANARY.encode(), settings.home, settings.archive) == []


def test_open_starts_the_site_and_gives_a_link_that_works_once(host: Host, settings: Settings) -> None:
    """`open` answers with an address on loopback that signs in; the second visit is refused."""
    import urllib.error
    import urllib.request

    url = host.ask("open", what="dashboard")["url"]
    assert url.startswith(f"http://127.0.0.1:{settings.port}/")

    def visit() -> int:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
        try:
            with opener.open(url, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    assert visit() == 200
    assert visit() >= 400


def test_open_names_only_what_there_is(host: Host) -> None:
    """An item or job that is not in the archive is `not_found`; paths in place of numbers lead nowhere."""
    for ref in ["812", "../../etc/passwd", "1 OR 1=1", "//evil.example"]:
        assert host.ask("open", what="item", ref=ref)["error"]["code"] == "not_found"
        assert host.ask("open", what="job", ref=ref)["error"]["code"] == "not_found"


def test_a_port_that_a_stranger_has_is_told(environment: dict[str, str], settings: Settings, no_worker: None) -> None:
    """`open` says `port_in_use` where another program answers on the site's port."""
    import socket

    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", settings.port))
        stranger.listen()
        with Host(environment) as host:
            reply = host.ask("open", what="dashboard")
            assert reply["error"]["code"] == "port_in_use"
            assert host.is_alive()


def test_the_host_ends_with_its_pipe(host: Host) -> None:
    """When the browser closes the pipe the host ends with 0, also while it watches."""
    host.ask("watch", jobs=True)
    host.hang_up()
    assert host.process.wait() == 0
