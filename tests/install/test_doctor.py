"""The doctor names the broken link of the chain, with its cure."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from bowerbird import __version__
from bowerbird.install import doctor
from bowerbird.install.browsers import choose
from bowerbird.install.checks.check import Check
from bowerbird.install.checks.programs import _age
from bowerbird.install.installation import install
from bowerbird.install.manifests import manifest_path
from bowerbird.settings import Settings, load_settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the registry")
CHROMIUM, FIREFOX = choose(["chromium", "firefox"])


@pytest.fixture
def installed(settings: Settings, own_program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installed Bowerbird of somebody who has Chromium and Firefox."""
    own_program("chromium")
    own_program("firefox")
    monkeypatch.setenv("BOWERBIRD_PORT", "1")
    install(settings)
    return msgspec.structs.replace(settings, port=1)


def findings(settings: Settings) -> dict[str, Check]:
    """What the doctor finds, by name."""
    return {finding.name: finding for finding in doctor.checks(settings)}


def rewrite(settings: Settings, **changes: object) -> None:
    """Change fields of Chromium's manifest by hand."""
    path = manifest_path(CHROMIUM, settings.home)
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_all_is_well(installed: Settings) -> None:
    """After installing nothing fails, and the real host answers as each browser would start it."""
    found = findings(installed)
    assert [check for check in found.values() if check.state == "fail"] == []
    assert {"Chromium", "Firefox", "archive.db", "ffmpeg", "deno", "yt-dlp", "worker", "disk"} <= set(found)
    for name in ("host for Chromium", "host for Firefox"):
        assert found[name].message == f"answers, version {__version__}, 0 items"


def test_greeting_reaches_the_archive_of_the_launcher(
    person: Path, own_program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser knows nothing of BOWERBIRD_HOME; the manifest's launcher leads the host to the right archive."""
    own_program("chromium")
    places = {"BOWERBIRD_HOME": str(person / "my home"), "BOWERBIRD_ARCHIVE": str(person / "my archive")}
    settings = load_settings(places)
    install(settings)
    for name, value in places.items():
        monkeypatch.setenv(name, value)
    assert findings(settings)["host for Chromium"].state == "ok"
    assert not (person / ".config" / "bowerbird").exists()


def test_nothing_installed(
    person: Path, settings: Settings, own_program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the install each missing part is named, each with a cure, and nothing is made by looking."""
    monkeypatch.setenv("BOWERBIRD_ARCHIVE", str(settings.archive))
    own_program("chromium")
    broken = {name: check for name, check in findings(settings).items() if check.state == "fail"}
    assert set(broken) == {"Chromium", "host", "settings folder", "archive folder", "archive.db"}
    assert all(check.fix for check in broken.values())
    assert sorted(os.listdir(person)) == ["bin"]  # noqa: PTH208 - the names are what matters


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"path": "/nowhere/bowerbird-host"}, "not there"),
        ({"path": "bowerbird-host"}, "not there"),
        ({"path": "/etc/passwd"}, "can't be started"),
        ({"allowed_origins": ["chrome-extension://another/"]}, "another extension"),
        ({"name": "org.other"}, "another extension"),
    ],
)
def test_wrong_manifest(changes: dict[str, object], said: str, installed: Settings) -> None:
    """A manifest with a wrong program or another extension is found, and only that browser is blamed."""
    rewrite(installed, **changes)
    found = findings(installed)
    assert found["Chromium"].state == "fail"
    assert said in found["Chromium"].message
    assert found["Chromium"].fix == "Run: bowerbird install"
    assert found["Firefox"].state == "ok"


def test_missing_and_broken_manifest(installed: Settings) -> None:
    """A missing manifest and one that is no JSON are told apart."""
    manifest_path(CHROMIUM, installed.home).write_text("{")
    manifest_path(FIREFOX, installed.home).unlink()
    found = findings(installed)
    assert "not JSON" in found["Chromium"].message
    assert "is missing" in found["Firefox"].message


def test_host_that_fails(installed: Settings, own_program: Callable[[str], Path]) -> None:
    """A program that starts and says nothing is reported with what it printed."""
    program = own_program("broken-host")
    program.write_text("#!/bin/sh\necho no such module >&2\nexit 1\n")
    rewrite(installed, path=str(program))
    host = findings(installed)["host for Chromium"]
    assert host.state == "fail"
    assert "no such module" in host.message


def test_greeting_without_this_terminals_variables(
    installed: Settings, own_program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host is started as a browser would start it: variables of this terminal do not reach it."""
    monkeypatch.setenv("BOWERBIRD_HOME", "/only/here")
    program = own_program("telling-host")
    program.write_text('#!/bin/sh\necho "home is [$BOWERBIRD_HOME]" >&2\n')
    rewrite(installed, path=str(program))
    assert "home is []" in findings(installed)["host for Chromium"].message


def test_sandboxed_browser(installed: Settings, person: Path) -> None:
    """A browser that comes as a snap gets a warning that says what to install instead."""
    (person / "bin" / "chromium").unlink()
    (person / "snap" / "chromium").mkdir(parents=True)
    chromium = findings(installed)["Chromium"]
    assert (chromium.state, "snap" in chromium.message, "deb" in chromium.fix) == ("warn", True, True)


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as one" * 20])
def test_foreign_database(content: bytes, installed: Settings) -> None:
    """A file that is no archive is named, and never touched."""
    installed.database.write_bytes(content)
    database = findings(installed)["archive.db"]
    assert database.state == "fail"
    assert database.fix
    assert "doctor" not in database.fix
    assert installed.database.read_bytes() == content


def test_damaged_database(installed: Settings) -> None:
    """Damage inside the file is found by reading it."""
    with sqlite3.connect(installed.database) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    content = bytearray(installed.database.read_bytes())
    content[4096 * 3 : 4096 * 20] = b"\xff" * (4096 * 17)
    installed.database.write_bytes(content)
    assert findings(installed)["archive.db"].state == "fail"


def test_low_disk(installed: Settings) -> None:
    """Less room than the floor fails, and names the setting's size."""
    low = msgspec.structs.replace(installed, disk_floor_mb=10_000_000)
    disk = findings(low)["disk"]
    assert disk.state == "fail"
    assert "10 TB" in disk.message


def test_open_home(installed: Settings) -> None:
    """A settings folder that others may read is a warning."""
    installed.home.chmod(0o755)
    assert findings(installed)["settings folder"].state == "warn"


@pytest.fixture
def stranger() -> Iterator[int]:
    """A port on which another program listens and says something else."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _answer(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")


def test_port_of_another(installed: Settings, stranger: int) -> None:
    """A port that another program has is told, with what to write to use another."""
    site = findings(msgspec.structs.replace(installed, port=stranger))["site"]
    assert (site.state, "port = " in site.fix) == ("fail", True)


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        ("not a proxy", "http://host:port"),
        ("socks5://127.0.0.1:1080", "http://host:port"),
        ("http://127.0.0.1:99999", "http://host:port"),
        ("http://127.0.0.1:1", "answers"),
    ],
)
def test_wrong_proxy(proxy: str, said: str, installed: Settings) -> None:
    """A proxy that is none, or at which nobody answers, is told."""
    found = findings(msgspec.structs.replace(installed, proxy=proxy))["proxy"]
    assert found.state == "fail"
    assert said in found.message


def test_proxy_password_is_not_shown(installed: Settings, stranger: int) -> None:
    """What is told of a proxy is its address, never the password in it."""
    settings = msgspec.structs.replace(installed, proxy=f"http://me:hunter2@127.0.0.1:{stranger}")
    found = findings(settings)
    assert found["proxy"].state == "ok"
    assert "hunter2" not in "".join(f"{check.message}{check.fix}" for check in found.values())


def test_certificates_that_are_none(installed: Settings, person: Path) -> None:
    """A file of certificates that holds none is told."""
    (person / "ca.pem").write_text("no certificate")
    found = findings(msgspec.structs.replace(installed, ca_bundle=str(person / "ca.pem")))
    assert found["certificates"].state == "fail"


def test_settings_of_this_terminal_only(installed: Settings) -> None:
    """A place or safety setting that only the environment names is a warning: the browser's host goes without it."""
    warned = [
        check for check in doctor.checks(msgspec.structs.replace(installed, allow_private_hosts=True))
        if check.name == "settings" and "BOWERBIRD_ALLOW_PRIVATE_HOSTS" in check.message
    ]  # fmt: skip
    assert [check.state for check in warned] == ["warn"]


@pytest.mark.parametrize(
    ("installed_version", "state"),
    [("2026.10.1", "ok"), ("2026.9.25", "ok"), ("2026.8.1", "warn"), ("2026.10.1.232345", "ok"), ("unknown", "ok")],
)
def test_age_of_yt_dlp(installed_version: str, state: str) -> None:
    """A yt-dlp of more than sixty days is a warning."""
    assert _age("yt-dlp", installed_version, date(2026, 11, 20)).state == state


def test_a_check_that_crashes(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that goes wrong is a finding of its own, and the others are made all the same."""

    def check_broken(_settings: Settings) -> Iterator[Check]:
        raise OSError("boom")
        yield

    monkeypatch.setattr(doctor, "CHECKS", (check_broken, *doctor.CHECKS[:1]))
    found = findings(installed)
    assert "boom" in found["broken"].message
    assert "bowerbird" in found
    assert not doctor.is_well(found.values())


def test_missing_program(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ffmpeg the doctor says what can't be done, and how to get it."""
    monkeypatch.setattr("bowerbird.install.checks.programs.ffmpeg_program", lambda: None)
    ffmpeg = findings(installed)["ffmpeg"]
    assert (ffmpeg.state, ffmpeg.fix) == ("fail", "Run installers/install.sh again.")


def test_names_in_config_that_are_no_settings(installed: Settings) -> None:
    """A misspelt setting is a warning that names the one that was probably meant."""
    from bowerbird.install.checks.network import check_environment

    found = list(check_environment(msgspec.structs.replace(installed, unknown=("max_concurent", "zzz"))))
    told = [check.message for check in found if check.name == "config.toml"]
    assert told == ["It says what is no setting: max_concurent (max_concurrent?), zzz."]


def test_a_library_that_is_missing(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each library is told with its version, without importing it; one that is not there fails."""
    from bowerbird.install.checks import programs

    monkeypatch.setattr(programs, "_LIBRARIES", (("gallery-dl", "gallery_dl"), ("nowhere", "nowhere")))
    there, gone = programs.check_libraries(installed)
    assert (there.state, there.message[0].isdigit(), gone.state) == ("ok", True, "fail")
    assert "gallery_dl" not in sys.modules
