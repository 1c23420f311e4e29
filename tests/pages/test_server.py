"""The site as a process: it starts, says who it is, and ends at once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import msgspec
import psutil
import pytest
from datasette.app import Datasette

from bowerbird import signin
from bowerbird.archive.migrations import ensure_archive
from bowerbird.errors import RequestError
from bowerbird.install import site as install_site
from bowerbird.pages.reading import ArchiveReader
from bowerbird.pages.server import listening_socket
from bowerbird.settings import Settings
from tests.pages.sites import RunningSite, settings_in


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that a site of its own process finds in its environment."""
    made = msgspec.structs.replace(settings_in(tmp_path), port=free_port())
    for name in ("archive", "home", "port"):
        monkeypatch.setenv(f"BOWERBIRD_{name.upper()}", str(getattr(made, name)))
    return made


def serving(settings: Settings) -> psutil.Process:
    """The process that listens on the port."""
    wanted = ["-m", "bowerbird.pages", str(settings.port)]
    return next(one for one in psutil.process_iter(["cmdline"]) if (one.info["cmdline"] or [])[-3:] == wanted)


def end(process: psutil.Process) -> None:
    """Tell a process to end and wait for it."""
    process.send_signal(signal.SIGTERM)
    psutil.wait_procs([process], timeout=5)


def test_the_site_starts_detached_and_is_known(settings: Settings) -> None:
    """Who opens the site starts it if need be: it makes the archive, answers, and lets people in by a link."""
    assert not install_site.is_running(settings)
    install_site.ensure_running(settings)
    process = serving(settings)
    try:
        assert install_site.is_running(settings)
        install_site.ensure_running(settings)
        assert os.getsid(process.pid) == process.pid
        with httpx.Client(trust_env=False) as client:
            assert client.get(signin.sign_in_link(settings)).status_code == 200
            assert client.get(f"http://127.0.0.1:{settings.port}/").status_code == 200
    finally:
        end(process)
    assert not install_site.is_running(settings)


def test_the_folder_that_somebody_is_in_is_no_place_to_import_from(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was downloaded, and has the name of a library, is not run by whoever opens the site beside it."""
    (tmp_path / "uvicorn.py").write_text("open('was-run', 'w')")
    monkeypatch.chdir(tmp_path)
    install_site.ensure_running(settings)
    end(serving(settings))
    assert not (tmp_path / "was-run").exists()


def test_a_stranger_on_the_port_is_not_taken_for_the_site(settings: Settings) -> None:
    """A program that merely has the port gets no link; the sentence says what to do."""
    with listening_socket(settings) as other:
        other.listen()
        other.settimeout(10)
        command = [sys.executable, "-m", "bowerbird.pages", str(settings.port)]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 1
    assert f"Another program uses port {settings.port}." in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("named", "cure"), [((), "Write port = {} into config.toml, or for"), (("port",), "Set BOWERBIRD_PORT={}, or for")]
)
def test_another_port_is_set_where_this_one_was(settings: Settings, named: tuple[str, ...], cure: str) -> None:
    """What is told of a taken port is of use: the environment counts more than config.toml."""
    with listening_socket(settings) as other:
        other.listen()
        with pytest.raises(RequestError) as refused:
            listening_socket(msgspec.structs.replace(settings, from_environment=frozenset(named)))
    assert refused.value.message == f"Another program uses port {settings.port}."
    assert (
        refused.value.hint == f"{cure.format(settings.port + 1)} this once: bowerbird serve --port {settings.port + 1}"
    )


def test_a_second_site_on_the_port_is_told_that_it_runs(site: RunningSite) -> None:
    """Nobody changes the port because of what is their own site."""
    with pytest.raises(RequestError) as refused:
        listening_socket(site.settings)
    assert (refused.value.code, refused.value.message) == ("port_in_use", "The site runs already.")
    assert "bowerbird open" in refused.value.hint


def test_a_site_with_another_secret_is_a_stranger(site: RunningSite, tmp_path: Path) -> None:
    """Another person's site on our port is told apart."""
    with pytest.raises(RequestError) as refused:
        install_site.is_running(msgspec.structs.replace(site.settings, home=tmp_path))
    assert refused.value.code == "port_in_use"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_site_ends_at_once_with_a_stream_open(settings: Settings, stop: signal.Signals) -> None:
    """A paused video in a browser keeps no process alive."""
    process = subprocess.Popen([sys.executable, "-m", "bowerbird.pages", str(settings.port)], stderr=subprocess.PIPE)
    try:
        while not install_site.is_running(settings):
            assert process.poll() is None
        big = settings.archive / "youtube" / "big.mp4"
        big.parent.mkdir()
        big.write_bytes(b"x" * 50_000_000)
        _file_row(settings, "youtube/big.mp4")
        name, session = signin.cookie_name(settings), signin.new_session(settings)
        with socket.create_connection(("127.0.0.1", settings.port)) as reader:
            reader.sendall(
                f"GET /media/youtube/big.mp4 HTTP/1.1\r\nHost: 127.0.0.1:{settings.port}\r\n"
                f"Cookie: {name}={session}\r\n\r\n".encode()
            )
            assert reader.recv(12) == b"HTTP/1.1 200"
            process.send_signal(stop)
            process.wait(4)
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.communicate()


def _file_row(settings: Settings, path: str) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(settings.database)) as db, db:
        db.execute(
            "INSERT INTO items (id, platform, platform_id, kind, url, folder, captured_at, updated_at)"
            " VALUES (1, 'youtube', 'big', 'video', '', 'f', '', '')"
        )
        db.execute(
            "INSERT INTO files (item_id, file_path, file_type, file_size, sha256, created_at)"
            " VALUES (1, ?, 'video', 1, '', '')",
            (path,),
        )


def test_a_foreign_archive_is_not_served(settings: Settings) -> None:
    """A file that is no archive is refused with a sentence, and stays as it is."""
    settings.database.write_bytes(b"")
    command = [sys.executable, "-m", "bowerbird.pages", str(settings.port)]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (refused.returncode, "not a Bowerbird archive" in refused.stderr) == (1, True)
    assert settings.database.read_bytes() == b""


def test_asking_for_the_site_imports_no_server() -> None:
    """The host may ask and mint links without paying for Datasette or uvicorn."""
    code = (
        "import sys, bowerbird.install.site, bowerbird.signin;"
        "print([name for name in ('datasette', 'uvicorn', 'jinja2', 'starlette', 'httpx') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_queries_of_table_pages_hold_up_no_page_of_ours(tmp_path: Path) -> None:
    """However many of them take their two seconds at once, what our pages read comes from other threads."""
    settings = settings_in(tmp_path)
    ensure_archive(settings.database)
    end = threading.Event()

    async def read() -> int:
        datasette = Datasette([])
        archive = datasette.add_database(ArchiveReader(datasette, settings.database), name="archive")
        queries = [asyncio.ensure_future(archive.execute_fn(lambda db: end.wait())) for _ in range(20)]
        try:
            found = archive.read(lambda db: db.execute("SELECT count(*) FROM items").fetchone()[0])
            return int(await asyncio.wait_for(found, 30))
        finally:
            end.set()
            await asyncio.gather(*queries)

    assert asyncio.run(read()) == 0
