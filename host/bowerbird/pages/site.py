"""What all pages share: settings, templates, style sheets, and who has signed out."""

from __future__ import annotations

import dataclasses
import sqlite3
from typing import TYPE_CHECKING, Any

from bowerbird.pages.assets import Assets
from bowerbird.settings import Settings

if TYPE_CHECKING:
    from jinja2 import Environment

# The name under which Datasette knows archive.db, so that its own tables stand under /archive.
DATABASE = "archive"
# All that anybody may do through Datasette's own pages.
READING = frozenset(("view-instance", "view-database", "view-table", "view-query", "execute-sql"))


@dataclasses.dataclass(frozen=True)
class Site:
    """One running site. `signed_out` holds the sessions that were ended before their time.

    `seen` says for each session until when nobody notes again that it is used (`time.monotonic`).
    """

    settings: Settings
    templates: Environment
    assets: Assets
    signed_out: set[str]
    seen: dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The only origin that the site has."""
        return f"http://{self.host}"

    @property
    def host(self) -> str:
        """The only Host that the site answers to."""
        return f"127.0.0.1:{self.settings.port}"


def site_of(datasette: Any) -> Site | None:
    """The site that this Datasette serves; None in any other Datasette that has the plugin installed."""
    return getattr(datasette, "bowerbird_site", None)


def hide_paths(connection: sqlite3.Connection) -> None:
    """Blank the one column that tells a query where on this computer the archive lies."""

    def judge(action: int, table: str | None, column: str | None, *_: object) -> int:
        hidden = action == sqlite3.SQLITE_READ and table == "pragma_database_list" and column == "file"
        return sqlite3.SQLITE_IGNORE if hidden else sqlite3.SQLITE_OK

    connection.set_authorizer(judge)
