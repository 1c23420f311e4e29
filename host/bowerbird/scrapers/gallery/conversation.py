"""One assignment's talk with the program: its log is read for answers, cursors and refusals; requests are counted."""

from __future__ import annotations

import re
import stat
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NamedTuple

from bowerbird.errors import JobError
from bowerbird.redact import redact
from bowerbird.scrapers.environment import Surroundings
from bowerbird.scrapers.gallery.classify import Run, file_error, job_error
from bowerbird.scrapers.gallery.configuration import Wish, configuration
from bowerbird.scrapers.gallery.lines import Asked, Log, Moved, Noise, PageEnded, Told
from bowerbird.scrapers.gallery.pages import Answer, answer_of
from bowerbird.scrapers.gallery.program import NO, YES, Program
from bowerbird.scrapers.interface import Report
from bowerbird.scraping import Assignment, Progress, Requested

TELL_EVERY = 4  # requests between two reports of their number: what a kill may leave uncounted
_OF_FILES = ("download", "downloader.")  # names of the log's parts that speak of one file
_NEWS = re.compile(r"Skipping post|No results")
_CURSOR, _PAUSE = re.compile(r"Cursor: (\S+)$"), re.compile(r"Sleeping .* \(request\)$")
# scripts that every visitor's browser loads, too; nobody counts them against an account
_NOT_COUNTED = re.compile(r"static\.|.*\.cdninstagram\.com$")


class NextPage(NamedTuple):
    """What leads to a list's next page."""

    cursor: str


class Spent(NamedTuple):
    """The attempt's requests are used up, and the program is about to make another one."""


Heard = Answer | Asked | NextPage | PageEnded | Spent | Told


class Conversation:
    """The runs of the program for one assignment."""

    def __init__(self, assignment: Assignment, wish: Wish, around: Surroundings, report: Report) -> None:
        self.run = Run(0, ())
        self._assignment = assignment
        self._wish = wish
        self._around = around
        self._report = report
        self._folder = Path(assignment.folder)
        self._program: Program | None = None
        self._said: list[str] = []
        self._of_file: list[str] = []
        self._last_of_file = 0
        self._errors = 0
        self._answer: Answer | None = None
        self._made = 0
        self._untold = 0

    def hear(self, address: str) -> Generator[Heard]:
        """What the program says of an address; afterwards `run` tells how it ended. It ends with the iterator."""
        self._said, self._of_file, self._last_of_file, self._errors, self._answer = [], [], 0, 0, None
        with Program(address, self._configured, self._cookies(), self._folder) as program:
            self._program = program
            try:
                for message in program.messages():
                    yield from self._heard(message)
                self.run = Run(program.code(), tuple(self._said), self._answer, tuple(program.noise))
            finally:
                self._tell()

    def reply(self, wanted: bool) -> None:
        """Answer what was asked; after `PageEnded` any answer lets it go on."""
        assert self._program
        self._program.reply(YES if wanted else NO)

    def failure(self) -> JobError | None:
        """Why the run did not do all that was asked, files aside; None where it did."""
        is_whole = self.run.code in (0, 4) and not self._errors and not (self.run.code and not self._of_file)
        return None if is_whole else self.refusal() or JobError("internal", detail=redact(self.run.text))

    def refusal(self) -> JobError | None:
        """What the run's log says of a refusal, whatever its exit code."""
        return job_error(self.run, self._assignment.target, self._assignment.session)

    def file_failure(self) -> JobError:
        """Why the file that was told of last could not be had."""
        said, self._last_of_file = "\n".join(self._of_file[self._last_of_file :]), len(self._of_file)
        return file_error(said)

    @property
    def spent(self) -> bool:
        """Whether no further request may be made in this attempt."""
        most = self._assignment.pace.requests
        return most is not None and self._made >= most

    def _configured(self, mark: str, cookies: str) -> dict[str, object]:
        return configuration(self._assignment, self._wish, self._around, mark, cookies)

    def _cookies(self) -> str:
        return self._assignment.session.cookies if self._assignment.session else ""

    def _heard(self, message: Log | Asked | PageEnded | Told | Moved | Noise) -> Iterator[Heard]:
        if isinstance(message, Log):
            yield from self._logged(message)
        elif isinstance(message, Moved):
            self._report(Progress(bytes_downloaded=_bytes_below(self._folder)))
        elif not isinstance(message, Noise):
            yield message

    def _logged(self, log: Log) -> Iterator[Heard]:
        if log.level == "debug":
            cursor = _CURSOR.match(log.text)
            if cursor:
                yield NextPage(cursor[1])
            elif _PAUSE.match(log.text) and self.spent:
                yield Spent()
            return
        answer = self._answered(log)
        if answer:
            yield answer
        elif log.level in ("warning", "error") or _NEWS.search(log.text):
            self._note(log)

    def _answered(self, log: Log) -> Answer | None:
        assert self._program
        answer = answer_of(log.text, self._program.answers)
        if answer is None:
            return None
        self._answer = answer
        if not _NOT_COUNTED.match(answer.host):
            self._made += 1
            self._untold += 1
        if self._untold >= TELL_EVERY:
            self._tell()
        return answer

    def _note(self, log: Log) -> None:
        sys.stderr.write(f"{log.level} {log.name}: {redact(log.text, str(self._folder))}\n")
        if log.name.startswith(_OF_FILES):
            self._of_file.append(log.text)
            return
        self._said.append(log.text)
        self._errors += log.level == "error"
        if log.text.startswith("cookies: "):
            # it would go on as a visitor
            raise JobError("session_expired", "The sign-in that the browser gave could not be read.")

    def _tell(self) -> None:
        if self._untold:
            self._report(Requested(self._untold))
        self._untold = 0


def _bytes_below(folder: Path) -> int:
    return sum(map(_size, folder.iterdir()))


def _size(path: Path) -> int:
    try:
        found = path.lstat()
    except OSError:
        return 0  # the worker took it away meanwhile
    return found.st_size if stat.S_ISREG(found.st_mode) else 0
