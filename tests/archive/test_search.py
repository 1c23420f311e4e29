"""Search: words in titles, descriptions, hashtags, creators and transcripts lead to items, and to the second."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as some

from bowerbird.archive import search
from bowerbird.archive.filing import file_item
from bowerbird.archive.finding import find
from bowerbird.archive.words import fold, indexable, marked, parse_query
from bowerbird.database import transaction
from bowerbird.scraping import ScrapedCreator
from tests.archive.conftest import ITEM


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Rick Astley - Never Gonna Give You Up", "never gonna"),
        ("Rick Astley", "ASTLEY rick"),
        ("Übergrößen für Café-Gäste", "ubergroßen cafe"),
        ("Übergrößen für Café-Gäste", "gäste"),
        ("Ame\u0301lie", "amélie"),
        ("東京の夜景を歩く", "東京"),
        ("東京の夜景を歩く", "夜景"),
        ("東京の夜景を歩く", "歩く 東京"),
        ("中文字幕测试", "字幕"),
        ("カラオケ大会", "カラオケ"),
        ("안녕하세요 여러분", "여러"),
        ("สวัสดีครับ", "สวัสดี"),
        ("हिन्दी गाना", "हिन्दी"),
        ("Привет, Мир", "привет мир"),
        ("مرحبا بالعالم", "مرحبا"),
        ("ΑΘΗΝΑ τη νύχτα", "αθηνα νυχτα"),
        ("C++ & C# in 2024", "c++ 2024"),
        ("foo_bar.baz", "bar"),
        ("don't stop", "don't"),
        ("\uff21\uff22\uff23\u3000wide", "abc"),
        ("#nest on a tree", "#nest"),
        ("an unfinished word", "unfin"),
        ("東京 nights", '"東京 nights"'),
        ("one two three", '"two three"'),
        ("one two three", '"two three'),
        ("one two three", "four OR two"),
        ("one two three", 'three four OR "one two" OR five'),
        ("one two three", "four OR thr"),
        ("one two three", "one OR"),
        ("one two three", "OR one"),
        ("one two three", "one OR OR four"),
        ("one two three", "one OR -four"),
        ("one two three", "-four OR one"),
        ("this or that", "OR"),
    ],
)
def test_a_title_is_found_by(save, db, text, words):
    """Case, accents, scripts without spaces, punctuation, phrases and the begin of the last word do not matter."""
    item_id = save(title=text)
    assert [hit.item_id for hit in find(db, words).hits] == [item_id]
    assert any(is_match for _, is_match in find(db, words).hits[0].pieces)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("東京の夜景", "京東"),
        ("หมา", "หมู"),
        ("one two three", '"three two"'),
        ("one two three", "one four"),
        ("one two three", "one -two"),
        ("unfinished word", "unfin word"),
        ("an unfinished", "un"),
        ("an unfinished", '"unfin"'),
        ("one two three", "four OR two five"),
        ("one two three", "four OR five"),
        ("one two three", 'one "OR" two'),
        ("one two three", "four OR one -two"),
        ("one two three", "one -four OR five"),
        ("one two three", "OR OR"),
        ("one", ""),
        ("one", "   "),
        ("one", "-one"),
        ("one", "-"),
        ("😀", "😀"),
    ],
)
def test_a_title_is_not_found_by(save, db, text, words):
    """Other orders of characters, missing or unwanted words, short begins, and queries without a word find nothing."""
    save(title=text)
    assert find(db, words).hits == ()


@pytest.mark.parametrize(
    "words",
    [
        '"', '""', '"""', "'", "*", "(", ")", "AND", "OR", "NOT", "NEAR(a b)", "title:one", "title : one", "^one",
        "a^b", "one*", "**", "{title description}: one", "- -", "--one", '-"', 'one" AND "', "one'; DROP TABLE x; --",
        "OR OR OR", "a OR", "OR a", "a OR -b", "a OR OR b", "-OR OR -OR", 'a OR "" OR b',
        "one\x00two", "\ud800one", "\u202eeno", "+", "one + two", "x" * 5000, '"' * 999, "a " * 999, "-a " * 500, "%_",
    ],
)  # fmt: skip
def test_no_text_is_a_syntax_error(save, db, words):
    """Whatever is typed is words, never an expression of the search engine."""
    save(title="one")
    find(db, words)


@trying(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(some.text(alphabet=some.characters(), max_size=60))
def test_any_text_may_be_asked_and_marked(db, text):
    """No text, as title or as query, makes an error; marking never changes or loses a character."""
    find(db, text)
    query = parse_query("東京 one") if parse_query(text) is None else parse_query(text)
    assert "".join(piece for piece, _ in marked(text, query)) == text
    assert len(fold(text)) == len(text)


@trying(max_examples=200)
@given(some.text(max_size=40))
def test_splitting_twice_is_splitting_once(text):
    """The index is told the same words when it is to forget as when it was to learn them."""
    assert indexable(indexable(text)).split() == indexable(text).split()


@pytest.mark.parametrize(
    ("words", "matched"),
    [
        ("blue nest", ("title", "hashtags", "transcript")),
        ("feathers", ("description",)),
        ("bower", ("creator",)),
        ("@bower", ("creator",)),
        ("straw", ("description", "transcript")),
    ],
)
def test_a_hit_says_where_it_matched(db, settings, attempts, words, matched):
    """Title, description, hashtags, creator and transcript are told apart."""
    file_item(db, settings, attempts.filing())
    assert find(db, words).hits[0].matched == matched


def test_a_hit_tells_what_a_list_shows(db, settings, attempts):
    """A hit carries title, creator, kind, length and the thumbnail's path below the archive."""
    file_item(db, settings, attempts.filing(msgspec.structs.replace(ITEM, duration=12.5)))
    hit = find(db, "nest").hits[0]
    assert (hit.title, hit.creator, hit.platform, hit.kind, hit.duration) == (
        "A blue nest", "Bower Bird", "youtube", "video", 12.5,
    )  # fmt: skip
    assert hit.thumbnail == "youtube/bower/A blue nest [aBc-123_xyz]/thumbnail.webp"


def test_matches_are_marked_in_their_own_spelling(save, db):
    """Text comes in pieces that say whether they match, so that a page can escape and mark them."""
    save(title="<b>Café</b> cafeteria")
    assert find(db, "cafe").hits[0].pieces == (
        ("<b>", False), ("Café", True), ("</b> ", False), ("cafeteria", True),
    )  # fmt: skip
    assert find(db, '"cafe"').hits[0].pieces == (("<b>", False), ("Café", True), ("</b> cafeteria", False))


def test_a_long_description_is_cut_about_the_match(save, db):
    """The snippet holds the first match, and not the whole description."""
    save(title="t", description="before " * 200 + "needle " + "after " * 200)
    snippet = find(db, "needle").hits[0].snippet
    assert ("needle", True) in snippet
    assert sum(len(text) for text, _ in snippet) <= 180


def test_a_transcript_hit_names_the_second(save, db):
    """A match in what is said comes with its cues: when, and the marked line."""
    save(title="t", lines=("Here is", "the needle we", "sought, needle", "no more"))
    hit = find(db, "needle").hits[0]
    assert [(cue.start, cue.pieces) for cue in hit.cues] == [
        (3.0, (("the ", False), ("needle", True), (" we", False))),
        (6.0, (("sought, ", False), ("needle", True))),
    ]
    assert {cue.language for cue in hit.cues} == {"en"}


def test_at_most_five_cues_are_shown(save, db):
    """A word that is said all the time shows its first five places."""
    save(title="t", lines=["yes yes"] * 50)
    assert [cue.start for cue in find(db, "yes").hits[0].cues] == [0.0, 3.0, 6.0, 9.0, 12.0]


def test_a_phrase_over_two_cues_is_found_where_it_begins(save, db):
    """Captions break sentences; the phrase leads to the cue in which it begins."""
    save(title="t", lines=("nothing", "never gonna", "give you up"))
    cues = find(db, '"gonna give"').hits[0].cues
    assert [(cue.start, cue.pieces) for cue in cues] == [(3.0, (("never ", False), ("gonna", True)))]


def test_japanese_speech_is_found_in_its_cue(save, db):
    """Text without spaces is found in transcripts as well, to the second."""
    save(title="t", lines=("こんにちは", "今日は東京です"), language="ja")
    assert [(cue.start, cue.pieces) for cue in find(db, "東京").hits[0].cues] == [
        (3.0, (("今日は", False), ("東京", True), ("です", False)))
    ]


def test_an_unwanted_word_counts_for_the_whole_item(save, db):
    """`-word` drops an item that has the word in its title also where the rest matches in its transcript."""
    save("1", title="dogs", lines=("cats here",))
    kept = save("2", title="birds", lines=("cats here",))
    assert [hit.item_id for hit in find(db, "cats -dogs").hits] == [kept]


def test_an_item_is_one_hit_however_often_it_matches(save, db):
    """Title and several transcripts that match are one hit."""
    save("1", title="nest", description="nest", lines=("nest", "nest"))
    save("1", title="nest", description="nest", lines=("Nest",), language="de")
    hits = find(db, "nest").hits
    assert len(hits) == 1
    assert hits[0].matched == ("title", "description", "transcript")


def test_pages_follow_each_other_without_gap_or_repeat(save, db):
    """Newest first; each page begins where the last one ended, whether titles or transcripts match."""
    saved = [
        save(str(number), title="nest" if number % 2 else "other", lines=("a nest",) if number % 3 == 0 else ())
        for number in range(20)
    ]
    wanted = [item_id for number, item_id in enumerate(saved) if number % 2 or number % 3 == 0][::-1]
    found, before = [], None
    while True:
        page = find(db, "nest", before=before, limit=4)
        found += [hit.item_id for hit in page.hits]
        before = page.next_before
        if before is None:
            break
    assert found == wanted


def test_a_full_last_page_has_no_next(save, db):
    """There is no link to an empty page."""
    for number in range(4):
        save(str(number), title="nest")
    assert find(db, "nest", limit=4).next_before is None


def test_an_older_item_saved_again_keeps_its_place(save, db):
    """A transcript that came later does not make its item newer than it is."""
    first, second = save("1", title="one"), save("2", title="two", lines=("nest",))
    save("1", title="one", lines=("nest",))
    assert [hit.item_id for hit in find(db, "nest").hits] == [second, first]


def test_what_was_removed_is_no_longer_found(save, db):
    """Taking an item out of the search may be done twice, and other items stay."""
    item_id, other = save("1", title="nest", lines=("nest",)), save("2", title="nest", lines=("nest",))
    for _ in range(2):
        with transaction(db):
            search.remove(db, item_id)
    assert [hit.item_id for hit in find(db, "nest").hits] == [other]
    assert not db.execute(
        "SELECT rowid FROM items_fts WHERE items_fts MATCH 'nest' AND rowid = ?", (item_id,)
    ).fetchall()


def test_what_lies_in_the_trash_is_not_found(save, db):
    """An item in the trash is no hit."""
    save("1", title="nest")
    db.execute("UPDATE items SET deleted_at = '2026-01-01T00:00:00.000Z'")
    assert find(db, "nest").hits == ()


def test_a_removed_item_is_found_again_after_it_is_saved_again(save, db):
    """Saving brings words back, those of transcripts too."""
    save("1", title="nest", lines=("straw",))
    with transaction(db):
        search.remove(db, 1)
    save("1", title="nest", lines=("straw",))
    assert find(db, "nest").hits
    assert find(db, "straw").hits


def test_a_creator_is_found_by_name_and_handle(save, db):
    """Name and handle lead to all items of a creator."""
    save("1", title="t", creator=ScrapedCreator(platform_id="c", handle="@rick_a", name="Rick Astley"))
    assert find(db, "astley").hits
    assert find(db, "@rick_a").hits
