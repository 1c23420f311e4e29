"""Which address is which page. To add a page is to add a file and a line here."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from datasette.utils.asgi import Request, Response

from bowerbird.errors import RequestError
from bowerbird.pages import (
    appearance,
    browse,
    chosen,
    dashboard,
    devices,
    download,
    history,
    item,
    item_acts,
    job,
    logs,
    metadata,
    queue_acts,
    search,
    seen,
    sessions,
    settings,
    signing,
    stats,
    trash,
    zips,
)
from bowerbird.pages.refusals import ADVICE, render_refusal, told
from bowerbird.pages.site import DATABASE, Site
from bowerbird.pages.visit import Visit, fields_of

log = logging.getLogger("bowerbird.site")

Page = Callable[[Visit], Awaitable[Response]]
ITEM = r"/item/(?P<item_id>\d{1,18})"
JOB = r"(?P<job_id>[0-9a-fA-F-]{36})"


class Route(NamedTuple):
    """One address: a pattern of the whole path, what it takes, and who answers."""

    pattern: str
    method: str
    page: Page


ROUTES = (
    Route(r"^/$", "GET", dashboard.dashboard),
    Route(r"^/live/dashboard$", "GET", dashboard.live),
    Route(r"^/live/pulse$", "GET", dashboard.pulse),
    Route(rf"^{ITEM}$", "GET", item.item),
    Route(rf"^{ITEM}/said$", "GET", item.said),
    Route(rf"^{ITEM}/confirm$", "GET", item.confirm),
    Route(rf"^{ITEM}/metadata$", "GET", metadata.metadata),
    Route(rf"^{ITEM}/files\.zip$", "GET", zips.of_item),
    Route(rf"^{ITEM}/(?P<act>[a-z]{{1,20}})$", "POST", item_acts.act_on),
    Route(rf"^/live{ITEM}$", "GET", item.live),
    Route(r"^/trash$", "GET", trash.trash),
    Route(r"^/history$", "GET", history.history),
    Route(r"^/live/history$", "GET", history.live),
    Route(rf"^/job/{JOB}$", "GET", job.job),
    Route(rf"^/live/job/{JOB}$", "GET", job.live),
    Route(rf"^/job/{JOB}/(?P<action>[a-z]{{1,20}})$", "POST", job.act_on),
    Route(r"^/search$", "GET", search.search),
    Route(r"^/live/search$", "GET", search.live),
    Route(r"^/browse$", "GET", browse.browse),
    Route(r"^/creators$", "GET", browse.creators),
    Route(r"^/creators/(?P<platform>[^/]{1,200})$", "GET", browse.creators),
    Route(r"^/browse/(?P<platform>[^/]{1,200})$", "GET", browse.browse),
    Route(r"^/browse/(?P<platform>[^/]{1,200})/(?P<creator>\d{1,18})$", "GET", browse.browse),
    Route(r"^/chosen$", "POST", chosen.act_on),
    Route(r"^/download$", "POST", download.download),
    Route(r"^/seen$", "POST", seen.seen),
    Route(r"^/queue/(?P<act>[a-z_]{1,20})$", "POST", queue_acts.act_on),
    Route(r"^/stats$", "GET", stats.stats),
    Route(r"^/logs$", "GET", logs.logs),
    Route(r"^/live/logs$", "GET", logs.live),
    Route(r"^/logs/download$", "GET", logs.download),
    Route(r"^/settings$", "GET", settings.settings),
    Route(r"^/settings/save$", "POST", settings.change),
    Route(r"^/live/settings$", "GET", settings.live),
    Route(r"^/live/libraries$", "GET", settings.live_libraries),
    Route(r"^/sessions/(?P<act>[a-z]{1,20})$", "POST", sessions.act_on),
    Route(r"^/devices/sign-out$", "POST", devices.sign_out),
    Route(r"^/appearance$", "POST", appearance.change),
    Route(r"^/sign-in$", "GET", signing.sign_in),
    Route(r"^/sign-out$", "POST", signing.sign_out),
    Route(r"^/alive$", "GET", signing.alive),
)
_PATTERNS = tuple(re.compile(route.pattern) for route in ROUTES)


def page_at(path: str) -> tuple[Route, dict[str, str]] | None:
    """Which of our pages a path, still percent-encoded, is, and the named parts of the path; None for none."""
    for route, pattern in zip(ROUTES, _PATTERNS, strict=True):
        if match := pattern.match(path):
            return route, match.groupdict()
    return None


class Pages:
    """Our pages as an ASGI application. Datasette's router would take 2 ms for what the gate has settled."""

    def __init__(self, datasette: Any, site: Site) -> None:
        self._datasette = datasette
        self._site = site

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request for one of our pages; what goes wrong is told on a page too."""
        request = Request(scope, receive)
        found = page_at(request.path)
        assert found is not None  # whoever calls has looked
        response = await self._answer(*found, request)
        await response.asgi_send(send)

    async def _answer(self, route: Route, parts: Mapping[str, str], request: Request) -> Response:
        try:
            if request.method not in ("GET", "HEAD") if route.method == "GET" else request.method != "POST":
                return _refusal(self._site, 405)
            return await route.page(_visit(self._datasette, self._site, parts, request))
        except RequestError as error:
            return told(self._site, error)
        except Exception:
            log.exception("%s %s", request.method, route.pattern)
            return _refusal(self._site, 500)


def _refusal(site: Site, status: int) -> Response:
    return Response.html(render_refusal(site, status, ADVICE[status]), status=status)


def _visit(datasette: Any, site: Site, parts: Mapping[str, str], request: Request) -> Visit:
    return Visit(
        site=site,
        database=datasette.get_database(DATABASE),
        method=request.method,
        path=request.path,
        parts=parts,
        query=fields_of(request.query_string),
        headers=request.headers,
        session=request.scope.get("session"),
        receive=request.receive,
    )
