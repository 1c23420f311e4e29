"""From what a library said to a job error code: pure, and a table.

The first row whose words are found decides, so the order of the rows is the order of certainty: what the platform says
of this item, then what the connection says, then what only warnings tell. Sentences are yt-dlp's, 2026.8 to 2026.10.
"""

from __future__ import annotations

import errno
import re
import traceback
from typing import NamedTuple

from bowerbird.errors import REQUEST_ADVICE, JobError
from bowerbird.redact import redact
from bowerbird.scrapers.guard import MARK

# errors of the operating system that say more than any sentence: code, and a message where the code's own is too little
_NUMBERS = {
    errno.ENOSPC: ("disk_full", ""),
    errno.EDQUOT: ("disk_full", ""),
    errno.EFBIG: ("too_large", ""),
    errno.ENOMEM: ("too_large", "The site sent more than this computer may hold in memory."),
}


class Evidence(NamedTuple):
    """What is known about a failed attempt.

    `text` is the library's own sentence, `status` an HTTP status, `number` an errno, `transport` the name of
    the library's connection error, `expected` False where it is a mistake of the library, `retry_after` seconds.
    """

    text: str
    warnings: tuple[str, ...] = ()
    status: int | None = None
    number: int | None = None
    transport: str = ""
    expected: bool = True
    retry_after: float | None = None


class Rule(NamedTuple):
    """A code, the words that mean it, and what to say where the code's own sentence says too little."""

    code: str
    words: re.Pattern[str]
    message: str = ""
    hint: str = ""


def _rule(code: str, words: str, message: str = "", hint: str = "") -> Rule:
    return Rule(code, re.compile(words, re.IGNORECASE), message, hint)


_FAULT_OF_ITS_OWN = ("The site has a fault of its own.", "Try again later.")
_NO_RUNTIME = "The site asks for a calculation that could not be done here."

# what the platform or the library says about this one item
SAID: tuple[Rule, ...] = (
    _rule("not_supported", re.escape(MARK), *REQUEST_ADVICE["private_host"]),
    _rule("rate_limited", r"rate-limited by YouTube|HTTP Error 429|Too Many Requests"),
    _rule(
        "blocked",
        r"not a bot|IP is likely being blocked|IP address .*(?:temporarily|is) .*block(?!ed from accessing this post)",
    ),
    _rule("challenge", r"captcha|anti-bot challenge|Cloudflare"),
    _rule("gone", r"blocked from accessing this post|Unable to extract secondary user ID"),
    _rule(
        "members_only", r"available to this channel's members|members-only|Music Premium|YouTube Premium|paid members"
    ),
    _rule("members_only", r"requires payment|must be purchased|only available for (?:registered )?subscribers"),
    _rule("age_restricted", r"confirm your age|age-restricted|inappropriate for some users|may not be comfortable"),
    _rule("private", r"video is private|private video|account is private|permission to view this post|is private\b"),
    _rule(
        "geo_blocked",
        r"not made this video available in your country|not available (?:from|in) your (?:location|country|region)",
    ),
    _rule("geo_blocked", r"geo.?restrict|status code 10231"),
    _rule(
        "upcoming",
        r"Premieres? (?:in|will begin)|live event will begin|has not (?:yet )?(?:started|begun)|not yet available",
    ),
    _rule(
        "login_needed",
        r"requiring login|login required|log in to|sign in to|registered users|use --cookies|available when logged in",
    ),
    _rule("gone", r"has been (?:removed|deleted|terminated)|no longer available|copyright claim|account .*terminated"),
    _rule(
        "gone",
        r"video is (?:unavailable|not available)|video unavailable|(?:does not|no longer) exists?|entity was not found",
    ),
    _rule("not_supported", r"DRM", "This is protected against copying (DRM), which is not archived.", "Nothing to do."),
    _rule(
        "not_supported",
        r"is not currently live|channel is not live",
        "Nothing is live there now.",
        "Save a video of the channel.",
    ),
    _rule(
        "not_supported",
        r"No connection adapters were found|(?:unknown|unsupported) url (?:type|scheme)|URL has an invalid label"
        r"|Invalid URL|No host supplied|Failed to parse: ",
    ),
    _rule(
        "not_supported",
        r"Unsupported URL|is not a valid URL|No suitable extractor|does not have a \w+ tab",
    ),
    _rule(
        "not_supported", r"\bno (?:videos?\b(?! formats)|media\b)|\bnot a video|not contain (?:a|any) (?:video|media)"
    ),
    _rule("unsafe_file", r"unusual and will be skipped|unsafe file extension"),
    _rule("missing_tool", r"ffmpeg is not installed|ffmpeg not found|ffprobe and ffmpeg"),
    _rule("disk_full", r"No space left|Errno 28\b|Disk quota"),
    _rule("too_large", r"Errno 27\b|File too large"),
    _rule("not_supported", r"Requested format is not available", "The site offers nothing here that can be played."),
    _rule("incomplete", r"file is empty|not get any data blocks|content too short|Postprocessing:|Conversion failed"),
    _rule("network", r"bytes read, \d+ more expected|IncompleteRead|fragment \d+ not found"),
    _rule("network", r"redirect loop|\d+ redirects", "The site sends from one address to the next and never ends."),
    _rule("scraper_outdated", r"Video not available, status code|Unexpected response from webpage"),
)

# what only warnings tell, once the library itself has no reason to name; see `_is_vague`
_SLOW_DOWN = _rule("rate_limited", r"HTTP Error 429|Too Many Requests")
WARNED: tuple[Rule, ...] = (
    _SLOW_DOWN,
    _rule("blocked", r"HTTP Error 403"),
    _rule("network", r"HTTP Error 5\d\d", *_FAULT_OF_ITS_OWN),
    _rule("timeout", r"timed out"),
    _rule(
        "network",
        r"connection (?:reset|refused|aborted)|Unable to connect|Name or service not known|getaddrinfo failed",
    ),
    _rule("missing_tool", r"No supported JavaScript runtime", _NO_RUNTIME),
    _rule("scraper_outdated", r"solving failed|missing a URL|Failed to parse JSON|challenge solv"),
)

# statuses of a page, an API or a medium
STATUSES: dict[int, str] = {
    401: "login_needed",
    402: "members_only",
    403: "blocked",
    404: "gone",
    410: "gone",
    429: "rate_limited",
    451: "geo_blocked",
}

TRANSPORT: tuple[Rule, ...] = (
    _rule("timeout", r"timed out|timeout"),
    _rule("network", r"certificate", "The connection to the site is not safe: its certificate could not be checked."),
    _rule(
        "network", r"Tunnel connection failed: 5|CONNECT tunnel failed, response 5", "The proxy can't reach the site."
    ),
    _rule("network", r"proxy", "The proxy can't be reached.", "Look at the setting proxy, then try again."),
    _rule("network", r".*"),
)


def classify(evidence: Evidence) -> JobError:
    """The job error for a failed attempt; always one, `internal` where nothing is known."""
    detail = redact("\n".join((evidence.text, *evidence.warnings)))
    if evidence.number in _NUMBERS:
        return JobError(*_NUMBERS[evidence.number], detail=detail)
    rule = _found(evidence)
    if rule is None:
        return JobError("internal", detail=detail)
    return JobError(rule.code, rule.message, rule.hint, retry_after=evidence.retry_after, detail=detail)


def _found(evidence: Evidence) -> Rule | None:
    said = _first(SAID, evidence.text)
    if said:
        return said
    # a page that was refused for haste sends yt-dlp to another one, which then says 404
    if _SLOW_DOWN.words.search("\n".join(evidence.warnings)):
        return _SLOW_DOWN
    from_status = _by_status(evidence)
    if from_status:
        return from_status
    if evidence.transport:
        return _first(TRANSPORT, f"{evidence.transport} {evidence.text}")
    return _by_warnings(evidence)


def _first(rules: tuple[Rule, ...], text: str) -> Rule | None:
    return next((rule for rule in rules if rule.words.search(text)), None)


def _by_status(evidence: Evidence) -> Rule | None:
    named = re.search(r"HTTP Error (\d{3})", evidence.text)
    status = evidence.status or (int(named[1]) if named else 0)
    if status >= 500:
        return _rule("network", "", *_FAULT_OF_ITS_OWN)
    code = STATUSES.get(status)
    return _rule(code, "") if code else None


def _by_warnings(evidence: Evidence) -> Rule | None:
    warned = _first(WARNED, "\n".join((evidence.text, *evidence.warnings)))
    if warned:
        return warned
    return None if evidence.expected else _rule("scraper_outdated", "")


def evidence_of(error: BaseException, warnings: tuple[str, ...] = ()) -> Evidence:
    """What an exception of yt-dlp, requests or the operating system tells, with all the causes inside of it."""
    chain = tuple(_causes(error))
    statuses = (
        getattr(one, "status", None) or getattr(getattr(one, "response", None), "status_code", None) for one in chain
    )
    numbers = (errno.ENOMEM if isinstance(one, MemoryError) else getattr(one, "errno", None) for one in chain)
    return Evidence(
        text=_text_of(chain),
        warnings=warnings,
        status=next((one for one in statuses if isinstance(one, int)), None),
        number=next((one for one in numbers if one in _NUMBERS), None),
        transport=next((type(one).__name__ for one in chain if _is_transport(one)), ""),
        expected=_is_expected(chain),
        retry_after=next((seconds for one in chain if (seconds := _retry_after(one)) is not None), None),
    )


def _causes(error: BaseException | None, seen: tuple[int, ...] = ()) -> list[BaseException]:
    if error is None or id(error) in seen or len(seen) > 12:
        return []
    inner = (
        (getattr(error, "exc_info", None) or (None, None))[1],
        getattr(error, "cause", None),
        error.__cause__,
        error.__context__,
    )
    found = [error]
    for one in inner:
        if isinstance(one, BaseException):
            found += [other for other in _causes(one, (*seen, id(error))) if other not in found]
    return found


def _text_of(chain: tuple[BaseException, ...]) -> str:
    texts = dict.fromkeys(str(one).removeprefix("ERROR: ").partition("; please report this issue")[0] for one in chain)
    return "\n".join(text for text in texts if text)


def _is_expected(chain: tuple[BaseException, ...]) -> bool:
    """What yt-dlp says; where it says nothing, whether its own code did not trip."""
    said = [bool(one.expected) for one in chain if hasattr(one, "expected")]
    return all(said) if said else not any(map(_is_of_yt_dlp, chain))


def _is_of_yt_dlp(error: BaseException) -> bool:
    """Whether yt-dlp's own code tripped: the error is none of its kinds, and our code was not reached from there."""
    if isinstance(error, OSError) or type(error).__module__.startswith("yt_dlp"):
        return False
    packages = [
        str(frame.f_globals.get("__name__")).partition(".")[0] for frame, _ in traceback.walk_tb(error.__traceback__)
    ]
    return next((one for one in reversed(packages) if one in ("bowerbird", "yt_dlp")), "") == "yt_dlp"


_TRANSPORTS = frozenset(
    ("TransportError", "ProxyError", "SSLError", "CertificateVerifyError", "IncompleteRead", "ConnectionError",
     "ReadTimeout", "ConnectTimeout", "ChunkedEncodingError", "ReadTimeoutError")
)  # fmt: skip


def _is_transport(error: BaseException) -> bool:
    return bool(_TRANSPORTS & {kind.__name__ for kind in type(error).__mro__})


def _retry_after(error: BaseException) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    named = str(headers.get("Retry-After") or "")
    return min(float(named), 86400.0) if named.isascii() and named.isdigit() else None
