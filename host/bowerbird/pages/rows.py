"""The rows of the history as HTML. Not a template: a page has forty, and a template takes half as long again.

What was made is kept for a while: people go to and fro, and few rows change meanwhile.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

from markupsafe import escape

from bowerbird.model import Job
from bowerbird.pages import row_parts, words
from bowerbird.pages.lines import JobLine
from bowerbird.pages.pictures import platform_icon
from bowerbird.pages.row_parts import Icon

# Of half a dozen pages, some 2 kB each.
KEPT = 300


def rows(icon: Icon, lines: Sequence[JobLine], updating: Collection[str]) -> str:
    """A table row for each job; those of `updating` are tried again after the update of the libraries."""
    return "".join(_row(icon, line, words.when(line.job.created_at), line.job.id in updating) for line in lines)


@functools.lru_cache(KEPT)
def _row(icon: Icon, line: JobLine, asked: str, is_updating: bool) -> str:
    job = line.job
    name, at = escape(job.title or job.url), job.created_at
    trouble = _trouble(icon, line, is_updating) if _is_in_trouble(job) else ""
    return (
        f'<tr data-state="{job.status}" data-key="row-{job.id}">'
        f'<td class="pick-cell"><input type="checkbox" form="chosen" name="job:{job.id}" aria-label="Choose {name}">'
        f'</td><td class="item-cell"><div class="what">{row_parts.picture(icon, job)}<div>{row_parts.title(icon, job)}'
        f'<p class="sub" dir="auto">{_kind(line)}</p></div>{trouble}</div></td>'
        f'<td class="state-cell">{row_parts.state(icon, line)}</td>'
        f'<td class="opt"><span class="badge">{icon(platform_icon(job.platform), "i s")}'
        f"<span>{escape(words.platform(job.platform))}</span></span></td>"
        f'<td class="num opt">{words.size(job.bytes_total or job.bytes_downloaded)}</td>'
        f'<td class="num"><time datetime="{at}" title="{at}">{asked}</time></td>'
        f'<td class="act-cell"><div class="acts">{_acts(icon, line, name)}</div></td></tr>\n'
    )


def _is_in_trouble(job: Job) -> bool:
    return job.error is not None and job.status in ("failed", "waiting")


def _kind(line: JobLine) -> str:
    job = line.job
    parts: Sequence[str] = ()
    if job.status not in ("failed", "completed") and not _is_in_trouble(job):
        parts = line.says
    elif job.items_total:
        parts = (f"{job.items_done:,} of {job.items_total:,} done",)
    return " · ".join(escape(part) for part in (words.kind(job.kind), *parts))


def _trouble(icon: Icon, line: JobLine, is_updating: bool) -> str:
    """What went wrong, and the buttons that cure it."""
    job = line.job
    assert job.error is not None
    tries = "".join(row_parts.button(icon, job, each, main=True) for each in line.buttons if each.main)
    cures = row_parts.cure(icon, line.cure, job.id, is_updating) + tries
    said = escape(f"{job.error.message} {job.error.hint}")
    return f'<div class="cure"><span>{said}</span><span class="acts">{cures}</span></div>'


def _acts(icon: Icon, line: JobLine, name: str) -> str:
    job = line.job
    shown = (row_parts.button(icon, job, each) for each in line.buttons if not (each.main and job.error))
    what = f'aria-label="What was done: {name}" title="What was done"'
    done = f'<a class="btn bare small square" href="/job/{job.id}" {what}>{icon("logs", "i s")}</a>'
    return "".join(shown) + done
