"""The rows of the history as HTML. Not a template: a page has fifty, and a template takes twice as long for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from markupsafe import Markup, escape

from bowerbird.model import Job
from bowerbird.pages import words
from bowerbird.pages.addresses import local_url
from bowerbird.pages.cures import Cure
from bowerbird.pages.lines import Button, JobLine
from bowerbird.pages.pictures import platform_icon

Icon = Callable[..., Markup]

_ELSEWHERE = ' target="_blank" rel="noreferrer noopener nofollow"'


def rows(icon: Icon, lines: Sequence[JobLine], updating: Collection[str]) -> Markup:
    """A table row for each job; those of `updating` are tried again after the update of the libraries."""
    return Markup("".join(_row(icon, line, updating) for line in lines))  # noqa: S704 - what is foreign is escaped in it


def _row(icon: Icon, line: JobLine, updating: Collection[str]) -> str:
    job = line.job
    name, at = escape(job.title or job.url), job.created_at
    cure = _trouble(icon, line, updating) if _is_in_trouble(job) else ""
    return (
        f'<tr data-state="{job.status}" data-key="row-{job.id}">'
        f'<td class="pick-cell"><input type="checkbox" form="chosen" name="job:{job.id}" aria-label="Choose {name}">'
        f'</td><td class="item-cell"><div class="what">{_picture(icon, job)}<div>{_title(job, name)}'
        f'<p class="sub" dir="auto">{_kind(line)}</p></div>{cure}</div></td>'
        f'<td class="state-cell"><span class="state">{icon("s-" + job.status, "i s s-ico")}{line.word}</span></td>'
        f'<td class="opt"><span class="badge">{icon(platform_icon(job.platform), "i s")}'
        f"<span>{escape(words.platform(job.platform))}</span></span></td>"
        f'<td class="num opt">{words.size(job.bytes_total or job.bytes_downloaded)}</td>'
        f'<td class="num"><time datetime="{at}" title="{at}">{words.when(at)}</time></td>'
        f'<td class="act-cell"><div class="acts">{_acts(icon, line, name)}</div></td></tr>\n'
    )


def _picture(icon: Icon, job: Job) -> str:
    if not job.thumbnail_url:
        return f'<span class="blank">{icon(platform_icon(job.platform))}</span>'
    address = escape(local_url(job.thumbnail_url))
    return (
        f'<span class="blank mini"><img src="{address}" width="64" height="36" alt="" loading="lazy" decoding="async">'
        "</span>"
    )


def _title(job: Job, name: str) -> str:
    place = local_url(job.item_url) if job.item_url and job.status == "completed" else f"/job/{job.id}"
    return f'<a class="title" dir="auto" href="{escape(place)}">{name}</a>'


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


def _trouble(icon: Icon, line: JobLine, updating: Collection[str]) -> str:
    """What went wrong, and the button that cures it."""
    job = line.job
    assert job.error is not None
    cure = _cure(icon, line.cure, job, updating) if line.cure else ""
    tries = "".join(
        f'<button class="btn small" type="submit" form="act" formaction="/job/{job.id}/{each.action}">'
        f"{icon(each.icon, 'i s')}<span>{each.label}</span></button>"
        for each in line.buttons
        if each.main
    )
    said = escape(f"{job.error.message} {job.error.hint}")
    return f'<div class="cure"><span>{said}</span><span class="acts">{cure}{tries}</span></div>'


def _cure(icon: Icon, cure: Cure, job: Job, updating: Collection[str]) -> str:
    if cure.act and job.id in updating:
        return '<span class="quiet">Is tried again after the update</span>'
    if cure.act:
        return (
            f'<form method="post" action="/queue/{cure.act}" data-quiet>'
            f'<input type="hidden" name="job" value="{job.id}"><button class="btn small" type="submit">'
            f"{icon('retry', 'i s')}<span>{escape(cure.label)}</span></button></form>"
        )
    elsewhere = _ELSEWHERE if cure.link.startswith("http") else ""
    return (
        f'<a class="btn small" href="{escape(cure.link)}"{elsewhere}>{icon("open", "i s")}'
        f"<span>{escape(cure.label)}</span></a>"
    )


def _acts(icon: Icon, line: JobLine, name: str) -> str:
    job = line.job
    shown = (each for each in line.buttons if not (each.main and job.error))
    what = f'aria-label="What was done: {name}" title="What was done"'
    done = f'<a class="btn bare small square" href="/job/{job.id}" {what}>{icon("logs", "i s")}</a>'
    return "".join(_button(icon, job.id, each, name) for each in shown) + done


def _button(icon: Icon, job_id: str, each: Button, name: str) -> str:
    return (
        f'<button class="btn bare small square" type="submit" form="act" formaction="/job/{job_id}/{each.action}"'
        f' aria-label="{each.label}: {name}" title="{each.label}">{icon(each.icon, "i s")}</button>'
    )
