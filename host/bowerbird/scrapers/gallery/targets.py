"""Which kinds of targets gallery-dl takes: at which address, with which options, and how its answers are read."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from bowerbird.errors import REQUEST_ADVICE, JobError
from bowerbird.model import Target
from bowerbird.scrapers.gallery.configuration import Wish
from bowerbird.targets.hosts import is_private_host

# how a run is read: one post, the items of a story one by one, all as one item, a list filed as it comes, or a list
# whose members become jobs
Reading = Literal["post", "story", "page", "posts", "stories", "members"]

# Of a carousel's pictures of videos only the first is of use.
_ONE_PREVIEW = {"file-filter": "str(media_id)[-1:] != 'p' or num == 1"}
_POST = Wish(options=_ONE_PREVIEW)
_POSTS = Wish(options=_ONE_PREVIEW, ask_post="post_shortcode")
_STORIES = Wish(ask_file="media_id")
_NO_POSTS = Wish(options={"videos": False, "photos": False, "audio": False}, media=False)
_NO_CHILDREN = Wish(options={"child-filter": "False"}, media=False)


class Plan(NamedTuple):
    """How a kind of target is had. `suffix` is what its address needs at its end."""

    reading: Reading
    wish: Wish = Wish()
    suffix: str = ""


PLANS: dict[tuple[str, str], Plan] = {
    ("instagram", "post"): Plan("post", _POST),
    ("instagram", "reel"): Plan("post", _POST),
    ("instagram", "video"): Plan("post", _POST),
    ("instagram", "story"): Plan("story"),
    ("instagram", "profile"): Plan("posts", _POSTS, "posts/"),
    ("instagram", "reels"): Plan("posts", _POSTS),
    ("instagram", "tagged"): Plan("posts", _POSTS),
    ("instagram", "saved"): Plan("posts", _POSTS),
    ("instagram", "collection"): Plan("posts", _POSTS),
    ("instagram", "hashtag"): Plan("posts", _POSTS),
    ("instagram", "stories"): Plan("stories", _STORIES),
    ("instagram", "highlight"): Plan("stories", _STORIES),
    ("instagram", "highlights"): Plan("members", _NO_CHILDREN),
    ("tiktok", "post"): Plan("post"),
    ("tiktok", "video"): Plan("post"),
    ("tiktok", "profile"): Plan("members", _NO_POSTS, "/posts"),
    ("tiktok", "saved"): Plan("members", _NO_POSTS),
    ("tiktok", "stories"): Plan("members", _NO_POSTS),
    ("tiktok", "playlist"): Plan("members", _NO_POSTS),
    ("4chan", "thread"): Plan("page"),
    ("4chan", "board"): Plan("members", _NO_CHILDREN),
    ("web", "page"): Plan("page"),
    ("web", "thread"): Plan("page"),
}

_NOT_KNOWN = {
    ("instagram", "guide"): JobError(
        "not_supported", "No library can save guides of Instagram any more.", "Save the posts of the guide instead."
    ),
    ("instagram", "live"): JobError("not_supported", "Live video of Instagram can't be saved.", "Nothing to do."),
}

# Threads say by their path which software keeps them, whatever the host; it is only used for hosts that the program
# does not know by name. (The software's name as gallery-dl has it, a path.)
_SOFTWARE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("vichan", re.compile(r"/[^/]+/res/\d+\.html")),
    ("xenforo", re.compile(r"(?:/[^/]+)?/(?:index\.php\?)?threads/(?:[^/]*\.)?\d+(?:/.*)?")),
)


def plan_of(target: Target) -> Plan:
    """How this target is had. Raises JobError `not_supported`."""
    kind = (target.platform, target.kind)
    if kind in _NOT_KNOWN:
        raise _NOT_KNOWN[kind]
    if kind not in PLANS:
        raise JobError("not_supported")
    return PLANS[kind]


def addresses_of(target: Target, plan: Plan, allow_private: bool) -> tuple[str, ...]:
    """What to ask the program for, one after the other until it knows one. Raises JobError `not_supported`."""
    url = target.canonical_url + plan.suffix
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise JobError("not_supported")
    if not allow_private and is_private_host(parts.hostname or ""):
        raise JobError("not_supported", *REQUEST_ADVICE["private_host"])
    if target.platform != "web":
        return (url,)
    whole = f"{parts.path}?{parts.query}" if parts.path.endswith("/index.php") else parts.path
    return (url, *(f"{software}:{url}" for software, path in _SOFTWARE if path.fullmatch(whole)))


def session_needed() -> JobError:
    """None of the calls that gallery-dl makes on Instagram is answered to a visitor."""
    return JobError(
        "login_needed",
        "Instagram shows this only to people who are signed in.",
        "Open instagram.com in your browser and sign in: this job goes on by itself.",
    )
