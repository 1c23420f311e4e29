"""The settings of a process: where they are read, and what is said of those that can't be."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.errors import RequestError
from bowerbird.settings import SETTINGS, load_settings


@pytest.mark.parametrize(
    ("config", "variables", "name"),
    [
        ("max_concurrent = 0", {}, "max_concurrent"),
        ("", {"BOWERBIRD_QUALITY": "huge"}, "quality"),
        ('transcripts = ["English"]', {}, "transcripts"),
        ("", {"BOWERBIRD_CA_BUNDLE": "/nowhere/private/ca.pem"}, "ca_bundle"),
        ('archive = "relative/folder"', {}, "archive"),
        ("", {"BOWERBIRD_ARCHIVE": "films"}, "archive"),
        ("", {"BOWERBIRD_TRANSCRIPTS": " "}, "transcripts"),
    ],
)
def test_what_can_not_be_read_is_told(tmp_path: Path, config: str, variables: dict[str, str], name: str) -> None:
    """A setting that makes no sense is an error at once, by its name, and no path is in the sentence."""
    (tmp_path / "config.toml").write_text(config)
    with pytest.raises(RequestError) as refused:
        load_settings({"BOWERBIRD_HOME": str(tmp_path), **variables})
    assert name in refused.value.message
    assert f"BOWERBIRD_{name.upper()}" in refused.value.hint
    assert "/nowhere" not in f"{refused.value.message}{refused.value.hint}"


def test_all_that_can_not_be_read_is_told_at_once(tmp_path: Path) -> None:
    """Whoever mends one setting is not sent back for the next."""
    (tmp_path / "config.toml").write_text("max_retries = -1\nport = 70000\n")
    with pytest.raises(RequestError) as refused:
        load_settings({"BOWERBIRD_HOME": str(tmp_path), "BOWERBIRD_MAX_ITEMS": "many"})
    assert all(name in refused.value.message for name in ("max_retries", "port", "max_items"))
    assert "config.toml" in refused.value.hint


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\x00" * 100])
def test_a_file_without_certificates_is_no_bundle(tmp_path: Path, content: bytes) -> None:
    """Libraries would find out only at the first connection, and say something else."""
    (tmp_path / "ca.pem").write_bytes(content)
    with pytest.raises(RequestError, match="certificates"):
        load_settings({"BOWERBIRD_HOME": str(tmp_path), "BOWERBIRD_CA_BUNDLE": str(tmp_path / "ca.pem")})


def test_unknown_names_are_kept_to_be_told(tmp_path: Path) -> None:
    """What config.toml says and is no setting has no effect, and is not forgotten; HOME can't be named there."""
    (tmp_path / "config.toml").write_text('max_concurent = 4\nhome = "/x"\nmax_items = 9\n')
    settings = load_settings({"BOWERBIRD_HOME": str(tmp_path)})
    assert settings.unknown == ("home", "max_concurent")
    assert (settings.from_config, settings.max_items) == ({"max_items"}, 9)


def test_each_default_is_one_that_its_setting_takes(tmp_path: Path) -> None:
    """What counts where nobody says anything is within its own range."""
    settings = load_settings({"BOWERBIRD_HOME": str(tmp_path)})
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        assert setting.read(value) == value, setting.name
