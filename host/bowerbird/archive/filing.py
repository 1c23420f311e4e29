"""From a finished attempt to an item in the archive.

The order makes a stop at any point harmless: whole files are flushed, then renamed into the item's folder, then told
to the database in one transaction. Until that commit the item is not there (or as it was); files of a stopped attempt
lie in the folder without a row, and the next filing of the item replaces or removes them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

from bowerbird import clock
from bowerbird.archive import captions, comments, placing, records
from bowerbird.archive.names import inside, item_folder
from bowerbird.archive.placing import ReadyFile
from bowerbird.database import transaction
from bowerbird.errors import JobError, RequestError
from bowerbird.scraping import Comment, FileReady, ItemFound, ScrapedCreator, TranscriptReady
from bowerbird.settings import Settings


class Filing(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt brought of one item.

    `folder` is the attempt's folder below `.partial/`, absolute or relative to that. With `force`, files of the types
    that came anew replace the older ones of the item.
    """

    job_id: str
    target_key: str
    folder: str
    item: ItemFound
    files: tuple[FileReady, ...] = ()
    transcripts: tuple[TranscriptReady, ...] = ()
    comments: tuple[Comment, ...] = ()
    notes: tuple[str, ...] = ()
    force: bool = False


def file_item(db: sqlite3.Connection, settings: Settings, filing: Filing) -> int:
    """Place what an attempt brought and write its rows; returns the item's id.

    Raises JobError `unsafe_file`, `incomplete`, `disk_full` or `internal`, and RequestError as `transaction` does.
    """
    with _told_to_people():
        attempt = _attempt_folder(settings, filing)
        files = [*_scraped(attempt, filing), *_transcript_files(attempt, filing)]
        return _file(db, settings, filing, _with_metadata(attempt, filing, files))


def refresh_item(db: sqlite3.Connection, settings: Settings, filing: Filing) -> int:
    """Write only what is said about an item, its counts and its comments; media and transcripts stay as they are.

    Returns the item's id. Raises as `file_item`, and JobError `internal` where the item is not in the archive.
    """
    with _told_to_people():
        if records.stored(db, filing.item) is None:
            raise JobError("internal", "This is not in the archive.", "Save it first.")
        attempt = _attempt_folder(settings, filing)
        told = tuple(file for file in filing.files if file.file_type == "metadata")
        about = msgspec.structs.replace(filing, files=told, transcripts=(), force=False)
        return _file(db, settings, about, _with_metadata(attempt, about, _scraped(attempt, about)))


def mark_gone(db: sqlite3.Connection, item_id: int) -> None:
    """Remember since when the platform no longer has the item; what was saved stays."""
    with transaction(db):
        db.execute("UPDATE items SET gone_at = coalesce(gone_at, ?) WHERE id = ?", (clock.now(), item_id))


def _file(db: sqlite3.Connection, settings: Settings, filing: Filing, files: list[ReadyFile]) -> int:
    item = filing.item
    folder = _folder_of(db, item)
    placing.place(settings.archive, folder, files)
    with transaction(db):
        item_id = records.save_item(db, item, folder, filing.notes)
        records.save_targets(db, item_id, item, filing.target_key)
        if filing.force:
            records.drop_superseded(db, item_id, folder, files)
        records.save_files(db, item_id, filing.job_id, folder, files)
        records.measure_duration(db, item_id)
        for transcript in filing.transcripts:
            records.save_transcript(db, item_id, transcript)
        comments.save(db, item_id, filing.comments)
    placing.remove_strays(settings.archive, folder, item.platform_id, records.file_names(db, item_id))
    return item_id


def _attempt_folder(settings: Settings, filing: Filing) -> Path:
    folder = Path(filing.folder)
    if folder.is_absolute() and not folder.is_relative_to(settings.partial):
        raise JobError("unsafe_file", detail="the attempt's folder is elsewhere")
    below = folder.relative_to(settings.partial) if folder.is_absolute() else folder
    return inside(inside(settings.archive, settings.partial.name), below.as_posix())


def _scraped(attempt: Path, filing: Filing) -> list[ReadyFile]:
    files = [placing.checked(attempt, filing.item.platform_id, file) for file in filing.files]
    if len({file.name for file in files}) < len(files):
        raise JobError("internal", detail="two files of the item have the same place")
    return files


def _transcript_files(attempt: Path, filing: Filing) -> list[ReadyFile]:
    own = attempt / "filing"
    texts: dict[str, str] = {}
    for transcript in filing.transcripts:
        cues = captions.clean_cues(transcript.cues)
        texts[captions.file_name(transcript, "vtt")] = captions.as_webvtt(cues)
        texts[captions.file_name(transcript, "txt")] = captions.as_text(cues) + "\n"
    return [placing.written(own, name, text, "transcript") for name, text in texts.items()]


def _with_metadata(attempt: Path, filing: Filing, files: list[ReadyFile]) -> list[ReadyFile]:
    """Every folder tells by itself what lies in it, also where the scraper brought no metadata."""
    if any(file.file_type == "metadata" for file in files):
        return files
    text = json.dumps(msgspec.to_builtins(filing.item), ensure_ascii=False, indent=2)
    return [*files, placing.written(attempt / "filing", "metadata.json", text, "metadata")]


def _folder_of(db: sqlite3.Connection, item: ItemFound) -> PurePosixPath:
    """The item's folder: where it was first filed, whatever it is called by now; else a new one of its own."""
    known = records.stored(db, item)
    if known:
        return PurePosixPath(known["folder"])
    name = _creator_name(item.creator)
    folder = item_folder(item.platform, name, item.title, item.platform_id)
    if not records.is_taken(db, folder):
        return folder
    # Ids that differ in capitals alone are one folder on the disks of macOS and Windows.
    digest = hashlib.sha256(item.platform_id.encode()).hexdigest()[:10]
    return item_folder(item.platform, name, item.title, f"{item.platform_id}~{digest}")


def _creator_name(creator: ScrapedCreator | None) -> str | None:
    return (creator.handle or creator.name or creator.platform_id).removeprefix("@") if creator else None


@contextlib.contextmanager
def _told_to_people() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise placing.as_job_error(error) from error
    except RequestError as error:
        if error.code != "disk_full":
            raise
        raise JobError("disk_full") from error
