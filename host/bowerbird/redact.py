"""What a library said, without what must not be kept: cookies, authorisations, signed URLs, local paths."""

from __future__ import annotations

import re
from pathlib import PurePath

LIMIT = 8000  # characters; a page that is printed into an error says no more after that

_COOKIE_FILE = re.compile(r"(invalid Netscape format cookies file).*", re.IGNORECASE)
# Both begin where a word does: tried at each letter of a page without blanks they would take seconds.
_COOKIE_LINE = re.compile(r"(?<!\S)\S+(\t|\\t)(TRUE|FALSE)\1[^\n]*", re.IGNORECASE)
_SPACED_COOKIE = re.compile(r"(?<![\w.-])[\w.-]+ +(TRUE|FALSE) +/\S* +(TRUE|FALSE) +\d+ [^\n]*")
_HEADER = re.compile(
    r"\b((?:set-)?cookie|(?:proxy-)?authorization|x-goog-\w+|x-youtube-identity-token)\b(['\"]?\s*[:=]\s*)[^\n]+", re.I
)
_TOKEN = re.compile(r"\b(Bearer|SAPISIDHASH|SAPISID1PHASH|SAPISID3PHASH|Basic)\s+[\w.:=+/_-]{8,}")
_URL = re.compile(r"(\bhttps?://)(?:[^\s/@'\"<>]*@)?([^\s?#'\"<>]*)([?#][^\s'\"<>]*)?", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w/.:-])(?:/(?:[^\s/:'\"<>|]+/)+|[A-Za-z]:\\(?:[^\s\\:'\"<>|]+\\)+)([^\s/\\:'\"<>|]*)")


def redact(text: str, folder: str = "") -> str:
    """The text for logs and pages, at most LIMIT characters: of paths the last part, of URLs no query, no password."""
    # a half of a character can't be sent to the worker
    text = text.encode("utf-8", "replace").decode()
    if folder:
        text = text.replace(folder, PurePath(folder).name)
    text = _COOKIE_FILE.sub(r"\1", text[: 4 * LIMIT])
    for cookie in (_COOKIE_LINE, _SPACED_COOKIE):
        text = cookie.sub("[cookie]", text)
    text = _HEADER.sub(r"\1\2[removed]", text)
    text = _TOKEN.sub(r"\1 [removed]", text)
    text = _URL.sub(r"\1\2", text)
    return _PATH.sub(r"\1", text)[:LIMIT]
