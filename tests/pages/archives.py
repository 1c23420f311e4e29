"""Archives to look at: a small one with real media, filed by the archive's own code, and jobs in every state."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from bowerbird.archive.filing import Filing, file_item
from bowerbird.clock import later, now
from bowerbird.database import open_writer
from bowerbird.model import Capture, FileType
from bowerbird.queue import events, pausing
from bowerbird.queue.indexing import index_new
from bowerbird.queue.intake import take
from bowerbird.scraping import Chapter, Cue, FileReady, ItemFound, ScrapedCreator, TranscriptReady
from bowerbird.settings import Settings
from tests.new_archive import make_archive
from tests.platforms import media

CREATOR = ScrapedCreator(
    platform_id="UCnorthwood",
    handle="@northwood",
    name="Northwood Field Notes",
    url="https://www.youtube.com/@northwood",
    biography="One bird, one bower, one month. https://northwood.example/",
)
SAID = (
    "It is a quarter to five, and nothing moves yet.",
    "The bower stands where it stood yesterday.",
    "Between two walls of twigs he has laid out what he found.",
    "Bottle caps, a peg, a strip of ribbon.",
    "All of them blue, or near enough that he did not argue.",
    "He steps back and tilts the head.",
    "So it is not a heap, it is an arrangement.",
    "A young male comes in to steal.",
)
HOSTILE = "<script>window.owned=1</script><img src=x onerror=window.owned=1>\u202egnp.exe\u2028&amp;\"'"
STATES = ("pending", "running", "waiting", "completed", "failed", "cancelled")


def put_item(db: sqlite3.Connection, settings: Settings, item: ItemFound, files: dict[str, tuple[FileType, bytes]],
             *transcripts: TranscriptReady) -> int:  # fmt: skip
    """File an item with these files, as an attempt would; a job that fetched it is there too."""
    job_id = put_job(db, item.url, item.title, "completed", platform=item.platform, kind=item.kind)
    folder = settings.partial / job_id
    folder.mkdir(parents=True)
    ready = [_ready(folder, name, *file) for name, file in files.items()]
    filing = Filing(
        job_id=job_id,
        target_key=f"{item.platform}:{item.platform_id}",
        folder=job_id,
        item=item,
        files=tuple(ready),
        transcripts=transcripts,
    )
    item_id = file_item(db, settings, filing)
    db.execute("UPDATE jobs SET item_id = ?, bytes_total = 5000000 WHERE id = ?", (item_id, job_id))
    db.execute(
        "INSERT INTO attempts (job_id, number, scraper, library, started_at, ended_at, outcome) VALUES (?,1,?,?,?,?,?)",
        (job_id, "youtube", "yt-dlp 2026.10.26", now(), now(), "completed"),
    )
    return item_id


def _ready(folder: Path, name: str, file_type: FileType, content: bytes) -> FileReady:
    (folder / name).write_bytes(content)
    number = name.rpartition(".")[0].rpartition("_")[2]
    return FileReady(
        name=name,
        file_type=file_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        position=int(number) if number.isdigit() and file_type == "image" else None,
        width=320 if file_type != "metadata" else None,
        height=180 if file_type != "metadata" else None,
        duration=24.0 if file_type in ("video", "audio") else None,
    )


def put_job(db: sqlite3.Connection, url: str, title: str | None, status: str, *, platform: str = "youtube",
            kind: str = "video", parent_id: str | None = None, **columns: object) -> str:  # fmt: skip
    """Write a job row in any state."""
    fields = {
        "id": str(uuid.uuid4()), "url": url, "target_key": f"{platform}:{uuid.uuid4()}", "target": "{}",
        "platform": platform, "kind": kind, "status": status, "title": title, "parent_id": parent_id,
        "created_at": now(), "updated_at": now(),
        "completed_at": now() if status in ("completed", "failed", "cancelled") else None, **columns,
    }  # fmt: skip
    db.execute(f"INSERT INTO jobs ({', '.join(fields)}) VALUES ({', '.join(f':{name}' for name in fields)})", fields)
    index_new(db)
    return str(fields["id"])


def video(settings: Settings, db: sqlite3.Connection) -> int:
    """A video of 24 seconds with chapters and two transcripts."""
    cues = tuple(Cue(3.0 * n, 2.9, text) for n, text in enumerate(SAID))
    return put_item(
        db,
        settings,
        ItemFound(
            platform="youtube",
            platform_id="q8bLw3nT0rY",
            kind="video",
            creator=CREATOR,
            url="https://www.youtube.com/watch?v=q8bLw3nT0rY",
            title="Why satin bowerbirds collect blue: 31 mornings",
            description="Recorded from 4:45 each morning. Chapters: 0:12\n\nNotes at https://northwood.example/31?a=1&b=2.",
            upload_date="20251202",
            duration=24.0,
            view_count=4_711_000,
            like_count=211_000,
            comment_count=1204,
            hashtags=("birds", "collecting"),
            chapters=(Chapter(start=0, end=12, title="Before sunrise"), Chapter(start=12, end=24, title="The theft")),
        ),
        {
            "q8bLw3nT0rY.mp4": ("video", media.unique("both-24.mp4", "q8bLw3nT0rY")),
            "thumbnail.jpg": ("thumbnail", media.unique("picture.jpg", "q8bLw3nT0rY")),
            "metadata.json": ("metadata", b'{"id": "q8bLw3nT0rY"}'),
        },
        TranscriptReady(language="en", origin="manual", cues=cues),
        TranscriptReady(language="de", origin="automatic", cues=(Cue(0.0, 3.0, "Es ist Viertel vor f\u00fcnf."),)),
    )


def pictures(settings: Settings, db: sqlite3.Connection) -> int:
    """A post of three pictures with an Arabic title."""
    return put_item(
        db,
        settings,
        ItemFound(
            platform="instagram",
            platform_id="C0ffee",
            kind="post",
            url="https://www.instagram.com/p/C0ffee/",
            title="\u0645\u0634\u0647\u062f \u0627\u0644\u063a\u0627\u0628\u0629",
            creator=msgspec.structs.replace(CREATOR, platform_id="7", handle="maren.keeps"),
        ),
        {f"C0ffee_{n}.jpg": ("image", media.unique("picture.jpg", f"piece {n}")) for n in (1, 2, 3)},
    )


def hostile(settings: Settings, db: sqlite3.Connection) -> int:
    """A video whose every text tries to be something else."""
    return put_item(
        db,
        settings,
        ItemFound(
            platform="web",
            platform_id="evil",
            kind="video",
            url="javascript:window.owned=1",
            title=HOSTILE,
            description=f'{HOSTILE} javascript:alert(1) https://x.example/"onmouseover=window.owned=1 data:text/html,x',
            hashtags=(HOSTILE,),
            location=HOSTILE,
            upload_date=HOSTILE[:40],
            duration=4.0,
            chapters=(Chapter(start=0, title=HOSTILE), Chapter(start=2, title=HOSTILE)),
            creator=ScrapedCreator(
                platform_id="x", handle=HOSTILE, name=HOSTILE, url="javascript:window.owned=1", biography=HOSTILE
            ),
        ),
        {
            "evil.mp4": ("video", media.unique("both-4.mp4", "evil")),
            "thumbnail.jpg": ("thumbnail", media.unique("picture.jpg", "evil")),
        },
        TranscriptReady(language="en", origin="manual", cues=(Cue(0, 2, HOSTILE), Cue(2, 2, "</span>" + HOSTILE))),
    )


def jobs(db: sqlite3.Connection) -> dict[str, str]:
    """One job in each state and a list with members; their ids by name."""
    found = {
        "pending": put_job(db, "https://www.youtube.com/watch?v=pend0000001", "Tide tables, read aloud", "pending"),
        "running": put_job(
            db, "https://www.youtube.com/watch?v=runn0000001", "Night sky over the plateau", "running", progress=64,
            current_operation="Joining picture and sound", bytes_downloaded=312e6, bytes_total=486e6, speed=8.4e6,
            eta=20,
        ),
        "waiting": put_job(
            db, "https://www.instagram.com/tidewatch/", "@tidewatch: reels", "waiting", platform="instagram",
            kind="reels", wait_reason="session", error_code="session_expired",
            error_message="Instagram wants you to sign in again.", hint="Open Instagram and sign in.",
        ),
        "confirm": put_job(
            db, "https://www.youtube.com/playlist?list=PLlong", "Field recordings", "waiting", kind="playlist",
            wait_reason="confirm", error_code="limit_reached", error_message="500 of 1,204 saved: continue?",
            hint="Choose continue to go on.", items_total=1204, items_done=500, progress=41,
        ),
        "failed": put_job(
            db, "https://www.youtube.com/watch?v=fail0000001", HOSTILE, "failed", error_code="members_only",
            error_message="Only paying members of this channel can see it.",
            hint="Sign in with a membership, then try again.",
        ),
        "cancelled": put_job(db, "https://www.youtube.com/watch?v=canc0000001", None, "cancelled"),
        "list": put_job(
            db, "https://www.youtube.com/playlist?list=PLshort", "Short list", "running", kind="playlist", listed=1,
            items_total=3, items_done=1, items_failed=1, progress=66,
        ),
    }  # fmt: skip
    for status in ("completed", "failed", "pending"):
        put_job(
            db,
            f"https://www.youtube.com/watch?v=memb{status[:7]:0<7}",
            f"Member {status}",
            status,
            parent_id=found["list"],
        )
    db.execute(
        "INSERT INTO attempts (job_id, number, scraper, library, started_at, ended_at, outcome, error_code, detail)"
        " VALUES (?, 1, 'youtube', 'yt-dlp 2026.10.26', ?, ?, 'failed', 'members_only', ?)",
        (found["failed"], later(-60), now(), f"ERROR: {HOSTILE}"),
    )
    return found


def small(settings: Settings) -> dict[str, str]:
    """The whole small archive; the ids of its items and jobs by name."""
    make_archive(settings.database)
    with closing(open_writer(settings.database)) as db:
        take(db, settings, [_clicked()])
        found = {"video": str(video(settings, db)), "pictures": str(pictures(settings, db))}
        found["hostile"] = str(hostile(settings, db))
        db.execute("UPDATE jobs SET capture_id = 1 WHERE item_id = 1")
        db.execute("DELETE FROM jobs WHERE status = 'pending'")
        found = {**found, **jobs(db)}
        log(db, found["failed"])
        signed_in(db)
        return found


def log(db: sqlite3.Connection, failed: str) -> None:
    """Some lines of the log, none of which is a warning of the worker."""
    events.note(db, "info", "host", "greeted", "Firefox is connected.")
    events.note(db, "info", "queue", "running", "pending → running", job_id=failed)
    events.note(db, "debug", "scraper", "page", f"The page says {HOSTILE}", job_id=failed)
    events.note(db, "warning", "scraper", "rate_limited", "YouTube asks for a pause.", hint="It goes on by itself.")
    events.note(
        db, "error", "queue", "members_only", "running → failed: Only paying members of this channel can see it.",
        hint="Sign in with a membership, then try again.", job_id=failed,
    )  # fmt: skip
    events.note(db, "info", "site", "settings", "quality is 1080 now.")


def signed_in(db: sqlite3.Connection) -> None:
    """What the worker wrote of two sign-ins, one of which has ended."""
    for platform, account, state, username in (
        ("instagram", "1001", "ok", "maren.keeps"),
        ("youtube", "5f2c", "expired", None),
    ):
        db.execute(
            "INSERT INTO session_states (platform, account, incognito, username, state, stored_at, used_at, expires_at)"
            " VALUES (?, ?, 0, ?, ?, ?, ?, ?)",
            (platform, account, username, state, later(-3 * 3600), later(-60), later(20 * 86400)),
        )


def busy(settings: Settings) -> None:
    """Add a long queue, a pause, and lines of a log to the small archive."""
    with closing(open_writer(settings.database)) as db:
        names = ("Tide tables, read aloud for an hour", HOSTILE, "\U0001f30c\u2728", None, "\u0645\u0634\u0647\u062f")
        for number in range(120):
            put_job(db, f"https://www.youtube.com/watch?v=busy{number:07}", names[number % 5], "pending")
        for number in range(8):
            put_job(
                db, f"https://www.tiktok.com/@a/video/{number}", f"Failed number {number}", "failed",
                platform="tiktok", error_code=("gone", "network", "scraper_outdated", "login_needed")[number % 4],
                error_message="TikTok says that it was removed.", hint="Look for a copy in the Web Archive.",
            )  # fmt: skip
        put_job(db, "https://vimeo.com/1", "A pause by hand", "paused", platform="web", progress=26, paused_by="x")
        db.execute("UPDATE jobs SET place = seq << 20")
        pausing.pause_queue(db)


def _clicked() -> Capture:
    return Capture(
        key="k1",
        url="https://www.youtube.com/watch?v=q8bLw3nT0rY",
        source="toolbar",
        captured_at=now(),
        page_url="https://www.youtube.com/watch?v=q8bLw3nT0rY",
        page_title="Why - YouTube",
        playback_seconds=12.4,
        referrer="https://northwood.example/notes/31-mornings",
        selection="thirty one, the same as the mornings",
    )


def pages_of(found: dict[str, str]) -> Iterator[str]:
    """Every page of ours over this archive."""
    yield from ("/", "/browse", "/browse/youtube", "/browse/youtube/1", "/history", "/search", "/search?q=blue")
    yield from (f"/item/{found[name]}" for name in ("video", "pictures", "hostile"))
    yield from (f"/job/{found[name]}" for name in ("failed", "list", "running"))
