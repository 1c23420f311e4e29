"""The templates and the words that they may use. Everything that is put into a page is escaped unless it is Markup."""

from __future__ import annotations

import functools
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from bowerbird import __version__
from bowerbird.archive import pieces
from bowerbird.pages import appearance, pictures, words
from bowerbird.pages.assets import Assets
from bowerbird.pages.cards import cards
from bowerbird.pages.prose import prose, spoken

if TYPE_CHECKING:
    from jinja2 import Environment

    from bowerbird.archive.reads import File, Item

# Not `templates`: Datasette would take the files there for its own pages.
FOLDER = Path(__file__).with_name("html")
_FILTERS = (
    words.size, words.amount, words.rough, words.playtime, words.span, words.when, words.ago, words.upload_day,
    words.day, words.full_day, words.full_time, words.clock, words.platform, words.kind, words.source, words.outcome,
    prose, spoken,
)  # fmt: skip
_PLATFORM_ICONS = ("youtube", "instagram", "tiktok")


def templates(assets: Assets) -> Environment:
    """The environment that all pages are rendered with."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update({function.__name__: function for function in _FILTERS})
    environment.filters.update(
        media=media_url, local=local_url, web=web_url, platform_icon=platform_icon, piece=piece_url,
        blur=pictures.blur,
    )  # fmt: skip
    environment.filters["icon"] = icon = _icons(assets)
    environment.globals.update(
        asset=assets.url, counted=words.counted, called=words.called, version=__version__,
        form_mark=lambda: secrets.token_hex(8), icon=icon, appearance=appearance.current.get,
        thumbnail=pictures.thumbnail, face=pictures.face, cards=functools.partial(cards, icon),
    )  # fmt: skip
    return environment


def _icons(assets: Assets) -> Any:
    """A function that makes the SVG of an icon; kept per name, since a page has a hundred of them."""
    from markupsafe import Markup

    sprite = assets.url("sprite.svg")

    @functools.cache
    def icon(name: str, classes: str = "i") -> Markup:
        return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(classes, sprite, name)

    return icon


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


def platform_icon(platform: str) -> str:
    """The glyph of a platform."""
    return f"p-{platform}" if platform in _PLATFORM_ICONS else "p-web"
