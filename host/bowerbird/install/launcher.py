"""Which program a browser starts.

A browser is seldom started from the terminal in which Bowerbird was installed, so what only that terminal's environment
says has to be kept: the archive's place goes into config.toml; another BOWERBIRD_HOME, where config.toml itself lies,
goes into a launcher that the manifests point at.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
import sysconfig
from pathlib import Path

from bowerbird.errors import RequestError
from bowerbird.install.files import remove_file, write_file
from bowerbird.settings import Settings, default_home, load_settings

PROGRAM = "bowerbird-host"
_ARCHIVE_LINE = re.compile(r"^\s*archive\s*=.*$", re.MULTILINE)


def host_program() -> Path:
    """The absolute path of `bowerbird-host`, installed with this interpreter. Raises RequestError `internal`."""
    suffix = ".exe" if sys.platform == "win32" else ""
    folders = (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent)
    beside = next(
        (folder / f"{PROGRAM}{suffix}" for folder in folders if (folder / f"{PROGRAM}{suffix}").is_file()), None
    )
    found = beside or shutil.which(PROGRAM)
    if not found:
        raise RequestError(
            "internal", "The program bowerbird-host is not installed.", "Run installers/install.sh again."
        )
    return Path(found).absolute()


def launcher_path(home: Path) -> Path:
    """Where the launcher of a home folder lies, if it needs one."""
    return home / (f"{PROGRAM}.bat" if sys.platform == "win32" else PROGRAM)


def write_launcher(settings: Settings) -> Path:
    """The program that the manifests have to name: `bowerbird-host`, or a launcher that tells it where its home is."""
    if settings.home == default_home():
        remove_file(launcher_path(settings.home))
        return host_program()
    path = launcher_path(settings.home)
    write_file(path, _script(settings.home, host_program()).encode(), mode=0o700)
    return path


def _script(home: Path, program: Path) -> str:
    if sys.platform == "win32":
        return f'@set "BOWERBIRD_HOME={home}"\r\n@"{program}" %*\r\n'
    return f'#!/bin/sh\nBOWERBIRD_HOME={shlex.quote(str(home))} exec {shlex.quote(str(program))} "$@"\n'


def keep_archive_place(settings: Settings) -> bool:
    """Write the archive's folder into config.toml where nothing but the environment names it. Whether it was needed."""
    if load_settings({"BOWERBIRD_HOME": str(settings.home)}).archive == settings.archive:
        return False
    path = settings.home / "config.toml"
    before = path.read_text("utf-8") if path.exists() else ""
    line = f"archive = {json.dumps(str(settings.archive), ensure_ascii=False)}"
    after = f"{line}\n{_ARCHIVE_LINE.sub('', before, count=1).lstrip()}"
    return write_file(path, after.encode(), mode=0o600)
