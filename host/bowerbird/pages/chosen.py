"""What a person does with the items that they chose in Browse: a table of named acts, in small commits."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from datasette.utils.asgi import Response

from bowerbird.archive import marks, reads, trash
from bowerbird.clock import now
from bowerbird.errors import RequestError
from bowerbird.pages import words, zips
from bowerbird.pages.download import captures_of
from bowerbird.pages.visit import Visit, go_to, number_in, saying
from bowerbird.queue.batches import give_way
from bowerbird.queue.intake import take

Form = Mapping[str, str]
Act = Callable[[Visit, Form], Awaitable[Response]]
# What is done with a few items, in a commit of its own: with how many it was.
Step = Callable[[sqlite3.Connection, Sequence[int]], int]

# What begins so in the form of chosen items is the id of one.
CHOSEN = "item:"
MOST = 500
# Items of one commit: some milliseconds, so that nobody who captures something waits for all of them.
BATCH = 50
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{8,15}Z\Z")


class Told(NamedTuple):
    """What was done, as a sentence; `undo` is the moment that undoing it names, "" where there is no way back."""

    words: str
    undo: str


async def act_on(visit: Visit) -> Response:
    """Do what the button says with all that is chosen. Raises RequestError `bad_request` or `too_large`."""
    form = await visit.form()
    act = ACTS.get(form.get("do", ""))
    if act is None:
        raise RequestError("bad_request", "There is no such action.", "Go back and use the buttons of the page.")
    return await act(visit, form)


def told(done: str) -> Told | None:
    """The sentence of the mark that an address carries; None for what is none."""
    act, count, left, moment = [*done.split(".", 3), "", "", ""][:4]
    if act not in _SAID or not all(part.isdecimal() and len(part) < 12 for part in (count, left)):
        return None
    said = _SAID[act].format(items=words.counted(int(count), "item"))
    rest = f" {words.counted(int(left), 'other')} could not be." if int(left) else ""
    return Told(said + rest, moment if int(count) and _MOMENT.match(moment) else "")


_SAID = {
    "tag": "{items} tagged.",
    "untag": "The tag is taken away from {items}.",
    "delete": "{items} put into the trash.",
    "restore": "{items} put back.",
    "refresh": "{items} looked up again; what is new shows on their pages.",
}


def chosen_in(form: Form) -> list[int]:
    """The items of the form. Raises RequestError `bad_request` where there is none, `too_large` for more than MOST."""
    named = (number_in(name.removeprefix(CHOSEN)) for name in form if name.startswith(CHOSEN))
    item_ids = [item_id for item_id in named if item_id is not None]
    if not item_ids:
        raise RequestError("bad_request", "No item is chosen.", "Tick the boxes of some items first.")
    if len(item_ids) > MOST:
        raise RequestError("too_large", f"These are {len(item_ids):,} items.", f"Choose at most {MOST} at a time.")
    return item_ids


def by_batches(db: sqlite3.Connection, item_ids: Sequence[int], step: Step) -> int:
    """Do it with BATCH items after BATCH, while others get their turn between; with how many it was.

    What is in the way later on ends it there: what was done is told, and can be undone. Raises RequestError.
    """
    done = 0
    for start in range(0, len(item_ids), BATCH):
        if start:
            give_way()
        try:
            done += step(db, item_ids[start : start + BATCH])
        except RequestError:
            if not done:
                raise
            break
    return done


async def _with_all(visit: Visit, form: Form, act: str, step: Step, moment: str = "") -> Response:
    item_ids = chosen_in(form)
    done = await visit.write(lambda db: by_batches(db, item_ids, step))
    mark = f"{act}.{done}.{len(item_ids) - done}{f'.{moment}' if moment else ''}"
    return go_to(saying(visit.back(), mark))


async def _tag(visit: Visit, form: Form) -> Response:
    return await _with_all(visit, form, "tag", lambda db, ids: marks.add_tags_to(db, ids, form.get("tag", "")))


async def _untag(visit: Visit, form: Form) -> Response:
    return await _with_all(visit, form, "untag", lambda db, ids: marks.remove_tags_from(db, ids, form.get("tag", "")))


async def _delete(visit: Visit, form: Form) -> Response:
    moment = now()
    return await _with_all(visit, form, "delete", lambda db, ids: trash.put_away_all(db, ids, moment), moment)


async def _restore(visit: Visit, form: Form) -> Response:
    """Put back what one moment put away: so the way back fits into a link, however many there are."""
    moment = form.get("moment", "")

    def back(db: sqlite3.Connection) -> int:
        done = 0
        while found := trash.put_back_all(db, moment):
            done += found
            give_way()
        return done

    return go_to(saying(visit.back(), f"restore.{await visit.write(back)}.0"))


async def _refresh(visit: Visit, form: Form) -> Response:
    def again(db: sqlite3.Connection, item_ids: Sequence[int]) -> int:
        urls = reads.urls(db, item_ids)
        captures = captures_of(urls, {})
        return sum(receipt.status != "rejected" for receipt in take(db, visit.site.settings, captures))

    answer = await _with_all(visit, form, "refresh", again)
    visit.wake_worker()
    return answer


async def _zip(visit: Visit, form: Form) -> Any:
    return await zips.of_items(visit, chosen_in(form))


ACTS: dict[str, Act] = {
    "tag": _tag, "untag": _untag, "delete": _delete, "restore": _restore, "refresh": _refresh, "zip": _zip,
}  # fmt: skip
