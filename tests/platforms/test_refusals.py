"""Each way in which YouTube says no, in the words that the libraries know."""

from __future__ import annotations

import pytest
from yt_dlp.utils import DownloadError

from tests.platforms import StandIn, faults, web, youtube
from tests.platforms.conftest import LEAVES_SOCKETS, Extract, Messages

pytestmark = LEAVES_SOCKETS


@pytest.mark.parametrize(
    ("video_id", "words"),
    [
        (youtube.REMOVED, "This video is unavailable"),
        (youtube.TERMINATED, "account associated with this video has been terminated"),
        (youtube.PRIVATE, "rivate video|This video is private"),
        (youtube.AGE, "Sign in to confirm your age"),
        (youtube.BOT, "Sign in to confirm you\u2019re not a bot"),
        (youtube.CAPTCHA, "requiring a captcha challenge"),
        (youtube.LIMITED, "rate-limited by YouTube"),
        (youtube.GEO, "not made this video available in your country"),
        (youtube.MEMBERS, "available to this channel's members"),
        (youtube.PREMIUM, "Music Premium members"),
        (youtube.COPYRIGHT, "copyright claim"),
        (youtube.UPCOMING, "Premieres in 3 hours"),
        (youtube.NOT_YET_LIVE, "live event will begin"),
        (youtube.SABR, "No video formats found|Requested format is not available"),
        ("never-known", "This video is unavailable"),
    ],
)
def test_refusal_is_worded_as_on_the_platform(extract: Extract, video_id: str, words: str) -> None:
    """yt-dlp reports the platform's own sentence."""
    with pytest.raises(DownloadError, match=words):
        extract(f"https://www.youtube.com/watch?v={video_id}")


def test_country_refusal_has_its_own_error(extract: Extract) -> None:
    """What is blocked by country is a GeoRestrictedError inside."""
    with pytest.raises(DownloadError) as caught:
        extract(f"https://www.youtube.com/watch?v={youtube.GEO}")
    assert type(caught.value.exc_info[1]).__name__ == "GeoRestrictedError"


def test_removed_during_a_run(platforms: StandIn, extract: Extract) -> None:
    """A video that is taken off is gone from then on."""
    url = f"https://www.youtube.com/watch?v={youtube.SILENT}"
    assert extract(url)["title"]
    platforms.remove(youtube.SILENT)
    with pytest.raises(DownloadError, match="unavailable"):
        extract(url)


def test_missing_playlist_says_so(extract: Extract) -> None:
    """The alert of a missing playlist is reported."""
    with pytest.raises(DownloadError, match="The playlist does not exist"):
        extract(f"https://www.youtube.com/playlist?list={youtube.MISSING}")


def test_missing_channel_is_404(extract: Extract) -> None:
    """A channel that never existed answers 404."""
    with pytest.raises(DownloadError) as caught:
        extract(f"https://www.youtube.com/{youtube.MISSING_CHANNEL}")
    assert caught.value.exc_info[1].status == 404


def test_watch_later_wants_a_login(extract: Extract, platforms: StandIn) -> None:
    """Without a login the list leads to the sign-in page."""
    with pytest.raises(DownloadError):
        extract("https://www.youtube.com/playlist?list=WL")
    assert platforms.seen("accounts.google.com")


def test_empty_playlist_is_no_error(extract: Extract) -> None:
    """A playlist without videos has no entries."""
    assert not extract(f"https://www.youtube.com/playlist?list={youtube.EMPTY}")["entries"]


def test_rate_limit_of_the_player_shows_in_the_warnings_only(
    platforms: StandIn, extract: Extract, messages: Messages
) -> None:
    """429 on the player API ends as "no formats", with the status in the warnings."""
    platforms.fault(faults.status(429, path="/youtubei/v1/player*"))
    with pytest.raises(DownloadError, match=r"No video formats found|Failed to extract any player response"):
        extract(f"https://www.youtube.com/watch?v={youtube.GARDEN}")
    assert any("429" in one for one in messages.warnings)


def test_streams_without_url_are_named_in_the_warnings(extract: Extract, messages: Messages) -> None:
    """Streams that only the real player can read give no format, and a warning says why."""
    with pytest.raises(DownloadError):
        extract(f"https://www.youtube.com/watch?v={youtube.SABR}")
    assert any("missing a" in one or "SABR" in one for one in messages.warnings)


def test_rotated_cookies_are_warned_of(platforms: StandIn, extract: Extract, messages: Messages) -> None:
    """When the platform clears the login cookie, yt-dlp says that the cookies are no longer valid."""
    import io

    lines = (f".youtube.com\tTRUE\t/\tTRUE\t1900000000\t{name}\tx\n" for name in ("LOGIN_INFO", "SAPISID"))
    platforms.fault(faults.rotated_cookies())
    extract(
        f"https://www.youtube.com/watch?v={youtube.SILENT}",
        cookiefile=io.StringIO("# Netscape HTTP Cookie File\n" + "".join(lines)),
    )
    assert any("no longer valid" in one for one in messages.warnings)


@pytest.mark.parametrize("url", [web.HTML_AS_MP4, web.EMPTY_PAGE, web.MISSING_MP4])
def test_what_is_no_media_is_refused(extract: Extract, url: str) -> None:
    """A page under a media name, a page without media and a missing file give no download."""
    with pytest.raises(DownloadError):
        extract(url, download=True)
