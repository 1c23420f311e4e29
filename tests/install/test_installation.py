"""Installing puts everything in its place, again and again; uninstalling leaves the archive alone."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.database import open_reader
from bowerbird.errors import RequestError
from bowerbird.install.browsers import BROWSERS, choose
from bowerbird.install.installation import install, uninstall
from bowerbird.install.launcher import host_program, keep_archive_place, launcher_path
from bowerbird.install.manifests import manifest_path, read_manifest
from bowerbird.settings import Settings, load_settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the registry")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content, but for the database."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("archive.db"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_everything_is_in_place(person: Path, settings: Settings, own_program: Callable[[str], Path]) -> None:
    """There is an archive that opens, a private home, and a manifest for each browser that was found."""
    own_program("chromium")
    own_program("firefox")
    report = install(settings)
    with contextlib.closing(open_reader(settings.database)) as db:
        assert db.execute("SELECT count(*) FROM items").fetchone()[0] == 0
    assert settings.home.stat().st_mode & 0o777 == 0o700
    assert report.browsers == ("Chromium", "Firefox")
    for browser in choose(["chromium", "firefox"]):
        manifest = read_manifest(browser, settings.home)
        assert manifest is not None
        assert os.access(manifest["path"], os.X_OK)
    assert not (person / ".config/google-chrome").exists()


def test_a_home_that_was_open_is_made_private(settings: Settings) -> None:
    """A settings folder that others could read is closed to them."""
    settings.home.mkdir(parents=True)
    settings.home.chmod(0o755)
    install(settings, [])
    assert settings.home.stat().st_mode & 0o777 == 0o700


def test_again_changes_nothing(person: Path, settings: Settings, own_program: Callable[[str], Path]) -> None:
    """A second install leaves every file as it is."""
    own_program("chromium")
    install(settings)
    before = tree(person)
    install(settings)
    assert tree(person) == before


def test_no_browser_yet(person: Path, settings: Settings) -> None:
    """Where no browser is found, each one that may come later finds its manifest waiting."""
    report = install(settings)
    assert len(report.browsers) == len(BROWSERS)


def test_named_browsers_only(person: Path, settings: Settings, own_program: Callable[[str], Path]) -> None:
    """Named browsers are set up though they are not found, and others are not though they are."""
    own_program("chromium")
    assert install(settings, ["firefox"]).browsers == ("Firefox",)
    assert not (person / ".config/chromium").exists()


def test_one_browser_that_refuses(person: Path, settings: Settings) -> None:
    """A browser whose folder can't be written is told; the others are set up."""
    (person / ".mozilla").write_text("a file where a folder should be")
    report = install(settings, ["chromium", "firefox"])
    assert report.browsers == ("Chromium",)
    assert any(line.startswith("Firefox: not set up") for line in report.lines)


def test_archive_place_is_kept(person: Path, settings: Settings) -> None:
    """An archive that only the environment names is found by a browser without that environment."""
    install(settings)
    assert load_settings({}).archive == person / "archive"


def test_default_places_write_no_config(person: Path) -> None:
    """What is the default anyway is not written down."""
    settings = load_settings({})
    (settings.home).mkdir(parents=True)
    assert keep_archive_place(settings) is False
    assert not (settings.home / "config.toml").exists()


def test_config_keeps_its_other_lines(person: Path, settings: Settings) -> None:
    """Naming another archive changes that line of config.toml alone."""
    config = settings.home / "config.toml"
    settings.home.mkdir(parents=True)
    config.write_text('# mine\nport = 9000\narchive = "/old"\nquality = "720"\n')
    install(settings)
    kept = load_settings({})
    assert (kept.archive, kept.port, kept.quality) == (person / "archive", 9000, "720")
    assert "# mine" in config.read_text()


@pytest.mark.parametrize("name", ["with space", 'quote"s', "back\\slash", "ünï 東京", "$HOME `id` '"])
def test_odd_folder_names(name: str, person: Path) -> None:
    """Home and archive may have any name: config.toml and the launcher carry it unharmed."""
    places = {"BOWERBIRD_HOME": str(person / name), "BOWERBIRD_ARCHIVE": str(person / f"{name} archive")}
    settings = load_settings(places)
    install(settings, ["chromium"])
    assert load_settings({"BOWERBIRD_HOME": str(person / name)}).archive == settings.archive
    launcher = launcher_path(settings.home)
    real = str(host_program())
    launcher.write_text(launcher.read_text().replace(real, str(_telling_its_home(person))))
    told = subprocess.run([launcher], env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=True)
    assert told.stdout.decode() == f"{settings.home}\n"


def _telling_its_home(person: Path) -> Path:
    program = person / "bin" / "teller"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$BOWERBIRD_HOME"\n')
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("place", ["home", "archive"])
def test_a_folder_whose_name_is_no_text_is_refused(place: str, person: Path) -> None:
    """Neither config.toml nor a manifest can say a name that is no UTF-8, so it is a sentence, and nothing is made."""
    places = {"BOWERBIRD_HOME": str(person / "home"), "BOWERBIRD_ARCHIVE": str(person / "archive")}
    odd = os.fsdecode(os.fsencode(person) + b"/b\xe4r")
    with pytest.raises(RequestError, match="UTF-8") as refused:
        install(load_settings({**places, f"BOWERBIRD_{place.upper()}": odd}), ["chromium"])
    assert refused.value.code == "bad_request"
    assert sorted(path.name for path in person.iterdir()) == ["bin"]


def test_launcher_only_for_another_home(person: Path, settings: Settings) -> None:
    """Manifests name the program itself, and a launcher only where BOWERBIRD_HOME says another home."""
    (chromium,) = choose(["chromium"])
    install(settings, ["chromium"])
    manifest = read_manifest(chromium, settings.home)
    assert manifest is not None
    assert manifest["path"] == str(host_program())
    other = load_settings({"BOWERBIRD_HOME": str(person / "other"), "BOWERBIRD_ARCHIVE": str(person / "archive")})
    install(other, ["chromium"])
    manifest = read_manifest(chromium, other.home)
    assert manifest is not None
    assert manifest["path"] == str(launcher_path(other.home))


def test_settings_never_inside_the_archive(person: Path) -> None:
    """What lies in the archive is served and copied, so keys may not lie there."""
    places = {"BOWERBIRD_HOME": str(person / "all/home"), "BOWERBIRD_ARCHIVE": str(person / "all")}
    with pytest.raises(RequestError, match="inside the archive"):
        install(load_settings(places))
    assert not (person / "all").exists()


def test_archive_folder_that_cannot_be(person: Path) -> None:
    """An archive folder that can't be made is an error in plain words, without a path."""
    (person / "file").write_text("")
    settings = load_settings({"BOWERBIRD_ARCHIVE": str(person / "file" / "archive")})
    with pytest.raises(RequestError, match="can't be written") as caught:
        install(settings)
    assert caught.value.code == "archive_unavailable"
    assert str(person) not in str(caught.value)


def test_uninstall_leaves_the_archive(person: Path, settings: Settings, own_program: Callable[[str], Path]) -> None:
    """After uninstalling the archive is as it was, and nothing else of ours is left."""
    own_program("chromium")
    before = set(person.rglob("*"))
    install(settings)
    (settings.home / "vault.db").write_text("secret")
    (settings.home / "logs").mkdir()
    (settings.archive / "youtube").mkdir()
    (settings.archive / "youtube" / "clip.mp4").write_text("a film")
    uninstall(settings)
    left = {path for path in person.rglob("*") if not path.is_relative_to(settings.archive)}
    assert left - before <= {person / ".config"}
    assert (settings.archive / "youtube" / "clip.mp4").read_text() == "a film"
    assert settings.database.is_file()
    uninstall(settings)


def test_uninstall_keeps_an_archive_inside_the_home(person: Path) -> None:
    """An archive that somebody keeps inside the settings folder stays too."""
    places = {"BOWERBIRD_HOME": str(person / "all"), "BOWERBIRD_ARCHIVE": str(person / "all" / "archive")}
    settings = load_settings(places)
    install(settings, ["chromium"])
    uninstall(settings)
    assert settings.database.is_file()
    assert [path.name for path in settings.home.iterdir()] == ["archive"]


def test_uninstall_spares_a_folder_that_was_there(person: Path) -> None:
    """A folder that held other things before Bowerbird came is never removed, only told of."""
    home = person / "documents"
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    settings = load_settings({"BOWERBIRD_HOME": str(home), "BOWERBIRD_ARCHIVE": str(person / "archive")})
    install(settings, ["chromium"])
    report = uninstall(settings)
    assert (home / "letter.txt").read_text() == "dear"
    assert not launcher_path(home).exists()
    assert not manifest_path(choose(["chromium"])[0], home).exists()
    assert any("was there before" in line for line in report.lines)
