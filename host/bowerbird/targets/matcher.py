"""What the rows of a platform's table look like, and how an address is looked up in them.

A table maps the first segment of a path to rows, tried in order; "" is the start page, "*" any segment that is no key.
So a platform's reserved words are keys of its table, and an empty tuple says that nothing below the word can be saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from bowerbird.errors import RequestError
from bowerbird.model import Kind, Target
from bowerbird.targets.address import Address

NO_PARAMETERS: Mapping[str, str] = {}
NAME = r"[^\x00-\x20\x7f-\x9f/\\<>\"]{1,200}"
TEXT = r"[^\x00-\x1f\x7f-\x9f]{1,500}"


class Row(NamedTuple):
    """One form of address.

    `path` is a regular expression for the whole decoded path, `query` one for each parameter that must be there (its
    beginning is enough). Their named groups fill the templates; `keep` names parameters that stay in the canonical URL.
    """

    kind: Kind
    path: str
    canonical: str
    platform_id: str = "{id}"
    creator: str = ""
    query: Mapping[str, str] = NO_PARAMETERS
    keep: tuple[str, ...] = ()


class Wrapper(NamedTuple):
    """A page that only leads to another address, which stands in one of its parameters."""

    path: str
    parameter: str


class Refusal(NamedTuple):
    """A page that is no target, with a sentence of its own."""

    path: str
    message: str
    hint: str


AnyRow: TypeAlias = Row | Wrapper | Refusal
Table: TypeAlias = Mapping[str, tuple[AnyRow, ...]]


class Platform(NamedTuple):
    """One platform: tables by host (without www.), and what to say about its pages that are no target.

    `front_ends` are sites of others with the same ids; what no row knows there is a page of the web. `sigil` stands
    before a creator's name where people write one; groups named in `lower_case` don't depend on case.
    """

    name: str
    title: str
    hosts: Mapping[str, Table]
    hint: str
    front_ends: Mapping[str, Table] = {}
    sigil: str = ""
    lower_case: frozenset[str] = frozenset()


def look_up(platform: Platform, table: Table, address: Address, url: str) -> Target | str | None:
    """The target, or the address that this page leads to, or None where no row knows it.

    Raises RequestError (unsupported_url) where a row says that it is no target.
    """
    route = address.route
    if route is None:
        return None
    for row in table.get(route.partition("/")[0], table["*"]):
        found = _answer(platform, row, route, address, url)
        if found:
            return found
    return None


def _answer(platform: Platform, row: AnyRow, route: str, address: Address, url: str) -> Target | str | None:
    match = re.fullmatch(row.path, route)
    if match is None:
        return None
    if isinstance(row, Refusal):
        raise RequestError("unsupported_url", row.message, row.hint)
    if isinstance(row, Wrapper):
        inner = address.parameter(row.parameter) or ""
        return f"https://{address.host}{inner}" if re.match("/[^/]", inner) else inner
    groups = _groups(row, match, address)
    return None if groups is None else _target(platform, row, groups, address, url)


def _groups(row: Row, match: re.Match[str], address: Address) -> dict[str, str] | None:
    groups = match.groupdict("")
    for name, pattern in row.query.items():
        found = re.match(pattern, address.parameter(name) or "")
        if found is None:
            return None
        groups |= found.groupdict("")
    return groups


def _target(platform: Platform, row: Row, groups: dict[str, str], address: Address, url: str) -> Target:
    names = {name: value.lower() if name in platform.lower_case else value for name, value in groups.items()}
    canonical = row.canonical.format_map({name: quote(value, safe="@:,!~*") for name, value in names.items()})
    for parameter in row.keep:
        value = quote(address.parameter(parameter) or "", safe="")
        canonical += f"{'&' if '?' in canonical else '?'}{parameter}={value}" if value else ""
    return Target(
        url=url,
        platform=platform.name,
        kind=row.kind,
        platform_id=row.platform_id.format_map(names) or None,
        creator=row.creator.format_map(names) or None,
        canonical_url=canonical,
    )
