"""The site whose archive is damaged, exchanged or gone says so, and works again by itself."""

from __future__ import annotations

import contextlib
import gc
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bowerbird.pages import patience
from tests.messages import test_archive_troubles as troubles
from tests.new_archive import make_archive
from tests.pages.sites import RunningSite, running, settings_in

PAGES = ("/", "/history", "/browse", "/search?q=x", "/archive/items.json", "/archive/items", "/media/web/x/y.jpg")
Trouble = Callable[[Path], contextlib.AbstractContextManager[None]]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    """A site of an empty archive."""
    settings = settings_in(tmp_path)
    make_archive(settings.database)
    with running(settings, {}) as site:
        yield site


# Datasette lets questions lie that it has not asked yet when one before them failed.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]


@pytest.fixture(autouse=True)
def nothing_lies_on() -> Iterator[None]:
    """What Datasette let lie is gone before another test could be blamed for it."""
    yield
    gc.collect()


@contextlib.contextmanager
def truncated(database: Path) -> Iterator[None]:
    """An archive of which all but the first page is missing: what needs only what is left may well be shown."""
    whole = troubles._at_rest(database)
    database.write_bytes(whole[:4096])
    yield
    database.write_bytes(whole)


@contextlib.contextmanager
def damaged(database: Path) -> Iterator[None]:
    """An archive whose pages are overwritten, by somebody who puts the whole one back as a new file."""
    whole = troubles._at_rest(database)
    database.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    yield
    new = database.with_name("new.db")
    new.write_bytes(whole)
    new.replace(database)


TROUBLES: tuple[Trouble, ...] = (
    truncated, troubles.empty, troubles.rubbish, troubles.foreign, troubles.newer, troubles.moved_away,
)  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_what_cannot_be_read_is_said_and_then_is_well_again(site: RunningSite, trouble: Trouble) -> None:
    """Promise 2: every page says 503 and what to do while the archive is no archive, and shows it when it is again."""
    with site.person() as person:
        before = [person.get(path).status_code for path in PAGES]
        with trouble(site.settings.database):
            answers = [person.get(path) for path in PAGES]
        after = [person.get(path).status_code for path in PAGES]
    assert {answer.status_code for answer in answers} == {503}, [answer.status_code for answer in answers]
    assert all(str(site.settings.archive) not in answer.text for answer in answers)
    assert all("archive" in answer.text for answer in answers)
    assert before == after == [200, 200, 200, 200, 200, 200, 404]


def test_a_lock_that_lasts_is_said(site: RunningSite) -> None:
    """Promise 2: while another program holds the archive to itself a capture is refused with 503, then is taken."""
    with site.person() as person:
        with troubles.locked(site.settings.database):
            refused = person.post("/download", data={"url": "https://www.youtube.com/watch?v=jNQXAC9IVRw"})
        taken = person.post("/download", data={"url": "https://www.youtube.com/watch?v=jNQXAC9IVRw"})
    assert (refused.status_code, taken.status_code) == (503, 303)


def test_damage_beneath_an_open_archive_is_no_riddle(site: RunningSite) -> None:
    """Promise 2: pages that are still in memory are shown, for the others it is 503; the exchanged file serves all."""
    with site.person() as person:
        before = [person.get(path).status_code for path in PAGES]
        with damaged(site.settings.database):
            during = [person.get(path).status_code for path in PAGES]
        after = [person.get(path).status_code for path in PAGES]
    assert 503 in during
    assert all(status in (503, was) for status, was in zip(during, before, strict=True))
    assert after == before


HEADS = (b"", b"GET / HTTP/1.1\r\nHost: 127", b"GET /alive HTTP/1.1\r\nHost: x\r\n\r\n|GET /al")


@pytest.mark.parametrize("said", HEADS, ids=("nothing", "the first", "the second"))
def test_a_head_that_never_ends_is_cut_off(site: RunningSite, monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    """Promise 5: whoever begins a request and does not end it loses the connection, and others are served meanwhile."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", 2.0)
    with socket.create_connection(("127.0.0.1", site.settings.port), timeout=30) as dawdler, site.person() as person:
        whole, _, begun = said.rpartition(b"|")
        if whole:
            dawdler.sendall(whole)
            assert dawdler.recv(4096)
        dawdler.sendall(begun)
        assert person.get("/").status_code == 200
        while dawdler.recv(4096):
            pass
        assert person.get("/").status_code == 200


def test_a_head_without_measure_is_cut_off(site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever says more in a head than any browser does loses the connection at once; a long one is still read."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", 600.0)
    long, endless = b"/" + b"a" * 30_000, b"/" + b"a" * 300_000
    with socket.create_connection(("127.0.0.1", site.settings.port), timeout=30) as talker, site.person() as person:
        talker.sendall(b"GET " + long + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert talker.recv(4096).startswith(b"HTTP/1.1 400")
        with contextlib.suppress(ConnectionError):
            talker.sendall(b"GET " + endless)
            while talker.recv(4096):
                pass
        assert person.get("/").status_code == 200
