"""The style sheets hold nothing that no page uses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bowerbird import pages
from bowerbird.pages.assets import FOLDER

_PAGES = Path(pages.__file__).parent
# Datasette's own pages are no files of ours.
SHEETS = sorted(path.name for path in FOLDER.glob("*.css") if path.name != "tables.css")


@pytest.fixture(scope="module")
def words() -> frozenset[str]:
    """Every word that stands in quotes in templates, scripts, icons and code."""
    files = [path for path in _PAGES.rglob("*") if path.suffix in (".html", ".js", ".svg", ".py")]
    text = re.sub(r'""".*?"""', "", "\n".join(path.read_text("utf-8") for path in files), flags=re.DOTALL)
    return frozenset(re.findall(r"[\w-]+", " ".join(re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", text))))


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_class_of_a_sheet_is_used(sheet: str, words: frozenset[str]) -> None:
    """A class that no template, script or line of code names is dead."""
    text = re.sub(r"/\*.*?\*/", "", (FOLDER / sheet).read_text("utf-8"), flags=re.DOTALL)
    named = {
        name for selectors in re.findall(r"([^{}]+)\{", text) for name in re.findall(r"\.([a-zA-Z][\w-]*)", selectors)
    }
    assert named - words == set()
