"""Power cuts at any moment: what was acknowledged survives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.power import Recording, record
from tests.faults.recorder import Sync, Told

CUTS = 50
SEED = 1


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """What captures, jobs and checkpoints gave to the disk."""
    return record(tmp_path_factory.mktemp("recorded"), "FULL", SEED)


def test_what_was_acknowledged_survives_a_power_cut(recording: Recording, tmp_path: Path) -> None:
    """Promise 1: whatever a disk did with what was not flushed, each acknowledged capture and its job are there."""
    assert recording.cut(tmp_path, CUTS, SEED) == (0, 0)


def test_a_cheaper_commit_would_lose_what_was_acknowledged(tmp_path: Path) -> None:
    """With `synchronous=NORMAL` such cuts lose captures and damage nothing: so the test above can fail."""
    lost, damaged = record(tmp_path / "recorded", "NORMAL", SEED).cut(tmp_path / "after", CUTS // 2, SEED)
    assert lost > CUTS / 20
    assert damaged == 0


def test_each_acknowledgement_comes_after_a_flush(recording: Recording) -> None:
    """Promise 1: between a commit and its acknowledgement the log was flushed, every time."""
    told = [place for place, event in enumerate(recording.events) if isinstance(event, Told)]
    assert len(told) > CUTS / 2
    assert {recording.events[place - 1] for place in told} == {Sync("archive.db-wal")}
