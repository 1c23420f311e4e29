"""Settings that are changed on the site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bowerbird.errors import RequestError
from bowerbird.queue import actions, events, preferences
from bowerbird.settings import SETTINGS, Settings, SettingState, load_settings
from tests.queue.conftest import Queue, video_url

Load = Callable[..., Settings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """`load(config, **variables)`: the settings of a process that starts so."""

    def read(config: str = "", **variables: str) -> Settings:
        (tmp_path / "config.toml").write_text(config)
        return load_settings({"BOWERBIRD_HOME": str(tmp_path), **variables})

    return read


def state(queue: Queue, settings: Settings, name: str) -> SettingState:
    """One of the states."""
    return next(one for one in preferences.states(queue.db, settings) if one.name == name)


@pytest.mark.parametrize(
    ("config", "site", "variables", "value", "source"),
    [
        ("", None, {}, 2, "default"),
        ("max_concurrent = 3", None, {}, 3, "config"),
        ("max_concurrent = 3", 4, {}, 4, "site"),
        ("max_concurrent = 3", 4, {"BOWERBIRD_MAX_CONCURRENT": "5"}, 5, "environment"),
    ],
)
def test_what_counts(
    queue: Queue, load: Load, config: str, site: int | None, variables: dict[str, str], value: int, source: str
) -> None:
    """Environment, then site, then config.toml, then the default; and it is told which it was."""
    settings = load(config, **variables)
    preferences.change(queue.db, {"max_concurrent": site})
    told = state(queue, settings, "max_concurrent")
    assert preferences.effective(queue.db, settings).max_concurrent == value
    assert (told.value, told.default, told.source) == (value, 2, source)
    assert told.changeable == (source != "environment")


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("max_items", "12", 12),
        ("retry_delay", 0.05, 0.05),
        ("quality", "1080", "1080"),
        ("transcripts", ["en", "pt-BR"], ("en", "pt-BR")),
        ("transcripts", "none", ()),
        ("transcripts", ["all"], ("all",)),
    ],
)
def test_a_value_comes_back_as_it_was_meant(queue: Queue, name: str, value: object, read: object) -> None:
    """What was chosen on the site is what counts, whatever its kind."""
    preferences.change(queue.db, {name: value})
    assert getattr(preferences.effective(queue.db, queue.settings), name) == read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_concurrent", 0),
        ("max_concurrent", 2.5),
        ("max_concurrent", True),
        ("max_concurrent", "many"),
        ("retry_delay", float("nan")),
        ("quality", "4711"),
        ("transcripts", ["not a language"]),
        ("transcripts", 7),
        ("archive", "/elsewhere"),
        ("proxy", "http://127.0.0.1:1"),
        ("allow_private_hosts", True),
        ("nonsense", 1),
    ],
)
def test_what_can_not_be_is_refused_with_all_that_came_with_it(queue: Queue, name: str, value: object) -> None:
    """Out of range, of another kind, no behaviour, or no setting at all: a sentence, and nothing is changed."""
    with pytest.raises(RequestError) as refused:
        preferences.change(queue.db, {"max_items": 7, name: value})
    assert refused.value.code == "bad_request"
    assert name in refused.value.message
    assert preferences.stored(queue.db) == {}


def test_none_is_back_to_what_it_was(queue: Queue) -> None:
    """None takes the change back; each change is a line of the log, and what changes nothing is none."""
    for value in (7, 7, None):
        preferences.change(queue.db, {"max_items": value})
    assert preferences.stored(queue.db) == {}
    said = [event.message for event in reversed(events.read(queue.db, component="site"))]
    assert said == ["max_items is 7 now.", "max_items is no longer changed here."]


def test_what_another_version_wrote_has_no_effect(queue: Queue) -> None:
    """A name or a value of a version to come is passed over."""
    rows = [("max_items", "plenty"), ("colour", "blue"), ("archive", "/elsewhere")]
    queue.db.executemany("INSERT INTO settings (name, value, updated_at) VALUES (?, ?, '')", rows)
    assert preferences.effective(queue.db, queue.settings) == queue.settings


def test_no_state_tells_a_password(queue: Queue, load: Load) -> None:
    """Of a proxy the address is told, never who may use it."""
    told = state(queue, load(BOWERBIRD_PROXY="http://me:hunter2@127.0.0.1:3128"), "proxy")
    assert told.value == "http://127.0.0.1:3128"


def test_each_setting_says_what_it_takes(queue: Queue) -> None:
    """Numbers have a range and choices are named, so that a page needs to know no setting; all fits into JSON."""
    states = preferences.states(queue.db, queue.settings)
    assert [one.name for one in states] == [one.name for one in SETTINGS]
    for one in states:
        is_number = one.kind in ("whole", "number")
        assert is_number == (one.minimum is not None and one.maximum is not None), one.name
        assert (one.kind == "choice") == bool(one.choices), one.name
        assert one.meaning.endswith("."), one.name
    assert msgspec.json.encode(states)


def test_continue_goes_on_by_what_counts_now(queue: Queue) -> None:
    """How many more members of a list are taken is as it was last chosen on the site."""
    list_id = queue.list_of(video_url(1))
    queue.db.execute("UPDATE jobs SET status = 'waiting', wait_reason = 'confirm' WHERE id = ?", (list_id,))
    preferences.change(queue.db, {"max_items": 3})
    before: Any = queue.one("SELECT items_done + items_failed FROM jobs WHERE id = ?", list_id)
    actions.act(queue.db, queue.settings, [list_id], "continue")
    assert queue.one("SELECT items_limit FROM jobs WHERE id = ?", list_id) == before + 3
