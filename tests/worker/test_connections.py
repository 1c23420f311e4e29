"""Attempts take connections one after the other."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bowerbird.errors import RequestError
from bowerbird.worker.connections import Connections
from tests.new_archive import make_archive


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A new archive's file."""
    make_archive(tmp_path / "archive.db")
    return tmp_path / "archive.db"


def test_whoever_comes_next_gets_what_is_free(path: Path) -> None:
    """A pair is used again, and two at once have each their own."""
    connections = Connections()
    with connections.lent(path) as first, connections.lent(path) as second:
        assert first.db is not second.db
    with connections.lent(path) as third:
        assert third in (first, second)
    connections.close()


def test_what_was_left_undone_is_nobodys(path: Path) -> None:
    """A pair with a transaction that never ended is closed: the next one sees nothing of it."""
    connections = Connections()
    with connections.lent(path) as left:
        left.db.execute("BEGIN")
        left.db.execute("INSERT INTO queue_pause VALUES ('2026')")
    with connections.lent(path) as fresh:
        assert fresh.db is not left.db
        assert fresh.db.execute("SELECT count(*) FROM queue_pause").fetchone()[0] == 0
    connections.close()


def test_what_failed_is_nobodys(path: Path) -> None:
    """A pair in whose time something went wrong is closed."""
    connections = Connections()
    with pytest.raises(sqlite3.OperationalError), connections.lent(path) as pair:
        pair.db.execute("nonsense")
    with connections.lent(path) as fresh:
        assert fresh is not pair
    connections.close()


def test_all_that_is_free_is_closed_at_the_end(path: Path) -> None:
    """Nothing stays connected that nobody uses."""
    connections = Connections()
    with connections.lent(path) as pair:
        pass
    connections.close()
    for one in pair:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            one.execute("SELECT 1")


def test_an_archive_that_is_missing_is_told(tmp_path: Path) -> None:
    """It is the error of any connection."""
    with pytest.raises(RequestError, match="archive_unavailable"), Connections().lent(tmp_path / "nowhere.db"):
        pass
