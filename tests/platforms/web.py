"""Some other hosts: a media host with and without Range, pages with a video in them, and what hostile servers do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from tests.platforms import media
from tests.platforms.exchange import Answer, Request, html, json_answer, redirect, text, whole
from tests.platforms.exchange import media as media_answer

MEDIA = "https://media.example"  # files by path, see _FILES; below /plain/ without Range
PAGES = "https://pages.example"  # HTML, see _PAGES
OTHER = "https://other.example"  # where redirects lead

ONE_MP4 = f"{MEDIA}/clips/one.mp4"
ONE_MP3 = f"{MEDIA}/clips/one.mp3"
BIG_MP4 = f"{MEDIA}/clips/big.mp4"
WITHOUT_RANGE = f"{MEDIA}/plain/big.mp4"
HTML_AS_MP4 = f"{MEDIA}/broken/page.mp4"
EMPTY_MP4 = f"{MEDIA}/broken/empty.mp4"
MISSING_MP4 = f"{MEDIA}/broken/missing.mp4"
MOVED_MP4 = f"{MEDIA}/moved/one.mp4"
TO_LOOPBACK = f"{MEDIA}/moved/loopback.mp4"
VIDEO_PAGE = f"{PAGES}/video"
OPEN_GRAPH_PAGE = f"{PAGES}/open-graph"
MINIFIED_PAGE = f"{PAGES}/minified"  # its encoding is named in the page alone, without quotes
LATIN_PAGE = f"{PAGES}/latin"  # the same, of another encoding
EMPTY_PAGE = f"{PAGES}/nothing"
PICTURE_PAGE = "https://imgur.com/heron01"  # one picture: yt-dlp knows the site and finds no video
ALBUM_PAGE = "https://imgur.com/a/herons1"  # two pictures: for yt-dlp a list without members

SHELVES = tuple(
    f"shelf-{number}.example" for number in range(1, 5)
)  # /small/N.jpg: as many small pictures as asked for

hosts = ("media.example", "pages.example", "other.example", "imgur.com", "api.imgur.com", "i.imgur.com", *SHELVES)

SMALL = 200_000  # bytes of each of them

_FILES = {
    "one.mp4": "both-4.mp4",
    "two.mp4": "both-4.mp4",
    "one.webm": "both-4.webm",
    "one.mp3": "audio-4.mp3",
    "one.m4a": "audio-4.m4a",
    "big.mp4": "video-12.mp4",
    "one.jpg": "picture.jpg",
    "one.png": "picture.png",
    "one.webp": "picture.webp",
}

_DANGEROUS = {
    "one.svg": ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'><script>window.hacked=1</script></svg>"),
    "one.exe": ("application/x-msdownload", "MZ not really a program"),
    "one.desktop": ("application/x-desktop", "[Desktop Entry]\nType=Application\nExec=true\n"),
    "one.html": ("text/html", "<script>window.hacked=1</script>"),
    "one.js": ("text/javascript", "window.hacked=1"),
}

_PAGES = {
    "/": "<title>Pages</title><p><a href=/video>A page with a video</a> <a href=/open-graph>Open Graph</a>",
    "/video": f"<title>A page with a video</title><h1>A video</h1><video controls src='{ONE_MP4}'></video>",
    "/open-graph": (
        '<title>An Open Graph page</title><meta property="og:title" content="An Open Graph page">'
        f'<meta property="og:video" content="{ONE_MP4}"><meta property="og:video:type" content="video/mp4">'
    ),
    "/minified": f"<title>Über Vögel</title><video src={ONE_MP4}></video>",
    "/latin": f"<title>Über Vögel</title><video src={ONE_MP4}></video>",
    "/nothing": "<title>Nothing to see</title><p>Only words.",
}


_ENCODINGS = {"/minified": "utf-8", "/latin": "iso-8859-1"}


def _page(path: str) -> Answer | None:
    body = _PAGES.get(path)
    if body is None:
        return None
    encoding = _ENCODINGS.get(path)
    if encoding is None:
        return html(f"<!doctype html><meta charset=utf-8>{body}")
    return whole(f"<!doctype html><meta charset={encoding}>{body}".encode(encoding), "text/html")


def _clip(request: Request) -> Answer | None:
    name = PurePosixPath(request.path).name
    if name not in _FILES:
        return None
    return media_answer(request, media.unique(_FILES[name], request.path), media.TYPES[PurePosixPath(name).suffix])


def _small(request: Request) -> Answer:
    """A picture of its own for each path; what follows a picture's end is nobody's."""
    picture = media.unique("picture.jpg", request.path)
    return media_answer(request, picture + bytes(SMALL - len(picture)), "image/jpeg")


def small(number: int) -> str:
    """The address of one of the small pictures; neighbours lie on different hosts."""
    return f"https://{SHELVES[number % len(SHELVES)]}/small/{number}.jpg"


def _plain(request: Request) -> Answer | None:
    name = PurePosixPath(request.path).name
    if name not in _FILES:
        return None
    return whole(media.unique(_FILES[name], request.path), media.TYPES[PurePosixPath(name).suffix])


def _dangerous(request: Request) -> Answer | None:
    found = _DANGEROUS.get(PurePosixPath(request.path).name)
    return text(found[1], found[0]) if found else None


def _broken(request: Request) -> Answer:
    return _BROKEN.get(PurePosixPath(request.path).name, text("not found", status=404))


_BROKEN = {
    "page.mp4": html("<!doctype html><title>Sorry</title><p>This is no video."),
    "empty.mp4": whole(b"", "video/mp4"),
    "garbage.mp4": whole(bytes(range(256)) * 64, "video/mp4"),
}


def _moved(request: Request) -> Answer | None:
    return _MOVED.get(PurePosixPath(request.path).name)


_MOVED = {
    "one.mp4": redirect(f"{OTHER}/clips/one.mp4"),
    "loopback.mp4": redirect("http://127.0.0.1:9/secret.mp4"),
    "metadata.mp4": redirect("http://169.254.169.254/latest/meta-data/"),
    "loop.mp4": redirect(f"{MEDIA}/moved/loop.mp4"),
}

_ALBUMS = {"heron01": ("heron01",), "herons1": ("heron02", "heron03")}


def _pictures(request: Request) -> Answer | None:
    """Imgur's interface, which both libraries ask, and its files."""
    name = PurePosixPath(request.path).stem
    if request.host == "i.imgur.com":
        return media_answer(request, media.unique("picture.jpg", name), "image/jpeg")
    if request.host != "api.imgur.com" or name not in _ALBUMS:
        return None
    when = "2026-05-05T10:00:00Z"
    shown = [
        {
            "id": one, "type": "image", "mime_type": "image/jpeg", "ext": "jpeg", "width": 320, "height": 320,
            "url": f"https://i.imgur.com/{one}.jpeg", "created_at": when,
            "metadata": {"title": "", "description": "", "is_animated": False, "has_sound": False},
        }
        for one in _ALBUMS[name]
    ]  # fmt: skip
    is_album = "/albums/" in request.path
    return json_answer(
        {
            "id": name, "title": "Herons", "description": "By the pond.", "is_album": is_album, "created_at": when,
            "url": f"https://imgur.com/{'a/' if is_album else ''}{name}", "image_count": len(shown), "media": shown,
        }
    )  # fmt: skip


_FOLDERS: dict[str, Callable[[Request], Answer | None]] = {
    "clips": _clip,
    "plain": _plain,
    "dangerous": _dangerous,
    "broken": _broken,
    "moved": _moved,
    "small": _small,
}


def answer(request: Request) -> Answer | None:
    """Answer for whichever of the hosts was asked; None for a path that isn't there."""
    if request.host == "pages.example":
        return _page(request.path)
    if request.host.endswith("imgur.com"):
        return _pictures(request)
    folder = _FOLDERS.get(request.path.split("/")[1])
    return folder(request) if folder else None
