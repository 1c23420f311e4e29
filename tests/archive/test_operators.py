"""Operators narrow a search; what makes no sense is words."""

from __future__ import annotations

import pytest

from bowerbird.archive import finding, marks, matching, search, trash
from bowerbird.archive.filing import file_item
from bowerbird.archive.finding import find
from bowerbird.archive.operators import taken_apart, unfit
from bowerbird.scraping import Cue, ItemFound, ScrapedCreator, TranscriptReady

RICK = ScrapedCreator(platform_id="r", handle="@rick_a", name="Rick Astley")
MAREN = ScrapedCreator(platform_id="m", handle="maren.keeps", name="Maren")


@pytest.fixture
def four(db, settings, attempts):
    """A song and a talk of 2020, a story of 2024, a picture of nobody; all are blue."""

    def put(number, platform, kind, creator, date, **more):
        said = more.pop("said", "")
        cues = (Cue(3.0, 2.0, said),) if said else ()
        spoken = (TranscriptReady(language="en", origin="manual", cues=cues),) if cues else ()
        item = ItemFound(platform=platform, platform_id=f"p{number}", kind=kind, url="u", creator=creator,
                         upload_date=date, **more)  # fmt: skip
        return file_item(db, settings, attempts.filing(item, transcripts=spoken))

    return [
        put(1, "youtube", "video", RICK, "20200101", title="Blue song"),
        put(2, "youtube", "live", RICK, "20201231", title="Talk", said="it is blue"),
        put(3, "instagram", "story", MAREN, "20240505", title="Feather", description="A blue one"),
        put(4, "web", "image", None, None, title="blue"),
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("blue", [4, 3, 2, 1]),
        ("blue from:rick_a", [2, 1]),
        ("blue from:@RICK_A", [2, 1]),
        ('blue from:"rick astley"', [2, 1]),
        ("blue from:mar", [3]),
        ("blue from:nobody", []),
        ("blue -from:rick_a", [4, 3]),
        ("blue platform:youtube", [2, 1]),
        ("blue -platform:youtube -platform:web", [3]),
        ("blue kind:videos", [1]),
        ("blue kind:stories", [3]),
        ("blue kind:picture", [4]),
        ("blue year:2020", [2, 1]),
        ("blue year:2020-2024", [3, 2, 1]),
        ("blue year:2021..2025 -kind:story", []),
        ("blue in:titles", [4, 1]),
        ("blue in:captions", [3]),
        ("blue in:speech", [2]),
        ("blue in:comments", [1]),
        ("pen in:comments", [1]),
        ("blue tag:Colours", [3, 2]),
        ("blue tag:#colours kind:story", [3]),
        ("blue -tag:colours", [4, 1]),
        ('tag:"of the sea"', [2]),
        ("blue tag:nowhere", []),
        ("colours in:notes", [3, 2]),
        ("blue in:notes", [4]),
        ("lagoon", [4]),
        ("blue -lagoon", [3, 2, 1]),
        ("sea", [2]),
        ("platform:youtube year:2020", [2, 1]),
        ("KIND:live", [2]),
        ("-kind:live", []),
        ("kind:live -talk", []),
        ("year:abc", []),
        ("from:", []),
        ("in:nowhere", []),
    ],
)
@pytest.mark.parametrize("few", [0, 400])
def test_operators_narrow(db, four, monkeypatch, asked, found, few):
    """Each operator, alone and with words, one way or the other; comments, notes and tags are looked in too."""
    db.execute(
        "INSERT INTO comments (item_id, platform_id, author, text) VALUES (?, 'a', 'Ruth', 'pen caps, blue')",
        (four[0],),
    )
    search.reindex_comments(db, four[0], None)
    marks.add_tags_to(db, four[1:3], "Colours")
    marks.add_tags(db, four[1], "of the sea")
    marks.set_note(db, four[3], "As blue as the lagoon")
    monkeypatch.setattr(finding, "_FEW", few)
    assert [hit.item_id for hit in find(db, asked).hits] == [four[number - 1] for number in found]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("blue platform:youtub", ("There is no platform “youtub” here, only instagram, web, youtube.",)),
        ("kind:reels", ("There is no kind “reels” here, only image, live, story, video.",)),
        ("from:nobody platform:web", ("No creator here is called “nobody”.",)),
        ("year:20x4 blue", ("“year:” takes a year, or two: year:2024, year:2020-2024.",)),
        ("year:a year:b -in:titles -year:2x", ("“year:” takes a year, or two: year:2024, year:2020-2024.",)),
        (" ".join(["year:2020"] * 20), ()),
        ("IN:banana", ("“in:” takes one of titles, captions, speech, comments, notes.",)),
        ("tag:nowhere", ("You gave nothing the tag “nowhere”; one of several words stands in quotes.",)),
        ("tag: recipes", ("What “tag:” takes stands right behind it, without a space.",)),
        ("kind:video OR kind:image", ("“OR” joins words alone: from:, kind: and the like all have to fit.",)),
        ('red OR KIND:"video"', ("“OR” joins words alone: from:, kind: and the like all have to fit.",)),
        ("red OR green kind:video", ()),
        ("kind:video red or kind:image", ()),
        ("red or green", ("In capitals, “OR” finds what has one of two words.",)),
        ("-red -kind:reel", ("Say also what has to be there: a word, or something like kind:video.",)),
        ("in:notes", ("Say also what has to be there: a word, or something like kind:video.",)),
        ("blue in:notes", ()),
        ("blue from:rick kind:videos platform:YouTube -kind:reel year:1999 in:speech", ()),
    ],
)
def test_what_fits_nothing_is_named(db, asked, said):
    """Of a search in vain each operator is told that no item fits, or that says nothing, with what there is."""
    assert unfit(db, asked) == said


def test_the_best_come_first(db, four):
    """Titles come before other words, these before what is said; pages go on in that order."""
    page = find(db, "blue", rank="best", limit=3)
    assert [hit.item_id for hit in page.hits] == [four[3], four[0], four[2]]
    assert [hit.item_id for hit in find(db, "blue", rank="best", after=page.next).hits] == [four[1]]


@pytest.mark.parametrize("rank", ["best", "newest"])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 40])
def test_windows_follow_each_other(db, settings, attempts, monkeypatch, rank, limit):
    """However small the windows are in which matches are read, each item comes once, and none is left out."""
    monkeypatch.setattr(finding, "WINDOW", 4)
    saved = [
        file_item(db, settings, attempts.filing(ItemFound(
            platform="web", platform_id=f"{n}", kind="image", url="u", title="nest" if n % 3 else "t",
            description="nest" if n % 4 == 0 else None), transcripts=()))
        for n in range(24)
    ]  # fmt: skip
    wanted = [item_id for n, item_id in enumerate(saved) if n % 3 or n % 4 == 0]
    found, after, pages = [], None, 0
    while pages == 0 or after:
        page = find(db, "nest", rank=rank, after=after, limit=limit)
        found, after, pages = found + [hit.item_id for hit in page.hits], page.next, pages + 1
    assert sorted(found) == wanted
    assert rank == "best" or found == wanted[::-1]


def test_a_comment_is_shown_with_its_writer(db, four):
    """A hit in a comment says who wrote it and marks the word; changed comments are found by their new words alone."""
    db.execute(
        "INSERT INTO comments (item_id, platform_id, author, text) VALUES (?, 'a', 'Ruth', 'pen caps')", (four[2],)
    )
    search.reindex_comments(db, four[2], None)
    (hit,) = find(db, "caps").hits
    assert (hit.matched, hit.comments[0].author) == (("comments",), "Ruth")
    assert ("caps", True) in hit.comments[0].pieces
    before = search.comment_words(db, four[2])
    db.execute("UPDATE comments SET text = '青い羽'")
    search.reindex_comments(db, four[2], before)
    assert find(db, "caps").hits == ()
    assert [hit.item_id for hit in find(db, "羽").hits] == [four[2]]
    search.remove(db, four[2])
    assert find(db, "羽").hits == ()


def test_what_a_person_wrote_is_shown(db, settings, four):
    """A hit in one's own note or tags says so and marks the word; what is changed or taken away is not found by it."""
    marks.set_note(db, four[2], "Seen again in Lübeck")
    marks.add_tags(db, four[2], "recipes, Lübeck harbour")
    (hit,) = find(db, "lubeck").hits
    assert (hit.matched, hit.tags) == (("note", "tags"), ((("Lübeck", True), (" harbour", False)),))
    assert hit.note == (("Seen again in ", False), ("Lübeck", True))
    marks.set_note(db, four[2], "")
    assert find(db, "seen again").hits == ()
    marks.remove_tag(db, four[2], "Lübeck harbour")
    marks.remove_tags_from(db, four, "RECIPES")
    assert find(db, "recipes").hits == find(db, "harbour").hits == ()
    marks.set_note(db, four[2], "to lose")
    trash.put_away(db, four[2])
    trash.give_up(db, four[2])
    assert trash.empty(db, settings) == 1
    assert db.execute("SELECT count(*) FROM marks_fts").fetchone()[0] == 0


def test_a_phrase_is_in_one_tag_or_note(db, four):
    """Tags are words of their own: a phrase is not found where one begins and another goes on."""
    marks.add_tags(db, four[0], "nest, pond")
    marks.set_note(db, four[0], "quiet")
    for phrase in ('"nest pond"', '"quiet nest"'):
        assert find(db, phrase).hits == ()
    marks.add_tags(db, four[0], "nest pond")
    assert len(find(db, '"nest pond"').hits) == 1


@pytest.mark.parametrize("asked", ["tag:Café", "tag:cafe\u0301", "tag:#CAFÉ", "tag:cafe", 'tag:"  café "'])
def test_a_tag_is_asked_for_in_any_spelling_of_its_letters(db, four, asked):
    """As it was stored: composed, on one line, without its hash; capitals and accents aside."""
    marks.add_tags(db, four[0], "Cafe\u0301")
    assert [hit.item_id for hit in find(db, asked).hits] == [four[0]]


def test_the_begin_of_a_word_is_found_in_notes_however_common_it_is(db, four, monkeypatch):
    """What is asked of items by its common endings alone is asked of the few notes and tags as it stands."""
    monkeypatch.setattr(finding, "WINDOW", 1)
    marks.set_note(db, four[2], "bluebells")
    assert [hit.item_id for hit in find(db, "blue in:notes").hits] == [four[2]]
    assert find(db, "blue in:notes").hits[0].note == (("bluebells", True),)


def test_items_of_an_old_tag_are_found_below_many_others(db, settings, attempts, four, monkeypatch):
    """However many newer items there are, the first page of a tag or creator shows what has it."""
    monkeypatch.setattr(finding, "_FEW", 0)
    monkeypatch.setattr(matching, "_ITEMS_AT_ONCE", 2)
    marks.add_tags_to(db, four[:3], "old")
    for number in range(20):
        item = ItemFound(platform="web", platform_id=f"n{number}", kind="image", url="u", title="new")
        file_item(db, settings, attempts.filing(item, transcripts=()))
    found, after = [], None
    for _ in range(2):
        page = find(db, "tag:old", after=after, limit=2)
        found, after = [*found, *(hit.item_id for hit in page.hits)], page.next
    assert found == [four[2], four[1], four[0]]
    assert [hit.item_id for hit in find(db, "from:rick_a").hits] == [four[1], four[0]]


def test_what_is_no_operator_stays_words():
    """Times, addresses and half operators are searched for as they are written."""
    assert taken_apart("at 12:30 https://x.example from: year:20 in:a") == (
        "at 12:30 https://x.example from: year:20 in:a", (),
    )  # fmt: skip
