"""Programs that see a file system of their own, read-only or of a size of ours, or no network. Needs util-linux."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest


def with_mount(mount: str, folder: Path, command: Sequence[str]) -> list[str]:
    """The command, run where `mount` was done on the folder; skips where this system has no such way."""
    if not _is_possible("-rm", "mount -t tmpfs none /mnt"):
        pytest.skip("this system lets nobody mount in a namespace of his own")
    script = f"{mount.format(folder=shlex.quote(str(folder)))} && exec {shlex.join(command)}"
    return ["unshare", "-rm", "sh", "-c", script]


def without_network(command: Sequence[str]) -> list[str]:
    """The command, run without any network, not even to itself; skips where this system has no such way."""
    if not _is_possible("-rn", "true"):
        pytest.skip("this system lets nobody have a network of his own")
    return ["unshare", "-rn", *command]


def _is_possible(apart: str, script: str) -> bool:
    if not shutil.which("unshare"):
        return False
    tried = subprocess.run(["unshare", apart, "sh", "-c", script], check=False, capture_output=True, timeout=20)
    return tried.returncode == 0
