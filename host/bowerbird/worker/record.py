"""The rows of one attempt: which scraper ran, with whose session, when, and how it ended; one row for each turn."""

from __future__ import annotations

import sqlite3

from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import JOB_ADVICE
from bowerbird.queue.events import note
from bowerbird.queue.rows import ClaimedJob
from bowerbird.queue.transitions import credit
from bowerbird.scraping import Failed
from bowerbird.worker.library_versions import library_of
from bowerbird.worker.listener import Part
from bowerbird.worker.outcome import CutOff, Done, Listed, Outcome

# Letters of a library's own words in a line of the log; the page of the job has them all.
MOST_SAID = 200


class AttemptRecord:
    """Rows in `attempts`. The first is there from the start: a worker that dies leaves it open."""

    def __init__(self, db: sqlite3.Connection, job: ClaimedJob) -> None:
        self._db = db
        self._job = job
        self._part = Part("")
        self._is_open = False
        self._insert()

    @property
    def part(self) -> Part:
        """The last turn's scraper and account."""
        return self._part

    def begin(self, part: Part) -> None:
        """A scraper has its turn."""
        if not self._is_open:
            self._insert()
        self._part = part

    def end(self, outcome: Outcome) -> None:
        """The turn, or an attempt that came to none, ended so. No effect where that is known."""
        if not self._is_open:
            return
        failure = outcome.failure if isinstance(outcome, CutOff) else outcome
        code, detail = (failure.code, failure.detail[:2000]) if isinstance(failure, Failed) else (None, None)
        with transaction(self._db):
            self._db.execute(
                """
                UPDATE attempts SET ended_at = ?, scraper = ?, library = ?, account = ?, outcome = ?, error_code = ?,
                       detail = ? WHERE id = ?
                """,
                (
                    now(), self._part.scraper, library_of(self._part.scraper), self._part.account, _name(outcome), code,
                    detail, self._id,
                ),
            )  # fmt: skip
            if isinstance(outcome, Done | Listed):
                credit(self._db, self._job.id, self._part.scraper)
            self._tell(outcome)
        self._is_open = False

    def _tell(self, outcome: Outcome) -> None:
        """The line of the log that says how a turn of a scraper ended; one that had none is told by its job."""
        if not self._part.scraper:
            return
        by = library_of(self._part.scraper) or self._part.scraper
        if isinstance(outcome, Failed):
            said = f"{by}: {outcome.message or JOB_ADVICE[outcome.code].message}"
            if outcome.detail:
                said += f" It said: {_shortened(outcome.detail)}"
            note(self._db, "warning", "scraper", outcome.code, said, job_id=self._job.id)
            return
        note(self._db, "info", "scraper", _name(outcome), f"{by}: {_name(outcome)}", job_id=self._job.id)

    def _insert(self) -> None:
        with transaction(self._db):
            self._id = self._db.execute(
                "INSERT INTO attempts (job_id, number, started_at) VALUES (?, ?, ?)",
                (self._job.id, self._job.tries + 1, now()),
            ).lastrowid
        self._is_open = True


def _shortened(detail: str) -> str:
    # not textwrap.shorten, which leaves nothing of a long address or of Chinese
    line = " ".join(detail.split())
    return line if len(line) <= MOST_SAID else f"{line[:MOST_SAID]} …"


def _name(outcome: Outcome) -> str:
    return type(outcome).__name__.lower()
