"""Every situation of the libraries' tables becomes its job error code."""
# ruff: noqa: E501 - one case a line

from __future__ import annotations

import errno

import pytest
from yt_dlp import utils

from bowerbird.errors import JOB_ADVICE
from bowerbird.redact import redact
from bowerbird.scrapers.classify import SAID, STATUSES, TRANSPORT, WARNED, Evidence, classify, evidence_of

NOTHING_FOUND = "[youtube] abc: No video formats found!"
NO_ANSWER = "[youtube] abc: Failed to extract any player response"

CASES: tuple[tuple[str, Evidence], ...] = (
    ("private", Evidence("[youtube] abc: This video is private")),
    ("private", Evidence("[youtube] abc: Private video. Sign in if you've been granted access to this video")),
    ("age_restricted", Evidence("[youtube] abc: Sign in to confirm your age. This video may be inappropriate for some users.")),
    ("blocked", Evidence("[youtube] abc: Sign in to confirm you\u2019re not a bot. Use --cookies-from-browser or --cookies")),
    ("challenge", Evidence("[youtube] abc: YouTube is requiring a captcha challenge before playback")),
    ("rate_limited", Evidence("This content isn't available, try again later. Your account has been rate-limited by YouTube")),
    ("blocked", Evidence("All player responses are invalid. Your IP is likely being blocked by Youtube")),
    ("rate_limited", Evidence(NOTHING_FOUND, ("Unable to download API page: HTTP Error 429: Too Many Requests",), expected=False)),
    ("rate_limited", Evidence(NO_ANSWER, ("HTTP Error 429: Too Many Requests",), expected=False)),
    ("blocked", Evidence(NO_ANSWER, ("HTTP Error 403: Forbidden",), expected=False)),
    ("rate_limited", Evidence("[youtube:tab] x: Unable to download webpage", status=429)),
    ("gone", Evidence("[youtube] abc: Video unavailable. This video has been removed by the uploader")),
    ("gone", Evidence("This video is no longer available because the YouTube account associated has been terminated.")),
    ("gone", Evidence("Video unavailable. This video is no longer available due to a copyright claim by A")),
    ("gone", Evidence("[youtube:tab] PLx: YouTube said: The playlist does not exist.")),
    ("gone", Evidence("[youtube:tab] @x: Unable to download API page", status=404)),
    ("gone", Evidence("[generic] Unable to download webpage", status=410)),
    ("gone", Evidence("Unable to download API page: HTTP Error 404: Not Found")),
    ("rate_limited", Evidence("HTTP Error 404: Not Found", ("webpage: HTTP Error 429: Too Many Requests",), status=404)),
    ("geo_blocked", Evidence("The uploader has not made this video available in your country")),
    ("members_only", Evidence("This video is available to this channel's members on level: Gardener")),
    ("members_only", Evidence("This video is only available to Music Premium members")),
    ("upcoming", Evidence("[youtube] abc: Premieres in 3 hours")),
    ("upcoming", Evidence("[youtube] abc: This live event will begin in 20 minutes.")),
    ("network", Evidence("[generic] Unable to download webpage", status=503)),
    ("network", Evidence("[download] Got error: HTTP Error 503: Service Unavailable")),
    ("network", Evidence("Unable to download webpage: refused", transport="TransportError")),
    ("network", Evidence("Unable to connect to proxy", transport="ProxyError")),
    ("network", Evidence("certificate verify failed", transport="CertificateVerifyError")),
    ("timeout", Evidence("Read timed out. (read timeout=20.0)", transport="TransportError")),
    ("timeout", Evidence(NOTHING_FOUND, ("Read timed out.",), expected=False)),
    ("network", Evidence("[download] Got error: 1024 bytes read, 9000 more expected")),
    ("blocked", Evidence("unable to download video data: HTTP Error 403: Forbidden")),
    ("gone", Evidence("unable to download video data: HTTP Error 404: Not Found")),
    ("rate_limited", Evidence("unable to download video data: HTTP Error 429: Too Many Requests")),
    ("missing_tool", Evidence(NOTHING_FOUND, ("No supported JavaScript runtime could be found.",), expected=False)),
    ("scraper_outdated", Evidence(NOTHING_FOUND, ("n challenge solving failed: Some formats may be missing.",), expected=False)),
    ("scraper_outdated", Evidence(NOTHING_FOUND, ("Signature solving failed",), expected=False)),
    ("scraper_outdated", Evidence(NOTHING_FOUND, ("formats have been skipped as they are missing a URL",), expected=False)),
    ("scraper_outdated", Evidence("[youtube] abc: Failed to parse JSON", expected=False)),
    ("scraper_outdated", Evidence("[vimeo] Unable to extract title", expected=False)),
    ("not_supported", Evidence("[Imgur] abc: abc is not a video or animated image")),
    ("not_supported", Evidence("[twitter] 1: No video could be found in this tweet")),
    ("not_supported", Evidence("[Instagram] abc: There is no video in this post")),
    ("not_supported", Evidence("[patreon] 1: Post does not contain a video or audio track")),
    ("scraper_outdated", Evidence(NOTHING_FOUND, expected=False)),
    ("not_supported", Evidence("Requested format is not available. Use --list-formats for a list of available formats")),
    ("missing_tool", Evidence("You have requested merging of multiple formats but ffmpeg is not installed. Aborting")),
    ("disk_full", Evidence("unable to write data: [Errno 28] No space left on device")),
    ("disk_full", Evidence("UnavailableVideoError", number=errno.ENOSPC)),
    ("disk_full", Evidence("Video unavailable", number=errno.EDQUOT)),
    ("too_large", Evidence("unable to write data", number=errno.EFBIG)),
    ("gone", Evidence("[TikTok] 1: Your IP address is blocked from accessing this post")),
    ("private", Evidence("[TikTok] 1: You do not have permission to view this post. Log into an account")),
    ("private", Evidence("[tiktok:user] x: This user's account is private")),
    ("gone", Evidence("[tiktok:user] x: Unable to extract secondary user ID")),
    ("login_needed", Evidence("[TikTok] 1: TikTok is requiring login for access to this content")),
    ("age_restricted", Evidence("[TikTok] 1: This post may not be comfortable for some audiences. Log in for access")),
    ("scraper_outdated", Evidence("[TikTok] 1: Video not available, status code 10555")),
    ("geo_blocked", Evidence("[TikTok] 1: Video not available, status code 10231")),
    ("scraper_outdated", Evidence("[TikTok] 1: Unexpected response from webpage request")),
    ("not_supported", Evidence("Unsupported URL: https://pages.example/nothing")),
    ("not_supported", Evidence("This video is DRM protected")),
    ("not_supported", Evidence("PrivateAddressError('10.0.0.1 is in your own computer or network')", transport="TransportError")),
    ("incomplete", Evidence("Postprocessing: Error opening input files: Invalid data found when processing input")),
    ("incomplete", Evidence("The downloaded file is empty")),
    ("network", Evidence("Exceeded 30 redirects.", transport="TooManyRedirects")),
    ("internal", Evidence("something that nobody ever saw")),
)  # fmt: skip


@pytest.mark.parametrize(("code", "evidence"), CASES, ids=[f"{code}: {evidence.text[:40]}" for code, evidence in CASES])
def test_situation_has_its_code(code: str, evidence: Evidence) -> None:
    """What the libraries say in a situation is told with the code of that situation, and with a next step."""
    error = classify(evidence)
    assert error.code == code
    assert error.message
    assert error.hint


def test_a_proxy_that_answers_is_not_to_blame() -> None:
    """Where it says that it can't reach a site, the site is named, not the setting."""
    error = classify(Evidence("Tunnel connection failed: 502 Bad Gateway", transport="ProxyError"))
    assert (error.code, error.message) == ("network", "The proxy can't reach the site.")


def test_every_code_of_the_tables_is_a_job_error_code() -> None:
    """No rule names a code that errors.py does not know."""
    codes = {rule.code for rule in (*SAID, *WARNED, *TRANSPORT)} | set(STATUSES.values())
    assert codes <= JOB_ADVICE.keys()


def test_reason_of_the_item_beats_a_warning() -> None:
    """A private video stays private although one of the clients was told to slow down."""
    assert classify(Evidence("This video is private", ("HTTP Error 429: Too Many Requests",))).code == "private"


def test_detail_keeps_all_warnings() -> None:
    """The log gets the sentence and every warning of the attempt."""
    error = classify(Evidence(NOTHING_FOUND, ("first warning", "second warning"), expected=False))
    assert "first warning" in error.detail
    assert "second warning" in error.detail


class _Answer:
    headers = {"Retry-After": "120"}  # noqa: RUF012 - stands for the header object of an answer
    status_code = 429


class _HTTPError(Exception):
    response = _Answer()


def test_causes_inside_of_an_exception_are_found() -> None:
    """Status and Retry-After of the innermost cause reach the job error."""
    outer = RuntimeError("Unable to download webpage")
    outer.__cause__ = _HTTPError("slow down")
    error = classify(evidence_of(outer))
    assert (error.code, error.retry_after) == ("rate_limited", 120.0)


def test_mistake_of_the_library_is_told_as_its_own() -> None:
    """What yt-dlp's code trips over is no fault of ours: another library is asked, and nothing is tried again."""
    with pytest.raises(TypeError) as mistake:
        utils.parse_resolution(1)
    assert classify(evidence_of(mistake.value)).code == "scraper_outdated"


def test_mistake_of_ours_behind_the_library_stays_ours() -> None:
    """What our own code trips over where yt-dlp calls it says nothing of the site."""
    with pytest.raises(AttributeError) as mistake:
        list(utils.LazyList(map(redact, [None])))
    assert classify(evidence_of(mistake.value)).code == "internal"


def test_disk_error_inside_of_an_exception_is_found() -> None:
    """A full disk is told as such, however deep a library hides it."""
    outer = RuntimeError("Unable to download video")
    outer.__context__ = OSError(errno.ENOSPC, "No space left on device")
    assert classify(evidence_of(outer)).code == "disk_full"


class _Answer:
    def __init__(self, after: str) -> None:
        self.headers = {"Retry-After": after}
        self.status_code = 429


@pytest.mark.parametrize(
    ("after", "seconds"),
    [("30", 30.0), ("9" * 400, 86400.0), ("\u00b2", None), ("\u0663", None), ("-1", None), ("Wed", None), ("", None)],
)
def test_wish_to_wait_is_a_plain_number(after: str, seconds: float | None) -> None:
    """Only the digits of RFC 9110 name a pause; anything else leaves the code without one."""
    error = OSError("Too Many Requests")
    error.response = _Answer(after)  # type: ignore[attr-defined]
    known = classify(evidence_of(error))
    assert (known.code, known.retry_after) == ("rate_limited", seconds)


@pytest.mark.parametrize("scheme", ["file:///etc/passwd", "ftp://a.example/x"])
def test_other_scheme_is_not_supported(scheme: str) -> None:
    """An address that no client of the web follows is refused for good, not tried again."""
    text = f"No connection adapters were found for '{scheme}'"
    assert classify(Evidence(text)).code == "not_supported"
