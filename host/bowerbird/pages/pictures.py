"""A picture of a list as HTML. Not a template: a page has forty-eight, each the same few signs around numbers."""

from __future__ import annotations

import functools
import re
from bisect import bisect
from itertools import pairwise

from markupsafe import Markup, escape

from bowerbird.archive.thumbnails import Picture, address_of, addresses_of
from bowerbird.pages import words

# How high a row of a shelf is at least, in pixels (--shelf of tokens.css is 168): up to a tenth more is not seen.
SHELF = 178
# Where nothing else is said: what a card of a shelf is wide at least.
CARD_WIDTH = 320
_FACE_WIDTH = 100
# How many faces are kept as HTML: the same creators stand on one page after the other.
KEPT = 200
# Shapes of pictures that shelves know, by width over height; a picture takes the nearest.
_RATIOS = (
    ("r-9x16", 0.5625), ("r-3x4", 0.75), ("r-4x5", 0.8), ("r-1x1", 1.0), ("r-4x3", 1.333), ("", 1.778), ("r-2x1", 2.0),
)  # fmt: skip
_BETWEEN = [(narrow + wide) / 2 for (_, narrow), (_, wide) in pairwise(_RATIOS)]
_PLATFORM_ICONS = ("youtube", "instagram", "tiktok")
_COLOURS = re.compile("([0-9a-f]{3})" * 9)
_BLUR = '<svg class="blur" viewBox="0 0 3 3" preserveAspectRatio="none" aria-hidden="true">{}</svg>'.format(
    "".join(f'<path fill="#%s" d="M{place % 3} {place // 3}h1v1h-1z"/>' for place in range(9))
)


def thumbnail(picture: Picture | None, kind: str, lazy: bool = True, width: int = 0) -> Markup:
    """The picture; words where nothing shows the item.

    `width` is that of its place in pixels, 0 on a shelf. `lazy` ones wait until they come near, over their colours;
    what is loaded at once is there as soon as these would be painted.
    """
    address = address_of(picture, width or CARD_WIDTH) if picture else ""
    if picture is None or not address:
        return Markup('<div class="blankpic">{}<br>without a picture</div>').format(words.kind(kind))
    sides = f' width="{picture.width}" height="{picture.height}"' if picture.width else ""
    until_then, loading = (blur(picture.blur), ' loading="lazy"') if lazy else ("", "")
    return Markup(  # noqa: S704 - addresses are escaped, all else are digits
        f'{until_then}<img src="{escape(address)}"{_several(picture, width)}{sides} alt=""{loading} decoding="async">'
    )


@functools.lru_cache(KEPT)
def face(picture: Picture | None) -> Markup:
    """A small square; nothing where nothing shows the item."""
    address = address_of(picture, _FACE_WIDTH) if picture else ""
    if not address:
        return Markup()
    return Markup('<img src="{}" width="112" height="112" alt="" loading="lazy" decoding="async">').format(address)


def blur(colours: str) -> Markup:
    """Nine soft colours that stand there until the picture has come, as SVG: the policy allows no inline style."""
    found = _COLOURS.fullmatch(colours)
    return Markup(_BLUR % found.groups()) if found else Markup()  # noqa: S704 - hexadecimal digits alone


def platform_icon(platform: str) -> str:
    """The name of a platform's glyph."""
    return f"p-{platform}" if platform in _PLATFORM_ICONS else "p-web"


def ratio(width: int | None, height: int | None) -> str:
    """The class of the nearest shape."""
    return _RATIOS[bisect(_BETWEEN, width / height)][0] if width and height else ""


def _several(picture: Picture, width: int) -> str:
    """All widths, for a browser to choose from; '' where there are not several."""
    if len(picture.widths) < 2:
        return ""
    addresses = ", ".join(f"{address} {one}w" for one, address in addresses_of(picture))
    return f' srcset="{escape(addresses)}" sizes="{width or _width_on_a_shelf(picture)}px"'


def _width_on_a_shelf(picture: Picture) -> int:
    return round(SHELF * (picture.width or 16) / (picture.height or 9))
