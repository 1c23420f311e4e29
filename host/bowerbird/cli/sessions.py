"""`bowerbird sessions`: what the archive may sign in with. No cookie is ever printed."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path

from bowerbird.cli import show
from bowerbird.cli.opening import archive
from bowerbird.errors import BowerbirdError, RequestError
from bowerbird.settings import Settings, load_settings

Arguments = argparse.Namespace

# What is imported where no site is named: only what we know to be a sign-in.
KNOWN_SITES = ("instagram.com", "tiktok.com", "youtube.com")


def list_sessions(chosen: Arguments) -> int:
    """Say which sessions there are."""
    from bowerbird.sessions.vault import Vault

    vault = Vault(load_settings())
    _say_exposed(vault.close_to_others(), as_json=chosen.json)
    show.sessions(vault.listed() if vault.is_there else [], as_json=chosen.json)
    return 0


def import_sessions(chosen: Arguments) -> int:
    """Take sessions from an installed browser or a cookies.txt. 1 where there was none to take."""
    if (chosen.file is None) == (chosen.browser is None):
        raise RequestError(
            "bad_request", "Name one source: a browser or a file.", "Such as: bowerbird sessions import --from firefox"
        )
    settings = load_settings()
    sites = chosen.site or list(KNOWN_SITES)
    failures = [failure for failure in (_failure(settings, chosen, site) for site in sites) if failure]
    stored = len(sites) - len(failures)
    if not stored or chosen.site:
        _say_failures(failures, as_json=chosen.json)
    return 0 if stored and not (chosen.site and failures) else 1


def _failure(settings: Settings, chosen: Arguments, site: str) -> RequestError | None:
    """Why a site gave no session; None where it did. Raises RequestError for what is wrong with the command itself."""
    try:
        _import_site(settings, chosen, site)
    except RequestError as error:
        if error.code != "bad_session":
            raise
        return error
    return None


def _import_site(settings: Settings, chosen: Arguments, site: str) -> None:
    from bowerbird.sessions import agents, browsers, cookies, policy
    from bowerbird.sessions.vault import Vault

    platform = policy.platform_named(site)
    host = policy.platform_host(platform)
    domain = policy.registrable_domain(host)
    found = browsers.from_file(Path(chosen.file)) if chosen.file else browsers.from_browser(chosen.browser, domain)
    # unlike a browser that answers for one site, a file holds the cookies of all
    own = cookies.scoped([one for one in found if policy.accepts(host, one.domain)], host)
    account = cookies.account_of(platform, own)
    vault = Vault(settings)
    user_agent = cookies.read_user_agent(chosen.user_agent) or agents.believable(chosen.browser)
    vault.store(platform, account, own, user_agent)
    _resume(settings, platform, account)
    show.stored_session(policy.title(platform), platform, account, len(own), as_json=chosen.json)


def _resume(settings: Settings, platform: str, account: str) -> None:
    """What waits for this session goes on."""
    from bowerbird.queue import browsers, session_states, transitions
    from bowerbird.queue.wake import wake_worker

    with archive(settings) as db:
        browsers.stored(db, platform, account)
        session_states.publish(db, settings)
        if transitions.resume_sessions(db, browsers.job_platform(platform), account):
            wake_worker(settings)


def _say_failures(failures: Sequence[BowerbirdError], *, as_json: bool) -> None:
    for message, error in {one.message: one for one in failures}.items():
        if as_json:
            show.line(error.as_dict())
            continue
        show.complain(message, error.hint)


def check_sessions(chosen: Arguments) -> int:
    """Ask the platform whether sessions still hold. 1 where one does not, or could not be asked."""
    from bowerbird.queue import session_states
    from bowerbird.sessions.policy import platform_named
    from bowerbird.sessions.vault import Vault
    from bowerbird.worker.checking import check_session

    settings = load_settings()
    platform = platform_named(chosen.platform)
    vault = Vault(settings)
    known = vault.listed() if vault.is_there else []
    mine = [one for one in known if one.platform == platform and not one.incognito]
    accounts = [one.account for one in mine if chosen.account in (None, one.account, one.username)]
    if not accounts:
        raise _none(platform)
    status = 0
    with archive(settings) as db:
        for account in accounts:
            state = check_session(db, settings, platform, account)
            session_states.publish(db, settings)
            show.sessions([state], as_json=chosen.json)
            status = max(status, int(state.state != "ok"))
    return status


def rotate_key(chosen: Arguments) -> int:
    """Make a new key and encrypt every session with it. 1 where some could not be read before."""
    from bowerbird.sessions.vault import Vault

    vault = Vault(load_settings())
    known = len(vault.listed()) if vault.is_there else 0
    kept = vault.rotate() if known else 0
    show.rotated_key(kept, known - kept, as_json=chosen.json)
    return int(kept < known)


def forget_sessions(chosen: Arguments) -> int:
    """Remove sessions; what waits for them says so."""
    from bowerbird.queue import browsers, session_states
    from bowerbird.sessions.policy import platform_named, title
    from bowerbird.sessions.vault import Vault

    settings = load_settings()
    platform = platform_named(chosen.platform)
    vault = Vault(settings)
    gone = vault.forget(platform, chosen.account) if vault.is_there else 0
    if not gone:
        raise _none(platform)
    waiting = 0
    with contextlib.suppress(RequestError), archive(settings) as db:
        waiting = browsers.forgotten(db, platform, chosen.account)
        session_states.publish(db, settings)
    show.forgotten_sessions(title(platform), gone, waiting, as_json=chosen.json)
    return 0


def _none(platform: str) -> RequestError:
    from bowerbird.sessions.policy import title

    return RequestError(
        "not_found", f"There is no such sign-in of {title(platform)}.", "Look at: bowerbird sessions list"
    )


def _say_exposed(exposed: bool, *, as_json: bool) -> None:
    if exposed and not as_json:
        show.complain(
            "Other people on this computer could read the key of your stored sign-ins. Now they can't.",
            "If others use this computer: sign out of the sites and in again.",
        )


def add(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command with its actions."""
    parser = known.add_parser("sessions", help="what the archive may sign in with")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    listed = actions.add_parser("list", help="say which there are")
    listed.set_defaults(run=list_sessions)

    imported = actions.add_parser("import", help="take them from a browser or a cookies.txt")
    imported.add_argument("file", nargs="?", metavar="FILE", help="a cookies.txt in Netscape format")
    imported.add_argument("--from", dest="browser", metavar="BROWSER", help="such as firefox, chromium, brave")
    imported.add_argument("--site", action="append", metavar="HOST", help="only of this site; may be repeated")
    imported.add_argument(
        "--user-agent",
        default="",
        metavar="TEXT",
        help="the browser's name for itself; without it, one as that browser has it",
    )
    imported.set_defaults(run=import_sessions)

    checked = actions.add_parser("check", help="ask the platform whether they still hold")
    checked.set_defaults(run=check_sessions)
    forgotten = actions.add_parser("forget", help="remove them")
    forgotten.set_defaults(run=forget_sessions)
    rotated = actions.add_parser("rotate", help="encrypt them with a new key")
    rotated.set_defaults(run=rotate_key)
    for one in (checked, forgotten):
        one.add_argument("platform", metavar="PLATFORM", help="such as instagram, or a site's host")
        one.add_argument("--account", metavar="NAME", help="only this one's")
    for one in (listed, imported, checked, forgotten, rotated):
        one.add_argument("--json", action="store_true", help="lines for a program")
