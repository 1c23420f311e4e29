"""Too much of something: it is refused, or its attempt fails, inside of the limits."""

from __future__ import annotations

import http.client
from contextlib import closing

import httpx
import pytest

from bowerbird.pages import gate
from bowerbird.pages.gate import BODY_LIMIT
from tests.pages.sites import RunningSite
from tests.security.asking import cookie_of


@pytest.mark.parametrize("chunked", [True, False])
def test_a_huge_body_is_refused(person: httpx.Client, chunked: bool) -> None:
    """A body above the limit is not read to its end, told its length or not."""
    huge = b"url=" + b"a" * (BODY_LIMIT + 1)
    parts = (huge[at : at + 65536] for at in range(0, len(huge), 65536))
    try:
        answer = person.post("/download", content=parts if chunked else huge)
    except httpx.WriteError:
        return
    assert answer.status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for(site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who announces a form and never sends it keeps nothing open: it is told so, and the connection ends."""
    monkeypatch.setattr(gate, "BODY_SECONDS", 0.1)
    connection = http.client.HTTPConnection("127.0.0.1", site.settings.port, timeout=5)
    with closing(connection):
        connection.putrequest("POST", "/download")
        for name, value in (("Cookie", cookie_of(site)), ("Origin", site.origin), ("Content-Length", "10")):
            connection.putheader(name, value)
        connection.endheaders(b"url=")
        answer = connection.getresponse()
        assert (answer.status, b"did not arrive" in answer.read()) == (408, True)
        assert answer.getheader("connection") == "close"
