"""From what the program tells of a post to its events: each file is looked at before it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from bowerbird.errors import JobError
from bowerbird.scrapers import media
from bowerbird.scrapers.clean import write_metadata
from bowerbird.scrapers.gallery.configuration import ADDRESS, PATH
from bowerbird.scrapers.gallery.lines import Metadata
from bowerbird.scraping import FileReady, ItemFound, Noted, ScraperEvent

# what lies with one file: the item's other files stay
_ONE_FILE_LESS = frozenset(("gone", "unsafe_file", "incomplete", "too_large", "geo_blocked", "not_supported"))
_STOPS_ALL = frozenset(("rate_limited", "disk_full"))
NOTHING: Mapping[str, int] = MappingProxyType({})
_OURS = frozenset((PATH, ADDRESS))
# what the platform says of whoever looks
_TRACES = frozenset(("has_liked", "has_viewer_saved", "liked", "logging_info_token", "organic_tracking_token"))


class Post:
    """One post of which the program tells, with its files in their order, those too that could not be had."""

    def __init__(self, told: Metadata, kept: Mapping[str, int] = NOTHING) -> None:
        """`kept`: name and position of those files that are archived."""
        self.told = told
        self.of_files: list[Metadata] = []
        self._kept = kept
        self._places: list[Path | JobError] = []
        self._preview: Path | None = None

    def take(self, told: Metadata, failure: JobError | None = None) -> None:
        """One more file, or why it could not be had."""
        path = Path(str(told.get(PATH) or ""))
        if is_preview(told):
            self._preview = self._preview or (None if failure else path)
            return
        self.of_files.append(told)
        if path.name not in self._kept:
            self._places.append(failure or path)

    @property
    def expected(self) -> int:
        """How many files it has, whether or not they could be had."""
        return len(self.of_files)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(one.stat().st_size for one in self._places if isinstance(one, Path) and one.is_file())

    def ready(self, folder: Path) -> list[FileReady | Noted]:
        """Its files, checked. Raises JobError where there is none, or where one may be had by trying again."""
        found = [_checked(place, folder) for place in self._places]
        first = max(self._kept.values(), default=0) + 1
        files = [one for one in found if isinstance(one, FileReady)]
        missed = [one for one in found if isinstance(one, JobError)]
        _refuse(found, missed)
        if len(found) > 1 or self._kept:
            files = [
                msgspec.structs.replace(one, position=place)
                for place, one in enumerate(found, first)
                if isinstance(one, FileReady)
            ]
        notes = [Noted(f"{len(missed)} of its {len(found)} files could not be had.")] if missed else []
        return [*files, *self._thumbnail(folder), *notes]

    def _thumbnail(self, folder: Path) -> Iterator[FileReady]:
        found = _checked(self._preview, folder) if self._preview else None
        if isinstance(found, FileReady) and found.file_type == "image":
            yield msgspec.structs.replace(found, file_type="thumbnail")


def is_preview(told: Metadata) -> bool:
    """Whether a file is only the still picture of a video."""
    return told.get("type") == "cover" or str(told.get("media_id") or "").endswith("p")


def events_of(
    item: ItemFound, ready: list[FileReady | Noted], about: Mapping[str, Any], folder: Path
) -> list[ScraperEvent]:
    """All events of an item. What is written of it lies in a folder of its own: the worker files it meanwhile."""
    place = folder / item.platform_id.replace("/", "_")
    place.mkdir(mode=0o700, exist_ok=True)
    told = {
        "webpage_url": item.url,
        "extractor": "gallery-dl",
        "hashtags": list(item.hashtags),
        **without_traces(about),
    }
    written = media.ready(write_metadata(told, place), "metadata")
    return [item, *ready, msgspec.structs.replace(written, name=f"{place.name}/{written.name}")]


def without_traces(value: Any) -> Any:
    """Without what the platform says of whoever looks, and without what only this program's runs need."""
    if isinstance(value, Mapping):
        return {key: without_traces(one) for key, one in value.items() if not _is_trace(str(key))}
    return [without_traces(one) for one in value] if isinstance(value, list) else value


def _is_trace(key: str) -> bool:
    return key in _TRACES or key in _OURS or key.startswith("viewer_") or key.endswith(("_token", "_tokens"))


def _checked(place: Path | JobError, folder: Path) -> FileReady | JobError:
    if isinstance(place, JobError):
        return place
    if place.is_symlink() or place.resolve().parent != folder.resolve() or not place.is_file():
        return JobError("incomplete", detail="gallery-dl left no file in the folder")
    try:
        return msgspec.structs.replace(_examined(place), key=place.name)
    except JobError as error:
        place.unlink()
        return error


def _examined(path: Path) -> FileReady:
    kind = media.kind_of_file(path)
    is_picture = kind is not None and kind.file_type == "image"
    shape = media.picture_shape(path) if is_picture else media.examine(path)
    return media.ready(media.named_by_kind(path), shape.file_type, shape)


def _refuse(found: list[FileReady | JobError], missed: list[JobError]) -> None:
    stop = next((one for one in missed if one.code in _STOPS_ALL), None)
    if stop:
        raise stop
    last = found[-1] if found else None
    if isinstance(last, JobError) and last.code not in _ONE_FILE_LESS:
        # nothing came after it: it may be the connection, not the file
        raise last
    if missed and len(missed) == len(found):
        raise missed[0]
