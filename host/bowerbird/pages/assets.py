"""Style sheets, scripts and icons: read once, addressed by what they contain, kept by browsers for a year."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).with_name("static")
PREFIX = "/static/"
# Browsers ask for this one by themselves where a page names no icon, as Datasette's do.
FAVICON = "/favicon.ico"
# What every page of ours needs before it is painted: one answer in place of three.
_TOGETHER = {"page.css": ("tokens.css", "look.css", "site.css")}
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Asset(NamedTuple):
    """One file: its content, type, and a mark that changes with the content."""

    content: bytes
    content_type: str
    mark: str


def is_asset(path: str) -> bool:
    """Whether this is for everybody, signed in or not."""
    return path.startswith(PREFIX) or path == FAVICON


class Assets:
    """All files of `static/`, in memory: there are few of them and they are small."""

    def __init__(self, folder: Path = FOLDER) -> None:
        contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _TYPES}
        contents |= {name: b"\n".join(contents[part] for part in parts) for name, parts in _TOGETHER.items()}
        self._files = {name: _asset(name, content) for name, content in contents.items()}

    def url(self, name: str) -> str:
        """Where a file is, so that a changed file has another address. KeyError where there is none."""
        return f"{PREFIX}{name}?v={self._files[name].mark}"

    def answer(self, scope: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Status, headers and body for a request that `is_asset`."""
        name = "icon.svg" if scope["path"] == FAVICON else scope["path"].removeprefix(PREFIX)
        found = self._files.get(name)
        if found is None:
            return 404, [(b"content-type", b"text/plain")], b"There is no such file."
        fresh = found.mark.encode() in scope["query_string"]
        headers = [
            (b"content-type", found.content_type.encode()),
            (b"cache-control", b"public, max-age=31536000, immutable" if fresh else b"no-cache"),
            (b"etag", f'"{found.mark}"'.encode()),
        ]
        if dict(scope["headers"]).get(b"if-none-match") == f'"{found.mark}"'.encode():
            return 304, headers, b""
        return 200, [*headers, (b"content-length", str(len(found.content)).encode())], found.content


def _asset(name: str, content: bytes) -> Asset:
    return Asset(content, _TYPES[Path(name).suffix], hashlib.sha256(content).hexdigest()[:12])
