"""HTML pages of the site: as little as libraries read, and as much as a person needs to click around."""

from __future__ import annotations

from html import escape
from typing import Any

from tests.platforms.exchange import Answer, Changes, Request, compact, html, redirect
from tests.platforms.youtube import formats, listing, lists, player, script, world
from tests.platforms.youtube.world import Video, find

_CONTEXT = {"client": {"clientName": "WEB", "clientVersion": "2.20261101.00.00", "visitorData": "dGVzdA=="}}
_SETTINGS = {
    "INNERTUBE_API_KEY": "test-key",
    "STS": 20000,
    "PLAYER_JS_URL": script.PATH,
    "INNERTUBE_CONTEXT": _CONTEXT,
    "INNERTUBE_CONTEXT_CLIENT_NAME": 1,
}


def _page(
    title: str, body: str, initial: dict[str, Any], before: str = "", head: str = "", login: bool = False
) -> Answer:
    settings = {**_SETTINGS, "LOGGED_IN": login}
    return html(
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)} - YouTube</title>{head}"
        f"<script>ytcfg={{set:function(){{}}}};</script><script>ytcfg.set({compact(settings)});</script>"
        f"{before}<script>var ytInitialData = {compact(initial)};</script></head>"
        f"<body><p><a href='/'>All videos</a></p>{body}</body></html>"
    )


def watch(request: Request) -> Answer:
    """The page of one video."""
    return _watch_page(find(request.query.get("v", ""), request.changes), request)


def watch_short(request: Request) -> Answer:
    """The page of one video under `/shorts/<id>`, `/live/<id>` or `/v/<id>`."""
    return _watch_page(find(request.path.split("/")[2], request.changes), request)


def _watch_page(video: Video, request: Request) -> Answer:
    response = player.in_page(video, player.logged_in(request))
    before = f"<script>var ytInitialPlayerResponse = {compact(response)};</script>"
    return _page(
        video.title or "Video unavailable",
        _watch_body(video),
        _watch_data(video, request.query.get("list", "")),
        before,
        _watch_head(video),
        player.logged_in(request),
    )


def _watch_head(video: Video) -> str:
    url = f"https://www.youtube.com/watch?v={video.id}"
    return (
        f"<link rel=canonical href='{url}'><meta property='og:url' content='{url}'>"
        f"<meta property='og:title' content='{escape(video.title)}'>"
        f"<meta property='og:image' content='{player.thumbnail(video)}'>"
    )


def _watch_body(video: Video) -> str:
    other = find(world.SILENT if video.id != world.SILENT else world.GARDEN, Changes())
    source = f"https://{formats.MEDIA_HOST}/videoplayback?id={video.id}&amp;itag=18"
    moving = (
        f"<video id=movie_player controls preload=none width=640 src='{source}'></video>" if 18 in video.itags else ""
    )
    return (
        f"{moving}<h1>{escape(video.title)}</h1>"
        f"<p><a id=channel href='/{video.handle}'>{escape(video.channel)}</a></p><p>{escape(video.description)}</p>"
        f"<a id=next href='/watch?v={other.id}'><img id=picture alt='' src='{player.thumbnail(other)}'>"
        f" {other.title}</a>"
    )


def _watch_data(video: Video, playlist_id: str) -> dict[str, Any]:
    browse = {"browseEndpoint": {"browseId": video.channel_id, "canonicalBaseUrl": f"/{video.handle}"}}
    run = {"text": video.channel, "navigationEndpoint": browse}
    owner = {"title": {"runs": [run]}, "subscriberCountText": {"simpleText": "1.2K subscribers"}}
    likes: dict[str, Any] = {
        "buttonViewModel": {"accessibilityText": f"like this video along with {video.likes} other people"}
    }
    for name in _LIKE_BUTTON:
        likes = {name: likes}
    primary = {
        "title": {"runs": [{"text": video.title}]},
        "viewCount": {"videoViewCountRenderer": {"viewCount": {"simpleText": f"{video.views:,} views"}}},
        "videoActions": {"menuRenderer": {"topLevelButtons": [likes]}},
    }
    contents = [
        {"videoPrimaryInfoRenderer": primary},
        {"videoSecondaryInfoRenderer": {"owner": {"videoOwnerRenderer": owner}}},
    ]
    shown: dict[str, Any] = {"results": {"results": {"contents": contents}}}
    if playlist_id:
        url = {"commandMetadata": {"webCommandMetadata": {"url": f"/playlist?list={playlist_id}"}}}
        shown["playlist"] = {"playlist": {"playlistId": playlist_id, "title": playlist_id, "endpoint": url}}
    return {"contents": {"twoColumnWatchNextResults": shown}}


# from the inside out
_LIKE_BUTTON = (
    "defaultButtonViewModel",
    "toggleButtonViewModel",
    "toggleButtonViewModel",
    "likeButtonViewModel",
    "likeButtonViewModel",
    "segmentedLikeDislikeButtonViewModel",
)


def embed(_: Request) -> Answer:
    """The embedded player, which yt-dlp reads the settings of when it is logged in."""
    return _page("Embedded", "", {})


def playlist(request: Request) -> Answer:
    """The page of a playlist; one that wants a login leads to the sign-in page."""
    playlist_id = request.query.get("list", "")
    data = listing.playlist_page(playlist_id, request)
    if data is None:
        return redirect("https://accounts.google.com/ServiceLogin?service=youtube")
    found = lists.playlist(playlist_id, request.changes)
    title, entries = (found.title, found.entries) if found else ("No such playlist", ())
    return _page(title, _links(entries, request.changes), data)


def channel(request: Request) -> Answer:
    """The page of a channel's tab, under `/@handle`, `/channel/UC…`, `/c/…` or `/user/…`."""
    parts = request.path.strip("/").split("/")
    name, rest = (parts[0], parts[1:]) if parts[0].startswith("@") else (parts[1], parts[2:])
    found = lists.channel(_OLD_NAMES.get(name, name), request.changes)
    if found is None:
        return html("<!doctype html><title>404 Not Found</title><p>This page isn't available.", 404)
    tab = rest[0] if rest else "videos"
    shown = lists.tab_entries(found, tab, request.changes) if tab in found.tabs else ()
    return _page(found.title, _links(shown, request.changes), listing.channel_page(found, tab, request.changes))


_OLD_NAMES = {"gardeners": world.GARDENERS}


def home(request: Request) -> Answer:
    """All videos and lists there are, for a person who looks around."""
    named = "".join(
        f"<li><a href='{url}'>{escape(title)}</a>"
        for url, title in (
            (f"/playlist?list={lists.WALKS}", "Playlist: Walks"),
            (f"/playlist?list={lists.playlist_of(50, dead=25)}", "Playlist of 50, one removed"),
            (f"/{world.GARDENERS_HANDLE}", "Channel: Gardeners & Walkers"),
        )
    )
    body = f"<ul>{named}</ul>{_links(tuple(world.VIDEOS), request.changes)}"
    return _page("Stand-in", body, {}, login=player.logged_in(request))


def _links(entries: tuple[str, ...], changes: Changes) -> str:
    videos = (find(video_id, changes) for video_id in entries)
    return (
        "<ul>"
        + "".join(f"<li><a href='/watch?v={one.id}'>{escape(one.title or one.id)}</a>" for one in videos)
        + "</ul>"
    )


def sign_in(_: Request) -> Answer:
    """The sign-in page that nobody gets past."""
    return html("<!doctype html><title>Sign in - Google Accounts</title><h1>Sign in</h1>")
