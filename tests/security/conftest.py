"""The archives and sites that tests of security attack."""

from tests.archive.conftest import attempts, db, rows, settings
from tests.pages.fixtures import fresh, person, site, stranger

__all__ = ["attempts", "db", "fresh", "person", "rows", "settings", "site", "stranger"]
