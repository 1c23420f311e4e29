"""Keys: which targets are the same thing, and which of them are archived."""

from __future__ import annotations

import pytest

from bowerbird.archive.filing import file_item
from bowerbird.archive.keys import archived_ids, known_item, target_key
from bowerbird.model import Target


def _target(kind, platform_id="x1", url="https://example.org/x1"):
    return Target(url=url, platform="youtube", kind=kind, platform_id=platform_id, canonical_url=url)


def test_video_short_and_live_of_one_id_are_one_item():
    """YouTube shows one id under several addresses; it is one item."""
    assert {target_key(_target(kind)) for kind in ("video", "short", "live")} == {"youtube:x1"}


def test_a_list_is_told_from_an_item_and_from_other_lists():
    """A playlist and a channel of the same id are two things, and neither is the video of that id."""
    assert len({target_key(_target(kind)) for kind in ("playlist", "channel", "video")}) == 3


def test_without_an_id_the_canonical_url_is_the_key():
    """Where the URL does not tell an id, the URL itself says what is the same."""
    assert target_key(_target("page", None, "https://example.org/a")) == "https://example.org/a"


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1200])
def test_many_keys_are_asked_at_once(db, settings, attempts, count):
    """Any number of keys may be asked; the answer holds those that are archived."""
    item_id = file_item(db, settings, attempts.filing())
    keys = [f"youtube:{number}" for number in range(count)]
    assert archived_ids(db, [*keys, "youtube:aBc-123_xyz"]) == {"youtube:aBc-123_xyz": item_id}
    assert archived_ids(db, keys) == {}


@pytest.mark.parametrize("key", ["", "'", "youtube:' OR 1=1 --", "%", "youtube:*"])
def test_an_odd_key_is_just_unknown(db, settings, attempts, key):
    """A key is compared, never interpreted."""
    file_item(db, settings, attempts.filing())
    assert known_item(db, key) is None
