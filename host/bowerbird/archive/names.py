"""Names of folders and files that every file system takes, and the check that a path stays inside its folder."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from pathlib import Path, PurePosixPath

from bowerbird.errors import JobError

# eCryptfs, which encrypted NAS folders use, has the shortest names of today's file systems: 143 bytes.
LONGEST_NAME = 143
_LONGEST_CREATOR = 80
_LONGEST_ID = 64

_FORBIDDEN = frozenset('<>:"/\\|?*')
# learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?", re.IGNORECASE | re.DOTALL
)
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")


def safe_name(text: str, *, max_bytes: int) -> str:
    """A name like `text` that every file system takes; `_` where nothing of it can stay.

    It has at most `max_bytes` bytes of UTF-8 (at least 8), is NFC, and is its own safe name. It never begins with
    a dot, dash or tilde, and never ends with a dot or space.
    """
    spelled = unicodedata.normalize("NFC", "".join(map(_kept, text)))
    name = _cut(" ".join(spelled.split()), max_bytes)
    if _is_reserved(name) or name.startswith(("-", "~")):
        name = _cut(f"_{name}", max_bytes)
    return name or "_"


def _kept(character: str) -> str:
    if character in _FORBIDDEN:
        return "_"
    if character.isspace():
        return " "
    # C*: control, direction marks, surrogates, private use (SMB's way to write `:`), unassigned (APFS refuses these).
    return "" if unicodedata.category(character).startswith("C") else character


def _cut(text: str, max_bytes: int) -> str:
    return text.lstrip(" .").encode()[:max_bytes].decode("utf-8", "ignore").rstrip(" .")


def _is_reserved(name: str) -> bool:
    return _RESERVED.fullmatch(name) is not None


def safe_id(platform_id: str) -> str:
    """The platform's id where it is a plain name, else one like it with a part of its SHA-256; at most 64 bytes."""
    if len(platform_id) <= _LONGEST_ID and _PLAIN_ID.fullmatch(platform_id) and not _is_reserved(platform_id):
        return platform_id
    digest = hashlib.sha256(platform_id.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{safe_name(platform_id, max_bytes=_LONGEST_ID - 11)}~{digest}"


def file_stem(platform_id: str) -> str:
    """What an item's media files are called before `_{n}.{ext}`; a first dash would be taken for an option."""
    name = safe_id(platform_id)
    return f"_{name}" if name.startswith("-") else name


def item_folder(platform: str, creator: str | None, title: str | None, platform_id: str) -> PurePosixPath:
    """Where a new item goes, relative to the archive: `{platform}/{creator}/{title} [{platform_id}]`."""
    tail = f" [{safe_id(platform_id)}]"
    return PurePosixPath(
        re.sub(r"[^a-z0-9_-]|^-", "_", platform.lower())[:_LONGEST_ID] or "_",
        _named(creator, "unknown", _LONGEST_CREATOR),
        _named(title, "untitled", LONGEST_NAME - len(tail.encode())) + tail,
    )


def _named(text: str | None, otherwise: str, max_bytes: int) -> str:
    name = safe_name(text or "", max_bytes=max_bytes)
    return otherwise if name == "_" else name


def inside(folder: Path, relative: str | PurePosixPath) -> Path:
    """The real path of what is called `relative` below `folder`, whether or not it is there yet.

    Raises JobError `unsafe_file` where that leads elsewhere or goes over a link. `folder` itself may be a link.
    """
    base = Path(os.path.realpath(folder))
    wanted = base / relative
    if wanted == base or ".." in wanted.parts or not wanted.is_relative_to(base):
        raise _unsafe()
    try:
        has_links = _has_links(base, wanted)
    except (OSError, ValueError) as error:
        raise _unsafe() from error
    if has_links:
        raise _unsafe()
    return wanted


def _has_links(base: Path, wanted: Path) -> bool:
    # The real path knows the junctions of Windows; a link to itself is its own real path.
    if os.path.normcase(os.path.realpath(wanted)) != os.path.normcase(wanted):
        return True
    return any(place.is_symlink() for place in (wanted, *wanted.parents) if place.is_relative_to(base))


def _unsafe() -> JobError:
    return JobError(
        "unsafe_file",
        "A name or link leads out of the folder that it belongs to.",
        "Look for links in the archive folder, remove them, then try again.",
    )
