"""What a person does with the queue as a whole, with its order, and with the jobs that are chosen in a list."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from datasette.utils.asgi import Response

from bowerbird.errors import RequestError
from bowerbird.pages import words
from bowerbird.pages.visit import Visit, go_to, saying
from bowerbird.queue import actions, bulk, pausing, updates
from bowerbird.queue.reads import job as read_job
from bowerbird.settings import Settings

Form = Mapping[str, str]
Act = Callable[[sqlite3.Connection, Settings, Form], str]

# What begins so in the form of chosen jobs is the id of one.
CHOSEN = "job:"
_OF_CHOSEN = {
    "retry": "tried again", "pause": "paused", "resume": "going on", "cancel": "cancelled", "delete": "out of the list",
}  # fmt: skip


async def act_on(visit: Visit) -> Response:
    """Do what the button says, and say on the page that it came from what was done. Raises RequestError."""
    act = ACTS.get(visit.parts["act"])
    if act is None:
        raise RequestError("bad_request", "There is no such action.", "Go back and use the buttons of the page.")
    form, settings = await visit.form(), visit.site.settings

    def change(db: sqlite3.Connection) -> str:
        done = act(db, settings, form)
        visit.wake_worker()
        return done

    return go_to(saying(visit.back(), await visit.write(change)))


def told(done: str) -> str:
    """The sentence of such a mark; '' for what is none."""
    act, _, rest = done.partition(".")
    count, _, left = rest.partition(".")
    if act not in _SAID or not all(part.isdecimal() and len(part) < 12 for part in (count or "0", left or "0")):
        return ""
    said = _SAID[act].format(jobs=words.counted(int(count or 0), "job"))
    return said + (f" {words.counted(int(left), 'other')} could not be: look at the states." if int(left or 0) else "")


_SAID = {
    "pause": "The queue is paused. What was fetched stays.",
    "resume": "The queue goes on.",
    "retry_failed": "{jobs} tried again so far; the rest follows.",
    "clear_completed": "{jobs} taken out of the list so far. What was saved stays.",
    "clear_failed": "{jobs} taken out of the list so far; the rest follows.",
    **{action: "{jobs} " + said + "." for action, said in _OF_CHOSEN.items() if action not in ("pause", "resume")},
    "update": "The libraries are being updated. What runs is stopped, and goes on afterwards.",
    "update_and_retry": "The libraries are being updated; then this is tried again.",
    "paused": "{jobs} paused.",
    "resumed": "{jobs} going on.",
}


def _pause(db: sqlite3.Connection, settings: Settings, form: Form) -> str:
    pausing.pause_queue(db)
    return "pause"


def _resume(db: sqlite3.Connection, settings: Settings, form: Form) -> str:
    pausing.resume_queue(db)
    return "resume"


def _move(db: sqlite3.Connection, settings: Settings, form: Form) -> str:
    before, after = form.get("before") or None, form.get("after") or None
    actions.move(db, settings, (form.get("job", ""),), before=before, after=None if before else after)
    return ""


def _retry_failed(db: sqlite3.Connection, settings: Settings, form: Form) -> str:
    platform, error_code = form.get("platform") or None, form.get("error") or None
    return f"retry_failed.{bulk.begin(db, 'retry_failed', platform=platform, error_code=error_code).count}"


def _clear_completed(db: sqlite3.Connection, settings: Settings, form: Form) -> str:
    return f"clear_completed.{bulk.begin(db, 'clear_completed').count}"


def _clear_failed(db: sqlite3.Connection, settings: Settings, form: Form) -> str:
    platform, error_code = form.get("platform") or None, form.get("error") or None
    if error_code is None:
        raise RequestError("bad_request", "No cause is named.", "Go back and use the buttons of the page.")
    return f"clear_failed.{bulk.begin(db, 'clear_failed', platform=platform, error_code=error_code).count}"


def _update(db: sqlite3.Connection, settings: Settings, form: Form) -> str:
    """Ask for an update, and where a job is named for another try of it afterwards."""
    job_id = form.get("job") or None
    if job_id and read_job(db, settings, job_id) is None:
        raise RequestError("not_found", "There is no such job.", "It may have been taken out of the list.")
    updates.ask(db, job_id)
    return "update_and_retry" if job_id else "update"


def _chosen(db: sqlite3.Connection, settings: Settings, form: Form) -> str:
    """The same with each chosen job that allows it; how many there were, and how many did not."""
    action = form.get("do", "")
    ids = [name.removeprefix(CHOSEN) for name in form if name.startswith(CHOSEN)]
    if action not in _OF_CHOSEN:
        raise RequestError("bad_request", "There is no such action.", "Go back and use the buttons of the page.")
    if not ids:
        raise RequestError("bad_request", "No job is chosen.", "Tick the boxes of some jobs first.")
    done = sum(_is_done(db, settings, job_id, action) for job_id in ids)
    return f"{_MARKS.get(action, action)}.{done}.{len(ids) - done}"


_MARKS = {"pause": "paused", "resume": "resumed"}


def _is_done(db: sqlite3.Connection, settings: Settings, job_id: str, action: str) -> bool:
    try:
        actions.act(db, settings, (job_id,), action)
    except RequestError as error:
        if error.code not in ("wrong_state", "not_found"):
            raise
        return False
    return True


ACTS: dict[str, Act] = {
    "pause": _pause,
    "resume": _resume,
    "move": _move,
    "retry_failed": _retry_failed,
    "clear_completed": _clear_completed,
    "clear_failed": _clear_failed,
    "chosen": _chosen,
    "update": _update,
}


def act_on_one(db: sqlite3.Connection, settings: Settings, job_id: str, action: str) -> None:
    """An action of one job's row: those of `actions`, and the moves in the queue. Raises RequestError."""
    if action == "top":
        actions.move(db, settings, (job_id,))
    elif action == "up":
        actions.step(db, settings, job_id, "up")
    elif action == "down":
        actions.step(db, settings, job_id, "down")
    else:
        actions.act(db, settings, (job_id,), action)
