"""What the command line prints: sentences for a person, one JSON object a line for a program."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from bowerbird.errors import BowerbirdError
from bowerbird.model import Job, Receipt, to_builtins

if TYPE_CHECKING:
    from bowerbird.archive.search import Hit
    from bowerbird.install.checks.check import Check
    from bowerbird.sessions.vault import SessionState

WORDS = {
    "pending": "In the queue",
    "running": "Running",
    "waiting": "Waiting",
    "paused": "Paused",
    "completed": "Saved",
    "cancelled": "Cancelled",
    "failed": "Failed",
}
SESSION_WORDS = {
    "ok": "holds, as far as is known",
    "expired": "no longer holds: open the site and sign in again",
    "challenge": "the site wants a person to answer something: open it in your browser",
    "lost": "can't be read, its key is gone: open the site once, and it is taken again",
}
MARKS = {"ok": "ok  ", "warn": "look", "fail": "FAIL"}


def line(value: Any) -> None:
    """One JSON object on a line of stdout, in UTF-8 whatever the terminal speaks."""
    sys.stdout.flush()
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """A sentence on stdout. Control characters of foreign titles never reach the terminal."""
    _write(sys.stdout, text)


def complain(message: str, hint: str = "") -> None:
    """What went wrong and what to do, on stderr."""
    _write(sys.stderr, message)
    if hint:
        _write(sys.stderr, hint)


def _write(stream: TextIO, text: str) -> None:
    speaks = stream.encoding or "utf-8"
    stream.write(printable(text).encode(speaks, "replace").decode(speaks) + "\n")


def printable(text: str) -> str:
    """The text without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


def saved(job: Job, receipt: Receipt, *, as_json: bool, waited: bool) -> None:
    """What became of one capture."""
    if as_json:
        line(to_builtins(job))
        return
    if job.error and waited:
        trouble(job)
        return
    if receipt.status == "already_saved" and not waited:
        say(f"You have this: {_name(job)}. Its counts are refreshed; --force fetches it again.")
        return
    say(f"{WORDS[job.status]}: {_name(job)}  [{job.id[:8]}]{_where(job)}")


def _where(job: Job) -> str:
    return f"  {job.item_url}" if job.item_url else ""


def trouble(job: Job) -> None:
    """Why a job failed or waits, and what to do."""
    why = job.error.message if job.error else ""
    complain(f"{WORDS[job.status]}: {_name(job)}  [{job.id[:8]}] {why}", job.error.hint if job.error else "")


def _name(job: Job) -> str:
    return job.title or job.url


def rejected(url: str, receipt: Receipt, *, as_json: bool) -> None:
    """A URL that can't be saved."""
    error = to_builtins(receipt.error) if receipt.error else {}
    if as_json:
        line({**error, "url": url})
        return
    complain(f"{url[:200]}: {error.get('message', '')}", error.get("hint", ""))


def unrecognised(url: str, error: BowerbirdError, *, as_json: bool) -> None:
    """A URL that is none that could be saved."""
    if as_json:
        line({"url": url, "error": error.as_dict()})
        return
    complain(f"{url[:200]}: {error.message}", error.hint)


def recognised(target: dict[str, Any], label: str, *, as_json: bool) -> None:
    """What a URL is."""
    if as_json:
        line(target)
        return
    say(f"{label}  {target['canonical_url']}")


def jobs(found: Iterable[Job], *, as_json: bool) -> None:
    """A list of jobs."""
    found = list(found)
    if as_json:
        for job in found:
            line(to_builtins(job))
        return
    if not found:
        say("No jobs.")
        return
    if not sys.stdout.isatty():
        for job in found:
            say("  ".join(cell for cell in _cells(job) if cell))
        return
    _table(found)


def _table(found: list[Job]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("Job", "State", "Platform", "Title", ""):
        table.add_column(heading, overflow="fold" if heading in ("Title", "") else "crop")
    for job in found:
        table.add_row(*(Text(printable(cell)) for cell in _cells(job)))
    Console().print(table)


def _cells(job: Job) -> tuple[str, ...]:
    return job.id[:8], WORDS[job.status], job.platform, _name(job)[:80], _remark(job)


def _remark(job: Job) -> str:
    if job.error:
        return job.error.message
    if job.status == "running":
        return f"{job.progress:.0f} % {job.current_operation or ''}".strip()
    return ""


def hits(found: Iterable[Hit], *, as_json: bool) -> None:
    """What a search found."""
    found = list(found)
    if not found and not as_json:
        say("Nothing found.")
    for hit in found:
        if as_json:
            line(to_builtins(hit))
            continue
        say(f"{hit.item_id:>6}  {hit.title or 'untitled'}  ({hit.creator or hit.platform})")
        for cue in hit.cues:
            minutes, seconds = divmod(int(cue.start), 60)
            say(f"        {minutes:>3}:{seconds:02d}  {''.join(text for text, _ in cue.pieces)}")


def finding(check: Check, *, as_json: bool) -> None:
    """One finding of the doctor."""
    if as_json:
        line(to_builtins(check))
        return
    say(f"{MARKS[check.state]}  {check.name}: {check.message}")
    if check.fix:
        say(f"      {check.fix}")


def sessions(found: Iterable[SessionState], *, as_json: bool) -> None:
    """What there is to sign in with; never a cookie."""
    found = list(found)
    if not found and not as_json:
        say("No sign-ins. The extension brings them, or: bowerbird sessions import --from firefox")
    for one in found:
        if as_json:
            line(to_builtins(one))
            continue
        used = f"used {one.used_at[:16].replace('T', ' ')}" if one.used_at else "not used yet"
        say(f"{one.platform}  {one.username or one.account}  {SESSION_WORDS[one.state]}  ({used})")


def stored_session(title: str, platform: str, account: str, cookies: int, *, as_json: bool) -> None:
    """A session that came into the vault."""
    if as_json:
        line({"platform": platform, "account": account, "cookies": cookies})
        return
    say(f"Stored the sign-in of {title}: account {account}, {cookies} cookies.")


def forgotten_sessions(title: str, gone: int, waiting: int, *, as_json: bool) -> None:
    """Sessions that were removed, and how many jobs wait for one of the kind."""
    if as_json:
        line({"forgotten": gone, "waiting": waiting})
        return
    say(f"Removed {gone} sign-in{'s' * (gone != 1)} of {title}.")
    if waiting:
        say(f"{waiting} job{'s' * (waiting != 1)} wait{'s' * (waiting == 1)} until you sign in to it again.")
