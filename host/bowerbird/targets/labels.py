"""Short names of targets for people."""

from __future__ import annotations

from bowerbird.model import Target

# Where the word for a kind is not the kind itself.
NOUNS = {"tagged": "tagged posts", "saved": "saved posts", "live": "live stream"}
WEB_NOUNS = {"file": "File", "page": "Page"}
LONGEST = 60


def label_of(target: Target, title: str, sigil: str) -> str:
    """What a target is in a few words: at most LONGEST characters, then an ellipsis."""
    text = _web(target) if target.platform == "web" else f"{title} {_noun(target)}{_name(target, sigil)}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _web(target: Target) -> str:
    return f"{WEB_NOUNS.get(target.kind, 'Page')} on {target.canonical_url.split('/')[2]}"


def _noun(target: Target) -> str:
    return NOUNS.get(target.kind, target.kind)


def _name(target: Target, sigil: str) -> str:
    if target.kind == "hashtag":
        return f" #{target.platform_id}"
    if target.kind == "search":
        return f" “{target.platform_id}”"
    if target.kind in ("board", "thread"):
        return f" /{target.platform_id}"
    return f" {sigil}{target.creator}" if target.creator else ""
