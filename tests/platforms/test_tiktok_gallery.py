"""gallery-dl, unmodified, works on the stand-in's TikTok as it does on the real one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.platforms import StandIn, faults, tiktok
from tests.platforms.conftest import Gallery

SESSION = {".tiktok.com": tiktok.WATCHER.cookies()}
NAMES: dict[str, Any] = {"filename": "{id}_{num}.{extension}"}  # what gallery-dl calls the files


def video(post_id: str) -> str:
    """The URL of a post in the form that both libraries take for every kind."""
    return f"https://www.tiktok.com/@{tiktok.DANCER}/video/{post_id}"


def photo(post_id: str) -> str:
    """The URL that a browser shows for a photo post."""
    return f"https://www.tiktok.com/@{tiktok.DANCER}/photo/{post_id}"


def profile(handle: str) -> str:
    """The URL of a user."""
    return f"https://www.tiktok.com/@{handle}"


@pytest.mark.parametrize("url", [photo(tiktok.PHOTOS), video(tiktok.PHOTOS)])
def test_photo_post_is_its_pictures_in_order_and_its_music(platforms: StandIn, gallery: Gallery, url: str) -> None:
    """gallery-dl fetches one page, the pictures and the music, in either form of URL."""
    run = gallery(url, **NAMES)
    names = [f"{tiktok.PHOTOS}_{end}" for end in ("1.jpg", "2.jpg", "3.jpg", "0.mp3")]
    assert (run.code, list(run.done), run.errors) == (0, names, [])
    assert len(platforms.log) == 1 + 3 + 1
    assert len({path.read_bytes() for path in run.files.values()}) == 4


@pytest.mark.parametrize(("post_id", "files"), [(tiktok.ONE_PHOTO, 2), (tiktok.SILENT_PHOTOS, 2), (tiktok.VIDEO, 1)])
def test_post_has_as_many_files_as_it_holds(gallery: Gallery, post_id: str, files: int) -> None:
    """A single picture with music, pictures without, and a video."""
    assert len(gallery(video(post_id)).files) == files


def test_user_costs_a_page_for_each_post(platforms: StandIn, gallery: Gallery) -> None:
    """gallery-dl asks for the user, its list, every post's page, and the files with the user's picture."""
    run = gallery(profile(tiktok.user_of(20)))
    photos = 20 // 3
    assert len(run.files) == (20 - photos) + photos * 3 + 1
    assert len(platforms.log) == 1 + 2 + 20 + len(run.files)


def test_second_run_fetches_only_what_is_new(platforms: StandIn, gallery: Gallery, tmp_path: Path) -> None:
    """With an archive of its own gallery-dl asks for the pages again, and for new files only."""
    keep = {**NAMES, "archive": str(tmp_path / "seen.sqlite3")}
    gallery(profile(tiktok.LOCKED), SESSION, **keep)
    platforms.publish(tiktok.LOCKED)
    again = gallery(profile(tiktok.LOCKED), SESSION, **keep)
    assert list(again.done) == [f"{tiktok.published_ids(tiktok.LOCKED, platforms.changes)[0]}_0.mp4"]
    assert len(again.skipped) == 5


@pytest.mark.parametrize(
    ("post_id", "level", "words"),
    [
        (tiktok.REMOVED, "error", "Requested post not available"),
        (tiktok.PRIVATE, "error", "unknown error code 10216"),
        (tiktok.LOCKED_VIDEO, "error", "Login required to access this post"),
        (tiktok.REGION, "error", "Region locked"),
        (tiktok.CLASSIFIED, "info", "Skipping post"),
        (tiktok.LOGIN_WALL, "error", "HTTP redirect to login page"),
        (tiktok.WITHOUT_DATA, "error", "JSONDecodeError"),
        (tiktok.UNKNOWN_STATUS, "error", "unknown error code 10101"),
    ],
)
def test_refused_post_is_said_in_the_log_and_exits_0(gallery: Gallery, post_id: str, level: str, words: str) -> None:
    """A refused post is no failure to gallery-dl: nothing arrives, and only the log says why."""
    run = gallery(video(post_id))
    assert (run.code, len(run.files)) == (0, 0)
    assert any(line.startswith(f"{level}|") and words in line for line in run.log.splitlines())


@pytest.mark.parametrize(
    ("handle", "code", "words"),
    [
        (tiktok.LOCKED, 4, "Login required to access this profile"),
        (tiktok.NOBODY, 4, "User account could not be found"),
        (tiktok.LOGIN_USER, 16, "HTTP redirect to login page"),
        (tiktok.EMPTY_USER, 0, "Could not extract any posts"),
        (tiktok.STUCK_USER, 0, "keeps sending the same page"),
    ],
)
def test_refused_user_is_said_in_the_log(gallery: Gallery, handle: str, code: int, words: str) -> None:
    """A user that can't be listed, as gallery-dl words it."""
    run = gallery(profile(handle))
    assert run.code == code
    assert words in run.log


def test_session_reaches_every_part_of_a_user_and_no_picture_host(platforms: StandIn, gallery: Gallery) -> None:
    """The user's picture and posts are two extractors: both have the session, and the picture host never sees it."""
    run = gallery(profile(tiktok.LOCKED), SESSION)
    assert (run.code, len(run.files)) == (0, 1 + 1 + 3)
    assert not tiktok.sent_astray(platforms.log)
    assert all(one.cookies.get("sessionid") for one in platforms.seen("*.tiktok.com"))
    assert platforms.seen(tiktok.IMAGE_HOST)
    assert not any(one.cookies for one in platforms.seen(tiktok.IMAGE_HOST))


def test_wall_is_solved_for_user_and_post(gallery: Gallery) -> None:
    """gallery-dl solves the wall before a user too, which yt-dlp doesn't."""
    assert f"{tiktok.WALLED}_0.mp4" in gallery(profile(tiktok.WALLED_USER), **NAMES).files


@pytest.mark.parametrize(("code", "exit_code", "files"), [(tiktok.SHORT_PHOTOS, 0, 4), (tiktok.SHORT_DEAD, 4, 0)])
def test_short_link_leads_to_the_post_or_nowhere(gallery: Gallery, code: str, exit_code: int, files: int) -> None:
    """A short link of a photo post is followed; one that leads to the start page is not found."""
    run = gallery(f"https://vm.tiktok.com/{code}/")
    assert (run.code, len(run.files)) == (exit_code, files)


def test_rate_limit_of_the_list_leaves_no_posts(platforms: StandIn, gallery: Gallery) -> None:
    """429 on the list is an error in the log; the exit code doesn't show it."""
    platforms.fault(faults.status(429, path="/api/creator/item_list/*"))
    run = gallery(profile(tiktok.DANCER) + "/posts")
    assert not run.files
    assert "failed to retrieve creator/item_list page 1" in run.log


@pytest.mark.parametrize(
    ("part", "handle", "posts", "pages"),
    [
        ("saved", tiktok.WATCHING, tiktok.SAVED, 3),
        ("liked", tiktok.DANCER, tiktok.LIKED[tiktok.DANCER], 2),
        ("reposts", tiktok.DANCER, tiktok.REPOSTS[tiktok.DANCER], 2),
        ("stories", tiktok.DANCER, tiktok.STORIES[tiktok.DANCER], 1),
    ],
)
def test_other_lists_of_a_profile_arrive_whole(
    platforms: StandIn, gallery: Gallery, part: str, handle: str, posts: tuple[str, ...], pages: int
) -> None:
    """What was saved, liked, reposted or told as a story comes with every page of its list."""
    run = gallery(f"{profile(handle)}/{part}", SESSION, **NAMES)
    assert (run.code, run.errors) == (0, [])
    assert {name.partition("_")[0] for name in run.files} == set(posts)
    assert len(platforms.seen(path="/api/*")) == pages


def test_saved_posts_are_for_the_account_alone(platforms: StandIn, gallery: Gallery) -> None:
    """Anybody else's session, or none, sees no saved post."""
    for cookies in (None, {".tiktok.com": tiktok.SECOND.cookies()}):
        run = gallery(f"{profile(tiktok.WATCHING)}/saved", cookies)
        assert (run.code, len(run.files)) == (0, 0)
        assert "No results" in run.log
