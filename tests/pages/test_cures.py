"""What cures an error, by platform, code and address."""

from __future__ import annotations

import pytest

from bowerbird.errors import JobError
from bowerbird.model import ErrorReport, Job
from bowerbird.pages.cures import cure


def failed(code: str, url: str, platform: str = "web") -> Job:
    """A job that failed by this."""
    error = ErrorReport(**JobError(code).as_dict())
    return Job(
        id="j", status="failed", url=url, platform=platform, kind="page", created_at="", updated_at="", error=error
    )


@pytest.mark.parametrize(
    ("code", "url", "link"),
    [
        ("gone", "https://vimeo.example/7?a=b", "https://web.archive.org/web/*/https://vimeo.example/7?a=b"),
        ("gone", "http://192.168.1.20/film.mp4", None),
        ("gone", "http://[::1]:8000/film.mp4", None),
        ("gone", "javascript:alert(1)", None),
        ("login_needed", "https://www.vimeo.example/7", "https://www.vimeo.example/"),
        ("private", "https://vimeo.example/7", "https://vimeo.example/7"),
        ("network", "https://vimeo.example/7", None),
    ],
)
def test_a_cure_leads_where_it_can_help(code: str, url: str, link: str | None) -> None:
    """To the site, or to an archive of the web: not of what only the person's own network has."""
    found = cure(failed(code, url))
    assert (found and found.link) == link
