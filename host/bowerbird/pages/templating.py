"""The templates and the words that they may use. Everything that is put into a page is escaped unless it is Markup."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bowerbird import __version__
from bowerbird.pages import addresses, appearance, job_rows, pictures, row_parts, words
from bowerbird.pages.assets import Assets
from bowerbird.pages.cards import cards
from bowerbird.pages.prose import prose, spoken
from bowerbird.pages.rows import rows

if TYPE_CHECKING:
    from jinja2 import Environment

# Not `templates`: Datasette would take the files there for its own pages.
FOLDER = Path(__file__).with_name("html")
_FILTERS = (
    words.size, words.amount, words.rough, words.playtime, words.span, words.when, words.upcoming, words.ago,
    words.upload_day, words.day, words.full_day, words.full_time, words.clock, words.platform, words.kind, words.source,
    words.outcome, words.said_of, prose, spoken,
)  # fmt: skip


# Of what a page has many, some 2 kB each; and of what it has one, up to 50 kB each.
KEPT, KEPT_ALONE = 1_000, 10

# What templates call it -> what makes it; its first argument is always the function that makes icons.
_ROW_PARTS: dict[str, Callable[..., str]] = {
    "rows": rows, "job_list": job_rows.jobs, "job_row": job_rows.job_row, "job_button": row_parts.button,
    "cure": row_parts.cure,
}  # fmt: skip


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
        media=addresses.media_url, local=addresses.local_url, web=addresses.web_url, piece=addresses.piece_url,
        platform_icon=pictures.platform_icon, blur=pictures.blur,
    )  # fmt: skip
    icon = _icons(assets)
    # as filters: what is written out in a template is made once, when it is compiled
    environment.filters.update(icon=icon, asset=assets.url)
    environment.globals.update(
        counted=words.counted, called=words.called, version=__version__,
        form_mark=lambda: secrets.token_hex(8), appearance=appearance.current.get,
        thumbnail=pictures.thumbnail, face=pictures.face, cards=functools.partial(cards, icon),
    )  # fmt: skip
    environment.globals.update({name: _as_html(made, icon) for name, made in _ROW_PARTS.items()})
    environment.globals.update(kept=_kept(environment, KEPT), kept_alone=_kept(environment, KEPT_ALONE))
    return environment


def _kept(environment: Environment, most: int) -> Callable[..., Markup]:
    """What a template makes of values that are all it looks at, kept: pages show the same again and again."""

    @functools.lru_cache(most)
    def kept(template: str, **values: Any) -> Markup:
        return Markup(environment.get_template(template).render(values))  # noqa: S704 - templates escape

    return kept


def _as_html(made: Callable[..., str], icon: Any) -> Callable[..., Markup]:
    return lambda *asked, **how: Markup(made(icon, *asked, **how))  # noqa: S704 - they escape what is foreign


def _icons(assets: Assets) -> Any:
    """A function that makes the SVG of an icon; kept per name, since a page has a hundred of them."""
    sprite = assets.url("sprite.svg")

    @functools.cache
    def icon(name: str, classes: str = "i") -> Markup:
        return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(classes, sprite, name)

    return icon
