"""Sign-ins on the site: shown as others wrote them, and asked about by rows for the worker."""

from __future__ import annotations

import ast
from contextlib import closing
from pathlib import Path

import pytest

import bowerbird.pages
from bowerbird.database import open_writer
from bowerbird.queue import browsers
from tests.pages.sites import RunningSite


def test_each_sign_in_says_how_it_is_and_where_to_mend_it(fresh: RunningSite) -> None:
    """Whose, since when, until when; what has ended says the next step and leads to the site."""
    with fresh.person() as person:
        page = person.get("/settings").text
    assert "<bdi>Instagram</bdi>: <bdi>maren.keeps</bdi>" in page
    assert 'href="https://www.youtube.com/" target="_blank" rel="noreferrer noopener"' in page
    assert "Open the site and sign in again, then save something there." in page


@pytest.mark.parametrize(("act", "kind", "said"), [
    ("check", "check_session", "is being checked"), ("forget", "forget_session", "is being forgotten"),
])  # fmt: skip
def test_an_act_is_a_row_for_the_worker(fresh: RunningSite, act: str, kind: str, said: str) -> None:
    """The page says that it is under way until the worker has done it."""
    whose = {"platform": "instagram", "account": "1001"}
    with fresh.person() as person, closing(open_writer(fresh.settings.database)) as db:
        assert person.post(f"/sessions/{act}", data=whose).status_code == 303
        (asked,) = browsers.asked_about(db, kind)  # type: ignore[arg-type]
        assert (asked.platform, asked.account) == ("instagram", "1001")
        assert said in person.get("/live/settings").text
        browsers.check_done(db, asked, "ok")
        assert said not in person.get("/live/settings").text


@pytest.mark.parametrize(
    ("path", "account", "status"), [("check", "nobody", 404), ("forget", "nobody", 404), ("steal", "1001", 400)]
)
def test_what_there_is_not_is_refused(fresh: RunningSite, path: str, account: str, status: int) -> None:
    """Nothing is asked of the worker."""
    with fresh.person() as person, closing(open_writer(fresh.settings.database)) as db:
        assert (
            person.post(f"/sessions/{path}", data={"platform": "instagram", "account": account}).status_code == status
        )
        assert browsers.asked_about(db, "forget_session") == browsers.asked_about(db, "check_session") == ()


def test_the_site_never_opens_the_vault() -> None:
    """No module of the site imports what could."""
    for module in Path(bowerbird.pages.__file__).parent.glob("*.py"):
        imported = {
            getattr(node, "module", None) or alias.name
            for node in ast.walk(ast.parse(module.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not [name for name in imported if "vault" in name or name.endswith(("sessions.keys", "sealing"))], module
