"""Updating the libraries with real pip, in an environment of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest

from bowerbird.install.libraries import LOCK, NAMES, pip_environment, wanted
from bowerbird.settings import Settings
from tests.install.environments import Environment

SMALL = "youtube-transcript-api"
UPDATE = """
import json
from bowerbird.install import libraries
from bowerbird.settings import load_settings
before = libraries.versions()
code = libraries.update(load_settings(), before{longest})
print(json.dumps([code, before, libraries.versions()]))
"""


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """One that may be changed."""
    return Environment(tmp_path)


def update(environment: Environment, longest: str = "", **variables: str) -> tuple[str, dict[str, str]]:
    """Update there; the code, and what has another version afterwards."""
    home = str(environment.folder.parent / "home")
    code, before, after = environment.run(UPDATE.format(longest=longest), BOWERBIRD_HOME=home, HOME=home, **variables)
    return code, {name: after[name] for name in after if after[name] != before.get(name)}


@contextlib.contextmanager
def cutting_index(times: int) -> Iterator[tuple[str, list[str]]]:
    """An index that has nothing, and cuts so many connections before it says so: its address, and what it cut."""
    cut: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if len(cut) < times:
                cut.append(self.path)
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>nothing</title>")

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple", cut
        server.shutdown()


def test_what_is_newer_is_installed_and_nothing_else_changes(environment: Environment) -> None:
    """A newer library is there afterwards; all others, and the environment of whoever runs it, are as they were."""
    environment.offer(SMALL, "1.99.0")
    before = environment.versions()
    assert update(environment) == ("updated", {SMALL: "1.99.0"})
    assert environment.versions() == {**before, SMALL: "1.99.0"}
    assert version(SMALL) != "1.99.0"


@pytest.mark.parametrize("elsewhere", ["user = true", "target = elsewhere", "prefix = elsewhere"])
def test_a_configuration_of_pip_does_not_lead_elsewhere(environment: Environment, elsewhere: str) -> None:
    """What somebody told pip for other installations does not make it install these at another place."""
    environment.offer(SMALL, "1.99.0")
    told = environment.folder / "pip.conf"
    told.write_text(f"[install]\n{elsewhere}\n")
    assert update(environment, PIP_CONFIG_FILE=str(told)) == ("updated", {SMALL: "1.99.0"})
    assert list(environment.packages.glob("youtube_transcript_api-1.99.0*"))


def test_without_anything_newer_all_is_up_to_date(environment: Environment) -> None:
    """Where pip reached all places and found nothing newer there is nothing to do."""
    assert update(environment) == ("up_to_date", {})


def test_what_needs_something_else_that_is_newer_is_left_out(environment: Environment) -> None:
    """No other package is upgraded for a library, because the rest of the program relies on it."""
    environment.offer(SMALL, "1.99.0", needs="requests>=99")
    environment.offer("requests", "99.0.0")
    assert update(environment) == ("up_to_date", {})
    assert environment.versions()["requests"] == version("requests")


@pytest.mark.parametrize("way", ["proxy", "index"])
def test_an_index_that_can_not_be_reached_is_no_success(environment: Environment, way: str) -> None:
    """pip itself is content then with what is installed; that all is up to date would be a guess."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        ways = {"proxy": {"BOWERBIRD_PROXY": nowhere}, "index": {"PIP_INDEX_URL": f"{nowhere}/simple"}}
        assert update(environment, PIP_NO_INDEX="0", PIP_RETRIES="0", **ways[way]) == ("offline", {})


def test_a_connection_that_is_tried_again_was_reached(environment: Environment) -> None:
    """pip warns of each connection that was cut; where a later one held, it did look for what is newer."""
    with cutting_index(times=2) as (address, cut):
        ways = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": address, "PIP_RETRIES": "4"}
        assert update(environment, **ways) == ("up_to_date", {})
    assert len(cut) == 2


def test_a_library_whose_metadata_is_damaged_has_no_version(environment: Environment) -> None:
    """It counts as not there; of all others the version is known."""
    damaged = environment.packages / "youtube_transcript_api-0.dist-info"
    damaged.mkdir()
    damaged.joinpath("METADATA").write_text(f"Name: {SMALL}\n")
    found = environment.run(
        "import json; from bowerbird.install.libraries import versions; print(json.dumps(versions()))"
    )
    assert set(found) == set(NAMES) - {SMALL}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_an_environment_that_can_not_be_written_is_said(environment: Environment) -> None:
    """It is known before anything is installed, so that nothing is half there."""
    environment.offer(SMALL, "1.99.0")
    environment.packages.chmod(0o500)
    try:
        assert update(environment) == ("read_only", {})
    finally:
        environment.packages.chmod(0o700)


def test_an_environment_that_can_not_even_be_noted_in_is_said(environment: Environment) -> None:
    """Where the file should be by which only one updates there is a folder: not even root can write there."""
    environment.offer(SMALL, "1.99.0")
    (environment.folder / LOCK).mkdir()
    assert update(environment) == ("read_only", {})


def test_an_environment_without_pip_is_said(environment: Environment) -> None:
    """What pip is there can't be run."""
    (environment.packages / "pip").mkdir()
    (environment.packages / "pip" / "__init__.py").write_text("")
    assert update(environment) == ("no_pip", {})


def test_pip_is_ended_when_it_takes_too_long(environment: Environment) -> None:
    """The limit holds for pip, and for waiting until another one has ended."""
    assert update(environment, longest=", longest=0.0") == ("slow", {})


def test_the_ranges_of_our_own_metadata_count() -> None:
    """Every library is asked for in the range of our own metadata, and no other package is."""
    assert {one.split(">")[0] for one in wanted()} == set(NAMES)
    assert all(">=" in one for one in wanted())


def test_pip_hears_where_packages_come_from_but_not_where_they_go() -> None:
    """Variables of an own index pass; those that would install elsewhere, or something else, do not."""
    given = {"PIP_INDEX_URL": "https://own.example/simple", "PIP_TARGET": "elsewhere", "PIP_PRE": "1", "HOME": "home"}
    passed = pip_environment(Settings(archive=Path("a"), home=Path("h")), given)
    assert {name: passed.get(name) for name in given} == {**given, "PIP_TARGET": None, "PIP_PRE": None}


def test_the_proxy_and_certificates_of_the_settings_reach_pip() -> None:
    """They count more than what pip was told otherwise, and are in no argument, which others could read."""
    settings = Settings(archive=Path("a"), home=Path("h"), proxy="http://p.example:1", ca_bundle="own.pem")
    passed = pip_environment(settings, {"PIP_PROXY": "http://other.example:2", "PIP_CERT": "other.pem"})
    assert (passed["PIP_PROXY"], passed["PIP_CERT"]) == ("http://p.example:1", "own.pem")
