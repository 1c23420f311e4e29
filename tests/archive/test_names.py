"""Names: whatever a site calls a thing, its folder has a name that every file system takes."""

from __future__ import annotations

import unicodedata

import pytest

from bowerbird.archive.names import LONGEST_NAME, file_stem, item_folder, safe_id, safe_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A plain title", "A plain title"),
        ('What? A/B: "x" <y> | z*', "What_ A_B_ _x_ _y_ _ z_"),
        ("  two   spaces\n and a line ", "two spaces and a line"),
        (".hidden", "hidden"),
        ("ends with dots...", "ends with dots"),
        ("..", "_"),
        ("", "_"),
        ("CON", "_CON"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("com1 .txt", "_com1 .txt"),
        ("lpt\u00b9", "_lpt\u00b9"),
        ("CONAN", "CONAN"),
        ("-rf", "_-rf"),
        ("~", "_~"),
        ("%HOME%", "%HOME%"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("half \ud800 pair", "half pair"),
        ("nul\x00byte", "nulbyte"),
        ("Ame\u0301lie", "Am\u00e9lie"),
        ("東京 🗼", "東京 🗼"),
    ],
)
def test_a_text_becomes_a_name(text, name):
    """What file systems refuse is replaced; what people read stays."""
    assert safe_name(text, max_bytes=100) == name


@pytest.mark.parametrize("text", ["é" * 300, "東" * 300, "🗼" * 300, "a " * 300, "a." * 300])
def test_a_long_text_is_cut_between_characters(text):
    """The limit is in bytes of UTF-8, and no character is cut in two."""
    name = safe_name(text, max_bytes=50)
    assert 45 <= len(name.encode()) <= 50
    assert unicodedata.normalize("NFC", text).startswith(name)


def test_a_folder_is_named_as_the_contract_says():
    """`{platform}/{creator}/{title} [{platform_id}]`."""
    assert str(item_folder("youtube", "bower", "A nest", "aBc-1_2")) == "youtube/bower/A nest [aBc-1_2]"


def test_a_long_title_leaves_room_for_the_id():
    """However long the title is, the id is whole and the name fits."""
    name = item_folder("youtube", "c", "é" * 400, "aBc-1_2").name
    assert name.endswith("é [aBc-1_2]")
    assert len(name.encode()) <= LONGEST_NAME


@pytest.mark.parametrize("platform_id", ["aBc-123_xyz", "-abcdefghij", "7301234567890", "_x", "C1.2", "x" * 64])
def test_a_plain_id_stays_as_it_is(platform_id):
    """Ids of the platforms that are known are names already."""
    assert safe_id(platform_id) == platform_id


def test_a_leading_dash_never_begins_a_file_name():
    """A file called `-x.mp4` would be taken for an option by programs."""
    assert file_stem("-abc") == "_-abc"


def test_changed_ids_stay_apart():
    """Two ids that look the same after what is unsafe is replaced have different names."""
    odd = [
        "a/b",
        "a?b",
        "a:b",
        "a_b",
        "a b",
        "a",
        "a.",
        ".a",
        "",
        ".",
        "..",
        "con",
        "CON",
        "é",
        "e\u0301",
        "x" * 65,
        "x" * 66,
    ]
    assert len({safe_id(platform_id) for platform_id in odd}) == len(odd)


@pytest.mark.parametrize("platform", ["..", "/etc", "archive.db", ".partial", "", "-x", "youtube/../.."])
def test_a_platform_is_one_plain_folder(platform):
    """Nothing that is called a platform can name a file or folder of the archive's own."""
    folder = item_folder(platform, "c", "t", "1").parts[0]
    assert folder not in ("archive.db", ".partial", "..", ".", "")
    assert not set(folder) & set("./\\")
