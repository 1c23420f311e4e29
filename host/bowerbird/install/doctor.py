"""The doctor walks the chain from the click to the page and names the link that is broken, with its cure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bowerbird.install.checks.archive import (
    check_archive_folder,
    check_database,
    check_disk,
    check_home,
    check_sqlite,
)
from bowerbird.install.checks.browsers import check_browsers, check_greeting
from bowerbird.install.checks.check import Check
from bowerbird.install.checks.network import check_ca_bundle, check_environment, check_proxy, check_site_port
from bowerbird.install.checks.programs import (
    check_bowerbird,
    check_deno,
    check_ffmpeg,
    check_libraries,
    check_yt_dlp,
)
from bowerbird.install.checks.sessions import check_sessions
from bowerbird.install.checks.work import check_connection, check_worker
from bowerbird.settings import Settings

# In the order of the chain; a new link is one function in checks/ and one line here.
CHECKS: tuple[Callable[[Settings], Iterator[Check]], ...] = (
    check_bowerbird,
    check_browsers,
    check_greeting,
    check_connection,
    check_home,
    check_environment,
    check_archive_folder,
    check_database,
    check_sqlite,
    check_disk,
    check_worker,
    check_sessions,
    check_ffmpeg,
    check_deno,
    check_yt_dlp,
    check_libraries,
    check_proxy,
    check_ca_bundle,
    check_site_port,
)


def checks(settings: Settings) -> Iterator[Check]:
    """Every finding, as it is made. A check that itself goes wrong is a finding, never the end of the others."""
    for look in CHECKS:
        yield from _looked_at(look, settings)


def _looked_at(look: Callable[[Settings], Iterator[Check]], settings: Settings) -> Iterator[Check]:
    try:
        yield from look(settings)
    except Exception as error:  # noqa: BLE001 - the doctor is what people run when anything may be broken
        name = look.__name__.removeprefix("check_").replace("_", " ")
        yield Check(name, "fail", f"Could not be looked at: {type(error).__name__}: {error}", "Tell us about it.")


def is_well(findings: Iterable[Check]) -> bool:
    """Whether nothing has failed; warnings are no failure."""
    return all(finding.state != "fail" for finding in findings)
