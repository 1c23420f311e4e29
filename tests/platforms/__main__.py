"""Run the stand-in by itself, to try everything by hand without a network: `python -m tests.platforms`."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path

from tests.platforms import StandIn, faults, instagram, media, tiktok, web, youtube
from tests.platforms.boards import forum, threads

_TRY = (
    f"https://www.youtube.com/watch?v={youtube.GARDEN}",
    f"https://www.youtube.com/watch?v={youtube.UHD}",
    f"https://www.youtube.com/watch?v={youtube.REMOVED}",
    f"https://www.youtube.com/playlist?list={youtube.WALKS}",
    f"https://www.youtube.com/playlist?list={youtube.playlist_of(50, dead=25)}",
    f"https://www.youtube.com/{youtube.GARDENERS_HANDLE}",
    instagram.login_url(instagram.ME),
    f"https://www.instagram.com/{instagram.GARDEN}/",
    f"https://www.instagram.com/reel/{instagram.REEL}/",
    f"https://www.instagram.com/stories/{instagram.GARDEN}/",
    instagram.collection_url(instagram.COLLECTION),
    tiktok.login_url(tiktok.WATCHER),
    f"https://www.tiktok.com/@{tiktok.DANCER}",
    f"https://www.tiktok.com/@{tiktok.DANCER}/video/{tiktok.VIDEO}",
    f"https://www.tiktok.com/@{tiktok.DANCER}/photo/{tiktok.PHOTOS}",
    threads.url_4chan(threads.FOLDING),
    forum.url(forum.WALKS),
    web.ONE_MP4,
    web.VIDEO_PAGE,
)


def _announce(platforms: StandIn) -> None:
    print(f"# proxy {platforms.url}\n# CA    {platforms.ca_file}\n")
    for name, value in platforms.environment.items():
        print(f"export {name}={value}")
    print("\n# a browser that sees the stand-in only")
    print(
        f"chromium --user-data-dir=$(mktemp -d) --proxy-server={platforms.url} "
        f"--ignore-certificate-errors-spki-list={platforms.ca_key_hash} https://www.youtube.com/"
    )
    print("\n# some URLs", *_TRY, sep="\n")
    print(f"\n# what arrived: curl {platforms.url}/log", flush=True)


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.platforms", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of the proxy; any free one by default")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--faults", type=Path, help="JSON file with fault rules")
    parser.add_argument("--media", type=Path, help="folder that keeps the media")
    chosen = parser.parse_args()
    with StandIn(delay=chosen.delay, media_folder=chosen.media, port=chosen.port) as platforms:
        media.make_all()
        for rule in json.loads(chosen.faults.read_text()) if chosen.faults else []:
            platforms.fault(faults.from_json(rule))
        # a shell that starts it in the background has SIGINT ignored
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, signal.default_int_handler)
        try:
            _announce(platforms)
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
