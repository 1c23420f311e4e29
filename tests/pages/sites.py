"""Running sites: the real server on a free port, and a browser's worth of headers to ask it with."""

from __future__ import annotations

import contextlib
import fcntl
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec

from bowerbird import signin
from bowerbird.pages.server import application, listening_socket, uvicorn_server
from bowerbird.queue.wake import lock_path
from bowerbird.settings import Settings

# The sites speak plain HTTP; without this each client would read all certificates anew.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class RunningSite:
    """A site that answers; `found` names ids of what its archive holds."""

    settings: Settings
    found: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.settings.port}"

    def cookies(self) -> dict[str, str]:
        """The cookie of a fresh session."""
        return {signin.cookie_name(self.settings): signin.new_session(self.settings)}

    def stranger(self) -> httpx.Client:
        """Somebody without a session."""
        return httpx.Client(base_url=self.origin, timeout=60, trust_env=False, verify=_NO_TLS)

    def person(self) -> httpx.Client:
        """Somebody who is signed in and sends what a browser sends from our own pages."""
        return httpx.Client(
            base_url=self.origin, timeout=60, cookies=self.cookies(), trust_env=False, verify=_NO_TLS,
            headers={"Origin": self.origin, "Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip


def settings_in(folder: Path) -> Settings:
    """Settings of an archive of its own; any free port."""
    (folder / "archive").mkdir(exist_ok=True)
    return Settings(archive=folder / "archive", home=folder / "home", port=0)


@contextlib.contextmanager
def running(settings: Settings, found: dict[str, str]) -> Iterator[RunningSite]:
    """Serve an archive while the block runs. Its worker's place is taken, so that no real worker is started."""
    with listening_socket(settings) as listener, _no_worker(settings):
        settings = msgspec.structs.replace(settings, port=listener.getsockname()[1])
        server = uvicorn_server(application(settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield RunningSite(settings, found)
        finally:
            server.should_exit = True
            thread.join(10)


@contextlib.contextmanager
def _no_worker(settings: Settings) -> Iterator[None]:
    with lock_path(settings).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
