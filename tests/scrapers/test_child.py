"""The contract between the worker and a scraper child."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from bowerbird.scrapers import child as child_module
from bowerbird.scraping import Failed, Operation, Progress
from tests.platforms import StandIn, faults, youtube
from tests.scrapers.conftest import Scrape, StartChild, group_is_gone, video, web

NOISY = """
import os, subprocess, sys
sys.path.insert(0, {host!r})
from bowerbird.errors import JobError
from bowerbird.scraping import Noted
from bowerbird.scrapers import SCRAPERS, child

class Noisy:
    name = "noisy"
    def scrape(self, assignment, report):
        print("a print of a library")
        os.write(1, b'{{"type":"finished"}}\\n')
        subprocess.run(["echo", "a program's output"], check=True)
        wish = assignment.target.url
        if wish == "exit":
            sys.exit(3)
        if wish == "crash":
            raise ValueError("broken in /home/person/secret/folder/media.mp4")
        if wish == "memory":
            raise MemoryError
        if wish == "refuse":
            raise JobError("private", detail="Cookie: canary5f2c")
        if wish == "hang":
            subprocess.Popen(["sleep", "600"])
            report(Noted("hanging"))
            subprocess.run(["sleep", "600"])
        if wish == "read":
            yield Noted(repr(sys.stdin.read()))
        if wish == "fill":
            open("media.mp4", "wb").write(bytes(64 << 20))
        yield Noted("done in " + os.path.basename(os.getcwd()))

SCRAPERS["noisy"] = "__main__:Noisy"
sys.exit(child.main(["noisy"]))
"""


@pytest.fixture
def noisy(start_child: StartChild, monkeypatch: pytest.MonkeyPatch) -> StartChild:
    """`noisy()`: a child whose scraper does what a bad library does."""
    from tests.scrapers import conftest

    host = str(Path(child_module.__file__).parents[2])
    original = conftest.child_command

    def command(name: str, settings: object) -> tuple[list[str], dict[str, str]]:
        argv, environment = original(name, settings)  # type: ignore[arg-type]
        return [argv[0], "-I", "-c", NOISY.format(host=host)], environment

    monkeypatch.setattr(conftest, "child_command", command)
    return start_child


def test_prints_never_mix_with_events(noisy: StartChild, scrape: Scrape) -> None:
    """What a library or a program prints, even on the descriptor of stdout, goes to the log; events stay whole."""
    child = noisy()
    events = child.run(scrape.assignment(web("print")))
    assert [type(one).__name__ for one in events] == ["Noted", "Finished"]
    assert "a print of a library" in child.log.read_text()
    assert "a program's output" in child.log.read_text()


@pytest.mark.parametrize(
    ("wish", "code"), [("exit", "internal"), ("crash", "internal"), ("memory", "too_large"), ("refuse", "private")]
)
def test_every_exception_is_a_failure_and_the_child_lives(
    wish: str, code: str, noisy: StartChild, scrape: Scrape
) -> None:
    """Whatever a library raises ends the attempt alone; the next assignment is served by the same process."""
    child = noisy()
    assert child.run(scrape.assignment(web(wish))).error == code
    assert child.run(scrape.assignment(web("again"))).finished


def test_failure_tells_no_path_and_no_cookie(noisy: StartChild, scrape: Scrape) -> None:
    """Details and log are redacted."""
    child = noisy()
    events = [*child.run(scrape.assignment(web("crash"))), *child.run(scrape.assignment(web("refuse")))]
    told = " ".join(one.detail + one.message for one in events if isinstance(one, Failed)) + child.log.read_text()
    assert "/home/person" not in told
    assert "canary5f2c" not in told
    assert "broken in media.mp4" in told


@pytest.mark.parametrize("line", [b"not json", b"{}", b'{"job_id": 7}', b"\xff\xfe"])
def test_broken_assignment_is_a_failure(line: bytes, noisy: StartChild, scrape: Scrape) -> None:
    """A line that is no assignment is answered, and the child lives."""
    child = noisy()
    assert child.process.stdin
    child.process.stdin.write(line + b"\n")
    child.process.stdin.flush()
    assert isinstance(list(child.events())[-1], Failed)
    assert child.run(scrape.assignment(web("again"))).finished


def test_end_of_the_life_pipe_ends_an_idle_child(noisy: StartChild, scrape: Scrape) -> None:
    """A child that has nothing to do exits with 0 when the worker closes its end."""
    child = noisy()
    child.run(scrape.assignment(web("print")))
    child.hang_up()
    assert child.process.wait(20) == 0


def test_end_of_the_life_pipe_kills_a_busy_group(noisy: StartChild, scrape: Scrape) -> None:
    """When the worker dies, a busy child goes at once, and with it every program that it started."""
    child = noisy()
    child.send(scrape.assignment(web("hang")))
    next(child.events())
    child.hang_up()
    assert child.process.wait(20) == -9
    assert group_is_gone(child.process.pid)


def test_reader_that_left_ends_the_group(noisy: StartChild, scrape: Scrape) -> None:
    """A child whose events nobody reads any more does not go on in secret."""
    child = noisy()
    assert child.process.stdout
    child.process.stdout.close()
    child.send(scrape.assignment(web("print")))
    assert child.process.wait(20) == -9


def test_libraries_read_nothing_from_stdin(noisy: StartChild, scrape: Scrape) -> None:
    """A library that asks a question gets the end of the file, not an assignment."""
    assert "Noted(text=\"''\")" in repr(noisy().run(scrape.assignment(web("read"))))


def test_folder_is_the_working_folder_and_private(noisy: StartChild, scrape: Scrape) -> None:
    """What a library writes without a path lands in the attempt's folder, which nobody else can read."""
    noisy().run(scrape.assignment(web("print")))
    assert stat.S_IMODE(scrape.folder.stat().st_mode) == 0o700


def test_endless_file_is_stopped(noisy: StartChild, scrape: Scrape) -> None:
    """No file grows far beyond the limit, whoever writes it."""
    child = noisy()
    assert child.run(scrape.assignment(web("fill"), max_bytes=1 << 20)).error == "too_large"
    assert child.run(scrape.assignment(web("fill"))).finished


def test_busy_download_dies_with_the_worker(start_child: StartChild, platforms: StandIn, scrape: Scrape) -> None:
    """The same with the real library in the middle of a download."""
    platforms.fault(faults.slow(20_000, host="*.googlevideo.com"))
    child = start_child()
    child.send(scrape.assignment(video(youtube.BIG)))
    assert any(isinstance(event, Progress) for event in child.events())
    child.hang_up()
    assert child.process.wait(20) == -9
    assert group_is_gone(child.process.pid)


def test_killed_attempt_is_resumed(start_child: StartChild, platforms: StandIn, scrape: Scrape) -> None:
    """After a kill in the middle, the next attempt in the same folder asks only for the rest."""
    platforms.fault(faults.slow(400_000, host="*.googlevideo.com", times=1))
    child = start_child()
    assignment = scrape.assignment(video(youtube.BIG))
    child.send(assignment)
    assert any(isinstance(event, Progress) and event.bytes_downloaded > 200_000 for event in child.events())
    os.killpg(child.process.pid, 9)
    child.process.wait()
    platforms.reset_log()
    events = start_child().run(assignment)
    assert events.finished, events
    first = platforms.seen("*.googlevideo.com")[0]
    assert not first.range.startswith("bytes=0-")


def test_progress_is_told_at_most_four_times_a_second(platforms: StandIn, scrape: Scrape) -> None:
    """However fast blocks arrive, the pipe carries little."""
    platforms.fault(faults.slow(4_000_000, host="*.googlevideo.com"))
    began = time.monotonic()
    events = scrape(video(youtube.BIG))
    assert len(events.of(Progress)) <= 4 * (time.monotonic() - began) + 2
    fractions = [one.fraction or 0 for one in events.of(Progress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1


def test_operations_are_in_order(scrape: Scrape) -> None:
    """A person reads what happens, step by step."""
    told = [one.text for one in scrape(video(youtube.GARDEN), transcripts=("en",)).of(Operation)]
    assert told == [
        "Reading the page",
        "Fetching video",
        "Fetching audio",
        "Joining video and audio",
        "Checking the file",
        "Fetching transcript",
    ]


def test_importing_the_table_loads_no_library() -> None:
    """The worker reads routes and commands without paying for a library."""
    host = str(Path(child_module.__file__).parents[2])
    code = (
        f"import sys; sys.path.insert(0, {host!r}); import bowerbird.scrapers, bowerbird.scrapers.environment;"
        "print({'yt_dlp', 'requests', 'av', 'youtube_transcript_api', 'instaloader'} & set(sys.modules))"
    )
    argv, environment = ["python3", "-I", "-c", code], {"PATH": os.environ["PATH"]}
    argv[0] = __import__("sys").executable
    assert subprocess.run(argv, env=environment, capture_output=True, text=True, check=True).stdout.strip() == "set()"


def test_events_are_what_the_model_says(scrape: Scrape) -> None:
    """Every event of a whole attempt survives the wire."""
    events = scrape(video(youtube.SHORT))
    assert msgspec.json.decode(msgspec.json.encode(list(events)), type=list[msgspec.Raw])
    assert events.finished


class _UnspeakableError(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize("error", [_UnspeakableError(), OSError("half a character \ud800")])
def test_failure_can_always_be_told(error: Exception) -> None:
    """Whatever an exception holds, it becomes an event that can be sent, or the child would die of it."""
    event = child_module.failed(error)
    assert event.code == "internal"
    assert msgspec.json.decode(msgspec.json.encode(event), type=Failed) == event
