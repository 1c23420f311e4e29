"""The stand-in as a proxy: it answers for its hosts, forwards nothing, and remembers what arrived."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.platforms import BROWSER_HOSTS, StandIn, media, web, youtube

ROOT = Path(__file__).parents[2]
WATCH = f"https://www.youtube.com/watch?v={youtube.GARDEN}"


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A stand-in of which anything may be asked."""
    with StandIn() as platforms:
        yield platforms


@pytest.fixture
def client(stand_in: StandIn) -> Iterator[requests.Session]:
    """A client that trusts the CA and nothing of the environment."""
    with requests.Session() as session:
        session.trust_env = False
        session.proxies = {"http": stand_in.url, "https": stand_in.url}
        session.verify = stand_in.ca_file
        yield session


def control(stand_in: StandIn, method: str, path: str, sent: Any = None) -> Any:
    """Call the control path as another process would."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, stand_in.url + path, json=sent).json()


def test_log_tells_what_arrived(stand_in: StandIn, client: requests.Session) -> None:
    """Method, host, target, cookies, authorization, body, status and bytes are kept."""
    client.post(
        "https://www.youtube.com/youtubei/v1/player?x=1",
        json={"videoId": youtube.GARDEN},
        headers={"Authorization": "Bearer canary", "Cookie": "a=1; b=2"},
    )
    (entry,) = stand_in.log
    assert (entry.method, entry.host, entry.target) == ("POST", "www.youtube.com", "/youtubei/v1/player?x=1")
    assert (entry.cookies, entry.authorization) == ({"a": "1", "b": "2"}, "Bearer canary")
    assert json.loads(entry.body) == {"videoId": youtube.GARDEN}
    assert (entry.status, entry.complete, entry.sent > 1000) == (200, True, True)


def test_connection_is_kept_for_several_requests(stand_in: StandIn, client: requests.Session) -> None:
    """Requests of one client go over one connection."""
    for _ in range(3):
        assert client.get(WATCH).ok
    assert len(stand_in.connections) == 1


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "http://elsewhere.example/"])
def test_unknown_host_is_refused_and_flagged(stand_in: StandIn, client: requests.Session, url: str) -> None:
    """What is nobody's host gets 502 and nothing is ever forwarded."""
    if url.startswith("https:"):
        with pytest.raises(requests.exceptions.ProxyError, match="502"):
            client.get(url)
    else:
        assert client.get(url).status_code == 502
    assert [(one.host, one.flag) for one in stand_in.flagged] == [("elsewhere.example", "unknown host")]


def test_expected_strangers_are_not_flagged() -> None:
    """A browser's calls home can be named beforehand; they are refused all the same."""
    with StandIn(unflagged=("*.elsewhere.example",)) as stand_in:
        proxies = {"http": stand_in.url}
        assert requests.get("http://update.elsewhere.example/", proxies=proxies).status_code == 502
        assert not stand_in.flagged


def test_unknown_path_is_404_and_flagged(stand_in: StandIn, client: requests.Session) -> None:
    """A path that a platform doesn't have shows in the log."""
    assert client.get("https://www.youtube.com/no/such/path").status_code == 404
    assert [one.flag for one in stand_in.flagged] == ["unknown path"]


def test_refused_certificate_is_flagged() -> None:
    """A client that doesn't trust the CA leaves the alert in the log: the commonest mistake."""
    import certifi

    with StandIn() as stand_in, requests.Session() as client:
        client.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            client.get(WATCH, proxies={"https": stand_in.url}, verify=certifi.where())
    (entry,) = stand_in.flagged
    assert "UNKNOWN_CA" in entry.flag


def test_plain_http_reaches_the_same_platforms(client: requests.Session, stand_in: StandIn) -> None:
    """A request for http:// in absolute form is answered like its HTTPS twin."""
    assert client.get(web.ONE_MP3.replace("https:", "http:")).content == client.get(web.ONE_MP3).content
    assert [one.target for one in stand_in.log] == ["/clips/one.mp3"] * 2


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [
        ("bytes=0-99", 206, 0, 99),
        ("bytes=100-", 206, 100, None),
        ("bytes=100-99999999", 206, 100, None),
        ("bytes=99999999-", 416, None, None),
        ("lines=1-2", 200, 0, None),
    ],
)
def test_range_is_served(
    client: requests.Session, wanted: str, status: int, first: int | None, last: int | None
) -> None:
    """A part is 206 with Content-Range; a start past the end is 416; what isn't understood is ignored."""
    total = media.size("audio-4.mp3", "/clips/one.mp3")
    answer = client.get(web.ONE_MP3, headers={"Range": wanted})
    assert answer.status_code == status
    if first is None:
        assert answer.headers["Content-Range"] == f"bytes */{total}"
        return
    end = total - 1 if last is None else last
    assert len(answer.content) == end - first + 1
    assert answer.headers.get("Content-Range") == (f"bytes {first}-{end}/{total}" if status == 206 else None)


def test_head_has_the_length_and_no_body(client: requests.Session, stand_in: StandIn) -> None:
    """HEAD tells how long the file is, and the connection goes on."""
    answer = client.head(web.ONE_MP3)
    assert int(answer.headers["Content-Length"]) == media.size("audio-4.mp3", "/clips/one.mp3")
    assert client.get(web.ONE_MP3).ok
    assert [(one.method, one.sent > 0, one.complete) for one in stand_in.log] == [
        ("HEAD", False, True),
        ("GET", True, True),
    ]


def test_control_path_serves_other_processes(stand_in: StandIn, client: requests.Session) -> None:
    """Faults, log and changes can be reached over plain HTTP."""
    assert control(stand_in, "POST", "/faults", {"path": "/watch*", "status": 429, "times": 1}) == {"added": 1}
    assert [client.get(WATCH).status_code for _ in range(2)] == [429, 200]
    assert [one["status"] for one in control(stand_in, "GET", "/log")] == [429, 200]
    assert control(stand_in, "POST", "/publish", {"id": youtube.WALKS, "count": 2}) == {youtube.WALKS: 2}
    control(stand_in, "POST", "/reset")
    assert control(stand_in, "GET", "/log") == []


def test_control_path_explains_mistakes(stand_in: StandIn) -> None:
    """An unknown field or path is an error that says so."""
    assert "staus" in control(stand_in, "POST", "/faults", {"staus": 429})["error"]
    assert "GET /log" in control(stand_in, "GET", "/nothing")["known"]


def test_many_stand_ins_at_once() -> None:
    """Instances share nothing: what one is asked, another doesn't see."""
    with StandIn() as one, StandIn() as other:
        assert one.url != other.url
        proxies = {"http": one.url}
        requests.get("http://media.example/clips/one.jpg", proxies=proxies)
        assert (len(one.log), len(other.log)) == (1, 0)


def test_nothing_is_left_behind() -> None:
    """The keys are gone when the stand-in has stopped."""
    with StandIn() as stand_in:
        folder = Path(stand_in.ca_file).parent
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_runs_by_itself(ending: signal.Signals) -> None:
    """`python -m tests.platforms` prints what a person needs to try it, and ends when it is told to."""
    command = [sys.executable, "-m", "tests.platforms"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("# what arrived"):
                break
        process.send_signal(ending)
        try:
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
    printed = "".join(lines)
    assert "export BOWERBIRD_PROXY=http://127.0.0.1:" in printed
    assert "export BOWERBIRD_CA_BUNDLE=" in printed
    assert f"watch?v={youtube.GARDEN}" in printed


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium here")
def test_browser_shows_the_watch_page(tmp_path: Path) -> None:
    """Chromium, with the CA's key pinned, shows the page with its picture and its link to another video."""
    with StandIn(unflagged=BROWSER_HOSTS) as platforms:
        command = [
            "chromium",
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path}",
            f"--proxy-server={platforms.url}",
            f"--ignore-certificate-errors-spki-list={platforms.ca_key_hash}",
            "--dump-dom",
            WATCH,
        ]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "<title>A walk in the garden - YouTube</title>" in shown
    assert f'href="/watch?v={youtube.SILENT}"' in shown
    assert platforms.seen("i.ytimg.com")
    assert not platforms.flagged
