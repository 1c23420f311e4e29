"""The documentation says what the code does: nothing is missing there, and nothing there is made up."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.cli import build_parser
from bowerbird.errors import JOB_ADVICE, REQUEST_ADVICE
from bowerbird.messages.requests import REQUESTS
from bowerbird.model import FINAL_STATUSES, Job
from bowerbird.pages.routes import page_at
from bowerbird.settings import SETTINGS, load_settings

CHECKOUT = Path(__file__).parents[2]
PAGES = sorted(CHECKOUT.glob("*.md"))


def text(name: str) -> str:
    """A page of the documentation."""
    return (CHECKOUT / name).read_text("utf-8")


def section(name: str, title: str) -> str:
    """A page from one heading to the next of the same or a higher level."""
    level, rest = re.split(rf"^(#+) {re.escape(title)}$", text(name), maxsplit=1, flags=re.MULTILINE)[1:]
    return re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(table: str) -> list[str]:
    """The code at the beginning of each row of the tables in a text."""
    return re.findall(r"^\| `([^`]+)` \|", table, flags=re.MULTILINE)


def row(table: str, first: str) -> str:
    """The whole row that begins with this code."""
    return next(line for line in table.splitlines() if line.startswith(f"| `{first}` |"))


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every command of the command line."""
    actions = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(next(actions).choices)


def test_every_command_is_in_the_readme() -> None:
    """The table of commands has exactly those that there are."""
    named = [
        cell.split()[1] for cell in first_cells(section("README.md", "Daily use")) if cell.startswith("bowerbird ")
    ]
    assert sorted(named) == sorted(commands())


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """The options of a command and of its actions."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return set(parser._option_string_actions).union(
        *(options_of(one) for all_ in below for one in all_.choices.values())
    )


def spoken() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each `bowerbird …` anywhere in the pages, with the command and its options."""
    for page in PAGES:
        for line in re.findall(
            r"(?:`|^    |: )bowerbird ([a-z]+)([^`\n]*)", page.read_text("utf-8"), flags=re.MULTILINE
        ):
            yield page.name, line[0], tuple(re.findall(r"--[a-z-]+", line[1]))


@pytest.mark.parametrize(("page", "command", "options"), sorted(set(spoken())))
def test_every_spoken_command_exists(page: str, command: str, options: tuple[str, ...]) -> None:
    """Whoever types what a page says is understood."""
    known = commands()
    assert command in known, page
    assert set(options) <= options_of(known[command]), page


@pytest.mark.parametrize("code", [advice.hint for advice in (*REQUEST_ADVICE.values(), *JOB_ADVICE.values())])
def test_every_command_in_a_hint_exists(code: str) -> None:
    """The next step that an error names can be taken."""
    for command in re.findall(r"bowerbird ([a-z]+)", code):
        assert command in commands()


def test_every_setting_is_in_the_readme() -> None:
    """The table of settings has exactly those that there are, and marks those that are about behaviour."""
    table = section("README.md", "Settings")
    assert sorted(first_cells(table)) == sorted(setting.name for setting in SETTINGS)
    for setting in SETTINGS:
        assert ("*site*" in row(table, setting.name)) == setting.behaviour, setting.name


def test_the_readme_promises_no_page_that_is_not_there() -> None:
    """That the site changes settings is said from the day on which it has a page for that."""
    section_text = section("README.md", "Settings")
    assert ("the site has no page for that yet" in section_text) is (page_at("/settings") is None)


def test_defaults_in_the_readme_are_true(tmp_path: Path) -> None:
    """A default that a person reads is the one that counts."""
    settings = load_settings({"BOWERBIRD_HOME": str(tmp_path)})
    table = section("README.md", "Settings")
    for name in (setting.name for setting in SETTINGS if setting.name not in ("archive", "home")):
        value = getattr(settings, name)
        shown = (
            ",".join(value) if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else value
        )
        shown = f"{shown:g}" if isinstance(shown, float) else str(shown) or "none"
        assert row(table, name).split("|")[2].strip() == shown, name


def test_the_config_in_the_readme_can_be_read(tmp_path: Path) -> None:
    """The example of config.toml is one."""
    example = re.findall(r"^    # config\.toml\n((?:    .*\n)+)", text("README.md"), flags=re.MULTILINE)[0]
    (tmp_path / "config.toml").write_text(re.sub(r"^    ", "", example, flags=re.MULTILINE))
    assert load_settings({"BOWERBIRD_HOME": str(tmp_path)}).transcripts == ("en", "de")


@pytest.mark.parametrize(
    ("title", "codes"), [("Codes of replies", set(REQUEST_ADVICE)), ("Codes of jobs", set(JOB_ADVICE))]
)
def test_every_error_code_is_in_the_protocol(title: str, codes: set[str]) -> None:
    """The tables of codes have exactly those that there are."""
    assert set(first_cells(section("PROTOCOL.md", title))) == codes


@pytest.mark.parametrize("code", JOB_ADVICE)
def test_what_follows_a_job_error(code: str) -> None:
    """Whether a job is tried again, waits, or concerns one member is told as it is."""
    then = row(section("PROTOCOL.md", "Codes of jobs"), code).split("|")[3]
    advice = JOB_ADVICE[code]
    assert ("again" in then, "waits" in then, "member" in then) == (advice.retry, bool(advice.waits), advice.skips)


def test_every_request_is_in_the_protocol() -> None:
    """The table of requests has exactly those that the host knows, each with its fields."""
    table = section("PROTOCOL.md", "Requests").split("### ")[0]
    assert set(first_cells(table)) == set(REQUESTS)
    for name, shape in REQUESTS.items():
        for field in shape.__struct_fields__:
            assert re.search(rf"`{field}\??`", row(table, name)), f"{name}.{field}"


def test_every_field_of_a_job_is_in_the_protocol() -> None:
    """The job object has exactly the fields that the page says."""
    named = re.findall(r"`(id url [^`]+)`", section("PROTOCOL.md", "The job object"))[0].split()
    assert set(named) == set(Job.__struct_fields__)


def test_every_example_is_of_a_known_message() -> None:
    """Each file of examples is about a request or an event that the page describes."""
    known = {*REQUESTS, "refused", *(f"event_{name}" for name in first_cells(section("PROTOCOL.md", "Events")))}
    files = {path.stem: json.loads(path.read_text("utf-8")) for path in (CHECKOUT / "tests" / "wire").glob("*.json")}
    assert set(files) <= known
    assert all(files.values())


def test_every_state_is_in_the_glossary() -> None:
    """All seven states of a job are words of the project."""
    told = section("GLOSSARY.md", "States of a job")
    assert {"pending", "running", "waiting", "paused", *FINAL_STATUSES} <= set(re.findall(r"`([a-z]+)`", told))


def test_every_folder_is_on_the_map() -> None:
    """The code map has every folder of the package, and no other."""
    mapped = re.findall(r"^\| `(host/bowerbird/\w+)/`", text("ARCHITECTURE.md"), flags=re.MULTILINE)
    there = [path.parent for path in (CHECKOUT / "host" / "bowerbird").glob("*/__init__.py")]
    assert sorted(mapped) == sorted(str(path.relative_to(CHECKOUT)) for path in there)


def test_every_beginning_on_the_map_exists() -> None:
    """The file that the map says to begin with is there."""
    for folder, files in re.findall(r"^\| `([\w/]+/)` \| .* \| (.*) \|$", text("ARCHITECTURE.md"), flags=re.MULTILINE):
        for name in re.findall(r"`([\w.]+)`", files):
            assert (CHECKOUT / folder / name).exists(), f"{folder}{name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file of the project leads to one."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (CHECKOUT / target).exists(), target


def test_every_promise_has_its_tests() -> None:
    """Each promise names at least one file of tests."""
    rows = [line for line in section("ARCHITECTURE.md", "Promises").splitlines() if line.startswith("| ")][1:]
    assert rows
    for promise in rows:
        assert re.search(r"\]\(tests/[\w/]+\.py\)", promise), promise


def test_scripts_named_in_the_pages_can_be_run() -> None:
    """The commands of the README that are scripts are there and executable."""
    for name in ("installers/install.sh", "installers/uninstall.sh", "tests/run", ".ci/run"):
        assert (CHECKOUT / name).stat().st_mode & 0o111, name
    assert "installers/install.sh" in text("README.md")
    assert "    tests/run\n" in text("README.md")


def test_ci_runs_the_command_of_the_readme() -> None:
    """What a person runs and what CI runs is the same."""
    assert re.search(r"/tests/run\b", (CHECKOUT / ".ci" / "run").read_text("utf-8"))
