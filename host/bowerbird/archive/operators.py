"""What a search says beside its words: `from: platform: kind: year: tag:`, also with a minus before it, and `in:`.

What makes no sense as an operator is words: no text is an error.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from bowerbird.archive.marks import tidy_tag
from bowerbird.archive.reads import tags
from bowerbird.archive.words import fold, parse_query
from bowerbird.database import json_list

_OPERATOR = re.compile(r'(?<!\S)(-?)(from|platform|kind|year|tag|in):(?:"([^"]*)"?|(\S+))', re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})(?:(?:-|\.\.)(\d{4}))?")
_LONGEST = 400
_MOST = 16
_MOST_CREATORS = 50
# what people write -> the tables in which words are looked for, and the columns of the items' own words
PLACES: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
    "titles": (frozenset(("items",)), ("title",)),
    "captions": (frozenset(("items",)), ("description", "hashtags")),
    "speech": (frozenset(("transcripts",)), ()),
    "comments": (frozenset(("comments",)), ()),
    "notes": (frozenset(("marks",)), ()),
}
_PLACE_WORDS = {
    "title": "titles", "caption": "captions", "description": "captions", "descriptions": "captions",
    "hashtags": "captions", "transcript": "speech", "transcripts": "speech", "comment": "comments",
    "note": "notes", "tags": "notes",
}  # fmt: skip
_KIND_WORDS = {"picture": "image", "photo": "image", "carousel": "post", "sound": "audio", "stories": "story"}
ANYWHERE: tuple[frozenset[str], tuple[str, ...]] = (frozenset(("items", "transcripts", "comments", "marks")), ())
_TAGGED = "tag IN (SELECT value FROM json_each(:{}))"


class Operator(msgspec.Struct, frozen=True):
    """One of them; `negative` where it says what must not be."""

    name: str
    value: str
    negative: bool


class Conditions(msgspec.Struct, frozen=True):
    """What items must be: conditions on their rows, and for each positive one how to list the items that fit alone.

    `listed` is the one of a tag or creator, whose items an index lists however far back they lie; '' for none.
    """

    where: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    listed: str = ""
    values: dict[str, Any] = {}


def taken_apart(text: str) -> tuple[str, tuple[Operator, ...]]:
    """The words of a query without its operators, and these."""
    found: list[Operator] = []

    def take(match: re.Match[str]) -> str:
        operator = _operator(match[2].lower(), (match[3] or match[4] or "").strip(), bool(match[1]))
        if operator is None or len(found) >= _MOST:
            return match[0]
        found.append(operator)
        return " "

    words = _OPERATOR.sub(take, text[:_LONGEST])
    return words, tuple(found)


def _operator(name: str, value: str, negative: bool) -> Operator | None:
    if name == "year":
        return Operator(name, value, negative) if _YEARS.fullmatch(value) else None
    if name == "in":
        place = _PLACE_WORDS.get(value.lower(), value.lower())
        return Operator(name, place, False) if place in PLACES and not negative else None
    return Operator(name, value, negative) if value.strip("@") else None


def place_in(operators: Iterable[Operator]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The tables to look in, and the columns of the first; the last `in:` counts."""
    places = [PLACES[one.value] for one in operators if one.name == "in"]
    return places[-1] if places else ANYWHERE


def conditions_of(db: sqlite3.Connection, operators: Iterable[Operator]) -> Conditions:
    """What these operators ask of items' rows. `from:` fits a whole name or handle, else those that begin so."""
    where: list[str] = []
    alone: list[str] = []
    listed = ""
    values: dict[str, Any] = {}
    for number, one in enumerate(operators):
        condition = _condition(db, one, f"o{number}", values)
        if condition is None:
            continue
        where.append(f"NOT ({condition})" if one.negative else condition)
        if not one.negative:
            alone.append(_alone(one, f"o{number}", condition))
            listed = listed or (alone[-1] if one.name in ("tag", "from") else "")
    return Conditions(tuple(where), tuple(alone), listed, values)


def _alone(one: Operator, name: str, condition: str) -> str:
    # from a tag to its items: to ask each item for its tags would take as long as there are items
    tagged = f"SELECT item_id AS id FROM tags INDEXED BY tags_tag WHERE {_TAGGED.format(name)}"
    return tagged if one.name == "tag" else f"SELECT id FROM items WHERE {condition}"


def _condition(db: sqlite3.Connection, one: Operator, name: str, values: dict[str, Any]) -> str | None:
    if one.name == "in":
        return None
    if one.name == "from":
        # an item without a creator is from nobody, so it is not from anybody that is named either
        column = "coalesce(creator_id, 0)" if one.negative else "creator_id"
        return f"{column} IN ({', '.join(map(str, creators_called(db, one.value)))})"
    if one.name == "tag":
        values[name] = json_list(tags_called(db, one.value))
        return f"EXISTS (SELECT 1 FROM tags WHERE item_id = items.id AND {_TAGGED.format(name)})"
    if one.name == "year":
        years = _YEARS.fullmatch(one.value)
        assert years is not None  # else it would be no operator
        values[name], values[f"{name}b"] = int(years[1]), int(years[2] or years[1])
        return f"year BETWEEN :{name} AND :{name}b"
    values[name] = _kind(one.value.lower()) if one.name == "kind" else one.value.lower()
    return f"{one.name} = :{name}"


_BARE = re.compile(r"(?<!\S)-?(from|platform|kind|year|tag|in):(?!\S)", re.IGNORECASE)
_LOWER_OR = re.compile(r"\S\s+or\s+\S")
# OR beside what stands for an operator
_OR_BESIDE = re.compile(r"(?<!\S)(?:OR\s+:|:\s+OR)(?!\S)")
_QUOTES = "; one of several words stands in quotes"
# What is said of those with a value that makes them words.
_TAKES = {
    "year": "“year:” takes a year, or two: year:2024, year:2020-2024.",
    "in": f"“in:” takes one of {', '.join(PLACES)}.",
}
# What there is at all, of what an operator may name.
_HELD = {
    "platform": "SELECT platform FROM totals WHERE items > 0 ORDER BY 1",
    "kind": "SELECT DISTINCT kind FROM shelves WHERE creator_id = 0 AND items > 0 ORDER BY 1",
}


def unfit(db: sqlite3.Connection, text: str) -> tuple[str, ...]:
    """Of a query that found nothing: a sentence for each part of it that fits no item, whatever else is asked."""
    left, operators = taken_apart(text)
    odd = dict.fromkeys(filter(None, map(_takes, _OPERATOR.finditer(left))))
    fits_none = filter(None, (_unfit(db, one) for one in operators if not one.negative))
    return (*_habits(text, left, operators), *odd, *fits_none)


def _habits(text: str, words: str, operators: Sequence[Operator]) -> Iterator[str]:
    """What people are used to from elsewhere, and what is missing."""
    bare = _BARE.search(words)
    if bare:
        yield f"What “{bare[1].lower()}:” takes stands right behind it, without a space."
    if _OR_BESIDE.search(_OPERATOR.sub(":", text)):
        yield "“OR” joins words alone: from:, kind: and the like all have to fit."
    if _LOWER_OR.search(words):
        yield "In capitals, “OR” finds what has one of two words."
    if parse_query(words) is None and all(one.negative or one.name == "in" for one in operators):
        yield "Say also what has to be there: a word, or something like kind:video."


def _takes(match: re.Match[str]) -> str | None:
    """What is said of an operator whose value made it words."""
    name = match[2].lower()
    is_none = _operator(name, (match[3] or match[4] or "").strip(), negative=False) is None
    return _TAKES.get(name) if is_none and not match[1] else None


def _unfit(db: sqlite3.Connection, one: Operator) -> str | None:
    if one.name == "from":
        return None if creators_called(db, one.value) else f"No creator here is called “{one.value}”."
    if one.name == "tag":
        return None if tags_called(db, one.value) else f"You gave nothing the tag “{one.value}”{_QUOTES}."
    if one.name not in _HELD:
        return None
    held = [row[0] for row in db.execute(_HELD[one.name])]
    wanted = _kind(one.value.lower()) if one.name == "kind" else one.value.lower()
    if wanted in held:
        return None
    return f"There is no {one.name} “{one.value}” here{', only ' if held else ''}{', '.join(held)}."


def _kind(word: str) -> str:
    single = word.removesuffix("s")
    return _KIND_WORDS.get(word) or _KIND_WORDS.get(single) or single


def creators_called(db: sqlite3.Connection, name: str) -> tuple[int, ...]:
    """Ids of creators of that name or handle, capitals aside; where there is none, of those that begin so."""
    plain = name.removeprefix("@")
    exact = (
        "SELECT id FROM creators WHERE handle = ? COLLATE NOCASE UNION SELECT id FROM creators WHERE handle = ? COLLATE"
        f" NOCASE UNION SELECT id FROM creators WHERE name = ? COLLATE NOCASE LIMIT {_MOST_CREATORS}"
    )
    found = db.execute(exact, (plain, f"@{plain}", plain)).fetchall()
    if not found:
        # a range, not LIKE: with a name from outside in it, LIKE would not use the index
        begin = (plain, plain + "\U0010ffff")
        prefixed = (
            "SELECT id FROM creators WHERE handle >= ? COLLATE NOCASE AND handle < ? COLLATE NOCASE"
            " UNION SELECT id FROM creators WHERE handle >= ? COLLATE NOCASE AND handle < ? COLLATE NOCASE"
            " UNION SELECT id FROM creators WHERE name >= ? COLLATE NOCASE AND name < ? COLLATE NOCASE"
            f" LIMIT {_MOST_CREATORS}"
        )
        found = db.execute(prefixed, (*begin, *(f"@{one}" for one in begin), *begin)).fetchall()
    return tuple(row[0] for row in found)


def tags_called(db: sqlite3.Connection, name: str) -> tuple[str, ...]:
    """The person's tags of that name, capitals and accents aside, as in the search for words."""
    plain = fold(tidy_tag(name))
    return tuple(tag for tag in tags(db, limit=-1) if fold(tag) == plain)
