"""Playlists and channels: fixed ones, and ones of any length whose id says how long they are."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from tests.platforms.exchange import Changes
from tests.platforms.youtube import world

WALKS = "PLwalks00000"  # three videos that play
WITH_REMOVED = "PLwithremoved"  # the second of three is removed
EMPTY = "PLempty000000"
MISSING = "PLmissing00000"
MISSING_CHANNEL = "@nobody"
WATCH_LATER = "WL"  # only for whoever is logged in

PAGE = 30  # entries of a page; the real platform gives about 30 in a channel's tab and 100 in a playlist


@dataclass(frozen=True)
class Playlist:
    """A playlist, or one tab of a channel; entries are video ids, the first shown first."""

    id: str
    title: str
    entries: tuple[str, ...]


@dataclass(frozen=True)
class Channel:
    """A channel; a tab that isn't in `tabs` does not exist on its page."""

    id: str
    handle: str
    title: str
    tabs: dict[str, tuple[str, ...]]


_PLAYLISTS = {
    WALKS: Playlist(WALKS, "Walks", (world.GARDEN, world.SILENT, world.JAPANESE)),
    WITH_REMOVED: Playlist(WITH_REMOVED, "Walks with a gap", (world.SILENT, world.REMOVED, world.AUTOMATIC)),
    EMPTY: Playlist(EMPTY, "Nothing yet", ()),
    WATCH_LATER: Playlist(WATCH_LATER, "Watch later", (world.GARDEN, world.SILENT)),
}

_CHANNELS = (
    Channel(
        world.GARDENERS,
        world.GARDENERS_HANDLE,
        "Gardeners & Walkers",
        {
            "videos": (world.GARDEN, world.UHD, world.SILENT, world.JAPANESE, world.AUTOMATIC),
            "shorts": (world.SHORT,),
            "streams": (world.PAST_STREAM,),
        },
    ),
    Channel(world.HOSTILE_CHANNEL, world.HOSTILE_HANDLE, world.MARKUP, {"videos": (world.HOSTILE,)}),
    Channel(world.DOTS_CHANNEL, world.DOTS_HANDLE, "..", {"videos": (world.DOTS,)}),
)

_MADE_PLAYLIST = re.compile(r"PLmade-(\d{4})-(\d{4})$")
_MADE_HANDLE = re.compile(r"@made(\d{4})x(\d{4})$")
_MADE_CHANNEL = re.compile(r"UCmade(\d{4})x(\d{4})0{9}$")


def playlist_of(count: int, dead: int = 0) -> str:
    """Return the id of a playlist of so many videos; the one at place `dead` (from 1) is removed."""
    return f"PLmade-{count:04d}-{dead:04d}"


def channel_of(count: int, dead: int = 0) -> str:
    """Return the handle of a channel with so many videos and no other tab; the one at place `dead` is removed."""
    return f"@made{count:04d}x{dead:04d}"


def members(count: int, dead: int = 0) -> tuple[str, ...]:
    """The ids of the videos of `playlist_of` and `channel_of`, the newest first."""
    return tuple(f"{'x' if place == dead else 'm'}{count:04d}-{place:05d}" for place in range(1, count + 1))


def playlist(playlist_id: str, changes: Changes) -> Playlist | None:
    """Return a playlist as it is now, or None."""
    found = _PLAYLISTS.get(playlist_id) or _made_playlist(playlist_id)
    if found is None or playlist_id in changes.removed:
        return None
    return Playlist(found.id, found.title, with_published(found.id, found.entries, changes))


def _made_playlist(playlist_id: str) -> Playlist | None:
    made = _MADE_PLAYLIST.match(playlist_id)
    if not made:
        return None
    count, dead = int(made[1]), int(made[2])
    return Playlist(playlist_id, f"{count} walks", members(count, dead))


def channel(name: str, changes: Changes) -> Channel | None:
    """Return a channel by id or @handle, or None."""
    found = next((one for one in _CHANNELS if name in (one.id, one.handle)), None) or _made_channel(name)
    if found is None or {found.id, found.handle} & changes.removed:
        return None
    return found


def _made_channel(name: str) -> Channel | None:
    made = _MADE_HANDLE.match(name) or _MADE_CHANNEL.match(name)
    if not made:
        return None
    count, dead = int(made[1]), int(made[2])
    handle = channel_of(count, dead)
    channel_id = f"UC{handle[1:]}".ljust(24, "0")
    return Channel(channel_id, handle, f"Channel of {count}", {"videos": members(count, dead)})


def tab_entries(owner: Channel, tab: str, changes: Changes) -> tuple[str, ...]:
    """The videos of a channel's tab as they are now; what was published goes to `videos`, by id or handle."""
    entries = owner.tabs[tab]
    if tab != "videos":
        return entries
    return with_published(owner.id, with_published(owner.handle, entries, changes), changes)


def with_published(list_id: str, entries: tuple[str, ...], changes: Changes) -> tuple[str, ...]:
    """Put what was published at the head, the newest first."""
    mark = zlib.crc32(list_id.encode()) % 10_000
    newer = range(changes.published.get(list_id, 0), 0, -1)
    return (*(f"new{place:03d}-{mark:04d}" for place in newer), *entries)
