"""A child's environment is built from the settings and from nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.errors import RequestError
from bowerbird.scrapers import SCRAPERS, scrapers_for
from bowerbird.scrapers.environment import child_command, child_environment, read_surroundings
from bowerbird.settings import Settings, load_settings
from tests.scrapers.conftest import video, web

HOSTILE = {
    "HOME": "/home/person",
    "HTTPS_PROXY": "http://elsewhere:1",
    "NO_PROXY": "*",
    "REQUESTS_CA_BUNDLE": "/elsewhere.pem",
    "SSL_CERT_FILE": "/elsewhere.pem",
    "XDG_CONFIG_HOME": "/home/person/.config",
    "PYTHONPATH": "/elsewhere",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "NETRC": "/home/person/.netrc",
}


def settings(**changes: object) -> Settings:
    """Settings of a place that need not be there."""
    return Settings(archive=Path("/a"), home=Path("/h"), **changes)  # type: ignore[arg-type]


def test_nothing_is_inherited() -> None:
    """No variable of the caller reaches the child, and no proxy or CA is set without a setting."""
    built = child_environment(settings(), HOSTILE)
    assert (
        not {"HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PYTHONPATH", "AWS_SECRET_ACCESS_KEY"}
        & built.keys()
    )
    assert not [value for value in built.values() if "person" in value or "elsewhere" in value]


def test_proxy_and_ca_are_set_for_every_library() -> None:
    """With a proxy and a CA file in the settings, every library's own variable names them."""
    built = child_environment(settings(proxy="http://127.0.0.1:9", ca_bundle="/ca.pem"), HOSTILE)
    assert {built[name] for name in ("HTTP_PROXY", "HTTPS_PROXY", "https_proxy", "http_proxy")} == {
        "http://127.0.0.1:9"
    }
    assert {built[name] for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")} == {"/ca.pem"}


def test_home_is_below_the_settings_home() -> None:
    """Libraries look for configuration, plugins and caches in a folder of ours."""
    built = child_environment(settings(), HOSTILE)
    assert all(built[name].startswith("/h/") for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"))
    assert built["YTDLP_NO_PLUGINS"] == "1"


def test_child_reads_back_what_was_put_there() -> None:
    """Proxy, CA file and the permission for private hosts arrive."""
    told = settings(proxy="http://127.0.0.1:9", ca_bundle="/ca.pem", allow_private_hosts=True)
    found = read_surroundings(child_environment(told, {}))
    assert (found.proxy, found.ca_bundle, found.allow_private_hosts) == ("http://127.0.0.1:9", "/ca.pem", True)


def test_command_is_isolated() -> None:
    """The interpreter ignores its own variables, and the scraper is named by its name alone."""
    argv, _ = child_command("yt_dlp", settings())
    assert argv[1:] == ["-I", "-m", "bowerbird.scrapers.child", "yt_dlp"]


@pytest.mark.parametrize(
    ("target", "names"),
    [
        (video("x"), ("yt_dlp",)),
        (web("https://media.example/a.jpg", "file"), ("files", "yt_dlp")),
        (web("https://pages.example/"), ("yt_dlp", "gallery_dl", "files")),
    ],
)
def test_route_of_a_target(target: object, names: tuple[str, ...]) -> None:
    """A file goes to the scraper of files first, a page to yt-dlp; every name of a route is a scraper."""
    assert scrapers_for(target) == names  # type: ignore[arg-type]
    assert set(names) <= SCRAPERS.keys()


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "socks5h://me:hunter2@a.example:1", "127.0.0.1:3128"])
def test_proxy_that_hides_the_target_is_refused(proxy: str) -> None:
    """The guard reads which host a proxy is asked for, and reads only HTTP; the password in it is not repeated."""
    with pytest.raises(RequestError) as error:
        load_settings({"BOWERBIRD_PROXY": proxy, "BOWERBIRD_HOME": "/nowhere"})
    assert error.value.code == "bad_request"
    assert error.value.message == "The proxy must be an http:// address."
    assert "hunter2" not in str(error.value) + error.value.hint


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:3128", "HTTPS://proxy.example:443", ""])
def test_proxy_of_the_web_is_taken(proxy: str) -> None:
    """Both schemes that carry HTTP to a proxy are settings."""
    assert load_settings({"BOWERBIRD_PROXY": proxy, "BOWERBIRD_HOME": "/nowhere"}).proxy == proxy
