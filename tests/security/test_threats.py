"""The table of threats in ARCHITECTURE.md: each threat has tests that are there, and each test here has a threat."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def rows() -> dict[str, list[str]]:
    """The files of tests of each threat."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    _, _, section = text.partition("## Threats\n")
    table = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| ")][1:]
    return {line.split("|")[1].strip(): re.findall(r"\(tests/security/(test_\w+\.py)\)", line) for line in table}


def functions_of(path: Path) -> Iterator[ast.FunctionDef]:
    """The tests of a file."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


@pytest.mark.parametrize("threat", rows())
def test_each_threat_has_its_tests(threat: str) -> None:
    """A row names at least one file, which is there and holds tests."""
    named = rows()[threat]
    assert named
    assert all((HERE / name).is_file() and list(functions_of(HERE / name)) for name in named)


def test_each_test_here_is_against_a_named_threat() -> None:
    """No file of tests is missing in the table."""
    there = {path.name for path in HERE.glob("test_*.py")} - {Path(__file__).name}
    assert there == {name for named in rows().values() for name in named}


def test_each_test_says_the_behaviour() -> None:
    """Every test has a sentence."""
    silent = [
        f"{path.name}: {one.name}"
        for path in HERE.glob("test_*.py")
        for one in functions_of(path)
        if not (ast.get_docstring(one) or "").endswith(".")
    ]
    assert silent == []
