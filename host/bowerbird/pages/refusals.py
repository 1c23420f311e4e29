"""Pages that say why not, in plain words, and what to do instead."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from bowerbird.errors import RequestError

if TYPE_CHECKING:
    from bowerbird.pages.site import Site

log = logging.getLogger("bowerbird.site")


class Advice(NamedTuple):
    """What is so, what to do, and the icon beside it."""

    title: str
    sentence: str
    icon: str = "warn"


ADVICE: dict[int, Advice] = {
    400: Advice("This request can't be read", "Open the site by its own address instead, with: bowerbird open"),
    401: Advice(
        "This archive is yours alone",
        "To come in, click the Bowerbird button in your browser's toolbar and choose the archive, or run this command:",
        "key",
    ),
    403: Advice("This did not come from the archive's own pages", "So nothing was done. Do it from the page itself."),
    404: Advice("There is no such page", "What was here may be deleted, or the address is not complete.", "search"),
    405: Advice("This only takes what its button sends", "Nothing was done. Go back and press the button."),
    408: Advice("What the page sent did not arrive", "Nothing was done. Go back and press the button again."),
    413: Advice("That is too much at once", "Nothing was saved. Paste fewer links at a time."),
    500: Advice("Something went wrong inside Bowerbird", "Try again. If it stays so, run: bowerbird doctor"),
}
# Codes of RequestError -> status; any other is 400.
STATUSES = {
    "not_found": 404, "wrong_state": 409, "too_large": 413, "archive_unavailable": 503, "disk_full": 507, "busy": 503,
    "internal": 500,
}  # fmt: skip


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The gate lets this no further. `go_to` is the origin to ask instead."""

    def __init__(self, status: int, go_to: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.go_to = go_to


def refusal_page(site: Site, refused: Refused | RequestError) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of the gate's answer."""
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
    if isinstance(refused, RequestError):
        status, advice = advice_for(refused)
        return status, headers, render_refusal(site, status, advice).encode()
    if refused.go_to:
        return refused.status, [*headers, (b"location", f"{refused.go_to}/".encode())], b""
    if refused.status == 408:
        headers.append((b"connection", b"close"))
    template = "signed-out.html" if refused.status == 401 else "refusal.html"
    body = render_refusal(site, refused.status, ADVICE[refused.status], template)
    return refused.status, headers, body.encode()


def render_refusal(site: Site, status: int, advice: Advice, template: str = "refusal.html", **more: Any) -> str:
    """The whole page; it needs nothing from the archive, so that it works when the archive does not."""
    return site.templates.get_template(template).render(site=site, status=status, advice=advice, **more)


def told(site: Site, error: RequestError) -> Any:
    """The answer to a request that fails with an error of ours."""
    from datasette.utils.asgi import Response

    status, advice = advice_for(error)
    return Response.html(render_refusal(site, status, advice), status=status)


def advice_for(error: RequestError) -> tuple[int, Advice]:
    """Status and words for an error of ours."""
    return STATUSES.get(error.code, 400), Advice(error.message, error.hint)
