"""A whole profile of Instagram through the stand-in, against one process of plain instaloader without its sleeps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bowerbird.sessions.vault import Vault
from tests.bench.figure import Figure, medians
from tests.bench.place import Place, place, run
from tests.platforms import StandIn, instagram
from tests.platforms.instagram import files as cdn
from tests.worker.signed_in import AGENT, jar

POSTS = 300
NAME = instagram.profile_of(POSTS)
PROFILE = f"https://www.instagram.com/{NAME}/"
ROUNDS = 3
NO_PACE = {
    "BOWERBIRD_INSTAGRAM_DELAY_MIN": "0",
    "BOWERBIRD_INSTAGRAM_DELAY_MAX": "0",
    "BOWERBIRD_MAX_ITEMS": "1000",
}
# what the library alone does: every post with its files, as its own command line would
PLAIN = """
import sys
import instaloader
from tests.platforms import instagram
from tests.platforms.loader import loader

alone = loader(sys.argv[1], instagram.ME, save_metadata=True, download_video_thumbnails=True)
for post in instaloader.Profile.from_username(alone.context, sys.argv[2]).get_posts():
    alone.download_post(post, "any")
"""


def ours(platforms: StandIn) -> float:
    """Seconds of `bowerbird save --wait` on an installed archive without a worker."""
    with place(**NO_PACE, **platforms.environment) as where:
        _sign_in(where)
        return _save(where)


def plain(platforms: StandIn) -> float:
    """Seconds of one instaloader process."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"], "HOME": folder, "HTTPS_PROXY": platforms.url,
            "REQUESTS_CA_BUNDLE": platforms.ca_file, "PYTHONPATH": str(Path(__file__).parents[2]),
        }  # fmt: skip
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", PLAIN, folder, NAME], env=environment, capture_output=True, check=True, timeout=600
        )
        seconds = time.perf_counter() - began
        assert len({path.stem.split("_")[0] for path in Path(folder).glob("*.json.xz")}) > POSTS * 0.9
    return seconds


def _sign_in(where: Place) -> None:
    cookies = jar(".instagram.com", instagram.ME.cookies())
    Vault(where.settings).store("instagram", str(instagram.ME.pk), cookies, AGENT)


def _save(where: Place) -> float:
    began = time.perf_counter()
    said = run(where, "save", PROFILE, "--wait", "--json")
    seconds = time.perf_counter() - began
    job = json.loads(said.stdout)
    assert (job["status"], job["items_failed"]) == ("completed", 0), job
    return seconds


def _asked(platforms: StandIn) -> int:
    """How often the platform was asked; the CDN counts nobody."""
    return len([one for one in platforms.log if one.host.endswith("instagram.com") and one.host != cdn.CDN])


def whole_profile() -> Iterator[Figure]:
    """A profile of 300 posts with all pauses off: its time, its requests, and those of a second run."""
    with StandIn() as platforms:
        asked: dict[str, int] = {}

        def counted(name: str) -> float:
            platforms.reset_log()
            seconds = (ours if name == "ours" else plain)(platforms)
            asked[name] = _asked(platforms)
            return seconds

        taken = medians(ROUNDS, lambda: counted("ours"), lambda: counted("plain"))
        label = f"Instagram: a profile of {POSTS} posts"
        yield Figure(label, taken[0], 1.1, unit="s", reference=taken[1], what="instaloader alone, its sleeps off")
        yield Figure(f"{label}, requests", asked["ours"], 1.0, unit="", reference=asked["plain"])
        yield from _again(platforms, label)


def _again(platforms: StandIn, label: str) -> Iterator[Figure]:
    with place(**NO_PACE, **platforms.environment) as where:
        _sign_in(where)
        _save(where)
        platforms.reset_log()
        _save(where)
        yield Figure(f"{label}, again", _asked(platforms), 5, unit="", what="requests")
