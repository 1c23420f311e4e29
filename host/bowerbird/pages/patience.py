"""How long the server waits for the head of a request, and how much of one it reads: uvicorn by itself has no limit."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

# A browser on this computer sends a head at once; who dawdles keeps a connection from others.
HEAD_SECONDS = 10.0
# What uvicorn reads of a head where it parses by h11; httptools would go on, slower with each piece.
HEAD_BYTES = 64 * 1024


class PatientProtocol(AutoHTTPProtocol):  # type: ignore[misc]
    """Closes a connection on which the head of a request was begun, or awaited, for too long, or has no end."""

    _ends: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: Any) -> None:
        """Somebody is there and has said nothing."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """More of a head, or of what comes after it."""
        was_awaited = self._is_awaited()
        super().data_received(data)
        self._head = self._head + len(data) if was_awaited and self._is_awaited() else 0
        if self._head > HEAD_BYTES:
            self._end()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if not self._is_awaited():
            self._forget()
        elif self._ends is None:
            self._ends = self.loop.call_later(HEAD_SECONDS, self._end)

    def _is_awaited(self) -> bool:
        return self.cycle is None or bool(self.cycle.response_complete)

    def _forget(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
        self._ends = None

    def _end(self) -> None:
        self._ends = None
        if self._is_awaited() and self.transport is not None:
            self.transport.close()
