"""What the command line prints: sentences for a person, one JSON object a line for a program."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import unquote

import msgspec

from bowerbird.errors import BowerbirdError
from bowerbird.model import FINAL_STATUSES, ITEM_KINDS, Job, QueueCounts, Receipt, to_builtins

if TYPE_CHECKING:
    from bowerbird.archive.finding import SearchPage
    from bowerbird.install.checks.check import Check
    from bowerbird.queue.updates import Update
    from bowerbird.sessions.vault import SessionState

MOST_HITS = 200
# Letters of id, state, platform and what stands between the columns of a table of jobs.
OTHERS = 35
SHORT = 50
_BEGINNING = re.compile(r"\Ahttps?://(www\.)?")
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
# What the worker has to see to first.
BEING = {"cancel": "cancelled", "pause": "paused"}
UPDATED = {"updated": "The libraries were updated.", "up_to_date": "All libraries are up to date."}
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
    page = job.id[:8] if _is_list(job) else job.item_id
    where = f"Open it with: bowerbird open {page}" if page else ""
    if job.error and waited:
        trouble(job)
        if _is_list(job):
            complain(where)
        return
    if receipt.status == "already_saved" and (job.status == "completed" or not waited):
        say(f"You have this: {name(job)}. Its counts are refreshed; --force fetches it again.  {where}".rstrip())
        return
    already = " already" if receipt.status == "already_queued" and not waited else ""
    parts = (f"{WORDS[job.status]}{already}: {name(job)}  [{job.id[:8]}]", _members(job), where)
    say("  ".join(part for part in parts if part))


def _is_list(job: Job) -> bool:
    return job.kind not in ITEM_KINDS


def _members(job: Job) -> str:
    if not _is_list(job) or job.status != "completed":
        return ""
    total = f" of {job.items_done + job.items_failed:,}" if job.items_failed else ""
    failed = f", {job.items_failed:,} could not be had" if job.items_failed else ""
    return f"{job.items_done:,}{total} saved{failed}"


def trouble(job: Job) -> None:
    """Why a job failed or waits, and what to do."""
    said = f"{WORDS[job.status]}: {name(job)}  [{job.id[:8]}] {remark(job)}"
    complain(said, job.error.hint if job.error else "")


def name(job: Job) -> str:
    """What a job is called."""
    return job.title or job.url


def short_name(job: Job) -> str:
    """The same for where there is little room."""
    whole = job.title or unquote(_BEGINNING.sub("", job.url))
    return whole if len(whole) <= SHORT else f"{whole[: SHORT - 1]}…"


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


def jobs(found: Iterable[Job], *, as_json: bool, stopped: Collection[str] = ()) -> None:
    """A list of jobs. Those that are `stopped` count as running, and nobody works on them."""
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
            say("  ".join(cell for cell in _cells(job, stopped) if cell))
        return
    _table(found, stopped)


def _table(found: list[Job], stopped: Collection[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    console = Console()
    for heading in ("Job", "State", "Platform"):
        table.add_column(heading, no_wrap=True)
    # half of what the others leave: an address has no place at which it may be broken
    table.add_column("Title", no_wrap=True, overflow="ellipsis", max_width=max(20, (console.width - OTHERS) // 2))
    table.add_column("What it says", overflow="fold")
    for job in found:
        # of an address that is cut off, the beginning says least
        cells = (_BEGINNING.sub("", cell) for cell in _cells(job, stopped))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console.print(table)


def _cells(job: Job, stopped: Collection[str]) -> tuple[str, ...]:
    return job.id[:8], "Stopped" if job.id in stopped else WORDS[job.status], job.platform, name(job)[:80], remark(job)


def state(job: Job) -> str:
    """What a job does now, without the numbers that change all the time."""
    doing = job.current_operation or "" if job.status == "running" else remark(job)
    return f"{WORDS[job.status]}: {doing}" if doing else WORDS[job.status]


def remark(job: Job) -> str:
    """Why a job is where it is, and when it goes on; how far it is where it runs."""
    again = _again(job)
    if job.error:
        return f"{job.error.message.rstrip('.')}; {again}" if again else job.error.message
    if again:
        return again
    if job.status == "running":
        return f"{job.progress:.0f} % {job.current_operation or ''}".strip()
    if job.position:
        return "next" if job.position == 1 else f"place {job.position:,}"
    return _members(job) if job.items_failed else ""


def _again(job: Job) -> str:
    from bowerbird import clock

    if job.status == "paused" or not job.not_before or job.not_before <= clock.now():
        return ""
    then, today = clock.parse(job.not_before).astimezone(), clock.parse(clock.now()).astimezone()
    day = "" if then.date() == today.date() else f"on {then:%Y-%m-%d} "
    return f"tries again {day}at {then:%H:%M}"


def acted(after: list[Job], action: str, *, as_json: bool) -> None:
    """The jobs as they are after an action; what runs ends only when the worker has seen it."""
    if action == "delete" and not as_json:
        say(f"Removed {len(after)} from the history.")
        for job in after:
            if job.status not in FINAL_STATUSES:
                complain(f"It was not saved yet, and now it will not be: {name(job)}", f"Do it after all: {_save(job)}")
        return
    ending = [job for job in after if action in BEING and job.status == "running" and not as_json]
    for job in ending:
        say(f"{name(job)}  [{job.id[:8]}] is being {BEING[action]}.")
    if len(ending) < len(after):
        jobs([job for job in after if job not in ending], as_json=as_json)


def _save(job: Job) -> str:
    import shlex

    return f"bowerbird save {shlex.quote(job.url)}"


def queue(counts: QueueCounts, said: str, *, as_json: bool) -> None:
    """What became of the whole queue."""
    if as_json:
        line(to_builtins(counts))
        return
    say(said)


def not_acted(given: str, error: BowerbirdError, *, as_json: bool) -> None:
    """A job that nothing was done with."""
    if as_json:
        line({**error.as_dict(), "job": given})
        return
    complain(f"{given[:40]}: {error.message}", error.hint)


def hits(page: SearchPage, why: Iterable[str], *, as_json: bool) -> None:
    """What a search found; `why` says in sentences why that is nothing, where that is known."""
    found = page.hits
    if not found and not as_json:
        say(" ".join(("Nothing found.", *why)))
    for hit in found:
        if as_json:
            line(to_builtins(hit))
            continue
        say(f"{hit.item_id:>6}  {hit.title or 'untitled'}  ({hit.creator or hit.platform})")
        for cue in hit.cues:
            minutes, seconds = divmod(int(cue.start), 60)
            say(f"        {minutes:>3}:{seconds:02d}  {_plain(cue.pieces)}")
        for own in filter(None, (hit.note, *hit.tags)):
            say(f"        {'yours':>6}  {_plain(own)}")
    if found and not as_json:
        say("Open one with: bowerbird open NUMBER")
    if page.next and not as_json:
        wider = "narrow it by another word" if len(found) >= MOST_HITS else f"say --limit {MOST_HITS}"
        say(f"There are more than {'this one' if len(found) == 1 else f'these {len(found):,}'}: {wider}.")


def _plain(pieces: Iterable[tuple[str, bool]]) -> str:
    """Marked text without its marks, on one line."""
    return " ".join("".join(text for text, _ in pieces).split())


def finding(check: Check, *, as_json: bool) -> None:
    """One finding of the doctor."""
    if as_json:
        line(to_builtins(check))
        return
    say(f"{MARKS[check.state]}  {check.name}: {check.message}")
    if check.fix:
        say(f"      {check.fix}")


def updated(update: Update, *, as_json: bool) -> None:
    """What came of an update: each library before and after, or why not."""
    if as_json:
        line({
            "code": update.code, "message": update.message, "hint": update.hint,
            "libraries": [
                {"name": name, "before": update.before.get(name), "after": version}
                for name, version in update.after.items()
            ],
        })  # fmt: skip
        return
    if not update.is_good:
        complain(update.message, update.hint)
        return
    for name, version in update.after.items():
        before = update.before.get(name)
        say(f"{name}  {version}" if before == version else f"{name}  {before or 'none'} → {version}")
    say(UPDATED[update.code])


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
        window = "  private window" if one.incognito else ""
        say(f"{one.platform}  {one.username or one.account}  {SESSION_WORDS[one.state]}  ({used}){window}")


def stored_session(title: str, platform: str, account: str, cookies: int, *, as_json: bool) -> None:
    """A session that came into the vault."""
    if as_json:
        line({"platform": platform, "account": account, "cookies": cookies})
        return
    say(f"Stored the sign-in of {title}: account {account}, {cookies} cookies.")


def rotated_key(kept: int, lost: int, *, as_json: bool) -> None:
    """What became of the stored sessions under the new key."""
    if as_json:
        line({"kept": kept, "lost": lost})
        return
    say(f"{kept} of your sign-ins encrypted with a new key." if kept or lost else "No sign-ins: nothing is encrypted.")
    if lost:
        complain(f"{lost} could not be read with the key that there was.", "Open these sites in your browser once.")


def forgotten_sessions(title: str, gone: int, waiting: int, *, as_json: bool) -> None:
    """Sessions that were removed, and how many jobs wait for one of the kind."""
    if as_json:
        line({"forgotten": gone, "waiting": waiting})
        return
    say(f"Removed {gone} sign-in{'s' * (gone != 1)} of {title}.")
    if waiting:
        say(f"{waiting} job{'s' * (waiting != 1)} wait{'s' * (waiting == 1)} until you sign in to it again.")
