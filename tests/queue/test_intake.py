"""Captures become jobs: once, whatever is sent."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest

from bowerbird.errors import RequestError
from bowerbird.model import CaptureOptions
from bowerbird.queue.intake import check_options
from tests.queue.conftest import PLAYLIST, Queue, capture, video_url

NOT_SAVED = (
    ("", "bad_url"),
    ("file:///etc/passwd", "unsupported_url"),
    ("javascript:alert(1)", "unsupported_url"),
    ("http://127.0.0.1/x.mp4", "private_host"),
    ("https://example.org/" + "a" * 10_000, "too_large"),
    ("ytsearch:garden", "unsupported_url"),
    ("https://example.org/\ud800", "bad_url"),
)

BAD_OPTIONS: tuple[dict[str, Any], ...] = (
    {"max_items": 0},
    {"max_items": -1},
    {"max_items": 1_000_001},
    {"transcripts": ("en; rm -rf",)},
    {"transcripts": ("--exec",)},
    {"transcripts": ("",)},
    {"transcripts": ("en",) * 21},
    {"quality": "--exec=id"},
)


def test_same_key_has_no_second_effect(queue: Queue) -> None:
    """Sending a key again gets the same reply and adds nothing, whatever else is sent with it."""
    (first,) = queue.take(capture(video_url(1), key="k"))
    again = queue.take(capture(video_url(1), key="k"), capture(video_url(2), key="k", max_items=-5))
    assert again == [first, first]
    assert queue.one("SELECT count(*) FROM captures") == queue.one("SELECT count(*) FROM jobs") == 1


def test_same_key_twice_in_one_call(queue: Queue) -> None:
    """A key that comes twice in one call is one capture."""
    first, second = queue.take(capture(video_url(1), key="k"), capture(video_url(1), key="k"))
    assert first == second
    assert queue.one("SELECT count(*) FROM captures") == 1


@pytest.mark.parametrize("status", ["pending", "running", "waiting", "paused"])
def test_target_in_flight_is_not_queued_again(queue: Queue, status: str) -> None:
    """A new key for a target in flight is remembered and gets the job that is there."""
    job_id = queue.save(video_url(1))
    queue.db.execute("UPDATE jobs SET status = ?", (status,))
    (receipt,) = queue.take(capture(video_url(1).replace("watch?v=", "shorts/"), key="another"))
    assert (receipt.status, receipt.job_id) == ("already_queued", job_id)
    assert queue.one("SELECT job_id FROM captures WHERE key = 'another'") == job_id


@pytest.mark.parametrize("status", ["failed", "cancelled", "completed"])
def test_target_of_an_ended_job_is_queued_anew(queue: Queue, status: str) -> None:
    """What failed or was cancelled is tried anew by a new click."""
    job_id = queue.save(video_url(1))
    queue.db.execute("UPDATE jobs SET status = ?", (status,))
    assert queue.save(video_url(1)) != job_id


def test_archived_target_is_refreshed(queue: Queue) -> None:
    """For what is archived the answer names the item, and a job only refreshes it."""
    item_id = queue.archive(video_url(1))
    (receipt,) = queue.take(capture(video_url(1)))
    assert receipt.status == "already_saved"
    assert receipt.item_url is not None
    assert receipt.item_url.endswith(f"/item/{item_id}")
    claimed = queue.claimed()
    assert (claimed.id, claimed.refresh_only, claimed.item_id) == (receipt.job_id, True, item_id)
    assert queue.job(claimed.id).title == "Kept before"


def test_force_fetches_again(queue: Queue) -> None:
    """With force an archived target gets a whole job, also while another one only refreshes it."""
    queue.archive(video_url(1))
    refreshing = queue.save(video_url(1))
    (receipt,) = queue.take(capture(video_url(1), force=True))
    assert receipt.status == "queued"
    assert receipt.job_id != refreshing
    assert queue.rows("SELECT refresh_only FROM jobs WHERE id = ?", receipt.job_id) == [{"refresh_only": 0}]


@pytest.mark.parametrize(("url", "code"), NOT_SAVED, ids=[code + str(n) for n, (_, code) in enumerate(NOT_SAVED)])
def test_rejected_url_leaves_no_row(queue: Queue, url: str, code: str) -> None:
    """What can't be saved is told with its code and next step, leaves no row, and does not stop the others."""
    rejected, queued = queue.take(capture(url, key="bad"), capture(video_url(1)))
    assert queued.status == "queued"
    assert rejected.status == "rejected"
    assert rejected.error is not None
    assert rejected.error.message
    assert rejected.error.hint
    assert rejected.error.code == code
    assert queue.one("SELECT count(*) FROM captures") == queue.one("SELECT count(*) FROM jobs") == 1


@pytest.mark.parametrize("key", ["", "k" * 201, "lone \ud800"], ids=["empty", "long", "surrogate"])
def test_unusable_key_is_rejected(queue: Queue, key: str) -> None:
    """A key that can't be stored is refused in an answer that can be sent."""
    sent = msgspec.structs.replace(capture(video_url(1)), key=key)
    (receipt,) = queue.take(sent)
    assert receipt.status == "rejected"
    assert receipt.error is not None
    assert receipt.error.code == "bad_request"
    assert msgspec.json.encode(receipt)
    assert queue.one("SELECT count(*) FROM captures") == 0


def test_hostile_remarks_are_stored_bounded(queue: Queue) -> None:
    """Remarks about the click are cut and lose what no database can hold; the capture itself is taken."""
    texts = dict.fromkeys(("page_title", "selection", "referrer", "media_type", "page_url"), "\ud800x\0" * 1_000_000)
    (receipt,) = queue.take(capture(video_url(1), playback_seconds=math.nan, **texts))
    assert receipt.status == "queued"
    (row,) = queue.rows("SELECT * FROM captures")
    assert all(0 < len(row[name]) <= 2000 for name in texts)
    assert row["playback_seconds"] is None


@pytest.mark.parametrize("options", BAD_OPTIONS, ids=str)
def test_bad_options_are_refused(queue: Queue, options: dict[str, Any]) -> None:
    """Only enumerated options are taken; a capture with another is rejected and leaves no row."""
    with pytest.raises(RequestError, match="bad_request"):
        check_options(CaptureOptions(**options))
    (receipt,) = queue.take(capture(video_url(1), **options))
    assert receipt.status == "rejected"
    assert queue.one("SELECT count(*) FROM captures") == 0


def test_good_options_reach_the_job(queue: Queue) -> None:
    """What a person chose is what the worker works with."""
    queue.save(PLAYLIST, quality="720", audio_only=True, transcripts=("pt-BR", "all"), max_items=3, comments=True)
    assert queue.claimed().options == CaptureOptions(
        quality="720", audio_only=True, transcripts=("pt-BR", "all"), max_items=3, comments=True
    )


def test_ten_thousand_captures_in_one_call(queue: Queue) -> None:
    """Ten thousand captures at once are all taken, each once."""
    receipts = queue.take(*(capture(video_url(number), key=str(number)) for number in range(10_000)))
    assert {receipt.status for receipt in receipts} == {"queued"}
    assert len({receipt.job_id for receipt in receipts}) == 10_000
    assert queue.one("SELECT count(*) FROM jobs") == 10_000
