"""The sites that tests of pages look at."""

from tests.pages.fixtures import fresh, person, site, stranger

__all__ = ["fresh", "person", "site", "stranger"]
