"""What the site may know of sessions is written by those who change the vault, and holds nothing that signs in."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.database import open_writer
from bowerbird.queue import browsers
from bowerbird.queue.session_states import Publisher, publish, shown
from bowerbird.sessions.vault import Vault
from bowerbird.settings import Settings
from bowerbird.worker.checking import forget_asked
from tests.new_archive import make_archive
from tests.sessions.conftest import AGENT, CANARY, a_jar, checked


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a home and an archive that are there."""
    made = Settings(archive=tmp_path / "archive", home=tmp_path / "home")
    make_archive(made.database)
    return made


@pytest.fixture
def db(settings: Settings) -> Iterator[sqlite3.Connection]:
    """A connection of whoever writes."""
    with contextlib.closing(open_writer(settings.database)) as opened:
        yield opened


@pytest.fixture
def vault(settings: Settings) -> Vault:
    """A vault with one sign-in."""
    made = Vault(settings)
    made.store("instagram", "1001", checked(a_jar()), AGENT, store_id="firefox-container-7")
    return made


def test_the_state_is_published_and_no_cookie(settings: Settings, db: sqlite3.Connection, vault: Vault) -> None:
    """Whose it is, how it is and until when; neither a value nor a container is in any byte of the archive."""
    publish(db, settings)
    (one,) = shown(db)
    assert (one.platform, one.account, one.state, one.incognito) == ("instagram", "1001", "ok", False)
    assert one.expires_at
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in settings.archive.iterdir():
        assert CANARY.encode() not in file.read_bytes(), file.name
        assert b"firefox-container-7" not in file.read_bytes(), file.name


def test_each_change_of_the_vault_is_published_once(settings: Settings, db: sqlite3.Connection, vault: Vault) -> None:
    """What was used, refused or forgotten shows; where nothing changed nothing is written."""
    publisher = Publisher(settings)
    publisher.look(db)
    assert [one.state for one in shown(db)] == ["ok"]
    vault.set_state("instagram", "1001", "expired", username="maren")
    publisher.look(db)
    assert [(one.state, one.username) for one in shown(db)] == [("expired", "maren")]
    before = db.total_changes
    publish(db, settings)
    assert db.total_changes == before
    vault.forget("instagram")
    publisher.look(db)
    assert shown(db) == ()


def test_what_the_person_gave_up_is_removed_by_the_worker(
    settings: Settings, db: sqlite3.Connection, vault: Vault
) -> None:
    """The site only asks; the worker removes it, tells what waits for it, and the request is done."""
    browsers.ask_to_forget(db, "instagram", "1001")
    browsers.ask_to_forget(db, "tiktok", "2002")
    forget_asked(db, settings)
    assert vault.listed() == []
    assert browsers.asked_about(db, "forget_session") == ()
    results = [row["result"] for row in db.execute("SELECT result FROM requests ORDER BY id")]
    assert results == ["forgotten", "not_found"]


def test_an_archive_without_a_vault_makes_none(settings: Settings, db: sqlite3.Connection) -> None:
    """Looking is no reason to create a vault."""
    Publisher(settings).look(db)
    publish(db, settings)
    assert not Vault(settings).is_there
