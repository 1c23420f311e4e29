"""What the platform said of an item, all of it: a table of what is plain, and the whole as JSON."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from datasette.utils.asgi import Response

from bowerbird.archive import reads
from bowerbird.archive.names import inside
from bowerbird.errors import JobError, RequestError
from bowerbird.pages.item import name_of
from bowerbird.pages.visit import Visit

# Beyond this a page is no place to read it; the file itself can be had.
MOST_BYTES = 2 * 1024 * 1024


async def metadata(visit: Visit) -> Response:
    """The page. Raises RequestError `not_found` where there is no metadata file, or it is gone."""
    item_id = int(visit.parts["item_id"])
    frame, item = await visit.read(lambda db: reads.item(db, item_id))
    files = item.files_of("metadata") if item else ()
    if item is None or not files:
        raise RequestError("not_found", "There is no metadata of such an item.", "Search for it, or look in Browse.")
    found = await asyncio.to_thread(_read, visit.site.settings.archive, files[0])
    fields = sorted(found.items()) if isinstance(found, dict) else []
    return visit.page(
        "metadata.html", frame, item=item, name=name_of(item), file=files[0],
        plain=[(_storable(name), _storable(str(value))) for name, value in fields if _is_plain(value)],
        parts=[(_storable(name), _pretty(value), len(value)) for name, value in fields if _is_compound(value)],
        whole=_pretty(found) if found is not None else "",
    )  # fmt: skip


def _read(archive: Path, file: reads.File) -> Any:
    """What the file holds; None for one that is too large, or is no JSON."""
    try:
        path = inside(archive, file.path)
        return json.loads(path.read_bytes()) if path.stat().st_size <= MOST_BYTES else None
    except FileNotFoundError as error:
        raise RequestError("not_found", "The metadata file is not where it was.", "Choose Fetch again.") from error
    except (OSError, ValueError, JobError, RecursionError):
        return None


def _is_plain(value: Any) -> bool:
    return value is not None and value != "" and not isinstance(value, dict | list)


def _is_compound(value: Any) -> bool:
    return isinstance(value, dict | list) and len(value) > 0


def _pretty(value: Any) -> str:
    return _storable(json.dumps(value, ensure_ascii=False, indent=2))


def _storable(text: str) -> str:
    """Without the half characters that JSON can hold and a page can't."""
    return text.encode("utf-8", "replace").decode()
