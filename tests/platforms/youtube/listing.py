"""Pages of lists: a playlist, a channel's tab, and their next pages, as objects for the site's own script."""

from __future__ import annotations

from typing import Any

from tests.platforms.exchange import Answer, Changes, Request, json_answer
from tests.platforms.youtube import lists, player
from tests.platforms.youtube.lists import PAGE, Channel, Playlist
from tests.platforms.youtube.world import GARDENERS, find

_NO_SUCH_LIST = {
    "alerts": [{"alertRenderer": {"type": "ERROR", "text": {"runs": [{"text": "The playlist does not exist."}]}}}]
}
_TITLES = {"videos": "Videos", "shorts": "Shorts", "streams": "Live"}


def playlist_page(playlist_id: str, request: Request) -> dict[str, Any] | None:
    """The `ytInitialData` of a playlist; an alert when there is none, None when it wants a login."""
    if playlist_id == lists.WATCH_LATER and not player.logged_in(request):
        return None
    found = lists.playlist(playlist_id, request.changes)
    if found is None:
        return _NO_SUCH_LIST
    rows = {
        "playlistVideoListRenderer": {"contents": _playlist_rows(found, 0, request.changes), "playlistId": found.id}
    }
    section = {"sectionListRenderer": {"contents": [{"itemSectionRenderer": {"contents": [rows]}}]}}
    return {
        "contents": {
            "twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": {"selected": True, "content": section}}]}
        },
        "metadata": {"playlistMetadataRenderer": {"title": found.title}},
        "sidebar": {"playlistSidebarRenderer": {"items": [_sidebar(found), _owner()]}},
    }


def _sidebar(found: Playlist) -> dict[str, Any]:
    stats = [{"runs": [{"text": str(len(found.entries))}, {"text": " videos"}]}]
    return {"playlistSidebarPrimaryInfoRenderer": {"title": {"runs": [{"text": found.title}]}, "stats": stats}}


def _owner() -> dict[str, Any]:
    channel = lists.channel(GARDENERS, Changes())
    assert channel
    endpoint = {"browseEndpoint": {"browseId": channel.id, "canonicalBaseUrl": f"/{channel.handle}"}}
    title = {"runs": [{"text": channel.title, "navigationEndpoint": endpoint}]}
    return {"playlistSidebarSecondaryInfoRenderer": {"videoOwner": {"videoOwnerRenderer": {"title": title}}}}


def channel_page(channel: Channel, tab: str, changes: Changes) -> dict[str, Any]:
    """The `ytInitialData` of a channel's tab; the first tab is selected when the one asked for is not there."""
    shown = tab if tab in channel.tabs else next(iter(channel.tabs))
    return {
        "contents": {
            "twoColumnBrowseResultsRenderer": {
                "tabs": [{"tabRenderer": _tab(channel, one, one == shown, changes)} for one in channel.tabs]
            }
        },
        "metadata": {
            "channelMetadataRenderer": {
                "title": channel.title,
                "externalId": channel.id,
                "description": "Slow walks.",
                "vanityChannelUrl": f"http://www.youtube.com/{channel.handle}",
            }
        },
    }


def _tab(channel: Channel, tab: str, selected: bool, changes: Changes) -> dict[str, Any]:
    url = f"/{channel.handle}/{tab}"
    renderer = {"title": _TITLES[tab], "endpoint": {"commandMetadata": {"webCommandMetadata": {"url": url}}}}
    if not selected:
        return renderer
    grid = {"richGridRenderer": {"contents": _tab_rows(channel, tab, 0, changes)}}
    return {**renderer, "selected": True, "content": grid}


def browse(request: Request) -> Answer:
    """Answer `POST /youtubei/v1/browse`: a playlist again, or the next page of a list."""
    asked = request.json
    if token := asked.get("continuation"):
        return json_answer(_next_page(str(token), request.changes))
    page = playlist_page(str(asked.get("browseId", "")).removeprefix("VL"), request)
    return json_answer(page or _NO_SUCH_LIST)


def _next_page(token: str, changes: Changes) -> dict[str, Any]:
    kind, list_id, tab, start = token.split(":")
    rows = _PAGES[kind](list_id, tab, int(start), changes)
    return {"onResponseReceivedActions": [{"appendContinuationItemsAction": {"continuationItems": rows}}]}


def _next_playlist_rows(list_id: str, _tab_name: str, start: int, changes: Changes) -> list[dict[str, Any]]:
    found = lists.playlist(list_id, changes)
    return _playlist_rows(found, start, changes) if found else []


def _next_tab_rows(list_id: str, tab: str, start: int, changes: Changes) -> list[dict[str, Any]]:
    found = lists.channel(list_id, changes)
    return _tab_rows(found, tab, start, changes) if found else []


_PAGES = {"playlist": _next_playlist_rows, "tab": _next_tab_rows}


def _playlist_rows(found: Playlist, start: int, changes: Changes) -> list[dict[str, Any]]:
    rows = [_playlist_row(video_id, changes) for video_id in found.entries[start : start + PAGE]]
    return rows + _more(f"playlist:{found.id}::{start + PAGE}", start, len(found.entries))


def _playlist_row(video_id: str, changes: Changes) -> dict[str, Any]:
    video = find(video_id, changes)
    dead = video.refusal is not None and video.refusal.status == "ERROR"
    title = "[Deleted video]" if dead else video.title
    return {
        "playlistVideoRenderer": {
            "videoId": video.id,
            "title": {"runs": [{"text": title}]},
            "lengthSeconds": str(video.seconds),
            "isPlayable": not dead,
        }
    }


def _tab_rows(channel: Channel, tab: str, start: int, changes: Changes) -> list[dict[str, Any]]:
    entries = lists.tab_entries(channel, tab, changes)
    rows = [
        {"richItemRenderer": {"content": _tile(video_id, tab, changes)}} for video_id in entries[start : start + PAGE]
    ]
    return rows + _more(f"tab:{channel.id}:{tab}:{start + PAGE}", start, len(entries))


def _tile(video_id: str, tab: str, changes: Changes) -> dict[str, Any]:
    video = find(video_id, changes)
    if tab == "shorts":
        return _short_tile(video.id, video.title)
    return {
        "lockupViewModel": {
            "contentId": video.id,
            "contentType": "LOCKUP_CONTENT_TYPE_VIDEO",
            "metadata": {"lockupMetadataViewModel": {"title": {"content": video.title}}},
        }
    }


def _short_tile(video_id: str, title: str) -> dict[str, Any]:
    tap = {"innertubeCommand": {"reelWatchEndpoint": {"videoId": video_id}}}
    words = {"primaryText": {"content": title}, "secondaryText": {"content": "12 views"}}
    return {"shortsLockupViewModel": {"entityId": f"shorts-{video_id}", "onTap": tap, "overlayMetadata": words}}


def _more(token: str, start: int, total: int) -> list[dict[str, Any]]:
    if start + PAGE >= total:
        return []
    return [{"continuationItemRenderer": {"continuationEndpoint": {"continuationCommand": {"token": token}}}}]
