"""One function per command. Each returns the exit code: 0 done, 1 the work failed or waits, 2 wrong use."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sqlite3
import sys
from typing import Any

import msgspec

from bowerbird.cli import show
from bowerbird.cli.actions import wake
from bowerbird.cli.opening import archive, reading
from bowerbird.errors import BowerbirdError, RequestError
from bowerbird.model import Capture, CaptureOptions, Receipt, to_builtins
from bowerbird.settings import Settings, load_settings

Arguments = argparse.Namespace

# Of work that was begun, and that nobody does now; and of all that waits for its turn then.
_AGAIN = "goes on with the next save, with bowerbird open, or when a browser starts."
STOPPED = (f"What was stopped {_AGAIN}", "Now: bowerbird work")
LEFT = (f"What is left {_AGAIN}", "Now: bowerbird work")
# Several addresses in one pair of quotes.
_SPACE_BETWEEN = re.compile(r"\s+(?=https?://)", re.IGNORECASE)


def save(chosen: Arguments) -> int:
    """Capture URLs; with --wait until nothing can go on."""
    from bowerbird.queue import intake
    from bowerbird.targets.address import typed_urls

    settings = load_settings()
    words = [word for typed in chosen.urls for word in _SPACE_BETWEEN.split(typed.strip())]
    urls = dict.fromkeys(url for word in words for url in typed_urls(word))
    captures = [_capture(url, _options(chosen)) for url in urls]
    with archive(settings) as db:
        receipts = intake.take(db, settings, captures)
        job_ids = [receipt.job_id for receipt in receipts if receipt.job_id]
        if job_ids:
            wake(settings)
        if not chosen.json:
            # before the others, which may take hours
            _say_rejected(captures, receipts)
        if chosen.wait and job_ids:
            from bowerbird.cli.follow import follow

            follow(db, settings, job_ids, quiet=chosen.json)
        _say_pause(db)
        return _report(db, settings, chosen, captures, receipts)


def _say_rejected(captures: list[Capture], receipts: list[Receipt]) -> None:
    for capture, receipt in zip(captures, receipts, strict=True):
        if receipt.job_id is None:
            show.rejected(capture.url, receipt, as_json=False)


def _say_pause(db: sqlite3.Connection) -> None:
    from bowerbird.queue.pausing import is_paused

    if is_paused(db):
        show.complain("The queue is paused: nothing is begun.", "Go on with: bowerbird resume --all")


def _capture(url: str, options: CaptureOptions) -> Capture:
    import uuid

    from bowerbird.clock import now

    return Capture(key=str(uuid.uuid4()), url=url, source="cli", captured_at=now(), options=options)


def _options(chosen: Arguments) -> CaptureOptions:
    languages = None if chosen.transcripts is None else [part.strip() for part in chosen.transcripts.split(",")]
    return CaptureOptions(
        quality=chosen.quality,
        audio_only=chosen.audio,
        transcripts=None if languages is None else tuple(part for part in languages if part and part != "none"),
        max_items=chosen.max_items,
        comments=chosen.comments,
        force=chosen.force,
    )


def _report(
    db: sqlite3.Connection, settings: Settings, chosen: Arguments, captures: list[Capture], receipts: list[Receipt]
) -> int:
    from bowerbird.queue import reads

    status = 0
    for capture, receipt in zip(captures, receipts, strict=True):
        job = reads.job(db, settings, receipt.job_id) if receipt.job_id else None
        if job is None:
            status = 2
            if chosen.json:
                show.rejected(capture.url, receipt, as_json=True)
            continue
        show.saved(job, receipt, as_json=chosen.json, waited=chosen.wait)
        if chosen.wait and job.status != "completed":
            status = max(status, 1)
    return status


def identify(chosen: Arguments) -> int:
    """Say what URLs are."""
    from bowerbird.targets import identify as look
    from bowerbird.targets import label
    from bowerbird.targets.address import whole_url

    settings = load_settings()
    status = 0
    for url in chosen.urls:
        try:
            target = look(whole_url(url), allow_private_hosts=settings.allow_private_hosts)
        except BowerbirdError as error:
            show.unrecognised(url, error, as_json=chosen.json)
            status = 2
            continue
        show.recognised({**to_builtins(target), "url": url}, label(target), as_json=chosen.json)
    return status


def jobs(chosen: Arguments) -> int:
    """List jobs, newest first."""
    from bowerbird.install.processes import noted
    from bowerbird.queue import reads
    from bowerbird.queue.workers import is_left_alone, left_running

    settings = load_settings()
    statuses = (chosen.status,) if chosen.status else ()
    with reading(settings) as db:
        page = reads.jobs(db, settings, reads.JobFilter(statuses=statuses, limit=chosen.limit))
        stopped = left_running(db, settings)
        is_left = not stopped and is_left_alone(db, settings, bool(noted(settings)))
        _say_pause(db)
    show.jobs(page.jobs, as_json=chosen.json, stopped=stopped)
    if page.next and not chosen.json:
        show.complain(f"These are the newest {len(page.jobs):,}.", "More: --limit 500; what runs now: --status running")
    if (stopped or is_left) and not chosen.json:
        show.complain(*(STOPPED if stopped else LEFT))
    return 0


def work(chosen: Arguments) -> int:
    """Do the queued work here; with --until-idle say afterwards what failed or waits."""
    from bowerbird.cli.narrate import narrated
    from bowerbird.worker import work as run

    settings = load_settings()
    if not chosen.until_idle:
        with narrated(settings):
            run(settings, linger=float("inf"))
        _say_what_is_left(settings)
        return 0
    from bowerbird.clock import now

    began, is_told = now(), False
    while not _worked_until_idle(settings):
        if not is_told:
            show.say("A worker is at it in the background; this waits for it. Ctrl-C ends the waiting, not the work.")
            is_told = True
        _wait_for_other_worker(settings)
    # it was told to end where something is left
    is_left = _say_what_is_left(settings)
    return _say_troubles(settings, began) or int(is_left)


def _worked_until_idle(settings: Settings) -> bool:
    """Work here until nothing can go on; False where another worker does it already."""
    from bowerbird.cli.narrate import narrated
    from bowerbird.worker import work as run

    try:
        with narrated(settings):
            run(settings, linger=0.0)
    except RequestError as error:
        if error.code != "busy":
            raise
        return _is_idle(settings)
    return True


def _say_what_is_left(settings: Settings) -> bool:
    """Whether there is anything that could go on now."""
    is_left = not _is_idle(settings)
    if is_left:
        show.complain(*LEFT)
    with archive(settings) as db:
        _say_pause(db)
    return is_left


def _wait_for_other_worker(settings: Settings) -> None:
    import time

    from bowerbird.queue.wake import worker_is_running

    while worker_is_running(settings) and not _is_idle(settings):
        time.sleep(0.2)


def _is_idle(settings: Settings) -> bool:
    from bowerbird.cli.follow import SOON
    from bowerbird.clock import later
    from bowerbird.queue import reads

    with archive(settings) as db:
        return reads.is_idle(db, later(SOON))


def _say_troubles(settings: Settings, began: str) -> int:
    from bowerbird.queue import reads
    from bowerbird.queue.waiting import troubled_since

    with archive(settings) as db:
        troubled = [reads.job(db, settings, job_id) for job_id in troubled_since(db, began)]
        counts = reads.counts(db)
    for job in troubled:
        if job:
            show.trouble(job)
    return 1 if troubled or (counts.is_paused and counts.pending) else 0


def serve(chosen: Arguments) -> int:
    """Run the site here."""
    from bowerbird.pages.server import serve as run

    run(_at_port(chosen.port), _say_where)
    return 0


def _at_port(port: int | None) -> Settings:
    settings = load_settings()
    return settings if port is None else msgspec.structs.replace(settings, port=port)


def _say_where(settings: Settings) -> None:
    from bowerbird.signin import sign_in_link

    show.say(f"The site runs until Ctrl-C. Open it within a minute, once: {sign_in_link(settings)}")
    show.say(f"A new link: bowerbird open --port {settings.port}")
    sys.stdout.flush()


def open_site(chosen: Arguments) -> int:
    """Print a one-use link into the site, and open it unless a program asks."""
    import webbrowser

    from bowerbird.install.site import ensure_running
    from bowerbird.queue.waker import Waker
    from bowerbird.signin import sign_in_link

    settings = _at_port(chosen.port)
    place = "/"
    if chosen.item is not None:
        place = _page_of(settings, chosen.item)
    ensure_running(settings)
    # what is wrong with the archive is what the site will show
    with contextlib.suppress(OSError, sqlite3.Error, RequestError):
        Waker(settings).wake_if_due()
    url = sign_in_link(settings, place)
    if chosen.json:
        show.line({"url": url})
        return 0
    show.say(url)
    if not (_has_screen() and webbrowser.open(url)):
        show.complain("No browser could be opened from here.", "Open this address in yours: once, within a minute.")
    return 0


def _has_screen() -> bool:
    """Whether a browser with windows can open; one in the terminal would take the terminal over."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _page_of(settings: Settings, given: str) -> str:
    """Where the item of this number is, or the job whose id begins so."""
    from bowerbird.cli.actions import whole_id

    with reading(settings) as db:
        if given.isdecimal() and db.execute("SELECT 1 FROM items WHERE id = ?", (given,)).fetchone():
            return f"/item/{given}"
        # as much of a job's id as is shown
        if not given.isdecimal() or len(given) >= 8:
            return f"/job/{whole_id(db, given)}"
    raise RequestError("not_found", f"There is no item {given[:40]}.", "Find its number with: bowerbird search WORDS")


def search(chosen: Arguments) -> int:
    """Find items."""
    from bowerbird.archive.finding import find
    from bowerbird.archive.operators import unfit

    settings = load_settings()
    with reading(settings) as db:
        asked = " ".join(chosen.words)
        page = find(db, asked, rank="best", limit=min(chosen.limit, show.MOST_HITS))
        why = () if page.hits else unfit(db, asked)
    show.hits(page, why, as_json=chosen.json)
    return 0


def install(chosen: Arguments) -> int:
    """Make the archive and tell the browsers about it."""
    from bowerbird.install.installation import install as make

    for said in make(load_settings(), chosen.browser).lines:
        show.say(said)
    return 0


def uninstall(_chosen: Arguments) -> int:
    """Remove everything but the archive."""
    from bowerbird.install.installation import uninstall as remove

    for said in remove(load_settings()).lines:
        show.say(said)
    return 0


def stop(_chosen: Arguments) -> int:
    """End what runs in the background. Raises RequestError on Windows."""
    from bowerbird.install.processes import noted, stop_processes

    if sys.platform == "win32":
        raise RequestError("wrong_state", "On Windows they can't be found.", "End them in the Task Manager.")
    settings = load_settings()
    ended = stop_processes(settings)
    for name in ended:
        show.say(f"{name}: stopped")
    left = noted(settings)
    for name in left:
        show.complain(f"{name}: has not ended yet", "It was asked to, and will when it can.")
    if not ended and not left:
        show.say("Nothing of Bowerbird runs in the background.")
    return int(bool(left))


def doctor(chosen: Arguments) -> int:
    """Look at every link of the chain; 1 where one is broken."""
    from bowerbird.install.doctor import checks, is_well

    findings: list[Any] = []
    for finding in checks(load_settings()):
        findings.append(finding)
        show.finding(finding, as_json=chosen.json)
    return 0 if is_well(findings) else 1
