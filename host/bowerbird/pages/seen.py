"""What the links in the field are, said while somebody types: from addresses and archive, without any network."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import NamedTuple

from datasette.utils.asgi import Response

from bowerbird import targets
from bowerbird.archive.keys import archived_ids, target_key
from bowerbird.errors import RequestError
from bowerbird.model import Target
from bowerbird.pages import words
from bowerbird.pages.download import MOST_LINKS, links_in
from bowerbird.pages.visit import Visit
from bowerbird.queue.reads import in_flight
from bowerbird.settings import Settings

MOST_SHOWN = 12


class SeenLink(NamedTuple):
    """One link: what it is in a few words, where it is known, and why it can't be saved, if so."""

    url: str
    platform: str
    label: str
    item_id: int | None = None
    job_id: str | None = None
    trouble: str = ""


class Seen(NamedTuple):
    """All links of the field: the first of them, and how many there are, are here, are on their way, can't be had."""

    links: tuple[SeenLink, ...]
    total: int
    kept: int
    queued: int
    refused: int
    kinds: tuple[str, ...]

    @property
    def label(self) -> str:
        """What the button says."""
        new = self.total - self.kept - self.queued - self.refused
        if self.total < 2 or not new:
            return "Look it up again" if self.total and self.kept == self.total else "Save"
        return f"Save {words.counted(new, 'link')}"


async def seen(visit: Visit) -> Response:
    """What stands in the field, as a part of the page."""
    text = (await visit.form()).get("url", "")
    frame, found = await visit.read(lambda db: recognise(db, visit.site.settings, text))
    return visit.page("seen.html", frame, seen=found, most=MOST_LINKS)


def recognise(db: sqlite3.Connection, settings: Settings, text: str) -> Seen:
    """The links of a text, at most MOST_LINKS of them looked at."""
    links = list(dict.fromkeys(links_in(text)))
    found = [_target(settings, link) for link in links[:MOST_LINKS]]
    keys = [target_key(one) if isinstance(one, Target) else "" for one in found]
    kept = archived_ids(db, [key for key in keys if key])
    under_way = in_flight(db, [key for key in keys if key])
    known = [_link(*row, kept, under_way) for row in zip(links, found, keys, strict=False)]
    return Seen(
        tuple(known[:MOST_SHOWN]),
        total=len(links),
        kept=sum(one.item_id is not None for one in known),
        queued=sum(one.item_id is None and one.job_id is not None for one in known),
        refused=sum(bool(one.trouble) for one in known),
        kinds=_kinds(found),
    )


def _target(settings: Settings, link: str) -> Target | RequestError:
    try:
        return targets.identify(link, allow_private_hosts=settings.allow_private_hosts)
    except RequestError as error:
        return error


def _link(
    url: str, found: Target | RequestError, key: str, kept: dict[str, int], under_way: dict[str, str]
) -> SeenLink:
    if isinstance(found, RequestError):
        return SeenLink(url, "web", "", trouble=found.message)
    return SeenLink(url, found.platform, targets.label(found), kept.get(key), under_way.get(key))


def _kinds(found: list[Target | RequestError]) -> tuple[str, ...]:
    """How many of what, the most first: `30 from YouTube`."""
    platforms = Counter(one.platform for one in found if isinstance(one, Target))
    return tuple(f"{count:,} from {words.platform(name)}" for name, count in platforms.most_common(4))
