"""What a person does with one item: a table of named acts.

Tags, notes and places are rows of the site's own writing; what has to do with files is a capture for the queue, or a
mark that the worker acts upon.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping

from datasette.utils.asgi import Response

from bowerbird.archive import condition, marks, reads, trash
from bowerbird.archive.names import inside
from bowerbird.errors import JobError, RequestError
from bowerbird.model import Capture, Receipt, options_from
from bowerbird.pages import folders
from bowerbird.pages.download import captures_of
from bowerbird.pages.visit import Visit, go_to
from bowerbird.queue.intake import take

Form = Mapping[str, str]
Act = Callable[[Visit, int, Form], Awaitable[Response]]

# What is said on the page that follows; `done` in its address names the sentence.
DONE = {
    "tag": "Tagged.",
    "untag": "The tag is gone.",
    "note": "Your note is kept.",
    "refresh": "It is looked up again; what is new shows here.",
    "again": "It is saved again; the new files take the place of the old ones.",
    "queued": "It is in the queue already.",
    "restore": "It is back.",
    "folder": "The folder is opened.",
    "whole": "Every byte of every file is as it was saved.",
}


async def act_on(visit: Visit) -> Response:
    """Do what the button says. Raises RequestError `not_found`, `wrong_state`, `bad_request` or `too_large`."""
    act = ACTS.get(visit.parts["act"])
    if act is None:
        raise RequestError("bad_request", "There is no such action.", "Go back and use the buttons of the page.")
    return await act(visit, int(visit.parts["item_id"]), await visit.form())


def _to_item(item_id: int, done: str = "", part: str = "") -> Response:
    return go_to(f"/item/{item_id}{f'?done={done}' if done else ''}{part}")


async def _shown(visit: Visit, item_id: int) -> reads.Item:
    _, found = await visit.read(lambda db: reads.item(db, item_id))
    if found is None:
        raise RequestError("not_found", "There is no such item in the archive.", "It may lie in the trash.")
    return found


async def _tag(visit: Visit, item_id: int, form: Form) -> Response:
    await visit.write(lambda db: marks.add_tags(db, item_id, form.get("tag", "")))
    return _to_item(item_id, "tag", "#h-tags")


async def _untag(visit: Visit, item_id: int, form: Form) -> Response:
    await visit.write(lambda db: marks.remove_tag(db, item_id, form.get("tag", "")))
    return _to_item(item_id, "untag", "#h-tags")


async def _note(visit: Visit, item_id: int, form: Form) -> Response:
    await visit.write(lambda db: marks.set_note(db, item_id, form.get("note", "")))
    return _to_item(item_id, "note", "#h-tags")


async def _resume(visit: Visit, item_id: int, form: Form) -> Response:
    try:
        second, duration = float(form.get("second", "")), float(form.get("duration", ""))
    except ValueError as error:
        raise RequestError("bad_request", "A place in a video is a number of seconds.") from error
    await visit.write(lambda db: marks.set_place(db, item_id, second, duration))
    return Response(b"", status=204)


async def _refresh(visit: Visit, item_id: int, form: Form) -> Response:
    item = await _shown(visit, item_id)
    receipt = await _capture(visit, captures_of([item.url], {"mark": form.get("mark", "")}))
    return _to_item(item_id, "queued" if receipt.status == "already_queued" else "refresh")


async def _again(visit: Visit, item_id: int, form: Form) -> Response:
    item = await _shown(visit, item_id)
    return await _save(visit, item_id, captures_of([item.url], {**form, "force": "1"}))


async def _repair(visit: Visit, item_id: int, form: Form) -> Response:
    """Fetch all files anew, as they were fetched the first time."""
    import msgspec

    item = await _shown(visit, item_id)
    asked = options_from(item.provenance.options if item.provenance else None)
    (capture,) = captures_of([item.url], {"mark": form.get("mark", ""), "force": "1"})
    return await _save(
        visit, item_id, [msgspec.structs.replace(capture, options=msgspec.structs.replace(asked, force=True))]
    )


async def _save(visit: Visit, item_id: int, captures: list[Capture]) -> Response:
    receipt = await _capture(visit, captures)
    return _to_item(item_id, "queued" if receipt.status == "already_queued" else "again")


async def _capture(visit: Visit, captures: list[Capture]) -> Receipt:
    def enter(db: sqlite3.Connection) -> Receipt:
        (receipt,) = take(db, visit.site.settings, captures[:1])
        return receipt

    receipt = await visit.write(enter)
    if receipt.error:
        raise RequestError(receipt.error.code, receipt.error.message, receipt.error.hint)
    visit.wake_worker()
    return receipt


async def _delete(visit: Visit, item_id: int, form: Form) -> Response:
    await visit.write(lambda db: trash.put_away(db, item_id))
    return _to_item(item_id)


async def _restore(visit: Visit, item_id: int, form: Form) -> Response:
    await visit.write(lambda db: trash.put_back(db, item_id))
    return _to_item(item_id, "restore")


async def _purge(visit: Visit, item_id: int, form: Form) -> Response:
    await visit.write(lambda db: trash.give_up(db, item_id))
    visit.wake_worker()
    return go_to("/trash")


async def _folder(visit: Visit, item_id: int, form: Form) -> Response:
    item = await _shown(visit, item_id)
    try:
        folder = inside(visit.site.settings.archive, item.folder)
    except JobError as error:
        raise RequestError("not_found", "The folder is not where it was.", "Choose Fetch again.") from error
    await asyncio.to_thread(folders.show_folder, folder)
    return _to_item(item_id, "folder")


async def _check(visit: Visit, item_id: int, form: Form) -> Response:
    """Read every file and compare; what is wrong is shown at once, for nothing of it is stored."""
    from bowerbird.pages.item import page_of

    item = await _shown(visit, item_id)
    faults = await asyncio.to_thread(condition.read_faults, visit.site.settings.archive, item.files)
    return await page_of(visit, item_id, faults) if faults else _to_item(item_id, "whole")


ACTS: dict[str, Act] = {
    "tag": _tag, "untag": _untag, "note": _note, "resume": _resume, "refresh": _refresh, "again": _again,
    "repair": _repair, "delete": _delete, "restore": _restore, "purge": _purge, "folder": _folder, "check": _check,
}  # fmt: skip
