"""TikTok's objects as its pages and lists carry them: a post, an account, and the addresses of their files."""

from __future__ import annotations

from typing import Any

from tests.platforms import media
from tests.platforms.exchange import Changes
from tests.platforms.tiktok import world

MEDIA = "https://v16-webapp-prime.us.tiktok.com"  # refuses whoever has no tt_chain_token
IMAGES = "https://p16-sign-va.tiktokcdn.com"

_QUALITIES = (("720p", 1280, 720, 1_200_000), ("540p", 1024, 576, 800_000))


def item(post: world.Post, changes: Changes) -> dict[str, Any]:
    """A post's `itemStruct`; a classified one has no video."""
    return {
        "id": post.id,
        "desc": post.words,
        "createTime": post.created,
        "author": author(post.author, changes),
        "stats": {
            "playCount": post.views,
            "diggCount": 34,
            "shareCount": 5,
            "commentCount": 6,
            "collectCount": 7,
        },
        "textExtra": [{"hashtagName": word[1:]} for word in post.words.split() if word.startswith("#")],
        **({"music": _music(post)} if post.music else {}),
        **_content(post),
    }


def author(handle: str, changes: Changes) -> dict[str, Any]:
    """An account as posts and pages name it; its long id stays when it is renamed."""
    return {
        "id": world.uid(handle),
        "uniqueId": changes.renamed.get(handle, handle),
        "nickname": handle.title(),
        "secUid": world.sec_uid(handle),
        "avatarThumb": f"{IMAGES}/avatar/{handle}~100x100.jpeg",
        "avatarLarger": f"{IMAGES}/avatar/{handle}~1080x1080.jpeg",
        "signature": "I dance.",
    }


def _content(post: world.Post) -> dict[str, Any]:
    if post.classified:
        return {"isContentClassified": True}
    if post.pictures:
        return {"imagePost": {"images": [_picture(post, place) for place in range(1, post.pictures + 1)]}}
    return {"video": _video(post)}


def _picture(post: world.Post, place: int) -> dict[str, Any]:
    url = f"{IMAGES}/picture/{post.id}-{place}~tplv-photomode-image.jpeg?lk3s=1&x-expires=1"
    return {"imageURL": {"urlList": [url]}, "imageWidth": 320, "imageHeight": 180}


def _music(post: world.Post) -> dict[str, Any]:
    return {
        "id": f"6{post.id[1:]}",
        "title": "Tune",
        "authorName": "The Band",
        "album": "Spring",
        "duration": 4,
        "playUrl": f"{MEDIA}/music/{post.id}/?mime_type=audio_mpeg",
    }


def _video(post: world.Post) -> dict[str, Any]:
    best = _address(post, "720p")
    return {
        "id": post.id,
        "duration": post.seconds,
        "width": 1280,
        "height": 720,
        "format": "mp4",
        "ratio": "720p",
        "cover": f"{IMAGES}/cover/{post.id}~tplv-tiktokx-origin.jpeg",
        "playAddr": best,
        "bitrateInfo": [_bitrate(post, *quality) for quality in _QUALITIES],
        "subtitleInfos": [_subtitle(post, place) for place in range(len(post.subtitles))],
    }


def _address(post: world.Post, quality: str) -> str:
    return f"{MEDIA}/video/{post.id}/{quality}/?mime_type=video_mp4"


def _bitrate(post: world.Post, quality: str, width: int, height: int, bits: int) -> dict[str, Any]:
    return {
        "Bitrate": bits,
        "CodecType": "h264",
        "PlayAddr": {
            "DataSize": str(media.size(post.clip, f"{post.id} {quality}")),
            "Width": width,
            "Height": height,
            "UrlKey": f"v15044gf_h264_{quality}_{bits}",
            "UrlList": [_address(post, quality)],
        },
    }


def _subtitle(post: world.Post, place: int) -> dict[str, Any]:
    language = post.subtitles[place][0]
    return {
        "LanguageID": str(place + 1),
        "LanguageCodeName": language,
        "Format": "webvtt",
        "Version": "1",
        "Source": "MT" if place else "ASR",
        "Url": f"{MEDIA}/subtitle/{post.id}/{language}/?mime_type=text_vtt",
    }
