"""A child of gallery-dl that is told what is archived."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.model import Target
from bowerbird.scraping import Assignment, LentSession
from bowerbird.targets import identify
from tests.platforms import StandIn, instagram, tiktok
from tests.platforms.gallery import netscape
from tests.scrapers.conftest import Child, Events
from tests.scrapers.instagram.conftest import AGENT, SITE, Scrapes, lent

ME = lent()


class GalleryScrapes(Scrapes):
    """`scrape(url or target, session=None, **fields of the assignment)`; paths are those of Instagram, as ME."""

    def __call__(  # type: ignore[override]
        self, url: str | Target, session: LentSession | None = None, **fields: Any
    ) -> Events:
        """All events of one attempt, in a folder of its own unless one is named."""
        self.last_folder = Path(fields.pop("folder", None) or tempfile.mkdtemp(dir=self.folder))
        target = identify(url) if isinstance(url, str) else url
        fields = {"job_id": "job", "folder": str(self.last_folder), "session": session, **fields}
        return self.run(Assignment(target=target, **fields))

    def instagram(self, path: str, **fields: Any) -> Events:
        """An attempt as ME."""
        return self(f"{SITE}/{path}", **{"session": ME, **fields})


@pytest.fixture
def scrape(warm_child: Callable[[str], Child], platforms: StandIn, tmp_path: Path) -> GalleryScrapes:
    """Attempts of the warm child."""
    return GalleryScrapes(warm_child("gallery_dl"), tmp_path)


def lent_by_tiktok(account: Any = tiktok.WATCHER) -> LentSession:
    """The session that a browser signed in to TikTok gives."""
    cookies = netscape({".tiktok.com": account.cookies()})
    return LentSession(platform="tiktok", account="watcher", cookies=cookies, user_agent=AGENT)


def collection(collection_id: str) -> str:
    """The path of a collection of ME's."""
    return instagram.collection_url(collection_id).removeprefix(f"{SITE}/")
