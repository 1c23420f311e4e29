"""Bringing the libraries that fetch up to date, with pip, in the environment that Bowerbird is installed in.

Only these, within the ranges that Bowerbird's own metadata states, and whatever they newly need: all else that is
installed is held where it is, so that nothing of it can break. pip asks nothing, and runs in a process of its own,
which outlives ours: an installation that is cut short would leave half a library.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import logging
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distributions, requires, version
from pathlib import Path

from bowerbird.settings import Settings

log = logging.getLogger("bowerbird.install")

NAMES = ("yt-dlp", "yt-dlp-ejs", "instaloader", "gallery-dl", "youtube-transcript-api")
LONGEST = 600.0  # seconds until pip is ended
LOCK = ".update.lock"
LOOK = 0.2  # seconds between two looks whether another one is done
MOST_LOGGED = 2000  # characters of pip's last words

# Where packages come from may be said by pip's own variables, as a company's network needs it; where they go may not.
_PASSED_ON = frozenset(
    f"PIP_{name}"
    for name in (
        "INDEX_URL", "EXTRA_INDEX_URL", "NO_INDEX", "FIND_LINKS", "TRUSTED_HOST", "CERT", "CLIENT_CERT", "PROXY",
        "CONFIG_FILE", "TIMEOUT", "RETRIES", "KEYRING_PROVIDER",
    )
)  # fmt: skip
# A try that succeeds after all says `Retrying` too, but not with none left.
_UNREACHED = (
    r"Could not fetch URL (?![^\n]*: 40[34] )|Retrying \(Retry\(total=0|ConnectionError|ProxyError|ConnectTimeout"
)
# What pip says -> why it could not be done; the first that is found counts.
_CAUSES: tuple[tuple[str, str], ...] = (
    (r"externally-managed-environment", "managed"),
    (r"No module named '?pip\b", "no_pip"),
    (r"No space left on device|Disk quota exceeded", "disk_full"),
    (r"Permission denied|Read-only file system|due to an OSError", "read_only"),
    (_UNREACHED, "offline"),
    (r"ResolutionImpossible|conflicting dependencies", "conflict"),
)
# `-m pip` which ends by itself: whoever started it may be gone by then.
_PIP = f"""
import runpy, signal
getattr(signal, "alarm", int)({LONGEST:.0f})
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
_SIMPLE_VERSION = re.compile(r"[0-9][\w.!+-]*")


def versions() -> dict[str, str]:
    """The installed version of each library that there is."""
    importlib.invalidate_caches()
    found = {}
    for name in NAMES:
        with contextlib.suppress(PackageNotFoundError):
            # None where its metadata is damaged, whatever the types say
            found[name] = version(name) or ""
    return {name: installed for name, installed in found.items() if installed}


def update(settings: Settings, before: Mapping[str, str], longest: float = LONGEST) -> str:
    """Bring the libraries up to date, which takes minutes; `before` are the versions that count as the old ones.

    Returns a code of `queue.updates.SAID`. Whatever is in the way is such a code too. `longest` is in seconds.
    """
    if is_managed():
        return "managed"
    try:
        _try_to_write()
        with _alone(longest) as lock, tempfile.TemporaryDirectory(prefix="bowerbird-") as folder:
            status, said = _run(settings, Path(folder), lock, longest)
    except subprocess.TimeoutExpired:
        return "slow"
    except OSError as error:
        return "disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "read_only"
    return _outcome(status, said, is_new=versions() != before)


def _try_to_write() -> None:
    """Raise OSError where nothing can be installed: pip would notice in the midst of it."""
    with tempfile.TemporaryFile(dir=sysconfig.get_path("purelib")):
        return


def is_managed() -> bool:
    """Whether the system's own packages are all that may be installed here (packaging.python.org, PEP 668)."""
    mark = Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED"
    return sys.prefix == sys.base_prefix and mark.exists()


def _outcome(status: int, said: str, *, is_new: bool) -> str:
    if status == 0 and is_new:
        return "updated"
    # Where nothing can be reached pip is content with what is installed already.
    if status == 0:
        return "offline" if re.search(_UNREACHED, said) else "up_to_date"
    log.warning("pip ended with %s: %s", status, said[-MOST_LOGGED:])
    return next((code for pattern, code in _CAUSES if re.search(pattern, said)), "failed")


def _run(settings: Settings, folder: Path, lock: int, longest: float) -> tuple[int, str]:
    """Exit code of pip, and all that it said."""
    held, written, printed = folder / "held.txt", folder / "log", folder / "printed"
    held.write_text("".join(f"{line}\n" for line in held_back()), "utf-8")
    with printed.open("wb") as output:
        pip = subprocess.Popen(
            [*_command(), "--constraint", str(held), "--log", str(written), *wanted()],
            env=pip_environment(settings), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, pass_fds=(lock,) if os.name == "posix" else (),
        )  # fmt: skip
        try:
            status = pip.wait(longest)
        except subprocess.TimeoutExpired:
            _end(pip)
            raise
    return status, "".join(path.read_text("utf-8", "replace") for path in (written, printed) if path.exists())


def _command() -> list[str]:
    # -I: no PYTHON* variable, no user site and no working folder decides what is imported
    pip = [sys.executable, "-I", "-c", _PIP, "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    # a configuration file of pip may say where packages come from, but not where they go
    here = ["--no-user", "--target", "", "--prefix", sys.prefix]
    return [*pip, *here, "--upgrade", "--upgrade-strategy", "only-if-needed", "--no-warn-script-location"]


def _end(pip: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(pip.pid, signal.SIGKILL)
        else:
            pip.kill()
    pip.wait()


def wanted() -> list[str]:
    """The libraries as Bowerbird's metadata asks for them, such as `yt-dlp>=2026.8.19`."""
    return [one for one in requires("bowerbird") or () if _name_of(one) in NAMES]


def held_back() -> list[str]:
    """All else that is installed, in the version in which it is."""
    found: dict[str, str] = {}
    for one in distributions():
        name = _normal(one.metadata["Name"] or "")
        # of two that have one name the first one counts, as it does for an import
        if name and name not in NAMES and _SIMPLE_VERSION.fullmatch(one.version or ""):
            found.setdefault(name, one.version)
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def _name_of(requirement: str) -> str:
    return _normal(re.split(r"[^\w.-]", requirement, maxsplit=1)[0])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pip_environment(settings: Settings, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What is inherited, without what would lead pip elsewhere; the settings' proxy and certificates count most."""
    kept = {name: value for name, value in inherited.items() if name in _PASSED_ON or not name.startswith("PIP_")}
    proxy = {"PIP_PROXY": settings.proxy} if settings.proxy else {}
    bundle = {"PIP_CERT": settings.ca_bundle} if settings.ca_bundle else {}
    return {**kept, "PIP_RETRIES": kept.get("PIP_RETRIES", "2"), "LC_ALL": "C.UTF-8", **proxy, **bundle}


def is_under_way() -> bool:
    """Whether somebody updates this environment now; it may be the pip of a worker that died."""
    with contextlib.suppress(OSError):
        handle = os.open(_lock(), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            return not _locked(handle)
        finally:
            os.close(handle)
    return False


def _lock() -> Path:
    return Path(sys.prefix) / LOCK


@contextlib.contextmanager
def _alone(longest: float) -> Iterator[int]:
    """Be the only one that updates this environment: pip holds it too, also where we die.

    Raises OSError, and subprocess.TimeoutExpired where another one takes too long.
    """
    handle = os.open(_lock(), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(handle, longest)
        yield handle
    finally:
        os.close(handle)


def _wait_for(handle: int, longest: float) -> None:
    until = time.monotonic() + longest
    while not _locked(handle):
        if time.monotonic() > until:
            raise subprocess.TimeoutExpired("pip", longest)
        time.sleep(LOOK)


def _locked(handle: int) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
