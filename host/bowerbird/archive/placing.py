"""Whole files go from an attempt's folder to their final names: checked, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath

import msgspec

from bowerbird.archive.names import file_stem, inside
from bowerbird.errors import JobError
from bowerbird.model import FileType
from bowerbird.scraping import FileReady

# What may lie in an archive. Nothing here is run or rendered as a page by a double click.
_IMAGES = frozenset(("jpg", "jpeg", "png", "gif", "webp", "avif", "heic", "heif", "jxl", "bmp", "tif", "tiff"))
_SOUNDS = ("m4a", "mp3", "opus", "ogg", "oga", "flac", "wav", "weba", "aac", "mka", "aiff", "wma")
_FILMS = ("mp4", "m4v", "webm", "mkv", "mov", "ogv", "avi", "flv", "3gp", "mpg", "mpeg", "ts", "wmv")
EXTENSIONS: dict[FileType, frozenset[str]] = {
    "video": frozenset(_FILMS),
    "audio": frozenset((*_SOUNDS, "mp4", "webm")),
    "image": _IMAGES,
    "thumbnail": _IMAGES,
    "metadata": frozenset(("json",)),
    "other": frozenset(("pdf", "txt", "json", "zip", "epub")),
}
_OUT_OF_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class ReadyFile(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file of the attempt, and the name that it gets in the item's folder."""

    source: Path
    name: str
    file_type: FileType
    size: int
    sha256: str
    position: int | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    key: str | None = None


def checked(attempt: Path, platform_id: str, file: FileReady) -> ReadyFile:
    """A scraper's file, if it is what it says and of a kind that is kept.

    Raises JobError `unsafe_file` for a link, a name that leads elsewhere or another extension, `incomplete` where
    the file is missing or of another size.
    """
    extension = PurePosixPath(file.name).suffix[1:].lower()
    if extension not in EXTENSIONS.get(file.file_type, ()):
        raise JobError("unsafe_file", detail=f"a file of the type {file.file_type} named {file.name[-40:]!r}")
    source = inside(attempt, file.name)
    _check_whole(source, file)
    return ReadyFile(
        source=source,
        name=_final_name(platform_id, file, extension),
        file_type=file.file_type,
        size=file.size,
        sha256=file.sha256,
        position=file.position,
        width=file.width,
        height=file.height,
        duration=file.duration,
        key=file.key,
    )


def _check_whole(source: Path, file: FileReady) -> None:
    try:
        found = source.lstat()
    except OSError as error:
        raise JobError("incomplete", detail=f"{file.name[-40:]!r} is missing") from error
    if not stat.S_ISREG(found.st_mode):
        raise JobError("unsafe_file", detail=f"{file.name[-40:]!r} is no regular file")
    if found.st_size != file.size:
        raise JobError("incomplete", detail=f"{found.st_size} of {file.size} bytes")


def _final_name(platform_id: str, file: FileReady, extension: str) -> str:
    if file.file_type == "metadata":
        return "metadata.json"
    stem = "thumbnail" if file.file_type == "thumbnail" else file_stem(platform_id)
    number = "" if file.position is None else f"_{file.position:d}"
    return f"{stem}{number}.{extension}"


def written(folder: Path, name: str, text: str, file_type: FileType) -> ReadyFile:
    """A file of our own making, written below the attempt's folder under its final name.

    Raises JobError `unsafe_file` where a scraper has put a link in its way.
    """
    content = text.encode("utf-8", "replace")
    folder.mkdir(exist_ok=True)
    source = inside(folder.parent, f"{folder.name}/{name}")
    # A hard link can't be told from a file of our own: so nothing that is there is written into.
    source.unlink(missing_ok=True)
    source.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return ReadyFile(source=source, name=name, file_type=file_type, size=len(content), sha256=digest)


def place(archive: Path, folder: PurePosixPath, files: Collection[ReadyFile]) -> None:
    """Give all files their final names in the item's folder, replacing what has these names.

    When it returns, a power cut takes nothing back. All files are flushed before the first gets its name, so that
    none is ever there in part. Raises JobError `unsafe_file` where a link stands in the way, and OSError.
    """
    target = inside(archive, folder)
    for file in files:
        _flush_file(file.source)
    changed = [target, *_make_folders(target)]
    for file in files:
        file.source.replace(target / file.name)
    for one in changed:
        _flush_folder(one)


def _flush_file(path: Path) -> None:
    # Windows flushes only through a handle that may write.
    handle = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
        mode = os.fstat(handle).st_mode
    finally:
        os.close(handle)
    path.chmod(stat.S_IMODE(mode) & 0o644)


def _make_folders(folder: Path) -> list[Path]:
    """Make what is missing; the folders in which a name is new."""
    if folder.is_dir():
        return []
    changed = _make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    return [*changed, folder.parent]


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no way to flush a folder; its journal keeps names.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_strays(archive: Path, folder: PurePosixPath, platform_id: str, keep: Collection[str]) -> None:
    """Remove what earlier attempts left in the item's folder: files with names as ours that are not in `keep`.

    What a person put beside them stays.
    """
    target = inside(archive, folder)
    for name in _strays(target.iterdir(), _made_here(platform_id), keep):
        (target / name).unlink(missing_ok=True)


def _strays(files: Iterable[Path], is_ours: Callable[[str], object], keep: Collection[str]) -> Iterator[str]:
    return (file.name for file in list(files) if file.name not in keep and is_ours(file.name))


def remove_item(archive: Path, folder: PurePosixPath, platform_id: str, file_paths: Iterable[str]) -> None:
    """Remove an item's files, those of stopped attempts too, and its folder where nothing else lies in it.

    What is reached over a link, and what a person put there, stays. Raises OSError.
    """
    for file_path in file_paths:
        with contextlib.suppress(JobError):
            inside(archive, file_path).unlink(missing_ok=True)
    with contextlib.suppress(JobError, FileNotFoundError):
        remove_strays(archive, folder, platform_id, ())
        for empty in (folder, *folder.parents[:-1]):
            if any(inside(archive, empty).iterdir()):
                return
            inside(archive, empty).rmdir()


_BEHIND_THE_STEM = re.compile(rf"(?:_\d+)?\.(?:{'|'.join(sorted(frozenset().union(*EXTENSIONS.values())))})")


def _made_here(platform_id: str) -> Callable[[str], object]:
    # one pattern for all items: compiling one for each is a twentieth of a small item's filing
    stems = (file_stem(platform_id), "thumbnail")
    return lambda name: any(name.startswith(one) and _BEHIND_THE_STEM.fullmatch(name, len(one)) for one in stems)


def as_job_error(error: OSError) -> JobError:
    """What the file system said, for people. The path is not told: it may name the person."""
    if error.errno in _OUT_OF_SPACE:
        return JobError("disk_full")
    return JobError(
        "internal",
        "The archive folder can't be written.",
        "Check the folder's permissions, then try again.",
        detail=errno.errorcode.get(error.errno or 0, "OSError"),
    )
