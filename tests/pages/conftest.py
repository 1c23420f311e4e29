"""The sites that tests of pages look at."""

from playwright.sync_api import expect

from tests.pages.fixtures import fresh, odd, person, site, stranger

__all__ = ["fresh", "odd", "person", "site", "stranger"]

expect.set_options(timeout=30_000)  # ms
