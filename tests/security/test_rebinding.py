"""DNS rebinding: a page whose name was pointed at this computer reads nothing of the site."""

from __future__ import annotations

import pytest

from tests.pages.sites import RunningSite
from tests.security.asking import answer_to, cookie_of
from tests.security.browsers import EVIL, Tab, sign_in


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "",
        "0.0.0.0:{port}",
        "127.0.0.1.evil.example:{port}",
        "127.0.0.1:{port}@evil.example",
        "evil.example@127.0.0.1:{port}",
        "127.0.0.1",
        "127.0.0.1:{port}.",
        "[::1]:{port}",
        "127.0.0.1:1",
    ],
)
def test_a_foreign_host_is_refused(site: RunningSite, host: str) -> None:
    """A page that got its name pointed at this computer reads nothing, signed in or not."""
    status, body = answer_to(site.origin, f"Host: {host.format(port=site.settings.port)}", cookie=cookie_of(site))
    assert status == 400
    assert b"bowerbirds collect blue" not in body


def test_two_hosts_are_refused(site: RunningSite) -> None:
    """Which of two Host headers counts is never a question."""
    host = f"Host: 127.0.0.1:{site.settings.port}"
    assert answer_to(site.origin, host, "Host: evil.example", cookie=cookie_of(site))[0] == 400


def test_localhost_is_led_to_the_one_origin(site: RunningSite) -> None:
    """Who types localhost comes to the origin that the session belongs to."""
    assert answer_to(site.origin, f"Host: localhost:{site.settings.port}")[0] == 307


READ = "fetch('/archive/items.json').then(async answer => [answer.status, await answer.text()])"


@pytest.mark.browser
def test_a_rebound_name_reads_nothing_in_a_real_browser(site: RunningSite, tab: Tab) -> None:
    """A page whose name leads to this computer, in the browser of somebody signed in, even with a copied session."""
    port, cookie = site.settings.port, cookie_of(site)
    sign_in(tab, site)
    assert "bowerbirds collect blue" in tab.evaluate(READ)[1]
    tab.go(f"http://{EVIL}:{port}/")
    tab.evaluate(f"document.cookie = {cookie!r}")
    assert tab.evaluate("location.hostname") == EVIL
    for _ in range(2):
        status, said = tab.evaluate(READ)
        assert status == 400
        assert "blue" not in said + tab.evaluate("document.documentElement.outerHTML")
        tab.go(f"http://{EVIL}:{port}/item/{site.found['video']}")
