"""Captures come in here and nowhere else: capture and job are committed together, before anybody is told."""

from __future__ import annotations

import math
import sqlite3
import uuid
from collections.abc import Sequence

import msgspec

from bowerbird.archive.keys import known_item, target_key
from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import BowerbirdError, RequestError
from bowerbird.model import Capture, CaptureOptions, ErrorReport, Receipt, Target, options_json
from bowerbird.queue.order import NEXT_PLACE
from bowerbird.queue.pausing import resume_within
from bowerbird.queue.rows import item_url
from bowerbird.setting_kinds import LANGUAGE, MOST_LANGUAGES
from bowerbird.settings import QUALITIES, Settings
from bowerbird.targets import identify

MOST_ITEMS = 1_000_000
# Longer texts are cut: they are remarks about the click, not what is archived.
MOST_REMARK = 2_000
LONGEST_KEY = 200

# What follows the changes of jobs reads them in this order; a job that had none at first would be written twice.
NEXT_REVISION = "(SELECT coalesce(max(revision), 0) + 1 FROM jobs)"
IN_FLIGHT = "('pending', 'running', 'waiting', 'paused')"


class _Recognised(msgspec.Struct, frozen=True):
    capture: Capture
    target: Target | None
    error: ErrorReport | None


def take(db: sqlite3.Connection, settings: Settings, captures: Sequence[Capture]) -> list[Receipt]:
    """Write captures and their jobs in one commit and say what became of each.

    A key that was taken before gets the same receipt and has no other effect. A URL that can't be saved is `rejected`
    with its error and leaves no row. Raises RequestError where the archive can't be written.
    """
    recognised = [_recognise(settings, capture) for capture in captures]
    with transaction(db):
        return [_enter(db, settings, one) for one in recognised]


def check_options(options: CaptureOptions) -> None:
    """Raise RequestError `bad_request` for options that no scraper may see."""
    if options.max_items is not None and not 1 <= options.max_items <= MOST_ITEMS:
        said = f"{options.max_items} is no number of members that a list can be saved to."
        raise RequestError("bad_request", said, f"Choose one from 1 to {MOST_ITEMS}.")
    if options.quality is not None and options.quality not in QUALITIES:
        raise RequestError("bad_request", "There is no such quality.", f"Choose one of {', '.join(QUALITIES)}.")
    languages = options.transcripts or ()
    if len(languages) > MOST_LANGUAGES:
        raise RequestError("bad_request", "These are too many languages.", f"Choose at most {MOST_LANGUAGES}, or all.")
    for language in languages:
        if language != "all" and not LANGUAGE.match(language):
            said = f"“{language[:20]}” is no language of transcripts."
            raise RequestError("bad_request", said, "Write codes such as en or pt-BR, or all, or none.")


def _recognise(settings: Settings, capture: Capture) -> _Recognised:
    try:
        check_options(capture.options)
        if not 0 < len(capture.key) <= LONGEST_KEY or capture.key != _storable(capture.key):
            raise RequestError("bad_request", f"A capture's key has 1 to {LONGEST_KEY} characters.")
        target = identify(capture.url, allow_private_hosts=settings.allow_private_hosts)
    except BowerbirdError as error:
        return _Recognised(capture, None, ErrorReport(**error.as_dict()))
    return _Recognised(capture, target, None)


def _enter(db: sqlite3.Connection, settings: Settings, one: _Recognised) -> Receipt:
    capture = one.capture
    taken = _taken(db, capture)
    if taken:
        return taken
    if one.target is None:
        return Receipt(key=_storable(capture.key), status="rejected", error=one.error)
    receipt, new_job = _decide(db, settings, capture, one.target)
    capture_id = _insert_capture(db, capture, receipt)
    if new_job:
        insert_job(db, new_job, capture_id=capture_id)
    return receipt


def _taken(db: sqlite3.Connection, capture: Capture) -> Receipt | None:
    """The receipt that this key got before."""
    if capture.key != _storable(capture.key):
        return None
    row = db.execute("SELECT receipt FROM captures WHERE key = ?", (capture.key,)).fetchone()
    return msgspec.json.decode(row["receipt"], type=Receipt) if row else None


class NewJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that is about to be written."""

    id: str
    target: Target
    key: str
    options: CaptureOptions
    item_id: int | None = None
    refresh_only: bool = False
    parent_id: str | None = None
    title: str | None = None
    priority: int = 0
    incognito: bool = False


def _decide(
    db: sqlite3.Connection, settings: Settings, capture: Capture, target: Target
) -> tuple[Receipt, NewJob | None]:
    key = target_key(target)
    # A job that only refreshes does not fetch what `force` asks for; nor does a private window share its sign-ins.
    # The plus spares SQLite a table of the states for each capture: a target has few jobs.
    in_flight = db.execute(
        f"SELECT id, paused_by FROM jobs WHERE target_key = ? AND +status IN {IN_FLIGHT} AND refresh_only <= ?"
        " AND incognito = ? ORDER BY paused_by IS NOT NULL LIMIT 1",
        (key, not capture.options.force, capture.incognito),
    ).fetchone()
    if in_flight:
        if in_flight["paused_by"]:
            # Whoever asks for it again wants it now.
            resume_within(db, in_flight)
        return Receipt(key=capture.key, job_id=in_flight["id"], status="already_queued"), None
    saved = None if capture.options.force else known_item(db, key)
    job = NewJob(
        id=str(uuid.uuid4()), target=target, key=key, options=capture.options, item_id=saved,
        refresh_only=saved is not None, title=_title(db, capture, saved), incognito=capture.incognito,
    )  # fmt: skip
    status = "already_saved" if saved else "queued"
    return Receipt(key=capture.key, job_id=job.id, status=status, item_url=item_url(settings, saved)), job  # type: ignore[arg-type]


def _title(db: sqlite3.Connection, capture: Capture, saved: int | None) -> str | None:
    if saved:
        return str(db.execute("SELECT title FROM items WHERE id = ?", (saved,)).fetchone()["title"] or "") or None
    about_the_page = capture.page_url in (None, capture.url)
    return _cut(capture.page_title) if about_the_page else None


def _insert_capture(db: sqlite3.Connection, capture: Capture, receipt: Receipt) -> int:
    cursor = db.execute(
        """
        INSERT INTO captures (key, url, source, captured_at, page_url, page_title, referrer, selection, media_type,
                              playback_seconds, options, job_id, receipt, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            capture.key, capture.url, _cut(capture.source), _cut(capture.captured_at), _cut(capture.page_url),
            _cut(capture.page_title), _cut(capture.referrer), _cut(capture.selection), _cut(capture.media_type),
            _second(capture.playback_seconds), options_json(capture.options), receipt.job_id,
            msgspec.json.encode(receipt).decode(), now(),
        ),
    )  # fmt: skip
    if cursor.lastrowid is None:
        raise RequestError("archive_unavailable")
    return cursor.lastrowid


def insert_job(db: sqlite3.Connection, job: NewJob, *, capture_id: int | None) -> None:
    """Write a pending job; the caller holds the transaction."""
    moment = now()
    db.execute(
        f"""
        INSERT INTO jobs (id, capture_id, parent_id, item_id, url, target_key, target, platform, kind, status, title,
                          priority, refresh_only, options, host, incognito, created_at, updated_at, place, revision)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, {NEXT_PLACE}, {NEXT_REVISION})
        """,
        (
            job.id, capture_id, job.parent_id, job.item_id, job.target.url, job.key,
            msgspec.json.encode(job.target).decode(), job.target.platform, job.target.kind, job.title, job.priority,
            job.refresh_only, options_json(job.options), job.target.host, job.incognito,
            moment, moment,
        ),
    )  # fmt: skip


def _cut(text: str | None) -> str | None:
    """A remark as it is stored: bounded."""
    return None if text is None else _storable(text[:MOST_REMARK])


def _storable(text: str) -> str:
    """Without the lone surrogates that neither SQLite nor UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _second(seconds: float | None) -> float | None:
    """A place in a video; what is no number is none."""
    return seconds if seconds is not None and math.isfinite(seconds) else None
