"""The request that a person waits for: keep these. The host starts with what this needs, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from bowerbird.errors import RequestError
from bowerbird.messages import requests
from bowerbird.messages.desk import Desk
from bowerbird.messages.frames import how_many_fit
from bowerbird.model import Capture, ErrorReport, Receipt, to_builtins
from bowerbird.queue import intake

Answer = dict[str, Any]
# Captures of one commit: few enough that others can write in between.
BATCH = 500


def capture(desk: Desk, request: requests.CaptureRequest) -> Answer:
    """Keep these. A capture that can't be read is rejected by itself.

    Names as many as an answer can hold; the outbox sends the others again, and then they are named.
    """
    receipts = [receipt for batch in _batches(request.captures) for receipt in _keep(desk, batch)]
    if any(receipt.job_id for receipt in receipts):
        desk.later(desk.wake)
    named = [{"job_id": None, **to_builtins(receipt)} for receipt in receipts]
    return {"captures": named[: how_many_fit(named)]}


def _batches(captures: Sequence[msgspec.Raw]) -> list[Sequence[msgspec.Raw]]:
    return [captures[at : at + BATCH] for at in range(0, len(captures), BATCH)]


def _keep(desk: Desk, batch: Sequence[msgspec.Raw]) -> list[Receipt]:
    read = [_read_capture(raw) for raw in batch]
    taken = iter(intake.take(desk.db, desk.settings, [one for one in read if isinstance(one, Capture)]))
    return [next(taken) if isinstance(one, Capture) else one for one in read]


def _read_capture(raw: msgspec.Raw) -> Capture | Receipt:
    try:
        return requests.read_capture(raw)
    except RequestError as error:
        return Receipt(key=requests.read_key(raw), status="rejected", error=ErrorReport(**error.as_dict()))
