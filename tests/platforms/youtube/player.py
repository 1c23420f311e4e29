"""The player answer: playability, details, streams and captions of one video."""

from __future__ import annotations

from typing import Any

from tests.platforms.exchange import Answer, Request, json_answer
from tests.platforms.youtube import captions, formats
from tests.platforms.youtube.world import LOGIN, PREMIERE, Refusal, Video, find


def logged_in(request: Request) -> bool:
    """Whether the request carries a login: yt-dlp's own measure, LOGIN_INFO and a SAPISID. `expire(LOGIN)` ends all."""
    if request.changes.refused.get(LOGIN) == "expired":
        return False
    cookies = request.cookies
    sapisid = {"SAPISID", "__Secure-1PAPISID", "__Secure-3PAPISID"} & cookies.keys()
    return bool(cookies.get("LOGIN_INFO")) and bool(sapisid)


def api(request: Request) -> Answer:
    """Answer `POST /youtubei/v1/player`."""
    asked = request.json
    client = asked.get("context", {}).get("client", {}).get("clientName", "")
    video = find(str(asked.get("videoId", "")), request.changes)
    return json_answer(response(video, client, logged_in(request)))


def response(video: Video, client: str, login: bool) -> dict[str, Any]:
    """The player answer to a client (its InnerTube name), with or without a login."""
    refusal = video.refusal
    if refusal and not (login and refusal.login_opens):
        closed = {"playabilityStatus": _refused(refusal, client), "videoDetails": _details(video)}
        return {**closed, "microformat": {"playerMicroformatRenderer": _microformat(video)}}
    answer = {
        "playabilityStatus": {"status": "OK", "playableInEmbed": True},
        "videoDetails": _details(video),
        "streamingData": formats.streaming(video),
        "microformat": {"playerMicroformatRenderer": _microformat(video)},
    }
    return {**answer, "captions": captions.listed(video)} if video.captions else answer


def in_page(video: Video, login: bool) -> dict[str, Any]:
    """The player answer that the watch page carries: the same, but no streams (they'd need an attestation)."""
    answer = response(video, "WEB", login)
    if "streamingData" in answer:
        answer["streamingData"] = {}
    return answer


def thumbnail(video: Video) -> str:
    """The URL of a video's picture."""
    return f"https://i.ytimg.com/vi/{video.id}/hqdefault.jpg"


def _details(video: Video) -> dict[str, Any]:
    return {
        "videoId": video.id,
        "title": video.title,
        "lengthSeconds": "0" if video.live else str(video.seconds),
        "channelId": video.channel_id,
        "author": video.channel,
        "shortDescription": video.description,
        "viewCount": str(video.views),
        "keywords": list(video.keywords),
        "isLiveContent": video.live or video.was_live or video.upcoming,
        "isLive": video.live,
        "isUpcoming": video.upcoming,
        "isPrivate": False,
        "thumbnail": {"thumbnails": [{"url": thumbnail(video), "width": 480, "height": 360}]},
    }


def _microformat(video: Video) -> dict[str, Any]:
    times = {"liveBroadcastDetails": {"isLiveNow": False, "startTimestamp": PREMIERE}} if video.upcoming else {}
    return {
        **times,
        "uploadDate": video.uploaded,
        "publishDate": video.uploaded,
        "ownerProfileUrl": f"http://www.youtube.com/{video.handle}",
        "isUnlisted": video.unlisted,
        "category": "Travel & Events",
        "viewCount": str(video.views),
        "isFamilySafe": True,
    }


def _refused(refusal: Refusal, client: str) -> dict[str, Any]:
    reason = refusal.reason_for_android if client == "ANDROID" and refusal.reason_for_android else refusal.reason
    status: dict[str, Any] = {"status": refusal.status, "reason": reason}
    if refusal.age_gate:
        status["desktopLegacyAgeGateReason"] = 1
    if refusal.captcha:
        status["errorScreen"] = {"playerCaptchaViewModel": {"isVisible": True}}
    if refusal.subreason:
        subreason = {"simpleText": refusal.subreason}
        status["errorScreen"] = {
            "playerErrorMessageRenderer": {"reason": {"simpleText": reason}, "subreason": subreason}
        }
    return status
