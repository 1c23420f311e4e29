"""A transcript for reading: cues of a few words each, grouped into paragraphs of about half a minute. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bowerbird.scraping import Chapter, Cue

PARAGRAPH_SECONDS = 30
# A paragraph that finds no end of a sentence is ended anyway, so that each has a time to go to.
LONGEST_SECONDS = 45
PAUSE_SECONDS = 4
_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "।")  # noqa: RUF001 - also Chinese, Arabic and Hindi speech ends


class Paragraph(NamedTuple):
    """Some cues in a row, and the title of the chapter that begins with them; `after`: the second of the cue before."""

    second: int
    heading: str
    cues: tuple[Cue, ...]
    after: int


# A browser lays out a block only where it comes into sight (content-visibility), so a day of speech costs little.
PARAGRAPHS_PER_BLOCK = 12


def blocks(found: Sequence[Paragraph]) -> list[Sequence[Paragraph]]:
    """The paragraphs in groups of about six minutes."""
    return [found[at : at + PARAGRAPHS_PER_BLOCK] for at in range(0, len(found), PARAGRAPHS_PER_BLOCK)]


def paragraphs(cues: Sequence[Cue], chapters: Sequence[Chapter] = ()) -> list[Paragraph]:
    """All cues in paragraphs; a chapter always begins one."""
    headings = sorted(chapters, key=lambda chapter: chapter.start)
    found: list[Paragraph] = []
    after = -1
    for group in _groups(cues, [chapter.start for chapter in headings]):
        heading = ""
        while headings and headings[0].start < group[-1].start + 0.001:
            heading = headings.pop(0).title
        found.append(Paragraph(second_of(group[0]), heading, tuple(group), after))
        after = second_of(group[-1])
    return found


def second_of(cue: Cue) -> int:
    """The second by which an address names a cue; of several in one second it means the first."""
    return max(0, int(cue.start))


def _groups(cues: Sequence[Cue], starts: Sequence[float]) -> Iterator[list[Cue]]:
    group: list[Cue] = []
    upcoming = list(starts)
    for cue in cues:
        at_chapter = False
        while upcoming and upcoming[0] <= cue.start + 0.5:
            at_chapter = upcoming.pop(0) > 0 or at_chapter
        if group and (at_chapter or _is_full(group, cue)):
            yield group
            group = []
        group.append(cue)
    if group:
        yield group


def _is_full(group: Sequence[Cue], following: Cue) -> bool:
    last, length = group[-1], following.start - group[0].start
    if length >= LONGEST_SECONDS or following.start - last.start - last.duration > PAUSE_SECONDS:
        return True
    return length >= PARAGRAPH_SECONDS and last.text.rstrip("\"')» ”").endswith(_ENDS)
