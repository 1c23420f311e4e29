"""Boards as far as gallery-dl and a browser see them: 4chan, a vichan board and a XenForo forum.

`threads` holds the imageboards' world, `forum` the forum's. Files of 4chan come from another host than its threads;
the vichan board and the forum serve their own, and the forum's posts also show pictures of `files.test`.
"""

from __future__ import annotations

import html as markup
import re
from collections.abc import Callable

from tests.platforms import media
from tests.platforms.boards import forum, threads
from tests.platforms.exchange import Answer, Request, html, json_answer, text
from tests.platforms.exchange import media as media_answer

hosts = (
    "boards.4chan.org",
    "boards.4channel.org",
    "a.4cdn.org",
    "i.4cdn.org",
    "board.test",
    "forum.test",
    "files.test",
)

_GONE = text("404 Not Found", "text/html", 404)


def _asked(request: Request) -> tuple[str, threads.Thread | None]:
    board, _, rest = request.path.strip("/").partition("/")
    number = re.search(r"\d+", rest)
    return board, threads.thread(board, int(number[0]), request.changes) if number else None


def _thread_json(request: Request) -> Answer:
    board, found = _asked(request)
    return json_answer(threads.as_json(found, many_files=board == threads.B)) if found else _GONE


def _thread_page(request: Request) -> Answer:
    board, found = _asked(request)
    if found is None:
        return _GONE
    title = markup.escape(found.posts[0].title or f"No. {found.number}")
    posts = "".join(f"<blockquote>{markup.escape(markup.unescape(one.text))}</blockquote>" for one in found.posts)
    return html(f"<!doctype html><meta charset=utf-8><title>/{board}/ - {title}</title><h1>{title}</h1>{posts}")


def _board_page(request: Request) -> Answer:
    board = request.path.strip("/").partition("/")[0]
    if not threads.board_threads(board, request.changes):
        return _GONE
    return html(f"<!doctype html><title>/{board}/</title><h1>/{board}/</h1>")


def _list_of_threads(request: Request) -> Answer:
    board, _, name = request.path.strip("/").partition("/")
    found = {"threads.json": threads.listing, "catalog.json": threads.catalog}[name](board, request.changes)
    return json_answer(found) if found else _GONE


def _file(request: Request) -> Answer:
    parts = request.path.strip("/").split("/")
    found = threads.file_at(parts[0], parts[-1], request.changes)
    return media_answer(request, found.body, media.TYPES[found.ending]) if found else _GONE


def _foreign(request: Request) -> Answer:
    return media_answer(request, media.unique("picture.jpg", request.path), "image/jpeg")


_ROUTES: tuple[tuple[str, str, Callable[[Request], Answer | None]], ...] = (
    (r"boards\.4chan(nel)?\.org", r"/\w+/(\d+|catalog)?", _board_page),
    (r"boards\.4chan(nel)?\.org", r"/\w+/thread/\d+(/[^/]*)?", _thread_page),
    (r"a\.4cdn\.org", r"/\w+/thread/\d+\.json", _thread_json),
    (r"a\.4cdn\.org", r"/\w+/(threads|catalog)\.json", _list_of_threads),
    (r"i\.4cdn\.org", r"/\w+/\d+\.\w+", _file),
    (r"board\.test", r"/\w+/((index|catalog)\.html)?", _board_page),
    (r"board\.test", r"/\w+/res/\d+\.html", _thread_page),
    (r"board\.test", r"/\w+/res/\d+\.json", _thread_json),
    (r"board\.test", r"/\w+/(threads|catalog)\.json", _list_of_threads),
    (r"board\.test", r"/\w+/src/\d+\.\w+", _file),
    (r"forum\.test", r"/threads/.*", forum.thread_page),
    (r"forum\.test", r"/forums/[^/]+/?", forum.section_page),
    (r"forum\.test", r"/login/", forum.log_in),
    (r"forum\.test", r"/attachments/[\w-]+\.\d+/", forum.attachment),
    (r"forum\.test", r"/data/video/.*", forum.clip),
    (r"forum\.test", r"/data/attachments/\w+\.jpg", _foreign),  # the small pictures in front of attachments
    (r"files\.test", r"/(pictures|linked)/\w+\.jpg", _foreign),
)


def answer(request: Request) -> Answer | None:
    """Answer as the board does; None for a path that it doesn't have."""
    for host, path, act in _ROUTES:
        if re.fullmatch(host, request.host) and re.fullmatch(path, request.path):
            return act(request)
    return None
