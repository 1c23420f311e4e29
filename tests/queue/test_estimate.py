"""A list promises the disk only what it has."""

from __future__ import annotations

import msgspec
import pytest

from bowerbird.errors import JobError
from bowerbird.model import Quality
from bowerbird.queue import members
from bowerbird.queue.estimate import expected_bytes
from bowerbird.scraping import ListPage, Member
from tests.queue.conftest import PLAYLIST, Queue, video_url

HOUR = 3600.0


@pytest.mark.parametrize(
    ("duration", "quality", "audio_only", "expected"),
    [
        (HOUR, "1080", False, 1_260_000_000),
        (HOUR, "best", False, 1_260_000_000),
        (HOUR, "2160", False, 6_840_000_000),
        (HOUR, "2160", True, 61_200_000),
        (None, "best", False, None),
        (0.0, "best", False, None),
    ],
)
def test_expected_size_follows_length_and_quality(
    duration: float | None, quality: Quality, audio_only: bool, expected: int | None
) -> None:
    """A video is expected to take what its length and height usually take; without a length nothing is expected."""
    assert expected_bytes(duration, quality, audio_only=audio_only) == expected


def _page(seconds: float, first: int = 0) -> ListPage:
    listed = tuple(Member(url=video_url(first + number), duration=seconds) for number in range(2))
    return ListPage(members=listed, cursor="2", total=4)


def test_list_that_does_not_fit_promises_nothing(queue: Queue) -> None:
    """Where the disk has no room for a page of members, none is queued, and a sentence says how much is needed."""
    queue.save(PLAYLIST)
    parent = queue.claimed()
    with pytest.raises(JobError, match="need about") as refused:
        members.add_page(queue.db, queue.settings, parent, _page(1e9))
    assert refused.value.code == "disk_full"
    assert queue.db.execute("SELECT count(*) FROM jobs").fetchone()[0] == 1
    assert queue.db.execute("SELECT cursor FROM jobs").fetchone()[0] is None


def test_members_that_are_still_to_come_count(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """What earlier pages will need is not promised a second time."""
    queue.save(PLAYLIST)
    parent = queue.claimed()
    room = 2 * expected_bytes(HOUR, "best", audio_only=False)  # type: ignore[operator]
    floor = msgspec.structs.replace(queue.settings, disk_floor_mb=0)
    monkeypatch.setattr("bowerbird.queue.estimate.free_bytes", lambda _place: room)
    members.add_page(queue.db, floor, parent, _page(HOUR))
    with pytest.raises(JobError):
        members.add_page(queue.db, floor, parent, _page(HOUR, first=2))
    assert queue.db.execute("SELECT count(*) FROM jobs WHERE parent_id IS NOT NULL").fetchone()[0] == 2
