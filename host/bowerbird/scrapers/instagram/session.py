"""From a lent session to the cookies that instaloader takes: a plain dict, which forgets whose they were."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator

from bowerbird.errors import JobError
from bowerbird.scraping import LentSession

SITE = "instagram.com"
_OF_THE_ACCOUNT = re.compile(r"(\d+)(?:%3A|:)")  # how a sessionid begins


def cookies_of(session: LentSession) -> dict[str, str]:
    """Names and values of Instagram's own cookies that have not run out; of no other site's.

    Raises JobError `session_expired` where the cookie that is the sign-in is missing.
    """
    found = dict(_cookies(session.cookies))
    if not found.get("sessionid"):
        raise JobError("session_expired", "What the browser gave for instagram.com holds no sign-in.")
    account = _OF_THE_ACCOUNT.match(found["sessionid"])
    if account:
        found.setdefault("ds_user_id", account[1])
    # the site only compares it with the header that instaloader makes of it
    found.setdefault("csrftoken", secrets.token_urlsafe(24))
    return found


def _cookies(netscape: str) -> Iterator[tuple[str, str]]:
    # by hand: http.cookiejar reads this format from files only, and a session is never in one
    for line in netscape.splitlines():
        fields = line.removeprefix("#HttpOnly_").split("\t")
        if line.startswith("# ") or len(fields) != 7:
            continue
        domain, _, _, _, expires, name, value = fields
        if _is_ours(domain) and not _ran_out(expires):
            yield name, value


def _is_ours(domain: str) -> bool:
    host = domain.lstrip(".").lower()
    return host == SITE or host.endswith(f".{SITE}")


def _ran_out(expires: str) -> bool:
    return expires.isdigit() and 0 < int(expires) < time.time()
