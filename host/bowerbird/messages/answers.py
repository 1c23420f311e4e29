"""Answers about archive and queue, and what a person does with jobs. What may come after the answer is put off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from bowerbird import __version__
from bowerbird.archive.keys import archived_ids, target_key
from bowerbird.errors import BowerbirdError, RequestError
from bowerbird.messages import requests
from bowerbird.messages.desk import Desk
from bowerbird.messages.frames import how_many_fit
from bowerbird.model import DOCTOR, Target, to_builtins
from bowerbird.queue import actions, bulk, pausing, preferences, reads
from bowerbird.queue.rows import item_url
from bowerbird.settings import Settings
from bowerbird.targets import identify, label

Answer = dict[str, Any]


def hello(desk: Desk, request: requests.Hello) -> Answer:
    """Who we are, what the archive holds, what the queue does."""
    if request.protocol != requests.PROTOCOL:
        raise RequestError("protocol_mismatch")
    from bowerbird.archive.space import free_bytes

    totals = desk.db.execute(
        "SELECT coalesce(sum(items), 0) AS items, coalesce(sum(bytes), 0) AS bytes FROM totals"
    ).fetchone()
    free = free_bytes(desk.settings.archive)
    if request.browser != DOCTOR:
        desk.later(lambda: desk.presence.begin(request.browser))
        desk.later(desk.waker.wake_if_due)
    return {
        "protocol": requests.PROTOCOL,
        "version": __version__,
        "archive": {"items": totals["items"], "bytes": totals["bytes"], "free_bytes": free},
        "queue": to_builtins(reads.counts(desk.db)),
        "warnings": _warnings(preferences.effective(desk.db, desk.settings), free),
    }


def _warnings(settings: Settings, free: int) -> list[dict[str, str]]:
    if free >= settings.disk_floor:
        return []
    from bowerbird.archive.space import size

    left, floor = size(free), size(settings.disk_floor)
    return [
        {
            "code": "disk_full",
            "message": f"The disk of the archive has {left} left.",
            "hint": f"Free some space: new saves wait below {floor}.",
        }
    ]


def lookup(desk: Desk, request: requests.Lookup) -> Answer:
    """Which of these are archived, and since when."""
    keys = {url: _key(desk.settings, url) for url in request.urls}
    known = archived_ids(desk.db, [key for key in keys.values() if key])
    return {"saved": {url: _saved(desk, known.get(key or "")) for url, key in keys.items()}}


def _key(settings: Settings, url: str) -> str | None:
    target = _identified(settings, url)
    return target_key(target) if isinstance(target, Target) else None


def _saved(desk: Desk, item_id: int | None) -> Answer | None:
    if item_id is None:
        return None
    row = desk.db.execute("SELECT captured_at FROM items WHERE id = ?", (item_id,)).fetchone()
    return {"item_id": item_id, "item_url": item_url(desk.settings, item_id), "captured_at": row["captured_at"]}


def identify_urls(desk: Desk, request: requests.Identify) -> Answer:
    """What these are."""
    return {"targets": [_described(desk.settings, url) for url in request.urls]}


def _described(settings: Settings, url: str) -> Answer:
    target = _identified(settings, url)
    if isinstance(target, BowerbirdError):
        return {"url": url, "error": target.as_dict()}
    return {**to_builtins(target), "url": url, "label": label(target)}


def _identified(settings: Settings, url: str) -> Target | BowerbirdError:
    try:
        return identify(url, allow_private_hosts=settings.allow_private_hosts)
    except BowerbirdError as error:
        return error


def jobs(desk: Desk, request: requests.Jobs) -> Answer:
    """A page of jobs."""
    wanted = reads.JobFilter(
        statuses=(request.status,) if request.status else (), before=request.after, limit=request.limit
    )
    page = reads.jobs(desk.db, desk.settings, wanted)
    fitting = how_many_fit(page.jobs)
    if fitting < len(page.jobs):
        page = reads.jobs(desk.db, desk.settings, msgspec.structs.replace(wanted, limit=fitting))
    answer: Answer = {"jobs": to_builtins(page.jobs)}
    return {**answer, "next": page.next} if page.next else answer


def job(desk: Desk, request: requests.JobAction) -> Answer:
    """Do one of the actions of queue/actions.py with jobs."""
    after = actions.act(desk.db, desk.settings, tuple(dict.fromkeys(request.jobs)), request.action)
    desk.later(desk.wake)
    answer: Answer = {"jobs": to_builtins(after)}
    worker_acts = request.action in ("cancel", "pause") and any(one.status == "running" for one in after)
    return {**answer, "requested": True} if worker_acts else answer


def queue(desk: Desk, request: requests.QueueAction) -> Answer:
    """Pause or resume the whole queue, or do something with all jobs that ended so."""
    goes_on = _QUEUE[request.action](desk, request)
    desk.later(desk.wake)
    answer: Answer = {"queue": to_builtins(reads.counts(desk.db))}
    return {**answer, "requested": True} if goes_on else answer


def _pause_queue(desk: Desk, request: requests.QueueAction) -> bool:
    pausing.pause_queue(desk.db)
    return reads.counts(desk.db).running > 0


def _resume_queue(desk: Desk, request: requests.QueueAction) -> bool:
    pausing.resume_queue(desk.db)
    return False


def _retry_failed(desk: Desk, request: requests.QueueAction) -> bool:
    return not bulk.begin(desk.db, "retry_failed", platform=request.platform, error_code=request.error_code).is_done


def _clear_completed(desk: Desk, request: requests.QueueAction) -> bool:
    return not bulk.begin(desk.db, "clear_completed").is_done


# Each says whether the worker still has to act.
_QUEUE: dict[str, Callable[[Desk, requests.QueueAction], bool]] = {
    "pause": _pause_queue,
    "resume": _resume_queue,
    "retry_failed": _retry_failed,
    "clear_completed": _clear_completed,
}


def watch(desk: Desk, request: requests.Watch) -> Answer:
    """Begin or end the events."""
    desk.watch(request.jobs)
    return {}


# what to open -> where it is on the site; settings have no page of their own yet
_PLACES = {"dashboard": "/", "item": "/item/{ref}", "job": "/job/{ref}", "settings": "/"}


def open_site(desk: Desk, request: requests.Open) -> Answer:
    """A one-use link into the site, which is started if need be."""
    from bowerbird.install.site import ensure_running
    from bowerbird.signin import sign_in_link

    place = _PLACES[request.what].format(ref=_known(desk, request))
    ensure_running(desk.settings)
    return {"url": sign_in_link(desk.settings, place)}


_KNOWN = {"item": "SELECT id FROM items WHERE id = ?", "job": "SELECT id FROM jobs WHERE id = ?"}


def _known(desk: Desk, request: requests.Open) -> str:
    if request.what not in _KNOWN:
        return ""
    if not request.ref:
        raise RequestError("bad_request", "Say which one to open.")
    row = desk.db.execute(_KNOWN[request.what], (request.ref,)).fetchone()
    if row is None:
        raise RequestError("not_found", f"There is no such {request.what} in the archive.")
    return str(row["id"])
