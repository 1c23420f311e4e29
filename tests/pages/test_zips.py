"""Zips: whole and in order whatever their size, with safe names, and nothing in them that is not shown."""

from __future__ import annotations

import asyncio
import io
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from bowerbird.archive.names import safe_name
from bowerbird.database import open_writer
from bowerbird.pages.zipping import BLOCK, MISSING, Entry, unique, zipped
from bowerbird.pages.zips import ZipResponse
from tests.pages.sites import RunningSite
from tests.pages.test_forms import rows

KEPT = "SELECT file_path FROM files WHERE item_id = ? AND file_type NOT IN ('metadata', 'thumbnail') ORDER BY 1"


@pytest.fixture
def client(fresh: RunningSite) -> Iterator[httpx.Client]:
    """Somebody who is signed in to a site of their own."""
    with fresh.person() as person:
        yield person


def opened(answer: httpx.Response) -> zipfile.ZipFile:
    """The zip of an answer, every sum in it checked."""
    assert answer.status_code == 200
    found = zipfile.ZipFile(io.BytesIO(answer.content))
    assert found.testzip() is None
    return found


def kept(site: RunningSite, name: str) -> list[Path]:
    """What a zip of this item holds, where it lies."""
    return [site.settings.archive / path for (path,) in rows(site, KEPT, site.found[name])]


def test_all_pieces_of_an_item(client: httpx.Client, fresh: RunningSite) -> None:
    """The page of a carousel leads to a zip of its pieces, stored as they are, with the name of its folder."""
    page = client.get(f"/item/{fresh.found['pictures']}").text
    address = re.search(r'href="([^"]+)" download>.*?Download all', page)
    assert address
    answer = client.get(address[1])
    found = opened(answer)
    files = kept(fresh, "pictures")
    assert {name: found.read(name) for name in found.namelist()} == {path.name: path.read_bytes() for path in files}
    assert {entry.compress_type for entry in found.infolist()} == {zipfile.ZIP_STORED}
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["content-type"] == "application/zip"
    assert "Download all" not in client.get(f"/item/{fresh.found['video']}").text


def test_chosen_items_in_their_folders(client: httpx.Client, fresh: RunningSite) -> None:
    """Several items lie in the zip as they lie in the archive; what is in the trash does not."""
    chosen = {f"item:{fresh.found[name]}": "on" for name in ("video", "pictures", "hostile")}
    client.post(f"/item/{fresh.found['hostile']}/delete")
    answer = client.post("/chosen", data={"do": "zip", **chosen})
    files = kept(fresh, "video") + kept(fresh, "pictures")
    assert sorted(opened(answer).namelist()) == sorted(
        path.relative_to(fresh.settings.archive).as_posix() for path in files
    )
    assert "2 items.zip" in answer.headers["content-disposition"]


def test_what_is_not_there_is_named(client: httpx.Client, fresh: RunningSite) -> None:
    """A file that is gone, or that a link leads out of the archive, is left out and named in a text file."""
    gone, linked, *rest = kept(fresh, "pictures")
    gone.unlink()
    linked.unlink()
    linked.symlink_to(fresh.settings.home / "log")
    found = opened(client.get(f"/item/{fresh.found['pictures']}/files.zip"))
    assert found.namelist() == [*(path.name for path in rest), MISSING]
    told = found.read(MISSING).decode()
    assert all(path.name in told for path in (gone, linked))


@pytest.mark.parametrize("state", ["in the trash", "without files", "not there"])
def test_no_zip_of_what_is_not_shown(client: httpx.Client, fresh: RunningSite, state: str) -> None:
    """What is in the trash, has no file or is no item answers with a page that says so."""
    item_id = fresh.found["pictures"]
    if state == "in the trash":
        client.post(f"/item/{item_id}/delete")
    if state == "without files":
        with closing(open_writer(fresh.settings.database)) as db:
            db.execute("DELETE FROM files WHERE item_id = ?", (item_id,))
    address = "/item/4711/files.zip" if state == "not there" else f"/item/{item_id}/files.zip"
    answer = client.get(address)
    assert (answer.status_code, "no file to put into a zip" in answer.text) == (404, True)


def test_a_zip_is_for_who_is_signed_in(fresh: RunningSite) -> None:
    """A stranger gets none, and by HEAD nobody gets its bytes."""
    address = f"/item/{fresh.found['pictures']}/files.zip"
    with fresh.stranger() as stranger, fresh.person() as person:
        assert stranger.get(address).status_code == 401
        assert stranger.post("/chosen", data={"do": "zip"}).status_code in (401, 403)
        answer = person.head(address)
        assert (answer.status_code, answer.content) == (200, b"")


def test_names_are_safe_and_unlike_each_other() -> None:
    """Nothing climbs out of the folder in which a zip is opened, and no name hides another on any disk."""
    names: set[str] = set()
    found = [
        unique(name, names) for name in ("a/B.jpg", "A/b.JPG", "../../x", "/etc/passwd", "con.txt", "a\\..\\b:c", "")
    ]
    assert found[:2] == ["a/B.jpg", "A/b (2).JPG"]
    assert len({name.casefold() for name in found}) == len(found)
    for name in found:
        assert name
        assert all(part == safe_name(part, max_bytes=200) and part not in ("..", ".") for part in name.split("/"))


def test_no_piece_is_larger_than_a_block(tmp_path: Path) -> None:
    """However large its files are, a zip comes in pieces that are read one after the other."""
    (tmp_path / "web").mkdir()
    with (tmp_path / "web" / "large.mp4").open("wb") as large:
        large.truncate(40 * BLOCK + 3)
    sizes = [len(piece) for piece in zipped(tmp_path, [Entry("web/large.mp4", "large.mp4")])]
    assert len(sizes) >= 41
    assert max(sizes) <= BLOCK + 1000


@pytest.mark.slow
def test_a_zip_of_many_gigabytes(tmp_path: Path) -> None:
    """A file that needs more than 32 bits, and one behind it, are found whole."""
    (tmp_path / "web").mkdir()
    sizes = {"a.mp4": (1 << 32) + 5, "b.mp4": 7}
    for name, size in sizes.items():
        with (tmp_path / "web" / name).open("wb") as file:
            file.truncate(size)
    with (tmp_path / "out.zip").open("wb") as out:
        for piece in zipped(tmp_path, [Entry(f"web/{name}", name) for name in sizes]):
            # what is empty takes no place on the disk
            out.seek(len(piece), os.SEEK_CUR) if not piece.strip(b"\0") else out.write(piece)
    with zipfile.ZipFile(tmp_path / "out.zip") as found:
        assert {entry.filename: entry.file_size for entry in found.infolist()} == sizes
        assert found.read("b.mp4") == bytes(7)


def test_nothing_is_read_for_a_browser_that_has_left() -> None:
    """An abandoned download ends with the piece that is on its way, and not with the last of its gigabytes."""
    read: list[int] = []
    left = asyncio.Event()

    def pieces() -> Iterator[bytes]:
        for number in range(1000):
            read.append(number)
            yield b"x"

    async def receive() -> dict[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if len(read) == 3:
            left.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    asyncio.run(ZipResponse("x.zip", pieces(), receive).asgi_send(send))
    assert len(read) < 10
