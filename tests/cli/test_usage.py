"""What is said of wrong use, and where nothing was asked."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run

held = pytest.mark.usefixtures("no_worker")


def test_wrong_use_is_a_sentence_for_people(run: Run) -> None:
    """Without --json the sentence and the next step are on stderr."""
    said = run("save")
    assert (said.status, said.stdout) == (2, "")
    assert "URL" in said.stderr
    assert "bowerbird save --help" in said.stderr


def test_the_bare_program_says_what_it_can(run: Run) -> None:
    """Whoever types its name alone gets the commands, not a fault."""
    said = run()
    assert (said.status, said.stderr) == (2, "")
    assert "bowerbird [-h]" in said.stdout
    assert "save " in said.stdout


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (("serch", "x"), "Did you mean: search?"),
        (("jobs", "--status", "complete"), "Did you mean: completed?"),
        (("xyzzy",), "Look at: bowerbird --help"),
    ],
)
def test_a_slip_of_the_fingers_is_answered_with_what_was_meant(run: Run, typed: tuple[str, ...], hint: str) -> None:
    """A command or a choice that is much like one that there is."""
    said = run(*typed)
    assert said.status == 2
    assert hint in said.stderr


@pytest.mark.parametrize("number", ["0", "-1", "many", "9" * 5000])
def test_a_limit_is_a_number_of_lines(run: Run, number: str) -> None:
    """One that shows nothing is a mistake, and is told; a huge one is as good as all."""
    for command in (("jobs",), ("search", "x")):
        said = run(*command, "--limit", number)
        assert said.status == (0 if number.startswith("9") else 2)
        assert "Traceback" not in said.stderr


@held
def test_help_explains_every_argument(run: Run) -> None:
    """Nothing that is to be typed is a bare word."""
    for command, argument in (("save", "URL"), ("identify", "URL"), ("cancel", "JOB"), ("search", "WORDS")):
        said = run(command, "--help").stdout
        assert [line for line in said.splitlines() if line.split()[:1] == [argument] and len(line.split()) > 3]
