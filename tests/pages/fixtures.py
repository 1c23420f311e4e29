"""Sites for the tests of pages: one that is only read, and fresh ones to write to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.pages import archives, oddities
from tests.pages.sites import RunningSite, running, settings_in


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site over the small archive, shared by all tests that only read."""
    settings = settings_in(tmp_path_factory.mktemp("site"))
    with running(settings, archives.small(settings)) as started:
        yield started


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site over items at the edges, shared by all tests that only read."""
    settings = settings_in(tmp_path_factory.mktemp("odd"))
    with running(settings, oddities.odd(settings)) as started:
        yield started


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[RunningSite]:
    """A site over a small archive of its own, to write to."""
    settings = settings_in(tmp_path)
    with running(settings, archives.small(settings)) as started:
        yield started


@pytest.fixture(scope="session")
def person(site: RunningSite) -> Iterator[httpx.Client]:
    """Somebody who is signed in to the shared site."""
    with site.person() as client:
        yield client


@pytest.fixture
def stranger(site: RunningSite) -> Iterator[httpx.Client]:
    """Somebody who is not."""
    with site.stranger() as client:
        yield client
