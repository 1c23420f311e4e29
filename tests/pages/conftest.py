"""The sites that tests of pages look at."""

from tests.pages.fixtures import fresh, odd, person, site, stranger

__all__ = ["fresh", "odd", "person", "site", "stranger"]
