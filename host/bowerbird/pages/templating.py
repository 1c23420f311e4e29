"""The templates and the words that they may use. Everything that is put into a page is escaped unless it is Markup."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from bowerbird import __version__
from bowerbird.archive import pieces, thumbnails
from bowerbird.pages import appearance, words
from bowerbird.pages.assets import Assets
from bowerbird.pages.prose import prose, spoken

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from bowerbird.archive.reads import File, Item
    from bowerbird.archive.thumbnails import Picture

# Not `templates`: Datasette would take the files there for its own pages.
FOLDER = Path(__file__).with_name("html")
_FILTERS = (
    words.size, words.amount, words.rough, words.playtime, words.span, words.when, words.ago, words.upload_day,
    words.day, words.full_day, words.full_time, words.clock, words.platform, words.kind, words.source, prose, spoken,
)  # fmt: skip
# Shapes of pictures that shelves know, by width over height; a picture takes the nearest.
_RATIOS = (
    ("r-9x16", 0.5625), ("r-3x4", 0.75), ("r-4x5", 0.8), ("r-1x1", 1.0), ("r-4x3", 1.333), ("", 1.778), ("r-2x1", 2.0),
)  # fmt: skip
_BLUR = re.compile("[0-9a-f]{27}")
SHELF = 190
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
        media=media_url, local=local_url, web=web_url, ratio=ratio, platform_icon=platform_icon, blur=blur,
        piece=piece_url, thumbnail=thumbnail_url, srcset=srcset, sizes=sizes,
    )  # fmt: skip
    environment.globals.update(
        asset=assets.url, counted=words.counted, called=words.called, version=__version__,
        form_mark=lambda: secrets.token_hex(8), icon=_icons(assets), appearance=appearance.current.get,
    )  # fmt: skip
    return environment


def _icons(assets: Assets) -> Any:
    """A function that makes the SVG of an icon; kept per name, since a page has a hundred of them."""
    import functools

    from markupsafe import Markup

    sprite = assets.url("sprite.svg")

    @functools.cache
    def icon(name: str, classes: str = "i") -> Markup:
        return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(classes, sprite, name)

    return icon


def media_url(file_path: str | None) -> str:
    """Where the site serves a file of the archive."""
    return f"/media/{quote(file_path)}" if file_path else ""


def thumbnail_url(picture: Picture, width: int) -> str:
    """Where the thumbnail of this width is, or of the next larger one; the picture itself where there is none."""
    return thumbnails.address_of(picture, width)


def piece_url(file: File, item: Item) -> str:
    """Where the small picture of a piece is; the piece itself until there is one."""
    return pieces.address_of(item.id, file.id, item.pieces_at) if item.pieces_at else media_url(file.path)


def srcset(picture: Picture) -> str:
    """All widths, for a browser to choose from; '' where there are not several."""
    if len(picture.widths) < 2:
        return ""
    return ", ".join(f"{thumbnails.address_of(picture, width)} {width}w" for width in picture.widths)


def sizes(picture: Picture) -> str:
    """How wide it stands on a shelf, whose rows are about SHELF pixels high."""
    return f"{round(SHELF * (picture.width or 16) / (picture.height or 9))}px"


def blur(colours: str) -> Markup:
    """Nine soft colours that stand there until the picture has come, as SVG: the policy allows no inline style."""
    from markupsafe import Markup

    if not _BLUR.fullmatch(colours):
        return Markup()
    cells = "".join(
        f'<path fill="#{colours[place * 3 : place * 3 + 3]}" d="M{place % 3} {place // 3}h1v1h-1z"/>'
        for place in range(9)
    )
    return Markup(f'<svg class="blur" viewBox="0 0 3 3" preserveAspectRatio="none" aria-hidden="true">{cells}</svg>')  # noqa: S704 - hexadecimal digits alone


def local_url(address: str | None) -> str:
    """An absolute address of this site without its origin."""
    parts = urlsplit(address or "")
    return parts.path + (f"?{parts.query}" if parts.query else "")


def web_url(address: str | None) -> str:
    """An address that may stand in a link; empty for `javascript:` and whatever else is not the web."""
    return address if address and address.lower().startswith(("https://", "http://")) else ""


def ratio(width: int | None, height: int | None) -> str:
    """The class of the nearest shape."""
    if not width or not height:
        return ""
    shape = width / height
    return min(_RATIOS, key=lambda known: abs(known[1] - shape))[0]


def platform_icon(platform: str) -> str:
    """The glyph of a platform."""
    return f"p-{platform}" if platform in _PLATFORM_ICONS else "p-web"
