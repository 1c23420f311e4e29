"""A session that comes without its browser's name for itself gets a believable one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bowerbird.sessions import agents
from bowerbird.sessions.browsers import BROWSERS
from bowerbird.sessions.cookies import read_user_agent

CHROME = r"Mozilla/5\.0 \([^)]+\) AppleWebKit/537\.36 \(KHTML, like Gecko\) Chrome/1\d\d\.0\.0\.0 Safari/537\.36"
FIREFOX = r"Mozilla/5\.0 \([^)]+; rv:(\d+)\.0\) Gecko/20100101 Firefox/\1\.0"
FORMS = {
    "firefox": FIREFOX, "librewolf": FIREFOX, "safari": r".* Version/[\d.]+ Safari/605\.1\.15",
    "edge": rf"{CHROME} Edg/1\d\d\.0\.0\.0", "opera": rf"{CHROME} OPR/1\d\d\.0\.0\.0",
    "opera_gx": rf"{CHROME} OPR/1\d\d\.0\.0\.0",
}  # fmt: skip


@pytest.mark.parametrize("browser", [*BROWSERS, None])
def test_each_browser_speaks_as_itself(browser: str | None) -> None:
    """In the form that it has on every computer, without a word that can't be sent; a file speaks as Chrome."""
    said = agents.believable(browser)
    assert re.fullmatch(FORMS.get(browser or "", CHROME), said), said
    assert read_user_agent(said) == said


def test_firefox_says_the_version_that_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that opened the profile last."""
    monkeypatch.setenv("HOME", str(tmp_path))
    profile = tmp_path / ".mozilla" / "firefox" / "abc.default"
    profile.mkdir(parents=True)
    (profile / "compatibility.ini").write_text("[Compatibility]\nLastVersion=152.0.1_2026/1\nLastOSABI=Linux\n")
    assert "Firefox/152.0" in agents.believable("firefox")
