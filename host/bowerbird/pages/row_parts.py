"""What rows of jobs have in common, as HTML that escapes what is foreign: for templates, rows.py, job_rows.py."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

from bowerbird.model import Job
from bowerbird.pages.addresses import local_url
from bowerbird.pages.cures import Cure
from bowerbird.pages.lines import Button, JobLine
from bowerbird.pages.pictures import platform_icon

Icon = Callable[..., Markup]

_ELSEWHERE = ' target="_blank" rel="noreferrer noopener nofollow"'


def picture(icon: Icon, job: Job) -> str:
    """The small picture of a job; the glyph of its platform where there is none."""
    if not job.thumbnail_url:
        return f'<span class="blank">{icon(platform_icon(job.platform))}</span>'
    address = escape(local_url(job.thumbnail_url))
    image = f'<img src="{address}" width="64" height="36" alt="" loading="lazy" decoding="async">'
    return f'<span class="blank mini">{image}</span>'


def title(_icon: Icon, job: Job) -> str:
    """What it is called, as the way to what was saved, or else to its own page."""
    place = local_url(job.item_url) if job.item_url and job.status == "completed" else f"/job/{job.id}"
    return f'<a class="title" dir="auto" href="{escape(place)}">{escape(job.title or job.url)}</a>'


def state(icon: Icon, line: JobLine) -> str:
    """The state in a shape and a word."""
    return f'<span class="state">{icon("s-" + line.job.status, "i s s-ico")}{line.word}</span>'


def button(icon: Icon, job: Job, one: Button, main: bool = False) -> str:
    """A button that posts an action; a `main` one shows its words, the others are a square with an icon.

    Its form is the one of the page, "act", so that a list of forty rows has no hundred forms.
    """
    posts = f'type="submit" form="act" formaction="/job/{job.id}/{one.action}"'
    if main:
        return f'<button class="btn small" {posts}>{icon(one.icon, "i s")}<span>{one.label}</span></button>'
    named = f'aria-label="{one.label}: {escape(job.title or job.url)}" title="{one.label}"'
    return f'<button class="btn bare small square" {posts} {named}>{icon(one.icon, "i s")}</button>'


def cure(icon: Icon, one: Cure | None, job_id: str, is_updating: bool) -> str:
    """What cures it, beside trying again: an act of the queue, or something in another place; '' for no cure.

    `is_updating`: the job is tried again after the update of the libraries, which somebody has asked for.
    """
    if one is None:
        return ""
    if one.act and is_updating:
        return '<span class="quiet">Is tried again after the update</span>'
    if one.act:
        return (
            f'<form method="post" action="/queue/{one.act}" data-quiet>'
            f'<input type="hidden" name="job" value="{job_id}"><button class="btn small" type="submit">'
            f"{icon('retry', 'i s')}<span>{escape(one.label)}</span></button></form>"
        )
    elsewhere = _ELSEWHERE if one.link.startswith("http") else ""
    words = f"{icon('open', 'i s')}<span>{escape(one.label)}</span>"
    return f'<a class="btn small" href="{escape(one.link)}"{elsewhere}>{words}</a>'
