"""Writes of the interpreter's own SQLite, written down as they happen, so that a power cut can be played later.

A VFS (sqlite.org/vfs.html) of our own is put before the system's, in this process and its children: whatever
code opens a database here is recorded, unchanged. What a disk may do is played by `tests.faults.power`.
"""

from __future__ import annotations

import ctypes
import sqlite3
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any, NamedTuple


class Write(NamedTuple):
    """Bytes that the system was given; they are on the disk after the file's next Sync, or perhaps before."""

    name: str
    offset: int
    content: bytes


class Truncate(NamedTuple):
    """A file was cut to so many bytes."""

    name: str
    size: int


class Sync(NamedTuple):
    """The system was told to put on the disk what it has of the file."""

    name: str


class Delete(NamedTuple):
    """A file was removed."""

    name: str


class Told(NamedTuple):
    """Somebody outside was told this, and relies on it from now on."""

    keys: tuple[str, ...]


Event = Write | Truncate | Sync | Delete | Told


class _Methods(Structure):
    """sqlite3_io_methods, as far as it is the same in all versions."""


_FILE = c_void_p
_WRITE = CFUNCTYPE(c_int, _FILE, c_void_p, c_int, c_int64)
_CUT = CFUNCTYPE(c_int, _FILE, c_int64)
_SYNC = CFUNCTYPE(c_int, _FILE, c_int)
_Methods._fields_ = [
    ("version", c_int), ("close", c_void_p), ("read", c_void_p), ("write", _WRITE), ("truncate", _CUT), ("sync", _SYNC),
    ("rest", c_void_p * 13),
]  # fmt: skip


class _File(Structure):
    _fields_ = (("methods", POINTER(_Methods)),)


class _Vfs(Structure):
    """sqlite3_vfs."""


# The path is an address, not a copy of the words: the file uses it until it is closed (sqlite.org/c3ref/vfs.html).
_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(_File), c_int, POINTER(c_int))
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_Vfs._fields_ = [
    ("version", c_int), ("file_size", c_int), ("longest", c_int), ("next", c_void_p), ("name", c_char_p),
    ("app", c_void_p), ("open", _OPEN), ("delete", _DELETE), ("rest", c_void_p * 14),
]  # fmt: skip


class Recorder:
    """`events` grows with whatever SQLite does in this process, from `install` on."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._names: dict[int, str] = {}
        self._kept: list[Any] = []

    def install(self) -> None:
        """Stand before the system's own VFS until the process ends."""
        library = ctypes.CDLL(_library())
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        system = library.sqlite3_vfs_find(None)
        ours = _Vfs.from_buffer_copy(system.contents)
        ours.name = b"recorder"
        ours.next = None
        ours.open = _OPEN(self._opener(system))
        ours.delete = _DELETE(self._deleter(system))
        self._kept += [ours, system]
        assert library.sqlite3_vfs_register(ctypes.byref(ours), 1) == 0

    def told(self, *keys: str) -> None:
        """An answer left this process."""
        self.events.append(Told(keys))

    def _opener(self, system: Any) -> Callable[..., int]:
        real = system.contents.open

        def opened(_vfs: int, path: int | None, file: Any, flags: int, out: Any) -> int:
            code: int = real(ctypes.addressof(system.contents), path, file, flags, out)
            if code == 0 and path:
                self._names[ctypes.addressof(file.contents)] = Path(ctypes.string_at(path).decode()).name
                file.contents.methods = ctypes.pointer(self._recording(file.contents.methods.contents))
            return code

        return opened

    def _deleter(self, system: Any) -> Callable[..., int]:
        real = system.contents.delete

        def deleted(_vfs: int, path: bytes, sync_folder: int) -> int:
            code: int = real(ctypes.addressof(system.contents), path, sync_folder)
            self.events.append(Delete(Path(path.decode()).name))
            return code

        return deleted

    def _recording(self, real: Any) -> Any:
        methods = _Methods.from_buffer_copy(real)
        really_write, really_cut, really_sync = real.write, real.truncate, real.sync

        def write(file: int, content: int, size: int, offset: int) -> int:
            self.events.append(Write(self._names[file], offset, ctypes.string_at(content, size)))
            return int(really_write(file, content, size, offset))

        def cut(file: int, size: int) -> int:
            self.events.append(Truncate(self._names[file], size))
            return int(really_cut(file, size))

        def sync(file: int, flags: int) -> int:
            code = int(really_sync(file, flags))
            self.events.append(Sync(self._names[file]))
            return code

        methods.write, methods.truncate, methods.sync = _WRITE(write), _CUT(cut), _SYNC(sync)
        self._kept += [methods, real]
        return methods


def _library() -> str:
    """The SQLite that Python's own module uses: the same code in the same process."""
    sqlite3.connect(":memory:").close()
    mapped = Path("/proc/self/maps").read_text("ascii", "replace").splitlines()
    files = [line.split()[-1] for line in mapped if "sqlite3" in line]
    return next((one for one in files if "libsqlite3" in one), files[0])
