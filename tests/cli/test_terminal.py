"""Commands that stay in a terminal until Ctrl-C: what they say meanwhile, and when they end."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from bowerbird.settings import Settings
from tests.cli.conftest import PATIENCE, PROGRAM, Run, interruptible
from tests.end_to_end.eventually import eventually
from tests.messages.conftest import free_port, worker_kept_away
from tests.platforms import StandIn, youtube

VIDEO = f"https://www.youtube.com/watch?v={youtube.GARDEN}"
REMOVED = f"https://www.youtube.com/watch?v={youtube.REMOVED}"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a Unix terminal")


class Terminal:
    """A command whose input and output are a terminal. `said` is all that was read there."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        import pty

        ours, theirs = pty.openpty()
        with interruptible():
            self.process = subprocess.Popen(
                [PROGRAM, *arguments], env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
                start_new_session=True,
            )  # fmt: skip
        os.close(theirs)
        self.said = ""
        self._reader = threading.Thread(target=self._read, args=(ours,), daemon=True)
        self._reader.start()

    def _read(self, terminal: int) -> None:
        with contextlib.suppress(OSError):  # Linux reports the other side's end so
            while part := os.read(terminal, 4096):
                self.said += part.decode("utf-8", "replace")
        os.close(terminal)

    def wait_for(self, words: str) -> str:
        """All that was said once these words are among it."""
        return eventually(lambda: words in self.said and self.said, said=f"{words!r} in the terminal")

    def press_ctrl_c(self) -> int:
        """The exit code after the key."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.end()

    def end(self) -> int:
        """The exit code, once the command ended by itself."""
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status


@contextlib.contextmanager
def terminal(environment: dict[str, str], *arguments: str) -> Iterator[Terminal]:
    """A command in a terminal, that ends with the test."""
    opened = Terminal(environment, *arguments)
    try:
        yield opened
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(opened.process.pid, signal.SIGKILL)
        opened.process.wait(10)


def test_work_tells_what_it_does(run: Run, settings: Settings, environment: dict[str, str]) -> None:
    """In a terminal each job is named when it begins and when it is saved, or why it is not."""
    with worker_kept_away(settings):
        run("save", VIDEO, REMOVED, "--quality", "480")
    with terminal(environment, "work", "--until-idle") as here:
        assert here.end() == 1
    assert "Ctrl-C" in here.said
    assert re.search(r"Running: \S+", here.said)
    assert "Saved: " in here.said
    assert "Failed: " in here.said
    assert "Traceback" not in here.said


@pytest.mark.parametrize(("command", "status"), [(("work",), 0), (("work", "--until-idle"), 1)])
def test_work_says_what_is_left_when_it_is_ended(
    run: Run, settings: Settings, environment: dict[str, str], platforms: StandIn, command: tuple[str, ...], status: int
) -> None:
    """After Ctrl-C nothing works, and the terminal says when it goes on; `--until-idle` is not taken for done."""
    with worker_kept_away(settings):
        run("save", VIDEO, "--quality", "480")
    platforms.delay = 5.0
    with terminal(environment, *command) as here:
        here.wait_for("Running: ")
        os.killpg(here.process.pid, signal.SIGINT)
        time.sleep(0.5)  # two at once are one
        assert here.press_ctrl_c() == status
    assert "goes on with the next save" in here.said


def test_work_beside_another_worker_says_nothing_of_its_own(
    run: Run, no_worker: None, environment: dict[str, str]
) -> None:
    """It says that one runs already, not that it works here."""
    run("save", VIDEO)
    with terminal(environment, "work") as here:
        assert here.end() == 1
    assert "runs already" in here.said
    assert "Working here" not in here.said


def test_serve_prints_the_way_in(environment: dict[str, str], settings: Settings) -> None:
    """On whatever port: the link signs in, a second `serve` and `open --port` lead to the same site."""
    port = str(free_port())
    with terminal(environment, "serve", "--port", port) as here:
        here.wait_for("A new link: ")
        [link] = re.findall(r"http://\S+", here.said)
        assert link.startswith(f"http://127.0.0.1:{port}/")
        person = build_opener(HTTPCookieProcessor(CookieJar()))
        assert person.open(link).status == 200
        with terminal(environment, "serve", "--port", port) as second:
            assert second.end() == 1
        assert f"bowerbird open --port {port}" in second.said
        with terminal(environment, "open", "--port", port, "--json") as opened:
            assert opened.end() == 0
        assert f"http://127.0.0.1:{port}/sign-in" in opened.said
        assert here.press_ctrl_c() == 0


def test_jobs_keep_each_title_on_its_line(run: Run, settings: Settings, environment: dict[str, str]) -> None:
    """A terminal of 80 columns breaks no address; the word of what is wrong may take a second line."""
    with worker_kept_away(settings):
        run("save", f"https://www.example.com/{'a-long-name/' * 9}film.mp4", VIDEO)
    with terminal({**environment, "COLUMNS": "80", "TERM": "dumb"}, "jobs") as here:
        assert here.end() == 0
    rows = [line for line in here.said.splitlines() if re.match(r"[0-9a-f]{8} ", line)]
    assert [re.split(r"  +", row)[3] for row in rows] == [
        VIDEO.removeprefix("https://www.")[:21] + "…",
        "example.com/a-long-na…",
    ]
    assert max(map(len, rows)) <= 80
