"""The sites that tests of security attack."""

from tests.pages.fixtures import fresh, person, site, stranger

__all__ = ["fresh", "person", "site", "stranger"]
