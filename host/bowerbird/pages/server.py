"""Datasette inside our own uvicorn, on loopback. `datasette serve` would outlive SIGTERM while a stream is open."""

from __future__ import annotations

import contextlib
import errno
import gc
import signal
import socket
from collections.abc import Callable
from typing import Any

import msgspec

from bowerbird.archive.places import open_place
from bowerbird.database import open_reader
from bowerbird.errors import RequestError
from bowerbird.install.processes import note_process
from bowerbird.install.site import is_running, port_taken
from bowerbird.logs import start_log
from bowerbird.queue.waker import Waker
from bowerbird.settings import Settings

GRACE_SECONDS = 1


def serve(settings: Settings, on_start: Callable[[Settings], None] = lambda settings: None) -> None:
    """Serve the site until SIGTERM or Ctrl-C.

    `on_start` gets the settings with the port that was bound (0: any), once the site answers there.

    Raises RequestError `port_in_use`, or `archive_unavailable` where the archive can't be created or opened.
    """
    open_place(settings)
    with listening_socket(settings) as listener:
        settings = msgspec.structs.replace(settings, port=listener.getsockname()[1])
        _log_to_file(settings)
        server = uvicorn_server(application(settings), lambda: on_start(settings))
        note_process(settings, "site")
        gc.collect()
        gc.freeze()  # what is loaded by now stays: looking through it again and again would cost 20 ms each time
        waker = Waker(settings)
        waker.start()
        with contextlib.suppress(KeyboardInterrupt):
            # uvicorn sends the signal that ended it once more, by which the process would end in the midst of this
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            server.run(sockets=[listener])
        waker.end()


def listening_socket(settings: Settings) -> socket.socket:
    """The bound socket. Raises RequestError `port_in_use`."""
    # with IPPROTO_TCP asyncio turns Nagle's algorithm off; without it every answer takes 44 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)  # Windows lets two programs share a port otherwise
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR if exclusive is None else exclusive, 1)
    try:
        listener.bind(("127.0.0.1", settings.port))
    except OSError as error:
        listener.close()
        raise _cannot_listen(settings, error) from error
    return listener


def _cannot_listen(settings: Settings, error: OSError) -> RequestError:
    with contextlib.suppress(RequestError):
        if is_running(settings):
            return RequestError(
                "port_in_use", "The site runs already.", f"Open it with: bowerbird open --port {settings.port}"
            )
    needs_rights = error.errno == errno.EACCES
    message = f"Port {settings.port} needs more rights than this program has." if needs_rights else ""
    return port_taken(settings, message, "serve")


def uvicorn_server(app: Any, on_start: Callable[[], None] = lambda: None) -> Any:
    """A server that ends at once when it is told to; `on_start` is called when it listens."""
    import uvicorn

    from bowerbird.pages.patience import PatientProtocol

    class Server(uvicorn.Server):  # type: ignore[misc]
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            on_start()

    return Server(
        uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_SECONDS,
            lifespan="on", ws="none", http=PatientProtocol,
        )
    )  # fmt: skip


def application(settings: Settings) -> Any:
    """The whole site as an ASGI application. The archive must be there. Raises RequestError as `open_reader`."""
    from datasette.app import Datasette

    from bowerbird.pages.assets import Assets
    from bowerbird.pages.reading import ArchiveReader
    from bowerbird.pages.signing import signed_out
    from bowerbird.pages.site import DATABASE, Site
    from bowerbird.pages.templating import templates

    with contextlib.closing(open_reader(settings.database)) as db:
        ended = signed_out(db)
    assets = Assets()
    datasette = Datasette(
        [str(settings.database)],
        settings={
            # suggesting facets takes a core page of 100,000 rows from 26 to 604 ms
            "suggest_facets": False, "allow_download": False, "num_sql_threads": 2, "default_page_size": 50,
            "sql_time_limit_ms": 2000, "default_cache_ttl": 0,
        },
    )  # fmt: skip
    datasette.remove_database(DATABASE)
    datasette.add_database(ArchiveReader(datasette, settings.database), name=DATABASE)
    datasette.bowerbird_site = Site(settings, templates(assets), assets, ended)
    _print_no_variables()
    return datasette.app()


def _print_no_variables() -> None:
    """Where Datasette finds rich it prints all variables for each table that is not there, and fails over some."""
    from datasette import handle_exception

    handle_exception.rich = None


def _log_to_file(settings: Settings) -> None:
    """What goes wrong inside, for the person who looks for it; requests are not logged."""
    with contextlib.suppress(OSError):
        start_log(settings, "site", "uvicorn.error")
