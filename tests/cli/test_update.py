"""`bowerbird update` with a real worker and real pip, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PATIENCE
from tests.install.environments import Environment

LIBRARY = "youtube-transcript-api"
COMMAND = "import sys; from bowerbird.cli import main; sys.exit(main(sys.argv[1:]))"
Update = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def installed(tmp_path: Path) -> Environment:
    """What Bowerbird is installed in."""
    return Environment(tmp_path)


@pytest.fixture
def update(installed: Environment, environment: dict[str, str]) -> Update:
    """`update("--json", NAME="value")`: the command, begun."""

    def begin(*options: str, **changes: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [installed.python, "-I", "-c", COMMAND, "update", *options],
            env={**environment, **installed.variables, **changes},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return begin


def said(command: subprocess.Popen[str]) -> tuple[int, str, str]:
    """How a command ended, and what it said."""
    stdout, stderr = command.communicate(timeout=PATIENCE)
    return command.returncode, stdout, stderr


def test_each_library_is_told_before_and_after(installed: Environment, update: Update) -> None:
    """What is newer now and what stayed, in one line each; once more there is nothing to do."""
    installed.offer(LIBRARY, "1.99.0")
    status, stdout, stderr = said(update())
    assert (status, stderr) == (0, "")
    first, *lines, last = stdout.splitlines()
    assert (first[:9], last) == ("Updating ", "The libraries were updated.")
    assert [line.split()[0] for line in lines][:1] == ["yt-dlp"]
    assert [line.partition(" → ")[2] for line in lines if LIBRARY in line] == ["1.99.0"]
    status, stdout, _ = said(update())
    assert (status, stdout.splitlines()[-1]) == (0, "All libraries are up to date.")


def test_two_commands_at_once_are_one_update(
    installed: Environment, update: Update, rows: Callable[..., list[tuple[Any, ...]]]
) -> None:
    """Both wait for it and tell a program the same."""
    installed.offer(LIBRARY, "1.99.0")
    answers = [said(one) for one in [update("--json"), update("--json")]]
    assert answers[0] == answers[1]
    told = json.loads(answers[0][1])
    assert (told["code"], told["hint"]) == ("updated", "")
    assert [one["after"] for one in told["libraries"] if one["name"] == LIBRARY] == ["1.99.0"]
    assert rows("SELECT count(*) FROM requests WHERE kind = 'update_libraries'") == [(1,)]


def test_why_it_could_not_be_done_is_told(installed: Environment, update: Update) -> None:
    """A sentence and the next step on stderr, and that the work failed."""
    (installed.folder / ".update.lock").mkdir()
    status, _, stderr = said(update())
    assert status == 1
    assert stderr.splitlines() == [
        "The libraries could not be updated: the folder of the program can't be written.",
        "Let the person update who installed Bowerbird, or run installers/install.sh yourself.",
    ]
