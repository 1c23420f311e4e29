"""Where a session goes, and what the program may reach: both end at the platform's own hosts."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bowerbird.model import Target
from bowerbird.scrapers.environment import Surroundings
from bowerbird.scrapers.gallery.configuration import Wish, configuration
from bowerbird.scraping import Assignment, ItemFound, Operation
from bowerbird.targets import identify
from tests.platforms import StandIn, faults, instagram
from tests.platforms.boards import forum, threads
from tests.platforms.instagram import files as cdn
from tests.platforms.instagram import refusals
from tests.scrapers.conftest import StartChild, group_is_gone, web
from tests.scrapers.gallery.conftest import ME, GalleryScrapes, collection
from tests.scrapers.instagram.conftest import AGENT, SITE
from tests.scrapers.instagram.test_secrecy import everything_below

SECRETS = [value.encode() for name, value in instagram.ME.cookies().items() if name != "ds_user_id"]


def test_session_is_in_no_file_and_no_log(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """After work and refusals no file and no line of stderr holds a part of the session."""
    for path in (collection(instagram.COLLECTION), f"{instagram.GARDEN}/"):
        assert scrape.instagram(path, max_items=3).finished
    for state in (refusals.EXPIRED, refusals.CHECKPOINT, refusals.WAIT):
        platforms.refuse(instagram.ME.username, state)
        assert scrape.instagram(f"p/{instagram.PHOTO}/").error
    told = everything_below(scrape.folder) + scrape.child.log.read_bytes()
    assert not [one for one in SECRETS if one in told]


def test_session_is_in_no_argument_and_no_environment(
    start_child: StartChild, platforms: StandIn, tmp_path: Path
) -> None:
    """While the program works, its arguments and its environment hold nothing of the session."""
    platforms.fault(faults.slow(200, host=cdn.CDN))
    child = start_child("gallery_dl")
    target = identify(f"{SITE}/p/{instagram.PHOTO}/")
    child.send(Assignment(job_id="job", target=target, folder=str(tmp_path / "partial"), session=ME))
    next(event for event in child.events() if isinstance(event, Operation))
    programs = wait_for_program(child.process.pid)
    told = b"".join((Path("/proc") / one / part).read_bytes() for one in programs for part in ("cmdline", "environ"))
    assert b"gallery_dl" in told
    assert not [one for one in SECRETS if one in told]


def wait_for_program(group: int) -> list[str]:
    """The processes of a group, once the program is among them."""
    import time

    for _ in range(500):
        found = [one.name for one in Path("/proc").iterdir() if one.name.isdigit() and group_of(int(one.name)) == group]
        if len(found) > 1:
            return found
        time.sleep(0.01)
    raise AssertionError("no program was started")


def group_of(pid: int) -> int:
    """The process group of a process; 0 for one that is gone."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def test_session_goes_to_its_own_host_alone(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """No cookie reaches the CDN; the platform sees the browser's own user agent."""
    scrape.instagram(collection(instagram.COLLECTION))
    assert {one.user_agent for one in platforms.seen("www.instagram.com")} == {AGENT}
    assert any(instagram.carried(one) for one in platforms.log)
    assert not instagram.sent_astray(platforms.log)


def test_redirect_takes_no_session_elsewhere(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """Where the platform sends to another host, no cookie goes there."""
    platforms.fault(faults.redirect("https://other.example/clips/one.jpg", host="www.instagram.com"))
    assert scrape.instagram(f"p/{instagram.PHOTO}/").error
    assert not any(one.cookies for one in platforms.seen("other.example"))


@pytest.mark.parametrize("cookies", ["", "# Netscape HTTP Cookie File\nno cookies at all\n"])
def test_broken_session_is_never_a_visit(scrape: GalleryScrapes, platforms: StandIn, cookies: str) -> None:
    """Cookies that hold no sign-in end the attempt before anything is asked: gallery-dl would go on as a visitor."""
    from msgspec.structs import replace

    assert scrape.instagram(f"p/{instagram.PHOTO}/", session=replace(ME, cookies=cookies)).error == "session_expired"
    assert not platforms.log


def test_private_address_is_not_asked(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """A thread in the own network is refused before the program starts."""
    events = scrape(web("http://192.168.1.1/b/res/500.html"))
    assert events.error == "not_supported"
    assert not platforms.log


def test_file_in_the_own_network_is_not_fetched(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """The guard is in place within the program: a redirect into the own network ends there."""
    platforms.fault(faults.redirect("http://192.168.1.1/secret.jpg", host="i.4cdn.org"))
    assert scrape(threads.url_4chan(threads.thread_of(1))).error
    assert not platforms.seen("192.168.1.1")


def test_page_can_not_speak_for_the_program(scrape: GalleryScrapes) -> None:
    """Names and words full of markup and line ends make neither a file nor a message of their own."""
    events = scrape(threads.url_4chan(threads.HOSTILE))
    assert events.finished, events
    assert events.one(ItemFound).kind == "thread"
    assert all(path.resolve().is_relative_to(scrape.last_folder) for path in scrape.last_folder.rglob("*"))


def test_hostile_forum_stays_in_its_folder(scrape: GalleryScrapes) -> None:
    """Traversal in the names of a forum's files leads nowhere."""
    events = scrape(web(forum.url(forum.HOSTILE)))
    assert events.finished, events
    assert not [one for one in scrape.folder.parent.rglob("passwd*") if not one.is_relative_to(scrape.last_folder)]


def test_killed_child_leaves_no_program(start_child: StartChild, platforms: StandIn, tmp_path: Path) -> None:
    """The program belongs to the child's process group, and ends with it."""
    platforms.fault(faults.hang(host="a.4cdn.org"))
    child = start_child("gallery_dl")
    target = identify(threads.url_4chan(threads.FOLDING))
    child.send(Assignment(job_id="job", target=target, folder=str(tmp_path / "partial")))
    wait_for_program(child.process.pid)
    child.hang_up()
    child.process.wait(10)
    assert group_is_gone(child.process.pid)


def test_attempt_goes_on_with_the_files_that_are_there(
    scrape: GalleryScrapes, platforms: StandIn, tmp_path: Path
) -> None:
    """A file that an attempt before this one brought is not fetched again."""
    folder = tmp_path / "kept"
    folder.mkdir()
    url = threads.url_4chan(threads.FOLDING)
    platforms.fault(faults.status(429, host="i.4cdn.org", skip=2))
    assert scrape(url, folder=folder).error == "rate_limited"
    platforms.clear()
    platforms.reset_log()
    assert scrape(url, folder=folder).finished
    assert len(platforms.seen("i.4cdn.org")) == 3


def test_configuration_is_a_table() -> None:
    """Beside pace, session and target it is fixed: nothing of the user's machine, no archive, no prompt, no yt-dlp."""
    target = Target(url="u", platform="web", kind="page", canonical_url="u")
    made = configuration(
        Assignment(job_id="j", target=target, folder="/f"), Wish(), Surroundings(), "mark", "/dev/fd/9"
    )
    extractor = made["extractor"]
    assert {name: extractor[name] for name in ("base-directory", "cookies", "cookies-update", "input", "netrc")} == {
        "base-directory": "/f",
        "cookies": "/dev/fd/9",
        "cookies-update": False,
        "input": False,
        "netrc": False,
    }
    assert (extractor["sleep-429"], extractor["sleep-request"]) == (0, [0.0, 0.0])
    assert (made["cache"], made["downloader"]["ytdl"]) == ({"file": None}, {"enabled": False})
    assert not {"archive", "generic", "username", "password", "postprocessor"} & set(extractor)
    assert json.dumps(made)


def test_no_module_of_the_program_is_imported() -> None:
    """gallery-dl is under the GPL: no file of ours imports it."""
    import bowerbird

    assert bowerbird.__file__
    sources = Path(bowerbird.__file__).parent.rglob("*.py")
    assert not [
        one for one in sources if "import gallery_dl" in one.read_text() or "from gallery_dl" in one.read_text()
    ]
