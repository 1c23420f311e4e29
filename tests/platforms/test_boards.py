"""gallery-dl, unmodified, works on the stand-in's 4chan, vichan board and XenForo forum as on real ones."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from tests.platforms import StandIn, faults
from tests.platforms.boards import forum, threads
from tests.platforms.conftest import Gallery

MEMBER = {"forum.test": forum.cookies()}
POSTS: dict[str, Any] = {"filename": "{no}{num:?_//}.{extension}"}  # what gallery-dl calls a board's files


def vichan(number: int) -> str:
    """A thread of a vichan board on a host that gallery-dl doesn't know by name."""
    return f"vichan:{threads.url_vichan(number)}"


def xenforo(number: int) -> str:
    """A thread of a forum on a host that gallery-dl doesn't know by name."""
    return f"xenforo:{forum.url(number)}"


def post_id(number: int, place: int) -> str:
    """The id of a forum thread's post, places from 1."""
    return f"{number}{place:02d}"


@pytest.mark.parametrize(
    ("url", "files"),
    [
        (threads.url_4chan(threads.FOLDING), 5),
        (threads.url_4chan(threads.thread_of(1)), 1),
        (threads.url_4chan(threads.thread_of(30)), 30),
        (threads.url_4chan(threads.CLOSED), 1),
        (vichan(threads.SKETCHES), 4),
        (vichan(threads.thread_of(12)), 12),
    ],
)
def test_thread_costs_one_request_and_its_files(platforms: StandIn, gallery: Gallery, url: str, files: int) -> None:
    """A thread is one JSON answer and each file once, all of them different."""
    run = gallery(url)
    assert (run.code, run.errors, len(run.files)) == (0, [], files)
    assert len(platforms.log) == 1 + files
    assert len({path.read_bytes() for path in run.files.values()}) == files


def test_files_of_4chan_come_from_another_host(platforms: StandIn, gallery: Gallery) -> None:
    """The thread is read on one host and its files on a second, in the order of the posts."""
    run = gallery(threads.url_4chan(threads.FOLDING), **POSTS)
    numbers = [int(Path(name).stem) - threads.FOLDING for name in run.done]
    assert numbers == [0, 2, 3, 5, 6]
    assert [one.host for one in platforms.log] == ["a.4cdn.org", *["i.4cdn.org"] * 5]


def test_post_of_vichan_has_several_files(gallery: Gallery) -> None:
    """Extra files of a post are numbered."""
    run = gallery(vichan(threads.SKETCHES), **POSTS)
    assert list(run.done) == ["500.jpg", "502.png", "502_1.jpg", "502_2.webm"]


@pytest.mark.parametrize(
    "url",
    [threads.url_4chan(threads.PRUNED), vichan(threads.PRUNED_SKETCHES), xenforo(forum.MISSING)],
)
def test_pruned_thread_is_404(platforms: StandIn, gallery: Gallery, url: str) -> None:
    """A thread that is gone ends with exit code 4 after one request."""
    run = gallery(url)
    assert (run.code, len(run.files), len(platforms.log)) == (4, 0, 1)
    assert "404 Not Found" in run.log


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (threads.url_4chan(threads.FOLDING), f"{threads.PO}/{threads.FOLDING}"),
        (vichan(threads.SKETCHES), f"{threads.B}/{threads.SKETCHES}"),
    ],
)
def test_watched_thread_costs_one_request_and_what_is_new(
    platforms: StandIn, gallery: Gallery, tmp_path: Path, url: str, key: str
) -> None:
    """A thread that grew is read again; only the new files are fetched. Then it is pruned."""
    keep = {"archive": str(tmp_path / "seen.sqlite3")}
    gallery(url, **keep)
    platforms.publish(key, 2)
    platforms.reset_log()
    assert len(gallery(url, **keep).done) == 2
    assert len(platforms.log) == 1 + 2
    platforms.remove(key)
    assert gallery(url, **keep).code == 4


def test_lost_and_empty_files_don_t_stop_the_rest(gallery: Gallery) -> None:
    """A missing file and one of zero bytes only are errors, the third arrives."""
    run = gallery(threads.url_4chan(threads.GAPS), **POSTS)
    assert (run.code, list(run.done)) == (4, [f"{threads.GAPS}.jpg"])
    assert "null bytes" in run.log
    assert len(run.errors) == 2


def test_hostile_names_stay_in_the_folder(gallery: Gallery, tmp_path: Path) -> None:
    """Traversal in file names and titles reaches the library, whose files stay where they belong."""
    run = gallery(threads.url_4chan(threads.HOSTILE), directory=["{title}"])
    assert (run.code, len(run.files)) == (0, 3)
    assert all(path.resolve().is_relative_to(tmp_path / "files") for path in run.files.values())


def test_board_of_4chan_is_all_its_threads(platforms: StandIn, gallery: Gallery) -> None:
    """A board costs its list, each thread and the files."""
    run = gallery(f"https://boards.4chan.org/{threads.PO}/")
    assert len(run.files) == 5 + 1 + 3 + 1
    assert len(platforms.seen("a.4cdn.org")) == 1 + 4


def test_board_of_an_unknown_host_gives_nothing_without_a_word(platforms: StandIn, gallery: Gallery) -> None:
    """Behind a prefix gallery-dl reads the list and then knows none of the threads: exit 0, no files, no message."""
    run = gallery(f"vichan:https://board.test/{threads.B}/")
    assert (run.code, run.log, len(run.files), len(platforms.log)) == (0, "", 0, 1)


@pytest.mark.parametrize("url", ["https://a.4cdn.org/po/catalog.json", "https://board.test/b/catalog.json"])
def test_catalog_holds_the_opening_posts(platforms: StandIn, url: str) -> None:
    """The catalog names the threads; a file's checksum is that of its bytes."""
    pages = requests.get(url, timeout=30).json()
    first = pages[0]["threads"][0]
    folder = "https://i.4cdn.org/po" if "4cdn" in url else "https://board.test/b/src"
    body = requests.get(f"{folder}/{first['tim']}{first['ext']}", timeout=30).content
    assert base64.b64encode(hashlib.md5(body).digest()).decode() == first["md5"]
    assert first["fsize"] == len(body)


@pytest.mark.parametrize(
    "url",
    [threads.url_4chan(threads.FOLDING), threads.url_vichan(threads.SKETCHES), forum.url(forum.WALKS)],
)
def test_pages_are_there_for_a_browser(platforms: StandIn, url: str) -> None:
    """A thread has a page with its title, whose own pictures are there too."""
    page = requests.get(url, timeout=30).text
    assert "<h1>" in page
    pictures = [urljoin(url, one) for one in re.findall(r'<img src="([^"]+)"', page)]
    assert all(requests.get(one, timeout=30).headers["Content-Type"].startswith("image/") for one in pictures)


def test_cookies_of_a_file_stay_at_their_host(platforms: StandIn, gallery: Gallery) -> None:
    """Cookies handed over as a cookies.txt go to the board alone, not to the host that a file's redirect leads to."""
    platforms.fault(faults.redirect("https://other.example/clips/one.jpg", host="board.test", path="/b/src/*", times=1))
    gallery(vichan(threads.SKETCHES), {"board.test": {"mark": "of-a-test"}})
    assert all(one.cookies for one in platforms.seen("board.test"))
    assert [one.cookies for one in platforms.seen("other.example")] == [{}]


def test_cookies_of_a_board_don_t_reach_its_file_host(platforms: StandIn, gallery: Gallery) -> None:
    """4chan's own cookies are for 4chan.org: neither the JSON nor the file host gets them."""
    gallery(threads.url_4chan(threads.FOLDING), {".4chan.org": {"pass_id": "of-a-test"}})
    assert platforms.log
    assert not any(one.cookies for one in platforms.log)


def test_cookies_in_the_configuration_go_everywhere(platforms: StandIn, gallery: Gallery) -> None:
    """The library's trap: a board's cookies given as an object are sent to every host."""
    platforms.fault(faults.redirect("https://other.example/clips/one.jpg", host="i.4cdn.org", times=1))
    gallery(threads.url_4chan(threads.FOLDING), **{"cookies": {}, "4chan": {"cookies": {"pass_id": "of-a-test"}}})
    assert {one.host for one in platforms.log if one.cookies} == {"a.4cdn.org", "i.4cdn.org", "other.example"}


def test_rate_limit_of_a_file_host_is_an_error(platforms: StandIn, gallery: Gallery) -> None:
    """429 on a file leaves that file out; the others come."""
    platforms.fault(faults.status(429, host="i.4cdn.org", skip=1, times=1))
    run = gallery(threads.url_4chan(threads.FOLDING))
    assert (run.code, len(run.files)) == (4, 4)


def test_cut_file_is_resumed(platforms: StandIn, gallery: Gallery) -> None:
    """A file that was cut is gone on with by Range."""
    platforms.fault(faults.cut(1000, host="i.4cdn.org", times=1))
    run = gallery(threads.url_4chan(threads.thread_of(1)), retries=1)
    assert run.code == 0
    assert [one.status for one in platforms.seen("i.4cdn.org")] == [200, 206]


def test_forum_thread_is_read_from_its_end(platforms: StandIn, gallery: Gallery) -> None:
    """gallery-dl asks for page 9999, is led to the last page, and goes backwards: newest post first."""
    run = gallery(xenforo(forum.pages_of(3)), filename="{post[id]}.{extension}")
    number = forum.pages_of(3)
    assert list(run.done) == [f"{post_id(number, place)}.jpg" for place in range(15, 0, -1)]
    paths = [one.target.removeprefix(f"/threads/garden-walks.{number}/") for one in platforms.seen(path="/threads/*")]
    assert paths == ["page-9999", "page-3", "page-2", ""]


def test_forum_thread_can_be_read_forwards(platforms: StandIn, gallery: Gallery) -> None:
    """In ascending order each page costs one request."""
    run = gallery(xenforo(forum.pages_of(3)), filename="{post[id]}.{extension}", **{"order-posts": "asc"})
    assert run.done[0] == f"{post_id(forum.pages_of(3), 1)}.jpg"
    assert len(platforms.seen(path="/threads/*")) == 3


def test_forum_posts_give_attached_embedded_linked_and_foreign_files(platforms: StandIn, gallery: Gallery) -> None:
    """Pictures below and within posts, an uploaded clip, and what is on another host; a quoted one only once."""
    run = gallery(xenforo(forum.WALKS), MEMBER, filename="{filename}.{extension}")
    assert (run.code, run.errors) == (0, [])
    assert set(run.files) == {
        "gate.jpg",
        "rose.jpg",
        "leaf.png",
        "pond.jpg",
        "heron.jpg",
        "3106-bees.mp4",
        "exit.jpg",
    }
    elsewhere = platforms.seen("files.test")
    assert [one.target for one in elsewhere] == ["/pictures/pond.jpg", "/linked/heron.jpg"]
    assert not any(one.cookies for one in elsewhere)


def test_forum_thread_names_title_section_and_author(gallery: Gallery, tmp_path: Path) -> None:
    """The thread's own facts are found where gallery-dl looks for them."""
    named = ["{thread[section]}", "{thread[title]}", "{thread[author]}", "{thread[id]}", "{thread[posts]}"]
    gallery(xenforo(forum.pages_of(1)), directory=named, filename="{post[author]} {post[date]:%Y-%m-%d}.{extension}")
    folder = tmp_path / "files" / "Walks" / "A long walk" / "Rose" / str(forum.pages_of(1)) / "5"
    assert {one.name for one in folder.iterdir()} == {"Rose 2026-05-05.jpg"}


@pytest.mark.parametrize(("number", "code"), [(forum.MEMBERS_ONLY, 20), (forum.FILES_FOR_MEMBERS, 16)])
def test_members_only_needs_the_session_that_holds_now(
    platforms: StandIn, gallery: Gallery, number: int, code: int
) -> None:
    """A thread or its files for members: without a session, or with one that expired, gallery-dl says so."""
    runs = [gallery(xenforo(number))]
    platforms.expire(forum.MEMBER)
    runs.append(gallery(xenforo(number), MEMBER))
    assert [(run.code, len(run.files), "AuthRequired" in run.log) for run in runs] == [(code, 0, True)] * 2
    run = gallery(xenforo(number), {"forum.test": forum.cookies(platforms.renew(forum.MEMBER))})
    assert (run.code, len(run.files)) == (0, 1)


def test_login_page_gives_the_session(platforms: StandIn) -> None:
    """A browser that opens the login page has the member's cookies afterwards."""
    with requests.Session() as browser:
        browser.get(f"{forum.ROOT}/login/", timeout=30)
        assert dict(browser.cookies) == forum.cookies()


def test_forum_thread_grows(platforms: StandIn, gallery: Gallery, tmp_path: Path) -> None:
    """New posts land on the last page; only their files are fetched."""
    keep = {"archive": str(tmp_path / "seen.sqlite3")}
    gallery(xenforo(forum.pages_of(1)), **keep)
    platforms.publish(f"forum/{forum.pages_of(1)}")
    again = gallery(xenforo(forum.pages_of(1)), **keep)
    assert (len(again.done), len(again.skipped)) == (1, 5)


def test_hostile_forum_names_stay_in_the_folder(gallery: Gallery, tmp_path: Path) -> None:
    """Traversal and markup in titles and file names stay in the folder."""
    run = gallery(xenforo(forum.HOSTILE), directory=["{thread[title]}", "{post[author]}"])
    assert (run.code, len(run.files)) == (0, 2)
    assert all(path.resolve().is_relative_to(tmp_path / "files") for path in run.files.values())
