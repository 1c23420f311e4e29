"""One attempt with yt-dlp: what it calls back becomes events, and limits are watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from bowerbird.errors import JobError
from bowerbird.scrapers import media, options
from bowerbird.scrapers.describe import describe
from bowerbird.scrapers.interface import Report
from bowerbird.scrapers.transcripts import FirstWay
from bowerbird.scraping import Assignment, ItemFound, Operation, Progress

Info = Mapping[str, Any]

_STEPS = {
    "Merger": "Joining video and audio",
    "ExtractAudio": "Taking the sound out of the video",
    "FixupM3u8": "Putting the pieces together",
    "FixupM4a": "Putting the pieces together",
}


class Attempt:
    """The listener of one assignment."""

    def __init__(self, assignment: Assignment, report: Report) -> None:
        self.assignment = assignment
        self.folder = Path(assignment.folder)
        self.first_way: Callable[[], FirstWay] | None = None
        self.transcripts: FirstWay | None = None
        self.report = report
        self._warnings: list[str] = []
        self._expected: tuple[int | None, ...] = ()
        self._streams: dict[str, tuple[int, int | None]] = {}  # file → bytes so far, bytes in all
        self._operation = ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """All that yt-dlp warned of: some causes are only there."""
        return tuple(self._warnings)

    def forget_files(self) -> None:
        """Remove all that was fetched, or the next attempt would take it for done, or go on with it."""
        for path in self.folder.glob("media.*"):
            path.unlink()

    def warned(self, text: str) -> None:
        """Keep it."""
        self._warnings.append(text)

    def chosen(self, found: Info) -> None:
        """Tell the item, refuse what is too large, and begin with what can be fetched beside the media."""
        self.report(self._described(found))
        self._expected = options.expected_bytes(found)
        self._refuse_too_large()
        if self.first_way and not self.transcripts:
            self.transcripts = self.first_way()

    def _described(self, found: Info) -> ItemFound:
        item = describe(found, self.assignment.target)
        # the sound of a web page's video is a sound; a platform's item keeps the kind that it has there
        is_sound = self.assignment.audio_only and self.assignment.target.platform == "web"
        return msgspec.structs.replace(item, kind="audio") if is_sound else item

    def _refuse_too_large(self) -> None:
        known = sum(size or 0 for size in self._expected)
        if self.assignment.max_bytes is not None and known > self.assignment.max_bytes:
            raise JobError("too_large")
        # joining writes everything once more before the parts go
        needed = known * (2 if len(self._expected) > 1 else 1) - self._on_disk()
        if self.assignment.free_bytes is not None and needed > self.assignment.free_bytes:
            raise JobError("disk_full")

    def _on_disk(self) -> int:
        return sum(path.stat().st_size for path in self.folder.glob("media.*"))

    def progressed(self, step: Info) -> None:
        """Count over all streams."""
        if step.get("status") not in ("downloading", "finished"):
            return
        self._say(_operation_of(step.get("info_dict") or {}))
        done = int(step.get("downloaded_bytes") or step.get("total_bytes") or 0)
        total = step.get("total_bytes") or step.get("total_bytes_estimate")
        self._streams[str(step.get("filename"))] = (done, int(total) if total else None)
        self.report(self._progress(step))
        self._refuse_endless()

    def _progress(self, step: Info) -> Progress:
        done = sum(so_far for so_far, _ in self._streams.values())
        total = self._total()
        speed = step.get("speed")
        return Progress(
            bytes_downloaded=done,
            bytes_total=total,
            speed=speed,
            eta=max(0.0, (total - done) / speed) if total and speed else None,
            fraction=min(1.0, done / total) if total else _by_fragments(step, len(self._expected)),
        )

    def _total(self) -> int | None:
        """The bytes of all streams: as their answers said, else as the platform announced; None if one is unknown."""
        told = [total for _, total in self._streams.values()]
        sizes = (*told, *self._expected[len(told) :])
        known = [size for size in sizes if size]
        return sum(known) if len(known) == len(sizes) else None

    def _refuse_endless(self) -> None:
        limit = self.assignment.max_bytes
        if limit is not None and sum(so_far for so_far, _ in self._streams.values()) > limit:
            raise JobError("too_large")

    def processed(self, step: Info) -> None:
        """Say which step begins."""
        if step.get("status") == "started" and step.get("postprocessor") in _STEPS:
            _refuse_other_kinds(step)
            # the other program works now, and this one has time
            media.get_ready()
            self._say(_STEPS[str(step["postprocessor"])])

    def _say(self, operation: str) -> None:
        if operation != self._operation:
            self._operation = operation
            self.report(Operation(operation))


def _refuse_other_kinds(step: Info) -> None:
    """ffmpeg believes what a file says of itself, a list of other files included: it gets media only."""
    found = step.get("info_dict") or {}
    streams = found.get("__files_to_merge") if step["postprocessor"] == "Merger" else None
    for path in streams or (found.get("filepath"),):
        media.refuse_other_kinds(Path(str(path)))


def _operation_of(stream: Info) -> str:
    return "Fetching audio" if stream.get("vcodec") == "none" else "Fetching video"


def _by_fragments(step: Info, streams: int) -> float | None:
    """Pieces of a stream whose size nobody knows, where it is the only one."""
    count = step.get("fragment_count")
    return min(1.0, (step.get("fragment_index") or 0) / count) if count and streams == 1 else None
