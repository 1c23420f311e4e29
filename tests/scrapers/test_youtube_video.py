"""A YouTube video through the unmodified yt-dlp, in a real child, over the stand-in."""

from __future__ import annotations

import av

from bowerbird.model import ItemFound
from tests.platforms import youtube
from tests.scrapers.conftest import Scrape, video


def test_best_video_is_one_playable_file(scrape: Scrape) -> None:
    """Separate streams are merged into one file that browsers play, with its hash, size and duration."""
    events = scrape(video(youtube.GARDEN))
    assert events.finished, events
    file = events.file("video")
    with av.open(str(scrape.folder / file.name)) as container:
        assert {stream.type for stream in container.streams} == {"video", "audio"}
    assert file.name in ("media.mp4", "media.webm")
    assert file.duration and round(file.duration) == 24
    assert events.one(ItemFound).title == "A walk in the garden"
