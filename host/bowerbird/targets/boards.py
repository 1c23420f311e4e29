"""Image boards: one platform for each."""

from __future__ import annotations

from bowerbird.targets.matcher import Platform, Row, Table

FOURCHAN = "https://boards.4chan.org"
BOARD = r"(?P<board>[a-z0-9]{1,10})"
THREAD = rf"{BOARD}/(thread|res)/(?P<id>[0-9]+)(/.*|\.html)?"
HINT = "Open a thread or a board and save that."

FOURCHAN_PAGES: Table = {
    "": (),
    "*": (
        Row("thread", THREAD, FOURCHAN + "/{board}/thread/{id}", "{board}/{id}"),
        Row("board", f"{BOARD}(/([0-9]+|catalog|archive|index\\.html))?", FOURCHAN + "/{board}/", "{board}"),
    ),
}
FOURCHAN_HOSTS = ("boards.4chan.org", "boards.4channel.org")
START_PAGES: Table = {"": (), "*": ()}

PLATFORMS = (
    Platform(
        name="4chan",
        title="4chan",
        hosts={
            **dict.fromkeys(FOURCHAN_HOSTS, FOURCHAN_PAGES),
            **dict.fromkeys(("4chan.org", "4channel.org"), START_PAGES),
        },
        hint=HINT,
    ),
)
