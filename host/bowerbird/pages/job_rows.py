"""Jobs in a list as HTML. Not a template: the first page asks for seventy of them each second.

Most are as they were then, and are kept.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

from markupsafe import escape

from bowerbird.pages import row_parts
from bowerbird.pages.lines import JobLine
from bowerbird.pages.row_parts import Icon

# Some 3 kB each.
KEPT = 400


def jobs(icon: Icon, lines: Sequence[JobLine], name: str, updating: Collection[str], moves: bool = False) -> str:
    """A list of that name. `moves`: each row can be put elsewhere in it; `updating` as in `rows.rows`."""
    made = "".join(job_row(icon, line, line.job.id in updating, moves=moves) for line in lines)
    return f'<ul class="jobs{" queue" if moves else ""}" aria-label="{name}" data-key="list-{name}">\n{made}</ul>\n'


@functools.lru_cache(KEPT)
def job_row(icon: Icon, line: JobLine, is_updating: bool, told: bool = False, moves: bool = False) -> str:
    """One job. `told`: the page says elsewhere what is wrong, and holds the cure."""
    job, name = line.job, escape(line.job.title or line.job.url)
    shape = icon(f"s-{job.status}", "i s-ico unscripted" if moves else "i s-ico")
    return (
        f'<li class="job{" moves" if moves else ""}" data-state="{job.status}" data-key="job-{job.id}">'
        f"{_grip(icon, name) if moves else ''}{shape}\n{row_parts.picture(icon, job)}\n"
        f'<div class="job-main">{row_parts.title(icon, job)}'
        f'<p class="says">{row_parts.state(icon, line)}{_says(line, told)}</p></div>\n'
        f'<div class="acts">{_acts(icon, line, is_updating, told)}{_more(icon, line, name)}</div>\n'
        f"{_progress(line, name)}</li>\n"
    )


def _grip(icon: Icon, name: str) -> str:
    return (
        f'<button class="grip scripted" type="button" aria-label="Move: {name}" aria-describedby="how-to-move"'
        f' title="Drag, or press the arrow keys">{icon("grip")}</button>'
    )


def _says(line: JobLine, told: bool) -> str:
    said = "".join(f'<span dir="auto">{escape(words)}</span>' for words in line.says)
    error = line.job.error
    if told or error is None or not error.hint or line.job.status != "failed":
        return said
    return f'{said}<span class="hint">{escape(error.hint)}</span>'


def _acts(icon: Icon, line: JobLine, is_updating: bool, told: bool) -> str:
    cure = "" if told else row_parts.cure(icon, line.cure, line.job.id, is_updating)
    shown = (each for each in line.buttons if not (told and each.main))
    return cure + "".join(row_parts.button(icon, line.job, each, each.main and not line.cure) for each in shown)


def _more(icon: Icon, line: JobLine, name: str) -> str:
    """The menu of what is rarely done."""
    if not line.more:
        return ""
    job_id = line.job.id
    acts = "".join(
        f'<button class="btn bare wide" type="submit" formaction="/job/{job_id}/{each.action}">'
        f"{icon(each.icon, 'i s')}{each.label}</button>"
        for each in line.more
    )
    return (
        f'<details class="menu" data-key="more-{job_id}">'
        f'<summary class="btn bare small square" aria-label="More: {name}" title="More">'
        f"{icon('more', 'i s')}</summary>\n"
        f'<form class="menu-list" method="post" action="/job/{job_id}/up" data-quiet>{acts}</form></details>'
    )


def _progress(line: JobLine, name: str) -> str:
    if not line.shows_progress:
        return ""
    percent = line.job.progress
    value = f' value="{percent:.1f}"' if percent else ""
    return f'<progress max="100"{value} aria-label="{name}">{percent:.0f} %</progress>'
