"""The control path on the proxy's own port: plain HTTP and JSON, for tests that run in another process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tests.platforms import faults
from tests.platforms.exchange import Answer, Request, json_answer

if TYPE_CHECKING:
    from tests.platforms.proxy import StandIn


def _show_log(platforms: StandIn, _: Any) -> object:
    return platforms.requests.as_json()


def _show_flagged(platforms: StandIn, _: Any) -> object:
    return [asdict(one) for one in platforms.flagged]


def _add_faults(platforms: StandIn, sent: Any) -> object:
    rules = [faults.from_json(rule) for rule in (sent if isinstance(sent, list) else [sent])]
    for rule in rules:
        platforms.fault(rule)
    return {"added": len(rules)}


def _clear(platforms: StandIn, _: Any) -> object:
    platforms.clear()
    return {}


def _reset(platforms: StandIn, _: Any) -> object:
    platforms.clear()
    platforms.reset_log()
    return {}


def _delay(platforms: StandIn, sent: Any) -> object:
    platforms.delay = float(sent["seconds"])
    return {"seconds": platforms.delay}


def _publish(platforms: StandIn, sent: Any) -> object:
    platforms.publish(sent["id"], int(sent.get("count", 1)))
    return dict(platforms.changes.published)


def _remove(platforms: StandIn, sent: Any) -> object:
    platforms.remove(sent["id"])
    return sorted(platforms.changes.removed)


def _expire(platforms: StandIn, sent: Any) -> object:
    platforms.expire(sent["account"])
    return dict(platforms.changes.refused)


def _refuse(platforms: StandIn, sent: Any) -> object:
    platforms.refuse(sent["account"], sent["how"])
    return dict(platforms.changes.refused)


def _accept(platforms: StandIn, sent: Any) -> object:
    platforms.accept(sent["account"])
    return dict(platforms.changes.refused)


def _renew(platforms: StandIn, sent: Any) -> object:
    return {"renewals": platforms.renew(sent["account"])}


def _rename(platforms: StandIn, sent: Any) -> object:
    platforms.rename(sent["name"], sent["new_name"])
    return dict(platforms.changes.renamed)


_ACTIONS: dict[tuple[str, str], Callable[[StandIn, Any], object]] = {
    ("GET", "/log"): _show_log,
    ("GET", "/flagged"): _show_flagged,
    ("POST", "/faults"): _add_faults,
    ("POST", "/clear"): _clear,
    ("POST", "/reset"): _reset,
    ("POST", "/delay"): _delay,
    ("POST", "/publish"): _publish,
    ("POST", "/remove"): _remove,
    ("POST", "/expire"): _expire,
    ("POST", "/refuse"): _refuse,
    ("POST", "/accept"): _accept,
    ("POST", "/renew"): _renew,
    ("POST", "/rename"): _rename,
}


def answer(platforms: StandIn, request: Request) -> Answer:
    """Do what is asked; 404 for what isn't there, 400 with the reason for what can't be read."""
    action = _ACTIONS.get((request.method, request.path))
    if action is None:
        return json_answer({"error": "unknown", "known": [" ".join(one) for one in _ACTIONS]}, 404)
    try:
        return json_answer(action(platforms, json.loads(request.body or b"null")))
    except (KeyError, TypeError, ValueError) as error:
        return json_answer({"error": str(error)}, 400)
