"""A XenForo forum: threads in pages of posts, with attachments that may be for members only."""

from __future__ import annotations

import html as markup
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.platforms import media
from tests.platforms.exchange import Answer, Changes, Request, compact, html, redirect
from tests.platforms.exchange import media as media_answer

ROOT = "https://forum.test"
ELSEWHERE = "https://files.test"  # where other people's pictures are kept

WALKS = 31  # two pages, seven posts: attached, embedded, linked and foreign pictures, a quote, a clip
MEMBERS_ONLY = 32  # nobody reads it without a login
FILES_FOR_MEMBERS = 33  # everybody reads it, only members get its files
HOSTILE = 34  # markup and traversal in title, author, text and file names
MISSING = 99  # never existed
SECTION = 3  # the forum that all threads are in

MEMBER = "forum.gardener"  # who can log in

PER_PAGE = 5
MARKUP = "<script>window.hacked=1</script>"

_BEGUN = datetime(2026, 5, 5, 10, tzinfo=timezone.utc)
_FIRST_MADE = 9000  # threads of `pages_of` begin here
_ROOM = 100  # post ids kept for each thread
_SLUG = "garden-walks"


@dataclass(frozen=True)
class Post:
    """A post; `content` is its HTML, `attached` are names of files below it."""

    content: str
    attached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Thread:
    """A thread; `closed_to` is "all" or "files", for whoever isn't logged in."""

    number: int
    title: str
    posts: tuple[Post, ...]
    author: str = "Rose"
    closed_to: str = ""


def _attachment(file_id: int, name: str) -> str:
    return f"/attachments/{_slug(name)}.{file_id}/"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "file"


def _embedded(file_id: int, name: str) -> str:
    url, name = f"{ROOT}{_attachment(file_id, name)}", markup.escape(name)
    return _wrapped(url, name)


def _wrapped(url: str, name: str) -> str:
    return (
        f'<div class="bbImageWrapper js-lbImage" title="{name}" data-src="{url}">'
        f'<img src="{url}" data-url="" class="bbImage" alt="{name}" title="{name}" /></div>'
    )


_QUOTE = f"<blockquote><p>Rose said:</p>{_embedded(31010, 'gate.jpg')}</blockquote>"
_CLIP = '<video controls data-xf-init="video-init"><source src="/data/video/31/3106-bees.mp4" /></video>'
_LINK = f'<a href="{ELSEWHERE}/linked/heron.jpg" target="_blank" class="link link--external">A heron</a>'

_THREADS = {
    one.number: one
    for one in (
        Thread(
            WALKS,
            "Garden walks",
            (
                Post(f"The gate. {_embedded(31010, 'gate.jpg')}"),
                Post("Two roses.", ("rose.jpg", "leaf.png")),
                Post(f"{_QUOTE} I like that one."),
                Post(f"Seen elsewhere. {_wrapped(f'{ELSEWHERE}/pictures/pond.jpg', 'pond.jpg')} {_LINK}"),
                Post("Words alone."),
                Post(f"Bees. {_CLIP}"),
                Post("The way out.", ("exit.jpg",)),
            ),
        ),
        Thread(MEMBERS_ONLY, "Members' walks", (Post("Hello.", ("secret-gate.jpg",)),), closed_to="all"),
        Thread(FILES_FOR_MEMBERS, "Look, but log in", (Post("Hello.", ("shy-rose.jpg",)),), closed_to="files"),
        Thread(HOSTILE, MARKUP, (Post(markup.escape(MARKUP), ("../../etc/passwd.jpg", "...jpg")),), author=MARKUP),
    )
}


def pages_of(count: int) -> int:
    """Return the number of a thread of so many full pages, one attached picture in each post."""
    return _FIRST_MADE + count


def url(number: int) -> str:
    """The address of a thread."""
    return f"{ROOT}/threads/{_SLUG}.{number}/"


def cookies(renewals: int = 0) -> dict[str, str]:
    """The cookies of the member once logged in, all of `forum.test`, after so many renewals of the session."""
    return {"xf_user": f"7%2Cforum7canary{renewals}", "xf_session": f"forum8canary{renewals}"}


def logged_in(request: Request) -> bool:
    """Whether the request carries the member's session that holds now: see `expire` and `renew` of the stand-in."""
    jar = cookies(request.changes.renewed.get(MEMBER, 0))
    return request.cookies.get("xf_user") == jar["xf_user"] and MEMBER not in request.changes.refused


def log_in(request: Request) -> Answer:
    """`/login/`: the page that logs a browser in as the member, and leads to the forum."""
    jar = cookies(request.changes.renewed.get(MEMBER, 0))
    given = tuple(("Set-Cookie", f"{name}={value}; Path=/; Secure; HttpOnly") for name, value in jar.items())
    return redirect(f"{ROOT}/forums/walks.{SECTION}/").with_headers(given)


def _thread(number: int, changes: Changes) -> Thread | None:
    found = _THREADS.get(number) or _made(number)
    key = f"forum/{number}"
    if found is None or key in changes.removed:
        return None
    newer = (Post(f"New walk {place}.", (f"new-{place}.jpg",)) for place in range(1, changes.published.get(key, 0) + 1))
    return replace(found, posts=(*found.posts, *newer))


def _made(number: int) -> Thread | None:
    posts = (number - _FIRST_MADE) * PER_PAGE
    if not 0 < posts < _ROOM:
        return None
    steps = (Post(f"Step {one}.", (f"step-{one}.jpg",)) for one in range(1, posts + 1))
    return Thread(number, "A long walk", tuple(steps))


def thread_page(request: Request) -> Answer | None:
    """`/threads/title.N/` and its `page-P`: a page past the end leads to the last one."""
    asked = re.fullmatch(r"/threads/(?:[^/]*\.)?(\d+)/?(?:page-(\d+))?/?", request.path)
    found = _thread(int(asked[1]), request.changes) if asked else None
    if asked is None or found is None:
        return _error("The requested thread could not be found.", 404)
    if found.closed_to == "all" and not logged_in(request):
        return login_needed()
    page, last = int(asked[2] or 1), -(-len(found.posts) // PER_PAGE)
    if page > last or asked[2] == "1":
        return redirect(url(found.number) + (f"page-{last}" if page > last > 1 else ""), 303)
    return html(_document(found, page, last))


def login_needed() -> Answer:
    """What members only may see."""
    return _error("You must be logged-in to do that.", 403)


def _error(words: str, status: int) -> Answer:
    login = '<a href="/login/" class="p-navgroup-link">Log in</a>' if status == 403 else ""
    body = f'<!doctype html><title>Oops!</title>{login}<div class="blockMessage">{words}</div>'
    return html(body, status)


def _document(found: Thread, page: int, last: int) -> str:
    first = (page - 1) * PER_PAGE
    posts = "".join(
        _article(found, place, post) for place, post in enumerate(found.posts[first : first + PER_PAGE], first + 1)
    )
    following = f'<a href="{url(found.number)}page-{page + 1}" class="pageNav-jump pageNav-jump--next">Next</a>'
    title = markup.escape(found.title)
    return (
        f"<!doctype html><meta charset=utf-8><title>{title} | Forum</title>"
        f'<ul class="p-breadcrumbs"><li><a href="/">Forums</a></li>'
        f'<li><a href="/forums/walks.{SECTION}/">Walks</a></li></ul>'
        f'<script type="application/ld+json">{compact(_described(found))}</script>'
        f"<h1>{title}</h1>{posts}{following if page < last else ''}"
    )


def _described(found: Thread) -> dict[str, Any]:
    counted = (("ViewAction", 89), ("CommentAction", len(found.posts)), ("LikeAction", 3))
    return {
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "@id": url(found.number),
        "url": url(found.number),
        "headline": found.title,
        "articleSection": "Walks",
        "datePublished": _BEGUN.isoformat(),
        "author": {"@type": "Person", "name": found.author, "url": f"{ROOT}/members/rose.7/"},
        "interactionStatistic": [
            {"@type": "InteractionCounter", "interactionType": f"https://schema.org/{kind}", "userInteractionCount": n}
            for kind, n in counted
        ],
    }


def _article(found: Thread, place: int, post: Post) -> str:
    number, author = found.number * _ROOM + place, markup.escape(found.author)
    when = (_BEGUN + timedelta(minutes=place)).isoformat()
    return (
        f'<article class="message message--post js-post" data-author="{author}" data-content="post-{number}" '
        f'id="js-post-{number}"><meta itemprop="url" content="{ROOT}/members/rose.7/">'
        f'<time class="u-dt" datetime="{when}">then</time>'
        f'<div class="message-body js-selectToQuote"><div class="bbWrapper">{post.content}</div>'
        f'<div class="js-selectToQuoteEnd">&nbsp;</div></div>{_attached(number, post)}'
        f'<footer class="message-footer"></footer></article>'
    )


def _attached(number: int, post: Post) -> str:
    if not post.attached:
        return ""
    rows = "".join(
        f'<li class="file file--linked"><a class="file-preview" href="{_attachment(number * 10 + place, name)}" '
        f'target="_blank"><img src="/data/attachments/x.jpg" alt="{markup.escape(name)}" /></a></li>'
        for place, name in enumerate(post.attached)
    )
    return f'<section class="message-attachments"><h4>Attachments</h4><ul>{rows}</ul></section>'


def attachment(request: Request) -> Answer:
    """`/attachments/name-jpg.ID/`: the id says which thread it belongs to."""
    name, _, file_id = request.path.strip("/").rpartition("/")[2].rpartition(".")
    owner = _thread(int(file_id) // (10 * _ROOM), request.changes)
    if owner is None:
        return _error("The requested attachment could not be found.", 404)
    if owner.closed_to and not logged_in(request):
        return login_needed()
    ending = ".png" if name.endswith("-png") else ".jpg"
    return media_answer(request, media.unique(f"picture{ending}", request.path), media.TYPES[ending])


def clip(request: Request) -> Answer:
    """`/data/video/…`: an uploaded video."""
    return media_answer(request, media.unique("both-4.mp4", request.path), "video/mp4")


def section_page(request: Request) -> Answer:
    """`/forums/title.N/`: the list of its threads."""
    shown = [one for one in (_thread(number, request.changes) for number in _THREADS) if one]
    rows = "".join(
        f'<a href="/threads/{_SLUG}.{one.number}/" data-xf-init="preview-tooltip">{markup.escape(one.title)}</a>'
        for one in shown
    )
    return html(f"<!doctype html><title>Walks | Forum</title>{rows}")
