"""Filing: what an attempt brought becomes an item, wholly or not at all."""

from __future__ import annotations

import os
import stat

import msgspec
import pytest

from bowerbird.archive.filing import file_item, mark_gone, refresh_item
from bowerbird.archive.finding import find
from bowerbird.archive.keys import known_item
from bowerbird.errors import JobError
from bowerbird.scraping import Cue, ItemFound, ScrapedCreator, TranscriptReady
from tests.archive.conftest import CREATOR, CUES, ENGLISH, ITEM, media_files

FOLDER = "youtube/bower/A blue nest [aBc-123_xyz]"


def test_files_get_the_names_of_the_contract(db, settings, attempts):
    """Film, thumbnail, transcript and metadata lie in the item's folder under the names that people rely on."""
    file_item(db, settings, attempts.filing())
    assert set(media_files(settings)) == {
        f"{FOLDER}/{name}"
        for name in ("aBc-123_xyz.mp4", "thumbnail.webp", "metadata.json", "transcript.en.vtt", "transcript.en.txt")
    }


def test_every_file_has_a_row_that_agrees_with_the_disk(db, settings, attempts, rows):
    """A file's row tells its size, and the row's hash is that of the file."""
    import hashlib

    file_item(db, settings, attempts.filing())
    told = {path: (size, digest) for path, size, digest in rows("SELECT file_path, file_size, sha256 FROM files")}
    found = {path: (len(body), hashlib.sha256(body).hexdigest()) for path, body in media_files(settings).items()}
    assert told == found


def test_several_files_are_numbered_from_one(db, settings, attempts):
    """A post with several pictures has `{platform_id}_{n}.{ext}`, and one sound without a number beside them."""
    folder = attempts.folder()
    files = (
        attempts.file(folder, "a.JPG", "image", b"1", position=1),
        attempts.file(folder, "b.png", "image", b"2", position=2),
        attempts.file(folder, "c.mp3", "audio", b"3"),
    )
    file_item(db, settings, msgspec.structs.replace(attempts.filing(), folder=str(folder), files=files, transcripts=()))
    names = {path.rpartition("/")[2] for path in media_files(settings)}
    assert names == {"aBc-123_xyz_1.jpg", "aBc-123_xyz_2.png", "aBc-123_xyz.mp3", "metadata.json"}


def test_a_folder_may_be_named_relative_to_partial(db, settings, attempts):
    """The attempt's folder may be given as it is called below `.partial/`."""
    filing = attempts.filing()
    assert file_item(db, settings, msgspec.structs.replace(filing, folder=filing.job_id))


def test_an_item_is_known_by_its_target_and_its_own_id(db, settings, attempts):
    """Both the job's target and `platform:platform_id` lead to the item afterwards."""
    item_id = file_item(db, settings, attempts.filing(target_key="https://example.org/page"))
    assert known_item(db, "https://example.org/page") == item_id
    assert known_item(db, "youtube:aBc-123_xyz") == item_id
    assert known_item(db, "youtube:other") is None


@pytest.mark.parametrize(
    ("told", "pieces", "lasts"), [(None, 1, 8.2), (9.0, 1, 9.0), (None, 2, None)], ids=["measured", "told", "several"]
)
def test_a_film_lasts_as_long_as_its_file(db, settings, attempts, rows, told, pieces, lasts):
    """Where the site does not tell, what was measured counts; of an item of several pieces nothing is made up."""
    folder = attempts.folder()
    files = tuple(
        attempts.file(folder, f"{number}.mp4", "video", bytes([number]), position=number, duration=8.2)
        for number in range(1, pieces + 1)
    )
    item = msgspec.structs.replace(ITEM, duration=told)
    filing = msgspec.structs.replace(attempts.filing(item), folder=str(folder), files=files, transcripts=())
    file_item(db, settings, filing)
    assert rows("SELECT duration, seconds FROM items") == [(lasts, lasts or 0.0)]


def test_what_the_platform_says_is_written(db, settings, attempts, rows):
    """Item, creator, counts of both and notes are rows afterwards."""
    file_item(db, settings, attempts.filing(notes=("No German transcript.", "No comments.")))
    assert rows("SELECT title, uploader, uploader_id, view_count, hashtags, note FROM items") == [
        ("A blue nest", "Bower Bird", "@bower", 7, '["nest","blue"]', "No German transcript.\nNo comments.")
    ]
    assert rows("SELECT platform, platform_id, handle, name FROM creators") == [
        ("youtube", "UC1", "@bower", "Bower Bird")
    ]
    assert sorted(rows("SELECT item_id, creator_id, view_count, follower_count FROM snapshots"), key=str) == [
        (1, None, 7, None),
        (None, 1, None, 10),
    ]


def test_transcripts_become_cues_and_files(db, settings, attempts, rows):
    """A transcript is there as timed cues, as text with a line for each cue, and as WebVTT that a player reads."""
    file_item(db, settings, attempts.filing())
    assert rows("SELECT language, origin, text FROM transcripts") == [
        ("en", "manual", "Here is a nest\nmade of <straw>\nand it is blue")
    ]
    assert rows("SELECT start, duration, text FROM cues") == [(cue.start, cue.duration, cue.text) for cue in CUES]
    assert media_files(settings)[f"{FOLDER}/transcript.en.vtt"].decode() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nHere is a nest\n\n"
        "00:00:02.500 --> 00:00:04.000\nmade of &lt;straw&gt;\n\n00:00:04.000 --> 00:00:05.000\nand it is blue\n"
    )


def test_the_same_item_again_keeps_its_folder_and_row(db, settings, attempts, rows):
    """A new title or creator changes rows, never a folder, and makes no second item."""
    first = file_item(db, settings, attempts.filing())
    renamed = msgspec.structs.replace(
        ITEM, title="Another name", creator=msgspec.structs.replace(CREATOR, handle="@new"), description=None
    )
    assert file_item(db, settings, attempts.filing(renamed)) == first
    assert rows("SELECT folder, title, description FROM items") == [(FOLDER, "Another name", "Straw and feathers")]
    assert {path.rpartition("/")[0] for path in media_files(settings)} == {FOLDER}
    assert rows("SELECT count(*) FROM files") == [(5,)]


def test_force_with_another_extension_replaces_the_film(db, settings, attempts, rows):
    """After a forced save the older film of another format is gone, from the rows and from the disk."""
    file_item(db, settings, attempts.filing())
    file_item(db, settings, attempts.filing(film="media.webm", content=b"better", force=True))
    assert rows("SELECT file_path FROM files WHERE file_type = 'video'") == [(f"{FOLDER}/aBc-123_xyz.webm",)]
    assert [path for path in media_files(settings) if ".mp4" in path] == []


def test_force_with_sound_alone_keeps_the_film(db, settings, attempts, rows):
    """Saving the sound of an archived film adds to the item; only files of the same type are replaced."""
    file_item(db, settings, attempts.filing())
    folder = attempts.folder()
    sound = attempts.file(folder, "sound.m4a", "audio")
    filing = msgspec.structs.replace(attempts.filing(force=True), folder=str(folder), files=(sound,), transcripts=())
    file_item(db, settings, filing)
    assert [row[0] for row in rows("SELECT file_type FROM files ORDER BY 1")] == [
        "audio", "metadata", "thumbnail", "transcript", "transcript", "video",
    ]  # fmt: skip
    assert rows("SELECT count(*) FROM transcripts") == [(1,)]


def test_what_a_person_put_beside_the_files_stays(db, settings, attempts):
    """Only files with names of our own making are ever removed from an item's folder."""
    file_item(db, settings, attempts.filing())
    for name in ("aBc-123_xyz.nfo", "aBc-123_xyz.de.srt", "notes.txt"):
        (settings.archive / FOLDER / name).write_text("mine")
    (settings.archive / FOLDER / "aBc-123_xyz.mkv").write_text("left by a stopped attempt")
    file_item(db, settings, attempts.filing(force=True))
    names = {path.rpartition("/")[2] for path in media_files(settings)}
    assert names >= {"aBc-123_xyz.nfo", "aBc-123_xyz.de.srt", "notes.txt"}
    assert "aBc-123_xyz.mkv" not in names


def test_a_transcript_is_replaced_by_its_newer_self(db, settings, attempts, rows):
    """The same language again replaces text, cues and words; another language is added."""
    file_item(db, settings, attempts.filing())
    newer = TranscriptReady(language="en", origin="manual", cues=(Cue(1.0, 1.0, "quite different"),))
    german = TranscriptReady(language="de", origin="automatic", cues=(Cue(1.0, 1.0, "ein Nest"),))
    file_item(db, settings, attempts.filing(transcripts=(newer, german)))
    assert rows("SELECT language, text FROM transcripts ORDER BY id") == [
        ("en", "quite different"),
        ("de", "ein Nest"),
    ]
    assert rows("SELECT count(*) FROM cues") == [(2,)]
    assert not find(db, "straw> made").hits
    assert find(db, "different").hits


def test_refresh_changes_what_is_said_and_never_media(db, settings, attempts, rows):
    """Refreshing writes title, counts, a snapshot and metadata.json; film, thumbnail and transcripts stay."""
    item_id = file_item(db, settings, attempts.filing(notes=("No comments.",)))
    before = media_files(settings)
    newer = msgspec.structs.replace(ITEM, title="A bluer nest", view_count=9, like_count=1)
    assert refresh_item(db, settings, attempts.filing(newer, content=b"other", transcripts=())) == item_id
    assert rows("SELECT title, view_count, note FROM items") == [("A bluer nest", 9, "No comments.")]
    assert rows("SELECT view_count, like_count FROM snapshots WHERE item_id = 1 ORDER BY id") == [(7, None), (9, 1)]
    after = media_files(settings)
    assert {path for path in after if after[path] != before.get(path)} == {f"{FOLDER}/metadata.json"}
    assert rows("SELECT count(*) FROM transcripts") == [(1,)]


def test_the_same_counts_within_a_minute_are_one_snapshot(db, settings, attempts, rows, monkeypatch):
    """A double click makes no second snapshot; the same counts a minute later do."""
    for work, at in ((file_item, "10:00:00"), (refresh_item, "10:00:59"), (refresh_item, "10:01:00")):
        monkeypatch.setattr("bowerbird.clock.now", lambda at=at: f"2026-11-20T{at}.000Z")
        work(db, settings, attempts.filing())
    assert rows("SELECT taken_at FROM snapshots WHERE item_id = 1 ORDER BY id") == [
        ("2026-11-20T10:00:00.000Z",),
        ("2026-11-20T10:01:00.000Z",),
    ]


def test_refresh_of_what_is_not_there_is_refused(db, settings, attempts):
    """Counts of an item that was never filed have nowhere to go."""
    with pytest.raises(JobError) as refused:
        refresh_item(db, settings, attempts.filing())
    assert refused.value.code == "internal"


def test_gone_upstream_is_remembered_until_it_is_back(db, settings, attempts, rows):
    """An item that the platform removed says since when; found again, it no longer does."""
    item_id = file_item(db, settings, attempts.filing())
    mark_gone(db, item_id)
    first = rows("SELECT gone_at FROM items")
    mark_gone(db, item_id)
    assert rows("SELECT gone_at FROM items") == first != [(None,)]
    refresh_item(db, settings, attempts.filing())
    assert rows("SELECT gone_at FROM items") == [(None,)]


def test_an_item_from_the_trash_comes_back(db, settings, attempts, rows):
    """Saving what lies in the trash takes it out; before that it counts as not archived."""
    item_id = file_item(db, settings, attempts.filing())
    db.execute("UPDATE items SET deleted_at = '2026-01-01T00:00:00.000Z'")
    assert known_item(db, "youtube:aBc-123_xyz") is None
    assert file_item(db, settings, attempts.filing()) == item_id
    assert known_item(db, "youtube:aBc-123_xyz") == item_id


def test_ids_that_differ_in_capitals_never_share_a_folder(db, settings, attempts, rows):
    """On a disk that does not tell capitals apart, two such items still have folders of their own."""
    file_item(db, settings, attempts.filing())
    file_item(db, settings, attempts.filing(msgspec.structs.replace(ITEM, platform_id="ABC-123_XYZ")))
    assert len({folder.lower() for (folder,) in rows("SELECT folder FROM items")}) == 2


def test_a_creator_without_a_name_has_a_folder_too(db, settings, attempts, rows):
    """Creator and title may be unknown."""
    file_item(db, settings, attempts.filing(msgspec.structs.replace(ITEM, creator=None, title=None)))
    file_item(
        db,
        settings,
        attempts.filing(
            ItemFound(platform="web", platform_id="1", kind="file", url="u", creator=ScrapedCreator(platform_id="p9"))
        ),
    )
    assert rows("SELECT folder FROM items ORDER BY id") == [
        ("youtube/unknown/untitled [aBc-123_xyz]",),
        ("web/p9/untitled [1]",),
    ]


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_nothing_in_the_archive_is_executable(db, settings, attempts):
    """Whatever mode a library gave a file, in the archive nobody may run it and only its owner may change it."""
    filing = attempts.filing()
    (settings.partial / filing.job_id / "media.mp4").chmod(0o4777)
    file_item(db, settings, filing)
    assert stat.S_IMODE((settings.archive / FOLDER / "aBc-123_xyz.mp4").stat().st_mode) == 0o644


def test_a_file_of_another_size_is_not_whole(db, settings, attempts):
    """A file that is not as long as its scraper said is refused, and nothing gets a final name."""
    filing = attempts.filing()
    (settings.partial / filing.job_id / "media.mp4").write_bytes(b"fil")
    with pytest.raises(JobError) as refused:
        file_item(db, settings, filing)
    assert refused.value.code == "incomplete"
    assert media_files(settings) == {}


def test_a_missing_file_is_not_whole(db, settings, attempts):
    """A file that a scraper promised and that is not there ends the attempt."""
    filing = attempts.filing()
    (settings.partial / filing.job_id / "media.mp4").unlink()
    with pytest.raises(JobError) as refused:
        file_item(db, settings, filing)
    assert refused.value.code == "incomplete"


def test_two_files_for_one_place_are_refused(db, settings, attempts):
    """No file silently overwrites another of the same item."""
    folder = attempts.folder()
    files = (attempts.file(folder, "a.mp4", "video"), attempts.file(folder, "b.mp4", "video"))
    with pytest.raises(JobError) as refused:
        file_item(db, settings, msgspec.structs.replace(attempts.filing(), folder=str(folder), files=files))
    assert refused.value.code == "internal"


@pytest.mark.parametrize(
    ("language", "origin", "name"),
    [
        ("en", "manual", "transcript.en.vtt"),
        ("en", "automatic", "transcript.en.auto.vtt"),
        ("zh-Hans", "translated", "transcript.zh-Hans.translated.vtt"),
    ],
)
def test_a_transcript_is_named_by_language_and_origin(db, settings, attempts, language, origin, name):
    """Automatic transcripts are told from those that a person wrote."""
    file_item(
        db, settings, attempts.filing(transcripts=(TranscriptReady(language=language, origin=origin, cues=CUES),))
    )
    assert f"{FOLDER}/{name}" in media_files(settings)


def test_a_language_can_not_pose_as_another(db, settings, attempts):
    """A manual transcript whose language is called `en.auto` or `../x` does not take another one's name."""
    odd = [TranscriptReady(language=code, origin="manual", cues=CUES) for code in ("en.auto", "../x", "en")]
    automatic = TranscriptReady(language="en", origin="automatic", cues=CUES)
    file_item(db, settings, attempts.filing(transcripts=(*odd, automatic)))
    assert len([path for path in media_files(settings) if path.endswith(".vtt")]) == 4


def test_hostile_cues_can_not_break_the_file(db, settings, attempts):
    """Blank lines, arrows, control characters and empty cues in a transcript make no cue of their own."""
    cues = (Cue(1.0, 0.0, "a\r\n\r\n00:00 --> 00:01\nb\x00\x1b"), Cue(-1.0, 1.0, " \n "), Cue(0.5, 1.0, "first"))
    file_item(db, settings, attempts.filing(transcripts=(TranscriptReady(language="en", origin="manual", cues=cues),)))
    text = media_files(settings)[f"{FOLDER}/transcript.en.vtt"].decode()
    assert text == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nfirst\n\n00:00:01.000 --> 00:00:01.001\na\n00:00 --&gt; 00:01\nb\n"
    )


def test_the_index_forgets_with_the_change_and_stays_sound(db, settings, attempts):
    """Words of an older title are no longer found, and FTS5's own check agrees with what is stored."""
    file_item(db, settings, attempts.filing())
    for title in ("Something else", "Ünïcode 東京", "A blue nest"):
        refresh_item(db, settings, attempts.filing(msgspec.structs.replace(ITEM, title=title)))
        assert len(find(db, f'"{title}"').hits) == 1
    assert not find(db, "unicode").hits
    db.execute("INSERT INTO items_fts (items_fts) VALUES ('integrity-check')")


def test_the_same_language_twice_in_one_attempt_is_one_transcript(db, settings, attempts, rows):
    """A library that brings a language twice makes one transcript."""
    file_item(db, settings, attempts.filing(transcripts=(ENGLISH, ENGLISH)))
    assert rows("SELECT count(*) FROM transcripts") == [(1,)]
    assert rows("SELECT count(*) FROM cues") == [(3,)]
