"""What was clicked in a private window gets that window's sign-in or none; and that sign-in serves nothing else."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from bowerbird.clock import later
from bowerbird.model import Capture
from bowerbird.queue import actions, browsers, intake, transitions
from bowerbird.queue.claim import claim
from bowerbird.queue.lanes import Crowd, Limits
from bowerbird.scraping import Failed
from bowerbird.sessions.vault import Vault
from bowerbird.worker.attempt import Attempt
from bowerbird.worker.attempts import Attempts
from bowerbird.worker.children import ChildPool
from bowerbird.worker.outcome import NeedsSession
from bowerbird.worker.room import Room
from tests.platforms import instagram
from tests.worker.machine import BACKGROUND, UNTIL_IDLE, Machine, eventually
from tests.worker.signed_in import AGENT, ME, jar, store_instagram, turns

STORIES = f"https://www.instagram.com/stories/{instagram.GARDEN}/"
SECOND = str(instagram.SECOND.pk)


def _clicked(machine: Machine, *, incognito: bool) -> tuple[str, str]:
    """A click in a window of that kind: the job's id, and what the receipt says."""
    capture = Capture(key=os.urandom(8).hex(), url=STORIES, source="toolbar", captured_at="", incognito=incognito)
    [receipt] = intake.take(machine.db, machine.settings, [capture])
    assert receipt.job_id
    return receipt.job_id, receipt.status


def _bring_privately(machine: Machine) -> None:
    """What the host does with a private window's session that the person gave."""
    _bring_to_vault(machine)
    browsers.stored(machine.db, "instagram", SECOND, incognito=True)
    transitions.resume_sessions(machine.db, "instagram", SECOND, incognito=True)


def _bring_to_vault(machine: Machine) -> None:
    cookies = jar(".instagram.com", instagram.SECOND.cookies())
    Vault(machine.settings).store("instagram", SECOND, cookies, AGENT, incognito=True)


def test_a_private_click_waits_for_its_own_windows_sign_in(machine: Machine) -> None:
    """The ordinary sign-in is there and is not used; the private one is, with all members, and then it is forgotten."""
    machine.set(instagram_delay_min=0, instagram_delay_max=0)
    store_instagram(machine)
    job_id, _ = _clicked(machine, incognito=True)
    machine.start(*BACKGROUND)
    job = machine.until(job_id, lambda job: job.status == "waiting")
    assert (job.wait_reason, job.incognito) == ("session", True)
    assert job.error is not None
    assert "in a private window" in job.error.hint
    assert [one for one in machine.platforms.log if instagram.carried(one)] == []
    [asked] = browsers.needed(machine.db)
    assert asked.incognito
    store_instagram(machine)
    browsers.stored(machine.db, "instagram", ME, asked.request_id)
    assert transitions.resume_sessions(machine.db, "instagram", ME) == 0
    _bring_privately(machine)
    machine.start(*BACKGROUND)
    done = machine.until(job_id, lambda job: job.status in ("completed", "failed"))
    assert (done.status, done.error) == ("completed", None)
    assert {account for _, account, _ in turns(machine)} - {None, ""} == {SECOND}
    assert all(member.incognito for member in machine.members(job_id))
    kept = eventually(lambda: _only_ordinary(machine), "the private sign-in is forgotten")
    assert kept == [(ME, False)]


def _only_ordinary(machine: Machine) -> list[tuple[str, bool]] | None:
    found = [(one.account, one.incognito) for one in Vault(machine.settings).listed()]
    return None if any(incognito for _, incognito in found) else found


def test_a_click_in_one_kind_of_window_does_not_join_a_job_of_the_other(machine: Machine) -> None:
    """Each would wait for a sign-in that it may not have."""
    ordinary, first = _clicked(machine, incognito=False)
    private, second = _clicked(machine, incognito=True)
    again, third = _clicked(machine, incognito=True)
    assert (first, second, third) == ("queued", "queued", "already_queued")
    assert (ordinary != private, again) == (True, private)


def test_an_ordinary_click_is_lent_no_private_sign_in(machine: Machine) -> None:
    """It waits, though a private window's sign-in of the site is in the vault."""
    _bring_privately(machine)
    job_id, _ = _clicked(machine, incognito=False)
    machine.start(*BACKGROUND)
    job = machine.until(job_id, lambda job: job.status == "waiting")
    assert job.wait_reason == "session"
    assert not any(instagram.carried(one) for one in machine.platforms.log)


@pytest.mark.parametrize("action", ["cancel", "delete"])
def test_a_private_sign_in_goes_with_the_job_that_was_given_up(machine: Machine, action: str) -> None:
    """No attempt of it ends any more, and nothing of that window stays behind, not even encrypted."""
    job_id, _ = _clicked(machine, incognito=True)
    machine.start(*BACKGROUND)
    machine.until(job_id, lambda job: job.status == "waiting")
    _bring_to_vault(machine)
    actions.act(machine.db, machine.settings, [job_id], action)
    machine.start(*BACKGROUND)
    assert eventually(lambda: Vault(machine.settings).listed() == [], "the private sign-in is forgotten")


def test_a_private_sign_in_is_gone_after_its_day(machine: Machine) -> None:
    """Also where what needs it still waits: the next worker leaves nothing of it."""
    _clicked(machine, incognito=True)
    _bring_to_vault(machine)
    with contextlib.closing(sqlite3.connect(machine.settings.home / "vault.db")) as vault, vault:
        vault.execute("UPDATE sessions SET expires_at = ?", (later(-1),))
    machine.work(*UNTIL_IDLE)
    assert Vault(machine.settings).listed() == []


def test_a_private_sign_in_that_comes_just_before_its_job_waits_is_not_missed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was brought after the attempt had looked for one: the job goes on, and waits for nobody."""
    job_id, _ = _clicked(machine, incognito=True)
    ended = threading.Event()
    with Path(os.devnull).open("wb") as child_log:
        pool = ChildPool(machine.settings, child_log)
        attempts = Attempts(machine.settings, pool, Room(machine.settings), ended.set)

        def run(*_: object) -> NeedsSession:
            _bring_privately(machine)
            return NeedsSession(Failed(code="login_needed", message="Sign in."))

        monkeypatch.setattr(Attempt, "run", run)
        claimed = claim(machine.db, Crowd(), Limits(1, 1))
        assert claimed
        attempts.start(claimed)
        assert ended.wait(60)
    assert machine.job(job_id).status == "pending"
