"""The requests about sessions: a browser's cookies come in, and nothing of them ever goes out."""

from __future__ import annotations

from typing import Any

from bowerbird.errors import RequestError
from bowerbird.messages import requests
from bowerbird.messages.desk import Desk
from bowerbird.model import to_builtins
from bowerbird.queue import browsers, session_states, transitions

Answer = dict[str, Any]
TOLD = ("platform", "account", "username", "state", "used_at", "expires_at")


def session(desk: Desk, request: requests.Session) -> Answer:
    """Keep a session in the vault, and let go on what waits for it."""
    try:
        platform, account = _stored(desk, request)
    except RequestError as error:
        if error.code == "bad_session" and request.request_id is not None:
            browsers.refused(desk.db, request.request_id, desk.presence.host_id)
        raise
    browsers.stored(desk.db, platform, account, request.request_id, incognito=request.incognito)
    session_states.publish(desk.db, desk.settings)
    transitions.resume_sessions(desk.db, browsers.job_platform(platform), account, incognito=request.incognito)
    desk.later(desk.wake)
    return {"accepted": True}


def _stored(desk: Desk, request: requests.Session) -> tuple[str, str]:
    from bowerbird.sessions import cookies, policy
    from bowerbird.sessions.vault import Vault

    if request.incognito and not request.keep_incognito:
        raise RequestError(
            "bad_session",
            "This sign-in is of a private window, so it was not kept.",
            "Click on Bowerbird's button in that window, and say that it may be used.",
        )
    read = cookies.read_cookies(request.cookies, request.platform_host)
    user_agent = cookies.read_user_agent(request.user_agent)
    platform = policy.platform_of_host(request.platform_host)
    account = cookies.account_of(platform, read)
    Vault(desk.settings).store(
        platform, account, read, user_agent, store_id=request.store_id, incognito=request.incognito
    )
    return platform, account


def no_session(desk: Desk, request: requests.NoSession) -> Answer:
    """The browser has none, or the person did not allow it."""
    browsers.refused(desk.db, request.request_id, desk.presence.host_id)
    return {"accepted": True}


def sessions(desk: Desk, request: requests.Sessions) -> Answer:
    """What sessions there are, or what becomes of one."""
    return _ACTIONS[request.action](desk, request)


def _list(desk: Desk, _request: requests.Sessions) -> Answer:
    from bowerbird.sessions.vault import Vault

    vault = Vault(desk.settings)
    known = [to_builtins(one) for one in vault.listed()] if vault.is_there else []
    return {"sessions": [{name: one[name] for name in TOLD} for one in known]}


def _forget(desk: Desk, request: requests.Sessions) -> Answer:
    from bowerbird.sessions.vault import Vault

    platform = _platform(request)
    vault = Vault(desk.settings)
    if not vault.is_there or not vault.forget(platform, request.account):
        raise RequestError("not_found", "There is no such sign-in.")
    browsers.forgotten(desk.db, platform, request.account)
    session_states.publish(desk.db, desk.settings)
    return _list(desk, request)


def _check(desk: Desk, request: requests.Sessions) -> Answer:
    from bowerbird.sessions import policy
    from bowerbird.sessions.vault import Vault

    platform = _platform(request)
    policy.checker(platform)
    known = Vault(desk.settings).listed() if Vault(desk.settings).is_there else []
    mine = [one for one in known if one.platform == platform and not one.incognito]
    if not any(request.account in (None, one.account, one.username) for one in mine):
        raise RequestError("not_found", "There is no such sign-in.")
    browsers.ask_for_check(desk.db, platform, request.account)
    desk.later(desk.wake)
    return {**_list(desk, request), "requested": True}


def _platform(request: requests.Sessions) -> str:
    from bowerbird.sessions.policy import platform_named

    if not request.platform:
        raise RequestError("bad_request", "Say which platform's sign-in is meant.")
    return platform_named(request.platform)


_ACTIONS = {"list": _list, "forget": _forget, "check": _check}
