"""gallery-dl, unmodified and as a program of its own: configuration on stdin, cookies in a nameless file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.platforms.proxy import StandIn

_PATIENCE = 60  # seconds until a run counts as hung


@dataclass(frozen=True)
class Run:
    """What a run left: its exit code (bits, see gallery-dl's manual), files by name, and what it said."""

    code: int
    files: Mapping[str, Path]
    done: tuple[str, ...]  # names of files fetched, in order
    skipped: tuple[str, ...]  # names of files that were there already
    log: str

    @property
    def errors(self) -> list[str]:
        """The log's lines of level error."""
        return [line for line in self.log.splitlines() if line.startswith("error|")]


def netscape(cookies: Mapping[str, Mapping[str, str]]) -> str:
    """Cookies by domain (with a leading dot: for subdomains too) and name as the text of a cookies.txt."""
    lines = (
        f"{domain}\t{'TRUE' if domain.startswith('.') else 'FALSE'}\t/\tTRUE\t1900000000\t{name}\t{value}\n"
        for domain, named in cookies.items()
        for name, value in named.items()
    )
    return "# Netscape HTTP Cookie File\n" + "".join(lines)


def gallery_dl(
    url: str,
    platforms: StandIn,
    folder: Path,
    cookies: Mapping[str, Mapping[str, str]] | None = None,
    **options: Any,
) -> Run:
    """Run gallery-dl on a URL; files land in `folder`, `options` are its `extractor.*` settings, pauses are off."""
    extractor = {
        "base-directory": str(folder),
        "directory": [],
        "proxy": platforms.url,
        "verify": platforms.ca_file,
        "timeout": 3,
        "retries": 0,
        "sleep-request": 0,
        "sleep-429": 0.1,
        "sleep-retries": 0,
        "input": False,
        "cookies-update": False,
        **options,
    }
    modes = {"start": "", "skip": "K|{}\n", "success": "D|{}\n"}
    configuration = {
        "extractor": extractor,
        "cache": {"file": None},
        "output": {"shorten": False, "log": {"format": "{levelname}|{name}|{message}"}, "mode": modes},
    }
    done = _run(url, json.dumps(configuration), netscape(cookies) if cookies else "")
    lines = [line.partition("|") for line in done.stdout.splitlines()]
    return Run(
        done.returncode,
        {one.name: one for one in sorted(folder.rglob("*")) if one.is_file()},
        tuple(Path(path).name for mode, _, path in lines if mode == "D"),
        tuple(Path(path).name for mode, _, path in lines if mode == "K"),
        done.stderr,
    )


def _run(url: str, configuration: str, cookies: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gallery_dl", "--config-ignore", "--config", "/dev/stdin"]
    # a nameless file, no pipe: each of a run's extractors opens it anew, and a pipe is empty the second time
    with tempfile.TemporaryFile() as file:
        file.write(cookies.encode())
        file.flush()
        return subprocess.run(
            [*command, *(["--cookies", f"/dev/fd/{file.fileno()}"] if cookies else []), url],
            input=configuration,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            pass_fds=(file.fileno(),),
            check=False,
        )
