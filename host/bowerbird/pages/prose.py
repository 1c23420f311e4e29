"""Foreign prose as HTML: paragraphs, links that lead to the web alone, hashtags to the search, times into the video."""

from __future__ import annotations

import functools
import re
from urllib.parse import quote

from markupsafe import Markup, escape

from bowerbird.pages.transcript import Paragraph, second_of

_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^\u200e\u200f\u202a-\u202e\u2066-\u2069]+", re.IGNORECASE)
# One that is a number alone is a number: "we are #1".
_HASHTAG = re.compile(r"(?<![\w&/#])#(?=\w*[^\W\d_])\w+")
_TIME = re.compile(r"(?<![\d:./-])(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)(?![\d:/-])")
# What usually ends the sentence around a link and not the link.
_TRAILING = ".,;:!?)]}'\"»”"
LONGEST_LABEL = 80
# Paragraphs of what was said, of one long talk or several short ones.
KEPT = 400


def prose(text: str | None, *, seek: float) -> Markup:
    """`text` as paragraphs. Times such as 12:34 below `seek` seconds become links to that second of the video."""
    blocks = [block for block in re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n").strip()) if block.strip()]
    return Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(_line(line, seek) for line in block.split("\n")))
        for block in blocks
    )


@functools.lru_cache(KEPT)
def spoken(paragraph: Paragraph) -> Markup:
    """The cues of a paragraph, each with its second. Not a template's loop: a long talk has thousands of them.

    They are kept: whoever seeks in a talk loads its page again and again.
    """
    made, last = [], paragraph.after
    for cue in paragraph.cues:
        second = second_of(cue)
        anchor = f' id="t={second}"' if second != last else ""
        made.append(f'<span class="cue"{anchor} data-t="{second}">{escape(cue.text)}</span>')
        last = second
    return Markup(" ".join(made))  # noqa: S704 - what is said has been escaped


def _line(text: str, seek: float) -> Markup:
    pieces, end = [], 0
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_TRAILING)
        pieces += [_tagged(text[end : match.start()], seek), _link(address)]
        end = match.start() + len(address)
    return Markup("").join([*pieces, _tagged(text[end:], seek)])


def _tagged(text: str, seek: float) -> Markup:
    pieces, end = [], 0
    for match in _HASHTAG.finditer(text):
        link = Markup('<a href="/search?q={}">{}</a>').format(quote(match.group()[1:]), match.group())
        pieces += [_times(text[end : match.start()], seek), link]
        end = match.end()
    return Markup("").join([*pieces, _times(text[end:], seek)])


def _link(address: str) -> Markup:
    label = address if len(address) <= LONGEST_LABEL else address[: LONGEST_LABEL - 1] + "…"
    return Markup('<a dir="ltr" href="{}" rel="noreferrer noopener nofollow">{}</a>').format(address, label)


def _times(text: str, seek: float) -> Markup:
    if not seek:
        return escape(text)
    pieces, end = [], 0
    for match in _TIME.finditer(text):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        second = hours * 3600 + minutes * 60 + seconds
        if second >= seek:
            continue
        link = Markup('<a class="at" href="?t={0}#t={0}">{1}</a>').format(second, match.group())
        pieces += [escape(text[end : match.start()]), link]
        end = match.end()
    return Markup("").join([*pieces, escape(text[end:])])
