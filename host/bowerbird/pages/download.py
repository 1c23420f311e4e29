"""The form: links in, captures and jobs committed, an answer for each link."""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from datasette.utils.asgi import Response

from bowerbird.clock import now
from bowerbird.errors import RequestError
from bowerbird.model import Capture, CaptureOptions, Quality, Receipt, options_json
from bowerbird.pages.visit import Visit, go_to
from bowerbird.queue.intake import check_options, take
from bowerbird.queue.preferences import effective
from bowerbird.settings import BY_NAME, QUALITIES
from bowerbird.targets import identify
from bowerbird.targets.address import typed_urls

MOST_LINKS = 5000
_OPTIONS = ("quality", "audio_only", "transcripts", "max_items", "comments", "force")
_WORD = re.compile(r"[^\s<>\"]+")
_ENDS = ",;.!"
_LINK = re.compile(r"https?://.+", re.IGNORECASE)


class Answer(NamedTuple):
    """What became of a link, and the platform that it leads to."""

    capture: Capture
    receipt: Receipt
    platform: str


async def download(visit: Visit) -> Response:
    """Take the links. Where all are new the person goes on to the dashboard; else each one's answer is shown."""
    form = await visit.form()
    links = links_of(form)
    try:
        captures = captures_of(links, form)
    except RequestError as error:
        return await _told(visit, form, (), links, error)
    settings = visit.site.settings

    def enter(db: sqlite3.Connection) -> list[Receipt]:
        receipts = take(db, settings, captures)
        visit.wake_worker()
        return receipts

    receipts = await visit.write(enter)
    if all(receipt.status == "queued" for receipt in receipts):
        return go_to("/")
    answers = [Answer(*each, _platform_of(each[0].url)) for each in zip(captures, receipts, strict=True)]
    return await _told(visit, form, answers, [one.capture.url for one in answers if one.receipt.status == "rejected"])


def _platform_of(url: str) -> str:
    try:
        return identify(url, allow_private_hosts=True).platform
    except RequestError:
        return "web"


async def _told(
    visit: Visit, form: Mapping[str, str], answers: Sequence[Answer], rejected: Sequence[str],
    wrong: RequestError | None = None,
) -> Response:  # fmt: skip
    """What became of each link, and a field for the rejected ones: for all where a choice beside them is `wrong`."""
    frame, choices = await visit.read(lambda db: effective(db, visit.site.settings))
    options = {name: form.get(name, "") for name in _OPTIONS}
    if options["quality"] not in QUALITIES:
        options["quality"] = ""
    status = 422 if len(rejected) >= len(answers) else 200
    return visit.page(
        "taken.html", frame, status=status, answers=answers, rejected=rejected, options=options, wrong=wrong,
        choices=choices,
    )  # fmt: skip


def links_of(form: Mapping[str, str]) -> list[str]:
    """All links of the form, each once. Raises RequestError `bad_request` or `too_large`."""
    links = list(dict.fromkeys(links_in(form.get("url", ""))))
    if not links:
        raise RequestError("bad_request", "There is no link in the field.", "Paste one that starts with https://.")
    if len(links) > MOST_LINKS:
        raise RequestError("too_large", f"These are {len(links):,} links.", f"Paste at most {MOST_LINKS:,} at a time.")
    return links


def captures_of(links: Iterable[str], form: Mapping[str, str]) -> list[Capture]:
    """One capture for each link, with the form's choices. Raises RequestError `bad_request` for one that can't be.

    The key is made of the form's own mark, the link and the options: a form that is sent twice has one effect.
    """
    options = _options_of(form)
    check_options(options)
    mark, at = form.get("mark") or secrets.token_hex(8), now()
    return [
        Capture(key=_key(mark, link, options), url=link, source="site", captured_at=at, options=options)
        for link in links
    ]


def links_in(text: str) -> Iterator[str]:
    """The links of a text, also those that stand as browsers show them, without their https://.

    A line without any is handed on as it is, so that its answer can say what is wrong.
    """
    for line in filter(None, map(str.strip, text.splitlines())):
        yield from [link for word in _WORD.findall(line) for link in _links_of(word)] or [line]


def _links_of(word: str) -> Iterator[str]:
    """The links in a word of prose."""
    found = _LINK.search(word)
    return filter(_LINK.match, typed_urls(_without_end(found[0] if found else word.lstrip("("))))


def _without_end(word: str) -> str:
    """The word without what ends a sentence, and without brackets that close more than it opens.

    As GitHub finds links in prose: https://github.github.com/gfm/#autolinks-extension-.
    """
    bare = word.rstrip(_ENDS)
    while bare.endswith(")") and bare.count(")") > bare.count("("):
        bare = bare[:-1].rstrip(_ENDS)
    return bare


def _options_of(form: Mapping[str, str]) -> CaptureOptions:
    return CaptureOptions(
        quality=cast(Quality, form.get("quality")) or None,
        audio_only=bool(form.get("audio_only")),
        transcripts=_languages(form.get("transcripts")),
        max_items=_most_items(form.get("max_items", "").strip()),
        comments=bool(form.get("comments")),
        force=bool(form.get("force")),
    )


def _most_items(text: str) -> int | None:
    try:
        return BY_NAME["max_items"].read(text) if text else None
    except ValueError as error:
        message = f"Of a list at most: it takes {error}."
        raise RequestError("bad_request", message, "Leave it empty for the usual limit.") from error


def _languages(text: str | None) -> tuple[str, ...] | None:
    """`None` for an empty field (as in the settings), nothing for `none`, else the codes."""
    codes = tuple(code for code in re.split(r"[\s,]+", (text or "").strip()) if code)
    return None if not codes else () if codes == ("none",) else codes


def _key(mark: str, link: str, options: CaptureOptions) -> str:
    return "site-" + hashlib.sha256(f"{mark}\n{link}\n{options_json(options)}".encode()).hexdigest()[:32]
