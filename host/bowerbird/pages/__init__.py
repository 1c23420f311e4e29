"""The site, as a Datasette plugin: hooks only. In a Datasette that has no `Site` the plugin keeps out of the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from datasette import hookimpl


@hookimpl(trylast=True)  # trylast makes it the outermost: nothing answers before the gate
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """The gate, and behind it our pages and the media, before Datasette's own."""
    from bowerbird.pages.gate import guard
    from bowerbird.pages.site import site_of

    site = site_of(datasette)
    return (lambda app: guard(app, datasette, site)) if site else (lambda app: app)


@hookimpl
def extra_css_urls(datasette: Any) -> list[str]:
    """Our colours on Datasette's own pages, light or dark as they were chosen."""
    from bowerbird.pages.appearance import current
    from bowerbird.pages.site import site_of

    site, theme = site_of(datasette), current.get().theme
    chosen = [f"{theme}.css"] if theme != "system" else []
    return [site.assets.url(name) for name in ("tokens.css", "tables.css", *chosen)] if site else []


@hookimpl
def permission_allowed(datasette: Any, action: str) -> bool | None:
    """Reading, and nothing else."""
    from bowerbird.pages.site import READING, site_of

    return action in READING if site_of(datasette) else None


@hookimpl
def prepare_connection(conn: Any, datasette: Any) -> None:
    """No query tells where on this computer the archive lies."""
    from bowerbird.pages.site import hide_paths, site_of

    if site_of(datasette):
        hide_paths(conn)


@hookimpl
def skip_csrf(datasette: Any, scope: dict[str, Any]) -> bool:
    """No tokens: the gate has looked at where a request comes from."""
    from bowerbird.pages.site import site_of

    return site_of(datasette) is not None


@hookimpl
def handle_exception(datasette: Any, exception: Exception) -> Any:
    """An archive that can't be read is told in our words on Datasette's own pages too."""
    from bowerbird.errors import RequestError
    from bowerbird.pages.refusals import told
    from bowerbird.pages.site import site_of

    site = site_of(datasette)
    return told(site, exception) if site and isinstance(exception, RequestError) else None
