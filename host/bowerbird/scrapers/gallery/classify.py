"""From a run's log, its exit code and the platform's last answer to a job error: pure, and tables.

The program says too little: several refusals end with exit code 0, and a profile that was refused "could not be found".
What the platform itself answered decides first. Sentences are those of gallery-dl 1.32.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bowerbird.errors import REQUEST_ADVICE, JobError
from bowerbird.model import Target
from bowerbird.redact import redact
from bowerbird.scrapers.classify import Evidence, classify
from bowerbird.scrapers.gallery.pages import Answer
from bowerbird.scrapers.guard import MARK
from bowerbird.scraping import LentSession

NO_EXTRACTOR, NEEDS_LOGIN, CHALLENGED = 64, 16, 8  # bits of the exit code
_TITLES = {"instagram": "Instagram", "tiktok": "TikTok", "4chan": "4chan"}
_HOSTS = {"instagram": "instagram.com", "tiktok": "tiktok.com"}


class Run(NamedTuple):
    """What a run left: its exit code, the log's errors and warnings (and of its news those that matter)."""

    code: int
    said: tuple[str, ...]
    answer: Answer | None = None
    noise: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that it said."""
        return "\n".join(self.said)


class Words(NamedTuple):
    """A code; the sentence and the next step, where {site}, {host} and {account} are named.

    `pause` in seconds, where the platform names none.
    """

    code: str
    message: str = ""
    hint: str = ""
    pause: float | None = None


class Rule(NamedTuple):
    """Words to find, and what they mean with a session and without."""

    words: re.Pattern[str]
    signed_in: Words
    visitor: Words


def _rule(words: str, signed_in: Words, visitor: Words | None = None) -> Rule:
    return Rule(re.compile(words, re.IGNORECASE), signed_in, visitor or signed_in)


_EXPIRED = Words(
    "session_expired",
    "{site} no longer accepts the sign-in of {account}.",
    "Open {host} in your browser and sign in again: this job goes on by itself.",
)
_LOGIN = Words(
    "login_needed",
    "{site} shows this only to people who are signed in.",
    "Open {host} in your browser and sign in: this job goes on by itself.",
)
_CHALLENGE = Words(
    "challenge",
    "{site} asks {account} for a check by a person, so nothing more is asked with it.",
    "Open {host} in your browser, answer its question, then choose try again.",
)
# not `blocked`: another library with the same account would only make it worse
_HELD_BACK = Words(
    "rate_limited",
    "{site} holds {account} back for having done too much.",
    "Use {site} in your browser as usual: this goes on by itself after a day.",
    pause=86400.0,
)
_PAUSE = Words("rate_limited", "{site} asks {account} for a pause.")
_GONE = Words("gone", "{site} says that this is no longer there, or not for you.")
_PRIVATE = Words("private", "This is private, and {account} may not see it.")
_OUTDATED = Words(
    "scraper_outdated",
    "{site} changed, and gallery-dl no longer understands it.",
    "Update: pip install -U gallery-dl, then try again.",
)
_FAULT = Words("network", "{site} had a fault of its own.")
_PRIVATE_HOST = Words("not_supported", *REQUEST_ADVICE["private_host"])

# in the body of the last answer, where that was a refusal
ANSWERED: tuple[Rule, ...] = (
    _rule(r"checkpoint_required|challenge_required", _CHALLENGE),
    _rule(r"feedback_required", _HELD_BACK),
    _rule(r"login_required", _EXPIRED, _LOGIN),
    _rule(r"Media not found", _GONE),
)
# what the program says that is surer than any status
SAID: tuple[Rule, ...] = (
    _rule(re.escape(MARK), _PRIVATE_HOST),
    _rule(r"(?m)^cookies: ", Words("session_expired", "The sign-in of {site} could not be read.", _EXPIRED.hint)),
    _rule(r"redirect to login page|AuthorizationError|AuthRequired", _EXPIRED, _LOGIN),
    _rule(r"redirect to challenge page", _CHALLENGE),
    _rule(r"posts are private|error code 10216", _PRIVATE, _PRIVATE),
    _rule(r"Login required to access", _PRIVATE, _LOGIN),
    _rule(r"Region locked", Words("geo_blocked", "{site} does not show this in your country.")),
    _rule(r"Skipping post", _GONE, Words("age_restricted")),
    _rule(r"Requested post not available|User account could not be found", _GONE),
    _rule(r"Requested story could not be found", Words("gone", "This story has expired: {site} shows it for a day.")),
    _rule(r"Unsupported URL", Words("not_supported", "gallery-dl does not know this address.")),
)
# what it says where the last answer was no refusal
UNCLEAR: tuple[Rule, ...] = (
    # of Instagram: whoever is not there has no page either, and that is a 404
    _rule(r"Requested user could not be found", _OUTDATED),
    _rule(r"could not be found", _GONE),
    _rule(r"keeps sending the same page", _OUTDATED),
    _rule(
        r"JSONDecodeError|KeyError|TypeError|IndexError|AttributeError|UnboundLocalError|unexpected error", _OUTDATED
    ),
    _rule(r"Failed to load API data|rehydration data|unknown error code|unable to extract", _OUTDATED),
)
STATUSES: dict[int, tuple[Words, Words]] = {
    401: (_PAUSE, _LOGIN),
    403: (Words("blocked"), Words("blocked")),
    404: (_GONE, _GONE),
    410: (_GONE, _GONE),
    429: (_PAUSE, _PAUSE),
    451: (Words("geo_blocked"), Words("geo_blocked")),
}
# of a file: the log has no more than this, and each is said right before the file is given up
FILES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words), code)
    for words, code in (
        (re.escape(MARK), "not_supported"),
        (r"'(?:404|410) ", "gone"),
        (r"'429 ", "rate_limited"),
        (r"'451 ", "geo_blocked"),
        (r"null bytes|Empty file|Invalid file signature|mismatch", "incomplete"),
        (r"larger than allowed|Errno 27\b|File too large", "too_large"),
        (r"Errno 28\b|No space left|Errno 122\b", "disk_full"),
        (r"timed out", "timeout"),
        (r"URLs are not supported", "not_supported"),
    )
)


def job_error(run: Run, target: Target, session: LentSession | None) -> JobError | None:
    """What went wrong with a run; None where nothing did."""
    found = _words(run, bool(session))
    if found:
        return _told(found, run, target, session)
    return _by_connection(run) if run.code else None


def file_error(said: str) -> JobError:
    """Why a file could not be had, by what was said before it was given up."""
    code = next((code for words, code in FILES if words.search(said)), "network")
    return JobError(code, detail=redact(said))


def _words(run: Run, signed_in: bool) -> Words | None:
    refused = _refused(run.answer)
    ways = (
        _first(ANSWERED, refused.body.decode("utf-8", "replace"), signed_in) if refused else None,
        _first(SAID, run.text, signed_in),
        _by_bits(run.code, signed_in),
        _by_status(refused, signed_in),
        _first(UNCLEAR, run.text, signed_in),
    )
    return next((found for found in ways if found), None)


def _refused(answer: Answer | None) -> Answer | None:
    return answer if answer and answer.status >= 400 else None


def _by_bits(code: int, signed_in: bool) -> Words | None:
    if code & NO_EXTRACTOR:
        return Words("not_supported", "gallery-dl does not know this address.")
    if code & CHALLENGED:
        return Words("blocked")
    if code & NEEDS_LOGIN:
        return _EXPIRED if signed_in else _LOGIN
    return None


def _by_status(refused: Answer | None, signed_in: bool) -> Words | None:
    if refused is None:
        return None
    if refused.status >= 500:
        return _FAULT
    words = STATUSES.get(refused.status)
    return words[0 if signed_in else 1] if words else _OUTDATED


def _first(rules: tuple[Rule, ...], text: str, signed_in: bool) -> Words | None:
    rule = next((rule for rule in rules if rule.words.search(text)), None)
    return (rule.signed_in if signed_in else rule.visitor) if rule else None


def _by_connection(run: Run) -> JobError:
    text = "\n".join((*run.said, *run.noise))
    if "No module named" in text:
        return JobError("missing_tool", "gallery-dl is not installed.", "Run: bowerbird doctor", detail=redact(text))
    return classify(Evidence(text=text, transport="ConnectionError"))


def _told(words: Words, run: Run, target: Target, session: LentSession | None) -> JobError:
    host = _HOSTS.get(target.platform) or (run.answer.host if run.answer else "") or "the site"
    account = session.account if session else ""
    named = run.answer.retry_after if run.answer else None
    about = {
        "site": _TITLES.get(target.platform, host),
        "host": host,
        "account": f"the account {account}" if account.isdigit() else account or "visitors from here",
    }
    return JobError(
        words.code,
        words.message.format(**about),
        words.hint.format(**about),
        retry_after=words.pause if named is None else named,
        detail=redact("\n".join((*run.said, *run.noise))),
    )
