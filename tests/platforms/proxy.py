"""The stand-in: an HTTPS-intercepting proxy on loopback that answers for the platforms and never forwards.

Also answers plain `http://host/path` requests sent through it, and a control path on its own port for other
processes: `GET /log`, `GET /flagged`, `POST /faults` (one rule or a list), `POST /clear`, `POST /reset`,
`POST /delay`, `POST /publish`, `POST /remove`, `POST /expire`, `POST /refuse`, `POST /accept`, `POST /renew`,
`POST /rename`.
"""

from __future__ import annotations

import shutil
import socketserver
import sys
import tempfile
import threading
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.platforms import faults, media
from tests.platforms.certificates import Certificates
from tests.platforms.connection import Connection
from tests.platforms.exchange import Changes
from tests.platforms.log import Entry, Log

# what Chromium and Firefox ask by themselves: StandIn(unflagged=BROWSER_HOSTS) lets them
BROWSER_HOSTS = (
    "*.google.com",
    "*.googleapis.com",
    "*.gstatic.com",
    "*.gvt1.com",
    "*.gvt2.com",
    "*.mozilla.com",
    "*.mozilla.net",
    "*.mozilla.org",
    "*.firefox.com",
)


class StandIn:
    """A running stand-in, from `with StandIn() as platforms:` to the end of the block.

    `delay` is in seconds and comes before every answer. `unflagged` are globs of hosts that are nobody's but may be
    asked for (a browser's own calls home); they get 502 all the same.
    """

    def __init__(
        self,
        delay: float = 0.0,
        media_folder: Path | None = None,
        unflagged: tuple[str, ...] = (),
        port: int = 0,
    ) -> None:
        self.delay = delay
        self.rules = faults.Rules()
        self.requests = Log()
        self.changes = Changes()
        self.stopping = threading.Event()
        self.connections: set[Connection] = set()
        self._unflagged = unflagged
        self._port = port
        if media_folder:
            media.keep_in(media_folder)

    def __enter__(self) -> StandIn:
        self._folder = Path(tempfile.mkdtemp(prefix="bowerbird-stand-in-"))
        self.certificates = Certificates(self._folder)
        self._server = _Server(("127.0.0.1", self._port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        for connection in tuple(self.connections):
            connection.wake()
        self._server.server_close()
        self._thread.join()
        shutil.rmtree(self._folder)

    @property
    def url(self) -> str:
        """The proxy's URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def ca_file(self) -> str:
        """Path of the CA's certificate in PEM."""
        return str(self.certificates.ca_file)

    @property
    def ca_key_hash(self) -> str:
        """What Chromium's --ignore-certificate-errors-spki-list wants."""
        return self.certificates.key_hash

    @property
    def environment(self) -> dict[str, str]:
        """Bowerbird's own variables that lead it here."""
        return {"BOWERBIRD_PROXY": self.url, "BOWERBIRD_CA_BUNDLE": self.ca_file}

    @property
    def log(self) -> list[Entry]:
        """Everything that arrived, in order."""
        return self.requests.entries()

    def seen(self, host: str = "*", path: str = "*") -> list[Entry]:
        """What arrived for a host and path (globs; the path includes the query)."""
        return self.requests.entries(host, path)

    @property
    def flagged(self) -> list[Entry]:
        """What should not have happened: an unknown host or path, a refused certificate, a platform's crash."""
        return [one for one in self.log if one.flag and not self._may_be_asked(one.host)]

    def _may_be_asked(self, host: str) -> bool:
        return any(fnmatchcase(host, glob) for glob in self._unflagged)

    def fault(self, rule: faults.Fault) -> None:
        """Put a fault in force."""
        self.rules.add(rule)

    def clear(self) -> None:
        """Lift all faults and the delay."""
        self.rules.clear()
        self.delay = 0.0

    def reset_log(self) -> None:
        """Forget what arrived."""
        self.requests.clear()

    def publish(self, platform_id: str, count: int = 1) -> None:
        """Put so many new entries at the head of a list; for a single video, count so many views more."""
        published = dict(self.changes.published)
        published[platform_id] = published.get(platform_id, 0) + count
        self.changes = replace(self.changes, published=published)

    def remove(self, platform_id: str) -> None:
        """Take an item off its platform: from now on it is gone there."""
        self.changes = replace(self.changes, removed=self.changes.removed | {platform_id})

    def expire(self, account: str) -> None:
        """End the session that an account has; only `renew` helps."""
        self.refuse(account, "expired")

    def refuse(self, account: str, how: str) -> None:
        """Let the platform refuse an account from now on; `how` is a word of the platform's module."""
        self.changes = replace(self.changes, refused={**self.changes.refused, account: how})

    def accept(self, account: str) -> None:
        """End a refusal; the session is the same as before."""
        refused = {name: how for name, how in self.changes.refused.items() if name != account}
        self.changes = replace(self.changes, refused=refused)

    def renew(self, account: str) -> int:
        """Give an account another session, the only one that counts from now on; return how many there were before."""
        self.accept(account)
        renewals = self.changes.renewed.get(account, 0) + 1
        self.changes = replace(self.changes, renewed={**self.changes.renewed, account: renewals})
        return renewals

    def rename(self, name: str, new_name: str) -> None:
        """Give a profile another name; the old one is nobody's from now on."""
        self.changes = replace(self.changes, renamed={**self.changes.renamed, name: new_name})


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False  # server_close waits for them: no socket is left open behind a test
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], stand_in: StandIn) -> None:
        self.stand_in = stand_in
        super().__init__(address, Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the trace, unless a caller left in the middle: that is everyday."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)
