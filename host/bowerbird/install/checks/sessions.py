"""Whether what the archive may sign in with can be read, and by its owner only."""

from __future__ import annotations

from collections.abc import Iterator

from bowerbird.errors import RequestError
from bowerbird.install.checks.check import Check
from bowerbird.settings import Settings


def check_sessions(settings: Settings) -> Iterator[Check]:
    """Look at the vault and its key. Says nothing where no session was ever stored."""
    from bowerbird.sessions.vault import Vault

    vault = Vault(settings)
    if not vault.is_there:
        return
    try:
        exposed = vault.close_to_others()
        known = vault.listed()
    except RequestError as error:
        yield Check("sessions", "fail", error.message, error.hint)
        return
    if exposed:
        message = "others on this computer could read the key of your sign-ins; now they can't"
        yield Check("sessions", "warn", message, "If others use this computer: sign out of the sites and in again.")
    lost = [one.platform for one in known if one.state == "lost"]
    if lost:
        message = f"the key is gone that opens the sign-ins of: {', '.join(dict.fromkeys(lost))}"
        yield Check("sessions", "warn", message, "Open these sites in your browser and save something there.")
    if not exposed and not lost:
        yield Check("sessions", "ok", f"{len(known)} stored")
