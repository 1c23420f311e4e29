"""Pictures of every page, to look at: `python -m tests.pages.screenshots [NAME…]` writes to tests/artefacts/pages."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.bench.pages import build
from tests.new_archive import make_archive
from tests.pages import archives, oddities
from tests.pages.sites import RunningSite, running, settings_in

FOLDER = Path(__file__).parents[1] / "artefacts" / "pages"
MANY = (
    ("many", "/"), ("many-browse", "/browse"), ("many-search", "/search?q=bower"), ("many-stats", "/stats?by=bytes"),
    ("many-months", "/browse?order=newest"), ("many-creators", "/creators"), ("many-history", "/history"),
    ("many-causes", "/history?status=failed"),
)  # fmt: skip
EMPTY = (
    ("empty", "/"), ("empty-browse", "/browse"), ("empty-search", "/search?q=nest"), ("empty-history", "/history"),
    ("empty-stats", "/stats"), ("empty-logs", "/logs"), ("empty-trash", "/trash"), ("empty-settings", "/settings"),
)  # fmt: skip
# What is typed into the form of the dashboard where a picture is to show its answer.
TYPED = {
    "taken": "https://www.youtube.com/watch?v=q8bLw3nT0rY\nhttps://www.youtube.com/watch?v=newnewnewn1\n"
    "file:///etc/passwd\nhello there",
    "taken-wrong": "https://www.youtube.com/watch?v=newnewnewn2\nfile:///etc/passwd",
}
WIDTHS = {"wide": (1280, 1000), "phone": (390, 844)}


def shots(site: RunningSite) -> Iterator[tuple[str, str]]:
    """Name and address of each page that is worth a look."""
    found = site.found
    yield from (
        ("dashboard", "/"), ("item", f"/item/{found['video']}"), ("seek", f"/item/{found['video']}#t=12"),
        ("pictures", f"/item/{found['pictures']}"), ("hostile", f"/item/{found['hostile']}"), ("history", "/history"),
        ("search", "/search?q=blue"), ("nothing", "/search?q=nowhere"), ("browse", "/browse"),
        ("creator", "/browse/youtube/1"), ("job", f"/job/{found['failed']}"), ("list", f"/job/{found['list']}"),
        ("missing", "/item/4711"), ("metadata", f"/item/{found['video']}/metadata"), ("trash", "/trash"),
        ("confirm", f"/item/{found['video']}/confirm"), ("tables", "/archive/items"),
        ("sql", "/archive?sql=select+title,+kind+from+items+where+kind+%3D+'video'+limit+10"),
        ("stats", "/stats"), ("settings", "/settings"), ("logs", "/logs"), ("taken", "/"), ("taken-wrong", "/"),
    )  # fmt: skip


def main(wanted: list[str]) -> None:
    """Take them all, or those that are named."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        settings = settings_in(Path(folder))
        with running(settings, archives.small(settings)) as site:
            take_wanted(browser, site, wanted, shots(site))
        settings = settings_in(_folder(folder, "odd"))
        with running(settings, oddities.odd(settings)) as site:
            for name, item_id in site.found.items():
                if not wanted or f"item-{name}" in wanted:
                    take_all(browser, site, f"item-{name}", f"/item/{item_id}")
        settings = settings_in(_folder(folder, "many"))
        build(settings, 1000)
        with running(settings, {}) as site:
            take_wanted(browser, site, wanted, MANY)
        settings = settings_in(_folder(folder, "busy"))
        with running(settings, archives.small(settings)) as site:
            archives.busy(settings)
            for name, address in (
                ("busy", "/"),
                ("busy-history", "/history?sort=title"),
                ("busy-failed", "/history?status=failed"),
            ):
                if not wanted or name in wanted:
                    take_all(browser, site, name, address)
        settings = settings_in(_folder(folder, "empty"))
        make_archive(settings.database)
        with running(settings, {}) as site:
            take_wanted(browser, site, wanted, EMPTY)
            if not wanted or "stranger" in wanted:
                take_all(browser, site, "stranger", "/", signed_in=False)
        browser.close()


def take_wanted(browser: Browser, site: RunningSite, wanted: list[str], known: Iterable[tuple[str, str]]) -> None:
    """Those pages of a site that are named, or all."""
    for name, address in known:
        if not wanted or name in wanted:
            take_all(browser, site, name, address)


def _folder(parent: str, name: str) -> Path:
    folder = Path(parent) / name
    folder.mkdir()
    return folder


def take_all(browser: Browser, site: RunningSite, name: str, address: str, *, signed_in: bool = True) -> None:
    """One page, wide and narrow, light and dark."""
    for width, (x, y) in WIDTHS.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": x, "height": y}, color_scheme=scheme)  # type: ignore[arg-type]
            if signed_in:
                context.add_cookies([{"name": n, "value": v, "url": site.origin} for n, v in site.cookies().items()])
            page = context.new_page()
            page.on("console", lambda message: print(name, message.type, message.text))
            page.goto(site.origin + address)
            if name in TYPED:
                page.fill("#url", TYPED[name])
                page.fill("#capture [name=transcripts]", "English" if name == "taken-wrong" else "")
                with page.expect_navigation():
                    page.click("#capture button[type=submit]")
            page.wait_for_timeout(400)
            page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=width == "phone" or name != "seek")
            context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
