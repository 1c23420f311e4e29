"""Nothing outside the archive is ever written, whatever a title, id, file name or link in the archive says."""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import settings as trying
from hypothesis import strategies as some

from bowerbird.archive.filing import file_item
from bowerbird.archive.names import LONGEST_NAME, file_stem, inside, item_folder, safe_id, safe_name
from bowerbird.archive.placing import EXTENSIONS
from bowerbird.errors import JobError
from bowerbird.scraping import FileReady, ScrapedCreator, TranscriptReady
from tests.archive.conftest import CUES, ITEM, media_files

# The list of threats: dots, nothing, device names, climbing, length, control and direction marks, options, variables.
HOSTILE = (
    ".", "..", "...", "", " ", "CON", "con.txt", "NUL ", "COM1", "LPT9.mp4", "conin$", "../../x", "..\\..\\x",
    "/etc/passwd", "C:\\Windows", "C:x", "\\\\host\\share", "a" * 400, "é" * 300, "東" * 300, "\0", "a\0b",
    "\u202egpj.exe", "\ud800", "\udcff", "-rf", "~", "~root", "%HOME%", "$HOME", "`id`", "$(id)", ";ls", "a\nb", "a\rb",
    "x.", "x ", "x. .", ".partial", "archive.db", "file:stream", "name::$DATA", "\ufeff", "\u2028", "\ue000",
    "\U0010ffff", "e\u0301" * 200, "🗼" * 100, "<script>", "a/b", "a|b", "*?",
)  # fmt: skip
anything = some.one_of(
    some.sampled_from(HOSTILE),
    some.text(some.characters(codec=None), max_size=400),
    some.lists(some.sampled_from(HOSTILE), max_size=4).map("".join),
    some.lists(some.sampled_from(HOSTILE), max_size=4).map("/".join),
)
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE)


def _check_name(name: str, longest: int) -> None:
    assert name
    assert len(name.encode()) <= longest <= 255
    assert unicodedata.normalize("NFC", name) == name
    assert not set(name) & set('<>:"/\\|?*')
    assert not any(unicodedata.category(character).startswith("C") for character in name)
    assert not name.startswith((".", " ", "~"))
    assert not name.endswith((".", " "))
    assert not _DEVICE.fullmatch(name)


@trying(max_examples=500)
@given(anything, some.integers(8, 200))
def test_any_text_becomes_a_safe_name(text, longest):
    """A name is never empty, too long, special to a system or a shell, and is its own safe name."""
    name = safe_name(text, max_bytes=longest)
    _check_name(name, longest)
    assert not name.startswith("-")
    assert safe_name(name, max_bytes=longest) == name


@trying(max_examples=500)
@given(anything, anything, anything, anything)
@example("youtube", "..", "..", "..")
def test_any_item_has_a_folder_inside_the_archive(platform, creator, title, platform_id):
    """Three names deep, each safe, on POSIX and on Windows."""
    folder = item_folder(platform, creator, title, platform_id)
    assert len(folder.parts) == len(PureWindowsPath(str(folder)).parts) == 3
    assert not PureWindowsPath(str(folder)).drive
    for part in folder.parts[1:]:
        _check_name(part, LONGEST_NAME)
    assert re.fullmatch(r"[a-z0-9_][a-z0-9_-]*", folder.parts[0])
    assert inside(Path("/archive"), folder) == Path("/archive") / folder


@trying(max_examples=500)
@given(anything, anything)
def test_ids_are_safe_and_stay_apart(one, other):
    """Names made of ids are safe, and different ids have different names."""
    _check_name(f"{file_stem(one)}_1.mp4", LONGEST_NAME)
    assert not file_stem(one).startswith("-")
    assert (safe_id(one) == safe_id(other)) == (one == other)


@pytest.mark.parametrize("relative", ["..", "../x", "a/../../x", "/etc/passwd", "", ".", "a/\0", "a/\ud800"])
def test_a_path_that_leads_elsewhere_is_refused(tmp_path, relative):
    """Climbing, absolute, empty and impossible paths are `unsafe_file`."""
    with pytest.raises(JobError) as refused:
        inside(tmp_path, relative)
    assert refused.value.code == "unsafe_file"


@pytest.mark.parametrize(
    "relative", ["link", "link/x", "folder/link", "folder/link/deep/x", "dangling", "dangling/x", "loop"]
)
def test_a_link_below_the_folder_is_refused(tmp_path, relative):
    """A link anywhere in the path is refused, whether it leads out, in, nowhere or to itself."""
    archive, outside = tmp_path / "archive", tmp_path / "outside"
    (archive / "folder").mkdir(parents=True)
    outside.mkdir()
    (archive / "link").symlink_to(outside)
    (archive / "folder" / "link").symlink_to(archive / "folder")
    (archive / "dangling").symlink_to(tmp_path / "nothing")
    (archive / "loop").symlink_to(archive / "loop")
    with pytest.raises(JobError) as refused:
        inside(archive, relative)
    assert refused.value.code == "unsafe_file"
    assert str(tmp_path) not in refused.value.message + refused.value.hint + refused.value.detail


def test_the_archive_itself_may_be_a_link(tmp_path):
    """A person may keep the archive on another disk behind a link."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "archive").symlink_to(tmp_path / "disk")
    assert inside(tmp_path / "archive", PurePosixPath("a/b")) == (tmp_path / "disk" / "a" / "b").resolve()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_are_filed_inside_the_archive(tmp_path, db, settings, attempts, hostile):
    """With the same hostile text as title, creator, id and language, files still land three folders deep."""
    before = _outside(tmp_path)
    text = hostile.encode("utf-8", "replace").decode()
    item = msgspec.structs.replace(
        ITEM, title=hostile, platform_id=text, description=hostile, creator=ScrapedCreator(platform_id=text, name=text)
    )
    transcript = TranscriptReady(language=text, origin="manual", cues=CUES)
    file_item(db, settings, attempts.filing(item, transcripts=(transcript,)))
    found = media_files(settings)
    assert len(found) == 5
    assert all(path.count("/") == 3 for path in found)
    assert _outside(tmp_path) == before


def _outside(tmp_path: Path) -> set[Path]:
    return {path for path in tmp_path.rglob("*") if not path.is_relative_to(tmp_path / "archive")}


@pytest.mark.parametrize("planted", ["youtube", "youtube/bower", "youtube/bower/A blue nest [aBc-123_xyz]"])
def test_a_planted_link_is_not_followed(tmp_path, db, settings, attempts, planted):
    """A link where a folder of the item should be ends the attempt, and nothing is written behind it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    link = settings.archive / planted
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside)
    with pytest.raises(JobError) as refused:
        file_item(db, settings, attempts.filing())
    assert refused.value.code == "unsafe_file"
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("planted", ["filing", "filing/metadata.json", "filing/transcript.en.txt"])
@pytest.mark.parametrize("plant", [os.symlink, os.link])
def test_a_link_in_the_attempt_is_not_written_through(tmp_path, db, settings, attempts, planted, plant):
    """What we write ourselves goes into the attempt's folder, also where a scraper has put a link in its way."""
    if planted == "filing" and plant is os.link:
        pytest.skip("folders have no hard links")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    precious = elsewhere / "metadata.json"
    precious.write_text("precious")
    filing = attempts.filing(transcripts=(TranscriptReady(language="en", origin="manual", cues=CUES),))
    link = settings.partial / filing.folder / planted
    link.parent.mkdir(exist_ok=True)
    plant(elsewhere if planted == "filing" else precious, link)
    with contextlib.suppress(JobError):
        file_item(db, settings, filing)
    assert precious.read_text() == "precious"
    assert list(elsewhere.iterdir()) == [precious]


def test_a_link_with_a_final_name_is_replaced_not_followed(tmp_path, db, settings, attempts):
    """A link that has the name of the film is replaced by the film; what it led to is as it was."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    item_id = file_item(db, settings, attempts.filing())
    film = next(settings.archive.rglob("aBc-123_xyz.mp4"))
    film.unlink()
    film.symlink_to(secret)
    assert file_item(db, settings, attempts.filing(force=True)) == item_id
    assert not film.is_symlink()
    assert film.read_bytes() == b"film"
    assert secret.read_text() == "secret"


@pytest.mark.parametrize(
    "name", ["../../archive.db", "/etc/hostname.mp4", "sub/../../x.mp4", "link.mp4", "linked/x.mp4"]
)
def test_a_scraper_can_only_hand_over_its_own_files(tmp_path, db, settings, attempts, name):
    """A file outside the attempt's folder, or behind a link in it, is never moved into the archive."""
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"film")
    filing = attempts.filing()
    folder = Path(filing.folder)
    (folder / "link.mp4").symlink_to(secret)
    (folder / "linked").symlink_to(tmp_path)
    file = FileReady(name=name, file_type="video", size=4, sha256="0" * 64)
    with pytest.raises(JobError) as refused:
        file_item(db, settings, msgspec.structs.replace(filing, files=(file,)))
    assert refused.value.code == "unsafe_file"
    assert secret.read_bytes() == b"film"
    assert media_files(settings) == {}


@pytest.mark.parametrize("folder", ["..", "../home", "/etc", "a/../../..", "", "."])
def test_an_attempt_lies_below_partial(db, settings, attempts, folder):
    """Only a folder below `.partial/` is taken for an attempt's."""
    with pytest.raises(JobError) as refused:
        file_item(db, settings, msgspec.structs.replace(attempts.filing(), folder=folder))
    assert refused.value.code == "unsafe_file"


@pytest.mark.parametrize("file_type", ["video", "audio", "image", "thumbnail", "metadata", "transcript", "other"])
@pytest.mark.parametrize(
    "extension",
    ["exe", "desktop", "url", "webloc", "html", "htm", "xhtml", "svg", "js", "lnk", "bat", "cmd", "ps1", "sh", "scr",
     "hta", "php", "py", "jar", "app", "msi", "vbs", "xml", "swf", "command", "EXE", "", "mp4.exe", "mp4 ", "mp4."],
)  # fmt: skip
def test_no_dangerous_type_lands(db, settings, attempts, file_type, extension):
    """What a double click would run or render as a page is refused under every file type."""
    folder = attempts.folder()
    file = attempts.file(folder, f"media.{extension}", file_type)
    with pytest.raises(JobError) as refused:
        file_item(db, settings, msgspec.structs.replace(attempts.filing(), folder=str(folder), files=(file,)))
    assert refused.value.code == "unsafe_file"
    assert media_files(settings) == {}


def test_a_pipe_or_device_is_no_file(db, settings, attempts):
    """Only regular files are filed; a named pipe would hang whoever opens it."""
    filing = attempts.filing()
    pipe = Path(filing.folder) / "pipe.mp4"
    os.mkfifo(pipe)
    file = FileReady(name="pipe.mp4", file_type="video", size=0, sha256="0" * 64)
    with pytest.raises(JobError) as refused:
        file_item(db, settings, msgspec.structs.replace(filing, files=(file,)))
    assert refused.value.code == "unsafe_file"


def test_every_kept_type_is_inert():
    """The list of kept extensions holds nothing that a system runs or a browser renders as a page."""
    kept = frozenset().union(*EXTENSIONS.values())
    assert not kept & {
        "svg",
        "html",
        "htm",
        "xml",
        "js",
        "exe",
        "desktop",
        "url",
        "webloc",
        "lnk",
        "swf",
        "mhtml",
        "xhtml",
    }
