"""How one browser shows the site: light or dark, how dense, with single keys or without.

It is kept in a cookie of that browser, so that the first thing that is painted is right already.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple

from datasette.utils.asgi import Response

from bowerbird import signin
from bowerbird.errors import RequestError
from bowerbird.pages.visit import Visit, go_to
from bowerbird.settings import Settings

YEAR = 365 * 24 * 3600


class Appearance(NamedTuple):
    """What was chosen; the first value of each of CHOICES where nothing was."""

    theme: str = "system"
    density: str = "comfortable"
    keys: str = "on"


class Choice(NamedTuple):
    """One thing to choose: its name for people, what it means, and its values with their words."""

    title: str
    meaning: str
    values: dict[str, str]


CHOICES: dict[str, Choice] = {
    "theme": Choice(
        "Light or dark", "As your system has it, or always the same.",
        {"system": "As the system", "light": "Light", "dark": "Dark"},
    ),
    "density": Choice(
        "Density", "How many jobs and pictures fit a screen.", {"comfortable": "Comfortable", "compact": "Compact"}
    ),
    "keys": Choice(
        "Single keys", "Keys such as / and j; turn them off if you speak to your computer.", {"on": "On", "off": "Off"}
    ),
}  # fmt: skip
USUAL = Appearance()
# Of the request that is being answered; the gate says it.
current: ContextVar[Appearance] = ContextVar("appearance", default=USUAL)


def cookie_name(settings: Settings) -> str:
    """One for each port, as that of the session."""
    return f"{signin.cookie_name(settings)}_look"


def read(text: str) -> Appearance:
    """The appearance that a cookie says, such as `dark.compact.on`; what it says wrongly is as if it were not said."""
    chosen = USUAL
    for (name, choice), value in zip(CHOICES.items(), text.split("."), strict=False):
        if value in choice.values:
            chosen = chosen._replace(**{name: value})
    return chosen


async def change(visit: Visit) -> Response:
    """Change what the form names, and go back to where the person was. Raises RequestError `bad_request`."""
    form = await visit.form()
    wanted = {name: form[name] for name in CHOICES if name in form}
    if not wanted or not all(value in CHOICES[name].values for name, value in wanted.items()):
        raise RequestError("bad_request", "There is no such appearance.", "Go back and use the buttons of the page.")
    response = go_to(visit.back())
    response.set_cookie(
        cookie_name(visit.site.settings), ".".join(current.get()._replace(**wanted)), max_age=YEAR, path="/",
        httponly=True, samesite="strict",
    )  # fmt: skip
    return response
