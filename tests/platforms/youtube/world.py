"""The videos that exist here, each under an id that says what it is for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tests.platforms.exchange import Changes

LOGIN = "whoever is logged in"  # the account to expire: of all who are logged in nobody is any more
GARDEN = "garden-walk"  # everything there is: 24 s, chapters, captions in three languages, up to 1080p
UHD = "ultra-hd-4k"  # up to 2160p (VP9 only above 1080p, as on the real platform)
JAPANESE = "tokyo-alley"  # title, description and captions in Japanese
SILENT = "no-captions"  # plays, has no captions at all
AUTOMATIC = "asr-caption"  # automatic captions only
TOKEN_CAPTIONS = "potoken-sub"  # its captions need a proof-of-origin token that nobody has
BIG = "big-picture"  # 3 MB, 12 s: cancel, cut, resume
SHORT = "short-clip1"  # a short
HOSTILE = "hostile-vid"  # markup, traversal and control characters in every text field
DOTS = "dotdot-name"  # title and channel are ".."
CHALLENGE = "n-challenge"  # its URLs need `n` solved
CIPHER = "sig-ciphers"  # its URLs need a signature solved
PAST_STREAM = "past-stream"  # was live, now a video
LIVE = "live-stream"  # is live (HLS)
REMOVED = "removed-vid"
TERMINATED = "terminated1"
PRIVATE = "private-vid"  # plays for whoever is logged in
AGE = "age-limited"  # plays for whoever is logged in
BOT = "bot-checked"
CAPTCHA = "captcha-vid"
LIMITED = "rate-limits"  # the platform's own "try again later"
GEO = "geo-blocked"
MEMBERS = "members-vid"
PREMIUM = "premium-vid"
COPYRIGHT = "copyrighted"
UPCOMING = "upcomingvid"  # a premiere
NOT_YET_LIVE = "later-event"  # a live stream that has not begun
SABR = "sabr-stream"  # streams without URL

GARDENERS = "UCgardenersandwalkers000"
GARDENERS_HANDLE = "@gardeners"
HOSTILE_CHANNEL, HOSTILE_HANDLE = "UChostile000000000000000", "@hostile"
DOTS_CHANNEL, DOTS_HANDLE = "UCdotdot0000000000000000", "@dotdot"

PREMIERE = "2030-01-01T10:00:00+00:00"  # when what is upcoming begins

HD = (18, 160, 133, 134, 135, 136, 137, 278, 243, 247, 248, 139, 140, 250, 251)
SMALL = (18, 134, 140, 243, 251)


@dataclass(frozen=True)
class Captions:
    """One track; cues are (start, length, text) in seconds."""

    language: str
    name: str
    cues: tuple[tuple[float, float, str], ...]
    automatic: bool = False


@dataclass(frozen=True)
class Refusal:
    """A playabilityStatus that is not OK, in the platform's words."""

    status: str
    reason: str
    subreason: str = ""
    reason_for_android: str = ""
    age_gate: bool = False
    captcha: bool = False
    login_opens: bool = False


@dataclass(frozen=True)
class Video:
    """One video; `seconds` names the clips of the media that it is made of (4, 12 or 24)."""

    id: str
    title: str
    description: str = ""
    seconds: int = 4
    itags: tuple[int, ...] = SMALL
    channel_id: str = GARDENERS
    channel: str = "Gardeners & Walkers"
    handle: str = GARDENERS_HANDLE
    uploaded: str = "2026-05-05T10:00:00+00:00"
    views: int = 1200
    likes: int = 34
    comments: int = 0
    keywords: tuple[str, ...] = ("garden", "walk")
    captions: tuple[Captions, ...] = ()
    caption_query: str = ""
    refusal: Refusal | None = None
    live: bool = False
    was_live: bool = False
    upcoming: bool = False
    challenge: str = ""  # "n", "sig" or "sabr"
    unlisted: bool = False


def _every_three_seconds(*lines: str) -> tuple[tuple[float, float, str], ...]:
    return tuple((3.0 * place, 3.0, line) for place, line in enumerate(lines))


_ENGLISH = _every_three_seconds(
    "Welcome to the garden.",
    "The roses & tulips are in bloom.",
    "Mind the <wet> stones.",
    "A heron stands in the pond.",
    "We turn at the old oak.",
    "Bees visit the lavender.",
    "The gate is open until dusk.",
    "Goodbye, and come again!",
)
_GERMAN = _every_three_seconds("Willkommen im Garten.", "Rosen und Tulpen blühen.", "Vorsicht, nasse Steine.")
_HEARD = _every_three_seconds("welcome to the garden", "the roses and tulips are in bloom", "mind the wet stones")
_TOKYO = _every_three_seconds("東京の路地裏を歩く", "猫が屋根にいる")

_CHAPTERS = """A slow walk through a garden in May.

0:00 The gate
0:08 Roses
0:16 The pond

#garden #walk https://example.org/garden?utm_source=video"""

MARKUP = "<script>window.hacked=1</script>\"'><img src=x onerror=window.hacked=1> ../../etc/passwd \u202egpj.exe"

_PLAYABLE = (
    Video(
        GARDEN,
        "A walk in the garden",
        _CHAPTERS,
        seconds=24,
        itags=HD,
        comments=23,
        captions=(
            Captions("en", "English", _ENGLISH),
            Captions("de", "German", _GERMAN),
            Captions("en", "English (auto-generated)", _HEARD, automatic=True),
        ),
    ),
    Video(UHD, "The garden in 4K", itags=(*HD, 271, 313)),
    Video(JAPANESE, "東京の路地", "路地裏の散歩", captions=(Captions("ja", "Japanese", _TOKYO),)),
    Video(SILENT, "A silent walk"),
    Video(AUTOMATIC, "Only heard", captions=(Captions("en", "English (auto-generated)", _HEARD, automatic=True),)),
    Video(
        TOKEN_CAPTIONS,
        "Captions behind a token",
        captions=(Captions("en", "English", _ENGLISH),),
        caption_query="&exp=xpe",
    ),
    Video(BIG, "The big picture", seconds=12, itags=(137, 140)),
    Video(SHORT, "A short one"),
    Video(
        HOSTILE,
        MARKUP,
        MARKUP,
        channel=MARKUP,
        channel_id=HOSTILE_CHANNEL,
        handle=HOSTILE_HANDLE,
        captions=(Captions("en", "English", ((0.0, 4.0, MARKUP),)),),
    ),
    Video(DOTS, "..", "..", channel="..", channel_id=DOTS_CHANNEL, handle=DOTS_HANDLE),
    Video(CHALLENGE, "Behind a challenge", challenge="n"),
    Video(CIPHER, "Behind a signature", challenge="sig"),
    Video(SABR, "Streams without a URL", challenge="sabr"),
    Video(PAST_STREAM, "The stream of yesterday", was_live=True),
    Video(LIVE, "The pond, live", live=True, itags=()),
)

_GONE = Refusal("ERROR", "This video is unavailable")
_SEE_SCREEN = "Video unavailable"
_ANDROID_AGE = "This video may be inappropriate for some users."
_ENDED = "This video is no longer available because the YouTube account associated with this video has been terminated."
_COUNTRY = "The uploader has not made this video available in your country"
_CLAIM = "This video is no longer available due to a copyright claim by A. Claimant"
_MEMBERSHIP = (
    "Join this channel to get access to members-only content like this video, and other exclusive perks. "
    "This video is available to this channel's members on level: Gardener (or any higher level)."
)
_LIMIT = (
    "This content isn't available, try again later. Your account has been rate-limited by YouTube for up to an hour."
)

_REFUSED = {
    REMOVED: _GONE,
    TERMINATED: Refusal("ERROR", _ENDED),
    PRIVATE: Refusal("LOGIN_REQUIRED", "This video is private", login_opens=True),
    AGE: Refusal(
        "LOGIN_REQUIRED",
        "Sign in to confirm your age",
        reason_for_android=_ANDROID_AGE,
        age_gate=True,
        login_opens=True,
    ),
    BOT: Refusal("LOGIN_REQUIRED", "Sign in to confirm you\u2019re not a bot"),
    CAPTCHA: Refusal("ERROR", _SEE_SCREEN, captcha=True),
    LIMITED: Refusal("UNPLAYABLE", _LIMIT),
    GEO: Refusal("UNPLAYABLE", _SEE_SCREEN, _COUNTRY),
    MEMBERS: Refusal("UNPLAYABLE", _MEMBERSHIP),
    PREMIUM: Refusal("UNPLAYABLE", "This video is only available to Music Premium members"),
    COPYRIGHT: Refusal("UNPLAYABLE", _SEE_SCREEN, _CLAIM),
    UPCOMING: Refusal("LIVE_STREAM_OFFLINE", "Premieres in 3 hours"),
    NOT_YET_LIVE: Refusal("LIVE_STREAM_OFFLINE", "This live event will begin in 2 days."),
}

VIDEOS: dict[str, Video] = {
    **{video.id: video for video in _PLAYABLE},
    **{
        video_id: Video(
            video_id, f"Refused: {video_id}", refusal=refusal, upcoming=refusal.status == "LIVE_STREAM_OFFLINE"
        )
        for video_id, refusal in _REFUSED.items()
    },
}

# videos of made-up lists: "m0050-00012" is the 12th of 50, "x0050-00025" a dead one, "new001-4711" was published later
_MEMBER = re.compile(r"(?P<state>[mx])(?P<of>\d{4})-(?P<place>\d{5})$")
_NEWER = re.compile(r"new(?P<place>\d{3})-\d{4}$")


def find(video_id: str, changes: Changes) -> Video:
    """Return the video as it is now; an id that never existed is a removed video."""
    video = VIDEOS.get(video_id) or _member(video_id) or Video(video_id, "", refusal=_GONE)
    if video_id in changes.removed:
        return replace(video, refusal=_GONE)
    return replace(video, views=video.views + changes.published.get(video_id, 0))


def _member(video_id: str) -> Video | None:
    if newer := _NEWER.match(video_id):
        return Video(
            video_id, f"New walk {int(newer['place'])}", itags=(134, 140), uploaded="2026-06-01T10:00:00+00:00"
        )
    member = _MEMBER.match(video_id)
    if not member:
        return None
    title = f"Walk {int(member['place'])} of {int(member['of'])}"
    return Video(video_id, title, itags=(134, 140), refusal=_GONE if member["state"] == "x" else None)
