"""Settings on the site: what each says of itself, changing it, and how one browser shows the pages."""

from __future__ import annotations

import html
import re
from contextlib import closing
from pathlib import Path

import httpx
import msgspec
import pytest

from bowerbird.database import open_writer
from bowerbird.pages.appearance import Appearance, read
from bowerbird.pages.settings import GROUPS, NAMES
from bowerbird.queue import preferences
from bowerbird.settings import SETTINGS, Settings
from tests.pages import archives
from tests.pages.sites import RunningSite, running, settings_in


def stored(site: RunningSite) -> dict[str, str]:
    """What was changed on the site."""
    with closing(open_writer(site.settings.database)) as db:
        return preferences.stored(db)


def about(page: str, name: str) -> str:
    """The text of one setting's row."""
    found = re.search(
        rf'<div class="setting"[^>]*>(?:(?!<div class="setting").)*<code>{name}</code>.*?</p>', page, re.S
    )
    assert found, name
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.group(0)))) + found.group(0)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_says_what_it_is(person: httpx.Client, setting: object) -> None:
    """Its meaning, its default, its range, and where its value comes from; only behaviour has a field."""
    assert isinstance(setting, tuple)
    row = about(person.get("/settings").text, setting.name)  # type: ignore[attr-defined]
    assert setting.meaning in row  # type: ignore[attr-defined]
    assert setting.name in NAMES  # type: ignore[attr-defined]
    assert (f'name="{setting.name}"' in row) == setting.behaviour  # type: ignore[attr-defined]
    assert "default" in row.lower() or setting.kind == "folder"  # type: ignore[attr-defined]
    if setting.minimum is not None:  # type: ignore[attr-defined]
        assert f"{setting.minimum:g} to" in row  # type: ignore[attr-defined]


def test_all_behaviour_is_in_a_group() -> None:
    """What can be changed stands below a heading of its own kind."""
    named = [name for _, _, names in GROUPS for name in names]
    assert sorted(named) == sorted(setting.name for setting in SETTINGS if setting.behaviour)


def test_a_change_counts_from_now_on(fresh: RunningSite) -> None:
    """What differs is kept and nothing else, the page says where it comes from, and Reset takes it back."""
    with fresh.person() as person:
        same = {"max_items": "500", "transcripts": "en", "retry_delay": "30"}
        assert person.post("/settings/save", data={**same, "quality": "1080", "max_concurrent": "3"}).status_code == 303
        assert stored(fresh) == {"quality": "1080", "max_concurrent": "3"}
        assert "changed here" in about(person.get("/settings").text, "quality")
        back = person.post("/settings/save", data={"reset": "quality"})
        assert (back.status_code, back.headers["location"]) == (303, "/settings?done=reset&changed=quality#saving")
    assert stored(fresh) == {"max_concurrent": "3"}
    with closing(open_writer(fresh.settings.database)) as db:
        assert preferences.effective(db, fresh.settings).max_concurrent == 3


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("max_items", "many", "It takes a whole number from 1 to 1,000,000."),
        ("max_retries", "21", "It takes a whole number from 0 to 20."),
        ("transcripts", "en,<b>", "It takes at most 20 language codes"),
        ("retry_delays", "gone=1s", "It takes for any of"),
        ("quality", "9000", "It takes one of best"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(fresh: RunningSite, name: str, typed: str, said: str) -> None:
    """In words, with what was typed still there; nothing of the form is kept."""
    other = "max_concurrent" if name != "max_concurrent" else "max_items"
    with fresh.person() as person:
        answer = person.post("/settings/save", data={name: typed, other: "7"})
    assert answer.status_code == 422
    row = about(answer.text, name)
    assert said in row
    assert f'id="wrong-{name}"' in row
    if name != "quality":
        assert html.escape(typed) in row
        assert 'aria-invalid="true"' in row
    assert stored(fresh) == {}


@pytest.mark.parametrize("typed", ["2,5", "0,500", "10,00", "1,0000", ",5"])
def test_a_number_may_be_typed_as_it_is_shown(fresh: RunningSite, typed: str) -> None:
    """With commas between thousands; a comma in another place is no number, and what it takes is said."""
    with fresh.person() as person:
        assert person.post("/settings/save", data={"max_items": "10,000"}).status_code == 303
        answer = person.post("/settings/save", data={"retry_delay": typed})
    assert "It takes a number from 0 to 86,400, with a point as in 2.5." in about(answer.text, "retry_delay")
    assert stored(fresh) == {"max_items": "10000"}


def test_a_page_that_is_old_changes_only_what_was_typed(fresh: RunningSite) -> None:
    """What was changed in another tab since stays; the same value in another spelling is no change."""
    with fresh.person() as person:
        person.post("/settings/save", data={"quality": "1080"})
        old = {"shown.quality": "best", "quality": "best", "shown.max_items": "500", "max_items": "0500"}
        person.post("/settings/save", data={**old, "shown.disk_floor_mb": "1000", "disk_floor_mb": "2,048"})
    assert stored(fresh) == {"quality": "1080", "disk_floor_mb": "2048"}


@pytest.mark.parametrize("form", [{"instagram_delay_min": "50"}, {"instagram_delay_max": "2"}])
def test_a_least_pause_above_the_greatest_is_refused(fresh: RunningSite, form: dict[str, str]) -> None:
    """Whichever of the two is changed, it is said at the least one, and nothing is kept."""
    with fresh.person() as person:
        said = person.post("/settings/save", data=form)
        assert said.status_code == 422
        assert "It can&#39;t be more than “Instagram, greatest pause”." in about(said.text, "instagram_delay_min")
        assert stored(fresh) == {}
        both = {"instagram_delay_min": "50", "instagram_delay_max": "60"}
        assert person.post("/settings/save", data=both).status_code == 303


def test_what_was_typed_and_not_saved_stays(fresh: RunningSite) -> None:
    """Taking one setting back leaves in their fields what is changed and not saved of the others."""
    with fresh.person() as person:
        person.post("/settings/save", data={"quality": "1080"})
        form = {"reset": "quality", "quality": "720", "max_items": "7", "max_concurrent": "many"}
        page = person.post("/settings/save", data=form).text
        assert "Back to its default: Greatest picture height." in page
        assert "2 values are typed and not saved yet." in page
        assert 'value="7"' in about(page, "max_items")
        assert 'value="many"' in about(page, "max_concurrent")
    assert stored(fresh) == {}


@pytest.mark.parametrize("name", ["port", "archive", "proxy", "allow_private_hosts", "nothing"])
def test_places_and_safety_are_out_of_reach(fresh: RunningSite, name: str) -> None:
    """Whatever is posted, config.toml alone changes them."""
    with fresh.person() as person:
        person.post("/settings/save", data={name: "1"})
        assert person.post("/settings/save", data={"reset": name}).status_code == 400
        assert "<code>config.toml</code>" in person.get("/settings").text
    assert stored(fresh) == {}


def test_what_the_environment_names_is_shown_as_such(tmp_path: Path) -> None:
    """It counts more than the site, so there is no field."""
    settings: Settings = msgspec.structs.replace(
        settings_in(tmp_path), quality="720", from_environment=frozenset(("quality",))
    )
    with running(settings, archives.small(settings)) as site, site.person() as person:
        row = about(person.get("/settings").text, "quality")
        person.post("/settings/save", data={"quality": "best"})
    assert "BOWERBIRD_QUALITY" in row
    assert 'name="quality"' not in row
    assert stored(site) == {}


def test_a_strange_page_changes_nothing(fresh: RunningSite) -> None:
    """A form of another origin is refused before anything is read."""
    with fresh.person() as person:
        for path in ("/settings/save", "/appearance", "/devices/sign-out", "/sessions/forget"):
            refused = person.post(path, data={"quality": "720"}, headers={"Origin": "http://evil.example"})
            assert refused.status_code == 403
    assert stored(fresh) == {}


@pytest.mark.parametrize(
    ("name", "value", "mark"),
    [
        ("theme", "dark", 'data-theme="dark"'),
        ("density", "compact", 'data-density="compact"'),
        ("keys", "off", 'data-keys="off"'),
    ],
)
def test_a_browser_keeps_its_appearance(site: RunningSite, name: str, value: str, mark: str) -> None:
    """It is in the first byte of every page, also of those that say why not, and in no other browser."""
    with site.person() as person, site.person() as other:
        answer = person.post(
            "/appearance", data={name: value}, headers={"Referer": f"{site.origin}/history?status=failed"}
        )
        assert answer.headers["location"] == "/history?status=failed"
        for path in ("/", "/stats", "/item/4711", "/nowhere"):
            assert mark in person.get(path).text.partition("<head>")[0]
        assert ("/static/dark.css" in person.get("/archive/items").text) == (value == "dark")
        assert mark not in other.get("/").text.partition("<head>")[0]
        assert person.post("/appearance", data={name: "<script>"}).status_code == 400


@pytest.mark.parametrize("text", ["", "dark", "dark.compact.off.more", '<.>."', "..", "x" * 5000])
def test_any_cookie_is_an_appearance(text: str) -> None:
    """What it says wrongly is as if it were not said."""
    known = {"dark": Appearance("dark"), "dark.compact.off.more": Appearance("dark", "compact", "off")}
    assert read(text) == known.get(text, Appearance())
