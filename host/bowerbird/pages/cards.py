"""The cards of a shelf as HTML. Not a template: a page has forty-eight, and a template takes twice as long for them.

What was made is kept for a while: people go to and fro, and few cards change meanwhile.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from markupsafe import Markup, escape

from bowerbird.archive.gallery import Card
from bowerbird.pages import words
from bowerbird.pages.pictures import ratio, thumbnail
from bowerbird.pages.row_parts import Icon

# Of a dozen pages, some 1.3 kB each.
KEPT = 600
_BY_DAY = ("newest", "oldest", "longest")


def cards(
    icon: Icon, of: Sequence[Card], order: str = "archived", eager: int = 12, creator: bool = True, pick: bool = False
) -> Markup:
    """List items for a `shelf`. The first `eager` pictures are loaded at once; `creator` says who each is by.

    `pick` puts a box there to choose an item with, whose form is the bar at the foot of the page.
    """
    made = (_card(icon, card, _known_by(card, order), place >= eager, creator, pick) for place, card in enumerate(of))
    return Markup("".join(made))  # noqa: S704 - all that comes from outside is escaped in it


@functools.lru_cache(KEPT)
def _card(icon: Icon, card: Card, known_by: str, lazy: bool, creator: bool, pick: bool) -> str:
    title = escape(words.called(card.title, card.kind, card.published[:10], card.captured_at))
    shape = ratio(card.picture.width, card.picture.height)
    narrow = " narrow" if shape == "r-9x16" else ""
    by = f'<span dir="auto">{escape(card.creator or words.platform(card.platform))}</span> · ' if creator else ""
    said = f' {icon("quote", "i s")}<span class="sr">with a transcript</span>' if card.spoken else ""
    box = f'<input class="pick" type="checkbox" form="chosen" name="item:{card.id}" aria-label="Choose {title}">'
    return (
        f'<li class="card {shape}{narrow}" data-key="card-{card.id}">'
        f'<div class="pic">{thumbnail(card.picture, card.kind, lazy)}{_chips(icon, card)}</div>'
        f'<h3><a dir="auto" href="/item/{card.id}">{title}</a></h3>'
        f"<p>{by}{known_by}{said}</p>{box if pick else ''}</li>\n"
    )


def _chips(icon: Icon, card: Card) -> str:
    gone = f'<span class="chip note">{icon("gone")}Gone there</span>' if card.gone_at else ""
    return f'<span class="chip">{_what(icon, card)}</span>{gone}' if _is_told(card) else gone


def _is_told(card: Card) -> bool:
    return card.kind == "story" or bool(card.duration) or card.pieces > 1


def _what(icon: Icon, card: Card) -> str:
    if card.kind == "story":
        return f"{icon('story')}Story"
    if not card.duration:
        return f'{icon("carousel")}<span class="sr">Pictures: </span>{card.pieces}'
    sign = f'{icon("audio")}<span class="sr">Sound' if card.kind == "audio" else '<span class="sr">Video'
    return f"{sign}, </span>{words.playtime(card.duration)}"


def _known_by(card: Card, order: str) -> str:
    """What the order goes by: a day, views, or when it was saved."""
    if order in _BY_DAY:
        return f'<time datetime="{escape(card.published)}">{escape(words.upload_day(card.published[:10]))}</time>'
    if order == "viewed" and card.view_count is not None:
        return f"<span>{words.rough(card.view_count)} views</span>"
    at = escape(card.captured_at)
    return f'<time datetime="{at}" title="{at}">{words.ago(card.captured_at)}</time>'
