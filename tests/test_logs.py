"""The log files: a JSON object a line, rotated, and nothing in them that opens an account."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird import logs
from bowerbird.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings with a home; what a test logs ends with it."""
    root = logging.getLogger("bowerbird")
    before = (root.handlers[:], root.level, root.propagate)
    yield Settings(archive=tmp_path / "archive", home=tmp_path / "home", unknown=("colour",))
    for handler in set(root.handlers) - set(before[0]):
        handler.close()
    root.handlers[:], root.level, root.propagate = before


def lines(settings: Settings) -> list[dict[str, str]]:
    """What stands in the log of the worker."""
    return [json.loads(line) for line in (settings.home / "logs" / "worker.log").read_text().splitlines()]


def test_a_line_carries_its_job(settings: Settings) -> None:
    """Lines are JSON with time, level, place and, while an attempt runs, the job; what is no setting is told first."""
    logs.start_log(settings, "worker")
    log = logging.getLogger("bowerbird.worker")
    with logs.about_job("7f"):
        log.warning("two\nlines")
    log.info("outside")
    told, within, outside = lines(settings)
    assert "colour" in told["message"]
    assert within.items() >= {"level": "warning", "from": "worker", "job": "7f", "message": "two\nlines"}.items()
    assert within["at"].endswith("Z")
    assert "job" not in outside


def test_a_traceback_without_secrets(settings: Settings) -> None:
    """What went wrong stands there with its traceback, and without the cookie that was in the way."""
    logs.start_log(settings, "worker")
    try:
        raise ValueError("Cookie: sessionid=canary-7")
    except ValueError:
        logging.getLogger("bowerbird.worker").exception("token=Bearer canary-8canary")
    last = lines(settings)[-1]
    assert "ValueError" in last["traceback"]
    assert "canary" not in json.dumps(last)


def test_logs_are_rotated(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither size nor number of the files grows with the years."""
    monkeypatch.setattr(logs, "LOG_BYTES", 2_000)
    logs.start_log(settings, "worker")
    for number in range(200):
        logging.getLogger("bowerbird.worker").warning("line %d", number)
    files = list((settings.home / "logs").iterdir())
    assert len(files) == logs.LOG_FILES + 1
    assert all(path.stat().st_size <= 2_000 for path in files)
    assert lines(settings)[-1]["message"] == "line 199"


def test_what_others_append_to_is_begun_anew(tmp_path: Path) -> None:
    """A file that children hold open is kept small under their hands, and what was there last is still there."""
    path = tmp_path / "scrapers.log"
    with path.open("ab", buffering=0) as child:
        child.write(b"a" * 100)
        logs.keep_small(path, 100)
        child.write(b"b")
        logs.keep_small(path, 100)
        child.write(b"c")
    assert path.read_bytes() == b"c"
    assert len((tmp_path / "scrapers.log.1").read_bytes()) == 101
