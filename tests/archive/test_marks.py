"""What a person adds to an item: tags, a note, and where they stopped."""

from __future__ import annotations

import sqlite3

import pytest

from bowerbird.archive import marks, trash
from bowerbird.archive.filing import file_item
from bowerbird.archive.reads import Item, item, tags
from bowerbird.errors import RequestError
from bowerbird.settings import Settings
from tests.archive.conftest import Attempts


@pytest.fixture
def item_id(db: sqlite3.Connection, settings: Settings, attempts: Attempts) -> int:
    """An item that was filed."""
    return file_item(db, settings, attempts.filing())


def seen(db: sqlite3.Connection, item_id: int) -> Item:
    """The item as pages see it."""
    found = item(db, item_id)
    assert found
    return found


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("recipes", "recipes"), ("  to   show\tat seminar\n", "to show at seminar"), ("#birds", "birds"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"), ("a\x00b", "a b"), ("🪶", "🪶"),
        ("\u0637\u064a\u0631", "\u0637\u064a\u0631"),
    ],
)  # fmt: skip
def test_a_tag_is_stored_tidily(db: sqlite3.Connection, item_id: int, text: str, tag: str) -> None:
    """A tag is one line without a hash; it can be given twice, in any case, and taken away."""
    assert marks.add_tags(db, item_id, text) == (tag,)
    assert marks.add_tags(db, item_id, tag.upper()) == (tag,)
    assert (seen(db, item_id).tags, tags(db)) == ((tag,), (tag,))
    marks.remove_tag(db, item_id, tag)
    marks.remove_tag(db, item_id, tag)
    assert seen(db, item_id).tags == ()


def test_commas_part_tags(db: sqlite3.Connection, item_id: int) -> None:
    """Whoever types several gets several, or none where one of them is no tag."""
    assert marks.add_tags(db, item_id, "birds, #blue ,,Birds,") == ("birds", "blue", "birds")
    assert seen(db, item_id).tags == ("birds", "blue")
    with pytest.raises(RequestError):
        marks.add_tags(db, item_id, f"good, {'x' * 61}")
    assert seen(db, item_id).tags == ("birds", "blue")
    assert marks.add_tags_to(db, [item_id, 4711], "nest, twig") == 1
    assert marks.remove_tags_from(db, [item_id], "NEST, birds, unknown") == 1
    assert seen(db, item_id).tags == ("blue", "twig")


@pytest.mark.parametrize("text", ["", "  ", "#", "\x00", "x" * 61, ",", " , ,"])
def test_a_tag_that_is_none_is_refused(db: sqlite3.Connection, item_id: int, text: str) -> None:
    """A tag says something, briefly."""
    with pytest.raises(RequestError) as refused:
        marks.add_tags(db, item_id, text)
    assert refused.value.code == "bad_request"


def test_tags_are_bounded(db: sqlite3.Connection, item_id: int) -> None:
    """One can't give an item tags without end."""
    for n in range(marks.MOST_TAGS):
        marks.add_tags(db, item_id, f"tag {n:03}")
    with pytest.raises(RequestError):
        marks.add_tags(db, item_id, "one more")
    assert len(seen(db, item_id).tags) == len(tags(db)) == marks.MOST_TAGS


def test_a_note_is_the_persons_own(db: sqlite3.Connection, settings: Settings, attempts: Attempts) -> None:
    """It is kept when the item is saved again, changed and removed by the person alone."""
    item_id = file_item(db, settings, attempts.filing(notes=("There is no transcript.",)))
    marks.set_note(db, item_id, "  for the seminar\r\non Tuesday ")
    file_item(db, settings, attempts.filing(force=True))
    assert (seen(db, item_id).own_note, seen(db, item_id).note) == (
        "for the seminar\non Tuesday",
        "There is no transcript.",
    )
    marks.set_note(db, item_id, " ")
    assert seen(db, item_id).own_note is None
    with pytest.raises(RequestError) as refused:
        marks.set_note(db, item_id, "x" * (marks.LONGEST_NOTE + 1))
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    ("second", "duration", "kept"),
    [
        (754, 1471, 754.0),
        (2, 1471, None),
        (1468, 1471, None),
        (1450, 1471, None),
        (8, 15, None),
        (43000, 43200, 43000.0),
    ],
)
def test_a_place_worth_going_back_to(
    db: sqlite3.Connection, item_id: int, second: float, duration: float, kept: float | None
) -> None:
    """The begin, the end and what is short are no places to go on from."""
    marks.set_place(db, item_id, 99, 300)
    marks.set_place(db, item_id, second, duration)
    assert seen(db, item_id).resume_seconds == kept


def test_what_lies_in_the_trash_is_left_alone(db: sqlite3.Connection, item_id: int) -> None:
    """A window that still shows it can't change it."""
    trash.put_away(db, item_id)
    for act in (
        lambda: marks.add_tags(db, item_id, "late"), lambda: marks.set_note(db, item_id, "late"),
        lambda: marks.set_place(db, item_id, 50, 100), lambda: marks.remove_tag(db, item_id, "late"),
    ):  # fmt: skip
        with pytest.raises(RequestError) as refused:
            act()
        assert refused.value.code == "wrong_state"
