"""What a session is made of is found nowhere: full runs with real sessions, then a search of every byte they left."""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bowerbird.install.processes import stop_processes
from tests.evidence import files_of, files_with
from tests.messages.client import Host, a_capture
from tests.platforms import Entry, instagram, tiktok, youtube
from tests.worker.machine import PATIENCE, Machine, machine, platforms
from tests.worker.signed_in import AGENT, YOUTUBE_CANARY, turns

__all__ = ["machine", "platforms"]

SECRETS = (instagram.ME.secret, tiktok.WATCHER.secret, YOUTUBE_CANARY)
OWN_HOSTS = {
    instagram.ME.secret: ("www.instagram.com", "i.instagram.com"),
    tiktok.WATCHER.secret: (".tiktok.com",),
    YOUTUBE_CANARY: (".youtube.com",),
}
SESSIONS = {
    "www.instagram.com": instagram.ME.cookies(),
    "www.tiktok.com": tiktok.WATCHER.cookies(),
    "www.youtube.com": {"LOGIN_INFO": YOUTUBE_CANARY, "SAPISID": YOUTUBE_CANARY + "2"},
}
# for each scraper something that needs the session
WANTED = (
    f"https://www.instagram.com/{instagram.profile_of(3)}/",
    f"https://www.instagram.com/stories/{instagram.GARDEN}/",
    instagram.collection_url(instagram.OTHER_COLLECTION),
    f"https://www.tiktok.com/@{tiktok.LOCKED}/video/{tiktok.LOCKED_VIDEO}",
    f"https://www.tiktok.com/@{tiktok.LOCKED}/photo/{tiktok.LOCKED_PHOTOS}",
    f"https://www.youtube.com/watch?v={youtube.AGE}",
)


def traces(secret: str) -> set[bytes]:
    """How a secret may look: as it is, and inside of base64, wherever it begins there."""
    inside = {base64.b64encode(b" " * shift + secret.encode())[4:-4] for shift in range(3)}
    return {secret.encode(), *inside}


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_traces_find_a_secret_in_base64(before: str) -> None:
    """Wherever a secret stands in what was encoded, one of its traces is there."""
    encoded = base64.b64encode(f"{before}{SECRETS[0]} and more".encode())
    assert any(trace in encoded for trace in traces(SECRETS[0]))


TRACES = set().union(*map(traces, SECRETS))


def cookie(host: str, name: str, value: str) -> dict[str, Any]:
    """A cookie as a browser's extension gives it."""
    return {
        "name": name, "value": value, "domain": host.removeprefix("www"), "path": "/", "secure": True, "httpOnly": True,
        "sameSite": "no_restriction", "hostOnly": False, "session": False, "storeId": "0",
        "expirationDate": time.time() + 86400 * 300,
    }  # fmt: skip


def sign_in(host: Host, site: str) -> None:
    """Lend the browser's session of a site."""
    cookies = [cookie(site, name, value) for name, value in SESSIONS[site].items()]
    assert host.ask("session", platform_host=site, cookies=cookies, user_agent=AGENT)["ok"]


def surroundings() -> bytes:
    """Arguments and variables of every process that can be looked at."""
    said = []
    for place in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            with contextlib.suppress(OSError):
                said.append((place / name).read_bytes())
    return b"\0".join(said)


@pytest.fixture
def quick(machine: Machine) -> Iterator[Machine]:
    """Without pauses; the worker that the host starts ends with the test."""
    machine.set(instagram_delay_min=0, instagram_delay_max=0)
    try:
        yield machine
    finally:
        stop_processes(machine.settings)


def go_through(machine: Machine) -> bytes:
    """Sign in, save everything, and wait for it; what processes showed meanwhile."""
    seen = b""
    with Host(machine.environment) as host:
        assert host.ask("hello", protocol=1, extension="0.1.0", browser="Firefox 140")["ok"]
        for site in SESSIONS:
            sign_in(host, site)
        captures = [a_capture(url=url) for url in WANTED]
        jobs = [one["job_id"] for one in host.ask("capture", captures=captures)["captures"]]
        until = time.monotonic() + 2 * PATIENCE
        while any(machine.job(one).status != "completed" for one in jobs):
            assert time.monotonic() < until, [machine.job(one) for one in jobs]
            seen += surroundings()
            time.sleep(0.05)
    stop_processes(machine.settings)
    return seen


def carries(entry: Entry, secret: str) -> bool:
    """Whether a request has anything of it, anywhere."""
    said = f"{entry.target}{dict(entry.cookies)}{entry.authorization}{entry.body}{entry.user_agent}".encode()
    return any(trace in said for trace in traces(secret))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_session_is_found_nowhere(quick: Machine, tmp_path: Path) -> None:
    """Not in the archive, its journal, media, logs or the vault; in no argument, no variable, and at no other host."""
    seen = go_through(quick)
    assert {scraper for scraper, account, code in turns(quick) if account and not code} == {
        "instaloader",
        "gallery_dl",
        "yt_dlp",
    }
    assert [trace for trace in TRACES if trace in seen] == []
    assert {"archive.db", "vault.db", "scrapers.log"} <= {path.name for path in files_of(tmp_path)}
    assert [(trace, found) for trace in TRACES if (found := files_with(trace, tmp_path))] == []
    for secret, hosts in OWN_HOSTS.items():
        at = {entry.host for entry in quick.platforms.log if carries(entry, secret)}
        # it went to its own site, or this test would show nothing
        assert at
        assert [host for host in at if not f".{host}".endswith(hosts)] == []
