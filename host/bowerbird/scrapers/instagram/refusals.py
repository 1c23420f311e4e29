"""From what instaloader raises to a job error code: pure, and a table. Sentences are those of instaloader 4.16."""

from __future__ import annotations

import re
import traceback
from pathlib import PurePath
from typing import NamedTuple

from instaloader import (
    AbortDownloadException,
    BadResponseException,
    ConnectionException,
    LoginRequiredException,
    PostChangedException,
    PrivateProfileNotFollowedException,
    ProfileNotExistsException,
    QueryReturnedBadRequestException,
)

from bowerbird.errors import JobError
from bowerbird.redact import redact
from bowerbird.scrapers.classify import classify, evidence_of

OPEN_AND_SIGN_IN = "Open instagram.com in your browser and sign in: this job goes on by itself."
SIGN_IN_AGAIN = "Open instagram.com in your browser and sign in again: this job goes on by itself."
UPDATE = "Update: pip install -U instaloader, then try again."
DAY = 86400.0
ANOTHER_NAME = "Open the profile in your browser; if it has another name now, save it under that one."


class Words(NamedTuple):
    """A code, and the sentence and the next step for whoever is signed in, where `{account}` is named, or is not.

    `pause` in seconds, where the platform names none.
    """

    code: str
    message: str = ""
    hint: str = ""
    pause: float | None = None


class Rule(NamedTuple):
    """What is raised, the words in it, and what that means with a session and without."""

    kind: type[Exception]
    words: re.Pattern[str]
    signed_in: Words
    visitor: Words


def _rule(kind: type[Exception], words: str, signed_in: Words, visitor: Words | None = None) -> Rule:
    return Rule(kind, re.compile(words, re.IGNORECASE), signed_in, visitor or signed_in)


_EXPIRED = Words("session_expired", "Instagram no longer accepts the sign-in of {account}.", SIGN_IN_AGAIN)
_LOGIN = Words("login_needed", "Instagram shows this only to people who are signed in.", OPEN_AND_SIGN_IN)
_CHALLENGE = Words(
    "challenge",
    "Instagram asks {account} for a check by a person, so nothing more is asked with it.",
    "Open instagram.com in your browser, answer its question, then choose try again.",
)
_PAUSE = Words("rate_limited", "Instagram asks {account} for a pause.")
# not `blocked`: another library with the same account would only make it worse
_HELD_BACK = Words(
    "rate_limited",
    "Instagram holds {account} back for having done too much.",
    "Use Instagram in your browser as usual: this goes on by itself after a day.",
    pause=DAY,
)
_OUTDATED = Words("scraper_outdated", "Instagram changed, and instaloader no longer understands it.", UPDATE)
_NETWORK = Words("network", "Instagram had a fault of its own.")
_PRIVATE = Words("private", "This profile is private, and {account} does not follow it.")

# What concerns the account or the connection, whatever was asked: nothing else is asked after one of these.
REFUSED: tuple[Rule, ...] = (
    _rule(AbortDownloadException, r"accounts/login|logged out", _EXPIRED, _LOGIN),
    _rule(AbortDownloadException, r"feedback_required", _HELD_BACK),
    _rule(AbortDownloadException, r"challenge|checkpoint|suspended", _CHALLENGE),
    _rule(ConnectionException, r"login_required", _EXPIRED, _LOGIN),
    _rule(ConnectionException, r"\b429 ", _PAUSE),
    _rule(ConnectionException, r"\b401 ", _PAUSE, _LOGIN),
)
OTHERS: tuple[Rule, ...] = (
    _rule(AbortDownloadException, "", _OUTDATED),
    _rule(LoginRequiredException, "", _LOGIN),
    _rule(PrivateProfileNotFollowedException, "", _PRIVATE),
    # that a profile has no page is told in `library.profile`; here its page was there and a query said nothing of it
    _rule(ProfileNotExistsException, "", _OUTDATED),
    _rule(PostChangedException, "", Words("gone", "This post has another address now.")),
    _rule(BadResponseException, "", _OUTDATED),
    _rule(QueryReturnedBadRequestException, "", _OUTDATED),
    _rule(ConnectionException, r"\b403 ", Words("blocked")),
    _rule(ConnectionException, r"\b404 ", _OUTDATED),
    _rule(ConnectionException, r"\b5\d\d ", _NETWORK),
    _rule(ConnectionException, r"Expecting value|status\b|\b30\d ", _OUTDATED),
)
# how code that reads an answer of another shape fails
_MISREAD = (KeyError, IndexError, TypeError, AttributeError, AssertionError, ValueError)


def refusal_of_account(error: Exception, account: str, retry_after: float | None = None) -> JobError | None:
    """The job error for what must not be answered by asking something else; None for anything milder."""
    return _said(REFUSED, error, account, retry_after)


def job_error(error: Exception, account: str) -> JobError:
    """The job error for whatever was raised; always one. `account` is '' for a visitor."""
    if isinstance(error, JobError):
        return error
    known = _said(REFUSED + OTHERS, error, account)
    if known:
        return known
    if isinstance(error, _MISREAD) and not isinstance(error, OSError):
        return _told(_OUTDATED, account, detail=f"{type(error).__name__}: {error}{_place_of(error)}")
    return classify(evidence_of(error))


def _place_of(error: Exception) -> str:
    """Where the answer was misread: without it a report of this helps nobody."""
    frames = traceback.extract_tb(error.__traceback__)
    return f" in {frames[-1].name}, {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def outdated(detail: str) -> JobError:
    """An answer of a shape that nobody foresaw."""
    return _told(_OUTDATED, "", detail=detail)


def expired(account: str) -> JobError:
    """The session opens nothing any more."""
    return _told(_EXPIRED, account)


def login_needed(message: str = "") -> JobError:
    """Nothing is shown to a visitor."""
    return JobError(_LOGIN.code, message or _LOGIN.message, _LOGIN.hint)


def _said(rules: tuple[Rule, ...], error: Exception, account: str, retry_after: float | None = None) -> JobError | None:
    text = str(error)
    found = next((rule for rule in rules if isinstance(error, rule.kind) and rule.words.search(text)), None)
    if found is None:
        return None
    words = found.signed_in if account else found.visitor
    return _told(words, account, retry_after, f"{type(error).__name__}: {text}")


def _told(words: Words, account: str, retry_after: float | None = None, detail: str = "") -> JobError:
    whose = f"the account {account}" if account.isdigit() else account or "visitors from here"
    message = words.message.replace("{account}", whose)
    pause = words.pause if retry_after is None else retry_after
    return JobError(words.code, message, words.hint, retry_after=pause, detail=redact(detail))
