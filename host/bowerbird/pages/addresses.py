"""Where things are on this site, and what may stand in a link."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from bowerbird.archive import pieces

if TYPE_CHECKING:
    from bowerbird.archive.reads import File, Item


def media_url(file_path: str | None) -> str:
    """Where the site serves a file of the archive."""
    return f"/media/{quote(file_path)}" if file_path else ""


def piece_url(file: File, item: Item) -> str:
    """Where the small picture of a piece is; the piece itself until there is one."""
    return pieces.address_of(item.id, file.id, item.pieces_at) if item.pieces_at else media_url(file.path)


def local_url(address: str | None) -> str:
    """An absolute address of this site without its origin."""
    parts = urlsplit(address or "")
    return parts.path + (f"?{parts.query}" if parts.query else "")


def web_url(address: str | None) -> str:
    """An address that may stand in a link; empty for `javascript:` and whatever else is not the web."""
    return address if address and address.lower().startswith(("https://", "http://")) else ""
