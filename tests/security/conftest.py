"""What the tests of safety need of an archive."""

from tests.archive.conftest import attempts, db, rows, settings

__all__ = ["attempts", "db", "rows", "settings"]
