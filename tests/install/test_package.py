"""The package asks for all that it imports, and the lists of what it needs agree."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PACKAGE = CHECKOUT / "host" / "bowerbird"


def normal(name: str) -> str:
    """A distribution's name as packaging.python.org/specifications/name-normalization says."""
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for() -> set[str]:
    """The distributions that pyproject.toml names, extras included."""
    text = (CHECKOUT / "pyproject.toml").read_text("utf-8").partition("[project.scripts]")[0]
    listed = re.findall(r'^    "([\w.-]+)[^"]*",$', text, flags=re.MULTILINE)
    return {normal(name) for name in listed}


def imported(source: Path) -> set[str]:
    """The top-level names that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names - {"bowerbird", "__future__"} - sys.stdlib_module_names


installed = functools.cache(packages_distributions)

# tomli is there only where Python has no tomllib; Datasette brings what its plugins are written with.
_ELSEWHERE = {"tomli": "tomli", "jinja2": "datasette", "markupsafe": "datasette"}


@pytest.mark.parametrize("source", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_is_imported_is_asked_for(source: Path) -> None:
    """An installation holds every library that a module imports, because pyproject.toml names it."""
    for name in imported(source):
        distributions = {normal(_ELSEWHERE.get(name, found)) for found in installed().get(name, [name])}
        assert distributions & asked_for(), f"{name} is not in pyproject.toml"


@pytest.mark.parametrize("name", ["jinja2", "markupsafe"])
def test_datasette_brings_it(name: str) -> None:
    """What we leave to Datasette to ask for is asked for there, or by what it asks for."""
    direct = {normal(re.split(r"[^\w.-]", line)[0]) for line in requires("datasette") or []}
    indirect = {normal(re.split(r"[^\w.-]", line)[0]) for line in requires("jinja2") or []}
    assert name in direct | indirect


def test_the_host_program_starts_without_the_heavy_libraries() -> None:
    """What a browser starts imports no scraper, no Datasette and no sqlite-utils."""
    heavy = ("yt_dlp", "datasette", "sqlite_utils", "rich", "uvicorn", "requests", "av", "gallery_dl", "instaloader")
    code = f"import sys, bowerbird.messages.host; print([name for name in {heavy!r} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
