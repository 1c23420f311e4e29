"""Every error that Bowerbird can tell, as one tree and two tables.

    BowerbirdError                 code, message, hint: what a person and a program get
    ├── RequestError               something asked of us can't be taken (codes of the wire)
    └── JobError                   the work for one target can't go on (job error codes)

`REQUEST_ADVICE` and `JOB_ADVICE` hold for each code the sentence that is said when the place of the error has none of
its own, and the next step. Codes are stable; sentences may change.
"""

from __future__ import annotations

from typing import NamedTuple


class Advice(NamedTuple):
    """What to say for a code: a plain sentence and the next thing to do."""

    message: str
    hint: str


class JobAdvice(NamedTuple):
    """What to say and do for a job error code.

    `retry` says that another try by itself is worth it; `waits` names the reason for which the job waits instead
    of failing ('' where it fails); `skips` says that inside a list the cause lies with that one member.
    """

    message: str
    hint: str
    retry: bool = False
    waits: str = ""
    skips: bool = False


REQUEST_ADVICE: dict[str, Advice] = {
    "bad_frame": Advice("A message from the browser could not be read.", "Reload the extension and try again."),
    "bad_request": Advice(
        "The request is not of the expected form.", "Update the extension and the host to the same version."
    ),
    "unknown_type": Advice("This version does not know that request.", "Update Bowerbird."),
    "too_large": Advice("The message is larger than this end can take.", "Send fewer things at once."),
    "bad_url": Advice(
        "This is not a web address that can be saved.",
        "Use a full address that starts with http:// or https://.",
    ),
    "unsupported_url": Advice("This kind of address can't be saved.", "Open the page itself and save it from there."),
    "private_host": Advice(
        "This address points into your own computer or network, which is not archived.",
        "To allow it, write allow_private_hosts = true into config.toml: the settings page says where that is.",
    ),
    "bad_session": Advice("The sign-in of that site could not be read.", "Open the site, sign in, and try again."),
    "not_found": Advice("There is no such thing in the archive.", "Look in the history for what is there."),
    "wrong_state": Advice("That can't be done with this job now.", "See how it stands now, and choose again."),
    "forbidden_origin": Advice(
        "Only the Bowerbird extension may talk to this program.", "Install the extension from this project."
    ),
    "protocol_mismatch": Advice("Extension and host speak different versions.", "Update both to the same version."),
    "archive_unavailable": Advice("The archive can't be written at the moment.", "Run: bowerbird doctor"),
    "disk_full": Advice("The disk of the archive is full.", "Free some space; nothing that was saved is lost."),
    "busy": Advice("The archive is busy.", "Try again in a moment."),
    "port_in_use": Advice("Another program uses the site's port.", "End that program, or choose another port."),
    "internal": Advice("Something went wrong inside Bowerbird.", "Run: bowerbird doctor. The log has the details."),
}

JOB_ADVICE: dict[str, JobAdvice] = {
    "login_needed": JobAdvice(
        "The site shows this only to people who are signed in.",
        "Sign in to the site in your browser, then try again.",
        skips=True,
    ),
    "session_expired": JobAdvice(
        "The site no longer accepts the sign-in.", "Open the site and sign in again.", waits="session"
    ),
    "challenge": JobAdvice(
        "The site asks for a check by a person.",
        "Open the site in your browser, answer its question, then try again.",
    ),
    "rate_limited": JobAdvice(
        "The site asks for a pause.", "Nothing to do: this goes on by itself.", waits="rate_limit"
    ),
    "blocked": JobAdvice(
        "The site refuses requests from here.",
        "Wait some hours, or sign in to the site in your browser and try again.",
    ),
    "private": JobAdvice("This is private.", "Ask its owner for access, then try again.", skips=True),
    "gone": JobAdvice("The site says that this is no longer there.", "Look for a copy in the Web Archive.", skips=True),
    "geo_blocked": JobAdvice(
        "The site does not show this in your country.", "Try again from another network.", skips=True
    ),
    "age_restricted": JobAdvice(
        "The site shows this only to signed-in adults.",
        "Sign in to the site in your browser, then try again.",
        skips=True,
    ),
    "members_only": JobAdvice(
        "Only paying members of this channel can see it.",
        "Sign in with a membership, then try again.",
        skips=True,
    ),
    "upcoming": JobAdvice(
        "This has not begun yet.",
        "Nothing to do: it is saved after it was shown.",
        waits="schedule",
        skips=True,
    ),
    "not_supported": JobAdvice(
        "No library here knows how to save this.",
        "Save the page of the single post or video instead.",
        skips=True,
    ),
    "scraper_outdated": JobAdvice(
        "The site changed and the installed library no longer understands it.",
        "Press Update and try again on its page, or run: bowerbird update",
    ),
    "missing_tool": JobAdvice("A program that is needed is missing.", "Run: bowerbird doctor"),
    "network": JobAdvice("The connection to the site failed.", "Check the network, then try again.", retry=True),
    "timeout": JobAdvice("The site stopped answering.", "Try again later.", retry=True),
    "disk_full": JobAdvice(
        "The disk of the archive is full.", "Free some space: this goes on by itself.", waits="disk"
    ),
    "too_large": JobAdvice(
        "This is larger than the limit that is set.", "Choose a lower quality, then try again.", skips=True
    ),
    "unsafe_file": JobAdvice(
        "The site sent a kind of file that is not kept.",
        "Pictures, films and sound are. Save this one with your browser, if you need it.",
        skips=True,
    ),
    "limit_reached": JobAdvice("The limit of this job is reached.", "Choose continue to go on.", waits="confirm"),
    "incomplete": JobAdvice("What arrived is not the whole file.", "Try again later.", retry=True),
    "cancelled": JobAdvice("You cancelled this.", "Choose try again to start it anew."),
    "internal": JobAdvice("Something went wrong inside Bowerbird.", "Try again. The log has the details.", retry=True),
}


class BowerbirdError(Exception):
    """An error that is told to people.

    `message` and `hint` are plain sentences without cookies, tokens or absolute paths; `code` is stable.
    """

    def __init__(self, code: str, message: str = "", hint: str = "") -> None:
        advice = self.advice(code)
        self.code = code
        self.message = message or advice[0]
        self.hint = hint or advice[1]
        super().__init__(f"{code}: {self.message}")

    @staticmethod
    def advice(code: str) -> tuple[str, str]:
        """The sentence and the next step of a code, whichever table holds it."""
        found = REQUEST_ADVICE.get(code) or JOB_ADVICE[code]
        return found.message, found.hint

    def as_dict(self) -> dict[str, str]:
        """The shape that every interface shows: `{"code", "message", "hint"}`."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class RequestError(BowerbirdError):
    """A request, URL or command that can't be taken; the sender can do something about it."""


class JobError(BowerbirdError):
    """The work for one target can't go on.

    `retry_after` is in seconds from now, where the platform named a time; `detail` is what the library said, redacted,
    for the log and the page's fold-out.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        hint: str = "",
        *,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(code, message, hint)
        self.retry_after = retry_after
        self.detail = detail

    @staticmethod
    def advice(code: str) -> tuple[str, str]:
        """The sentence and the next step of a job error code."""
        found = JOB_ADVICE[code]
        return found.message, found.hint
