"""installers/*.sh: everything by one command, on a computer where anything may be missing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.install.test_processes import free_port

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scripts for Windows can't be run here")

CHECKOUT = Path(__file__).parents[2]
TOOLS = (
    *("bash", "cat", "cksum", "dirname", "find", "head", "ln", "mkdir"),
    *("readlink", "rm", "sed", "sort", "tr", "xargs"),
)
REAL_PYTHON = Path(sys.executable).resolve()

Script = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def script(person: Path) -> Script:
    """Run one of the scripts as that person, who has the usual small tools and nothing else."""
    for tool in TOOLS:
        (person / "bin" / tool).symlink_to(str(shutil.which(tool, path="/usr/bin:/bin")))

    def run(name: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        command = ["/bin/bash", str(CHECKOUT / "installers" / name), *arguments]
        known = {"HOME": str(person), "PATH": str(person / "bin"), **environ}
        return subprocess.run(
            command, env=known, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=400, check=False
        )

    return run


@pytest.fixture
def own_python(own_program: Callable[[str], Path]) -> Callable[[str], None]:
    """Put a python3 on the PATH that runs this shell script, with the real one in `$real`."""

    def put(body: str) -> None:
        own_program("python3").write_text(f"#!/bin/bash\nreal='{REAL_PYTHON}'\n{body}\n")

    return put


def test_no_python(script: Script) -> None:
    """Without Python it says so, and what to install."""
    ended = script("install.sh")
    assert ended.returncode == 1
    assert "there is no Python on this computer" in ended.stderr
    assert "apt install python3" in ended.stderr


def test_old_python(script: Script, own_python: Callable[[str], None]) -> None:
    """A Python that is too old is named with its version."""
    own_python('case "$2" in *platform*) echo 3.9.2 ;; *) exit 1 ;; esac')
    ended = script("install.sh")
    assert ended.returncode == 1
    assert "is 3.9.2, and Bowerbird needs 3.10" in ended.stderr


def test_no_venv_module(script: Script, own_python: Callable[[str], None], person: Path) -> None:
    """A Python without venv, as Debian ships it, is told with the package's name, and nothing is left half made."""
    own_python('case "$2" in *ensurepip*) exit 1 ;; *) exec "$real" "$@" ;; esac')
    ended = script("install.sh")
    assert ended.returncode == 1
    assert "apt install python3-venv" in ended.stderr
    assert not (person / ".local").exists()


def test_no_network(script: Script, own_python: Callable[[str], None], person: Path) -> None:
    """Without a network it says so and leaves no command behind that would not work."""
    own_python('exec "$real" "$@"')
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    ended = script("install.sh", **nowhere)
    assert ended.returncode == 1
    assert "most often there is no network" in ended.stderr
    assert not (person / ".local/bin/bowerbird").exists()


def test_help(script: Script) -> None:
    """--help says what it does, and does nothing."""
    ended = script("install.sh", "--help")
    assert ended.returncode == 0
    assert "installers/install.sh URL..." in ended.stdout


@pytest.mark.parametrize("known", [False, True])
def test_the_end_says_what_to_keep(known: bool) -> None:
    """The archive's place, the folder to keep, and a new terminal where this one does not know the command."""
    source = (CHECKOUT / "installers" / "install.sh").read_text()
    function = "explain() {" + source.partition("\nexplain() {")[2].partition("\n}\n")[0] + "\n}"
    begin = ". installers/python.sh; checkout=/k bin=/b; PATH=$PATH:$1; "
    said = subprocess.run(
        ["/bin/bash", "-c", f"{begin}{function}; explain U /k/a", "bash", "/b" if known else "/c"],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "All that you save is in  /k/a\n" in said
    assert "Keep the folder  /k  where it is: the archive and the extension live in it." in said
    assert ("open a new terminal" in said) != known


def test_uninstall_where_nothing_is(script: Script, person: Path) -> None:
    """Uninstalling what was never installed is no error, and spares a program of the same name."""
    other = person / ".local" / "bin" / "bowerbird"
    other.parent.mkdir(parents=True)
    other.write_text("somebody else's")
    assert script("uninstall.sh").returncode == 0
    assert other.read_text() == "somebody else's"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the project as it would be committed now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (CHECKOUT / name).is_file():
            (tmp_path / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, tmp_path / "clone" / name)
    return tmp_path / "clone"


def megabytes(folder: Path) -> float:
    """What a folder takes on the disk."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if not path.is_dir()) / 1e6


@pytest.mark.slow
def test_from_nothing_to_a_saved_sample_and_back(clone: Path, tmp_path: Path) -> None:
    """One command installs, saves a sample and starts the site; again is harmless; uninstalling leaves the archive."""
    home = tmp_path / "home"
    home.mkdir()
    ours = ("BOWERBIRD_", "XDG_", "VIRTUAL_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    cache = os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))
    port = free_port()
    environ = {**inherited, "HOME": str(home), "PIP_CACHE_DIR": cache, "BOWERBIRD_PORT": str(port)}
    bowerbird = home / ".local" / "bin" / "bowerbird"

    def run(*command: str | Path) -> str:
        ended = subprocess.run(
            command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=550, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    try:
        told = run(clone / "installers" / "install.sh")
        # the first address that is printed is the way in
        assert re.findall(r"http://\S+", told)[0].startswith(f"http://127.0.0.1:{port}/sign-in?token=")
        assert str(clone / "extension") in told
        assert megabytes(home / ".local" / "lib" / "bowerbird") <= 550
        (job,) = map(json.loads, run(bowerbird, "jobs", "--json").splitlines())
        assert (job["status"], job["platform"]) == ("completed", "web")
        films = list((clone / "downloads").glob("web/*/*/*.mp4"))
        assert len(films) == 1
        checks = [json.loads(line) for line in run(bowerbird, "doctor", "--json").splitlines()]
        assert checks
        again = run(clone / "installers" / "install.sh")
        assert "Your archive is in use already" in again
        (before,) = (home / ".config" / "bowerbird").glob(f"site.{port}.*.pid")
        with (clone / "host" / "bowerbird" / "clock.py").open("a") as source:
            source.write("# a newer version\n")
        run(clone / "installers" / "install.sh")
        assert [path != before for path in before.parent.glob(f"site.{port}.*.pid")] == [True]
    finally:
        subprocess.run([clone / "installers" / "uninstall.sh"], env=environ, stdin=subprocess.DEVNULL, check=True)
    assert films[0].is_file()
    assert (clone / "downloads" / "archive.db").is_file()
    assert [path for path in home.rglob("*") if "bowerbird" in str(path.relative_to(home))] == []
