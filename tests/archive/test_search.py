"""Search: words in titles, descriptions, hashtags, creators and transcripts lead to items, and to the second."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as some

from bowerbird.archive import finding, matching, search, vocabulary
from bowerbird.archive.filing import file_item
from bowerbird.archive.finding import find
from bowerbird.archive.words import fold, indexable, marked, parse_query
from bowerbird.database import transaction
from bowerbird.scraping import Cue, ItemFound, ScrapedCreator, TranscriptReady
from tests.archive.conftest import ITEM


def _item(platform_id="1", **fields):
    return ItemFound(platform="youtube", platform_id=platform_id, kind="video", url="u", **fields)


@pytest.fixture
def save(db, settings, attempts):
    """Files an item with the given fields, and a transcript of the given lines, three seconds each."""

    def _save(platform_id="1", lines=(), language="en", **fields):
        cues = tuple(Cue(3.0 * number, 3.0, line) for number, line in enumerate(lines))
        spoken = (TranscriptReady(language=language, origin="manual", cues=cues),) if cues else ()
        return file_item(db, settings, attempts.filing(_item(platform_id, **fields), transcripts=spoken))

    return _save


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


def rest(db, words, page, **asked):
    """The items of a page and of all that follow it."""
    found = [hit.item_id for hit in page.hits]
    return found + rest(db, words, find(db, words, after=page.next, **asked), **asked) if page.next else found


@pytest.mark.parametrize("scanned", [1, 3, 7])
def test_words_that_are_rarely_together_are_found_in_full(save, db, monkeypatch, scanned):
    """However few items are looked at at first, the pages hold each match once, the newest first."""
    monkeypatch.setattr(matching, "SCANNED", scanned)
    for number in range(40):
        save(f"{number}", title="bird nest" if number in (2, 3, 21, 22, 36) else "bird" if number % 2 else "nest")
    assert rest(db, "bird nest", find(db, "bird nest", limit=2), limit=2) == [37, 23, 22, 4, 3]


def test_a_beginning_that_many_words_have_is_asked_for_by_these(save, db, monkeypatch):
    """FTS5 would add up the rows of all words with it: the common ones are named, and each is found."""
    monkeypatch.setattr(vocabulary, "AFFORDABLE", 3)
    save("1", title="A contest of crows")
    save("2", title="Nothing", description="The contents of a nest")
    save("3", title="Untitled", lines=("We continue", "with contempt"))
    save("4", title="Cont.")
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    assert [hit.item_id for hit in find(db, "of cont").hits] == [2, 1]
    assert [hit.item_id for hit in find(db, "cont").hits] == [4, 3, 2, 1]
    assert [hit.said for hit in find(db, "cont").hits] == [0, 2, 0, 0]
    assert not [sql for sql in asked if '"cont"*' in sql]
    assert [hit.item_id for hit in find(db, "nothi").hits] == [2]
    assert [sql for sql in asked if '"nothi"*' in sql]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": "YouTubeの動画"}, "youtub"),
        ({"title": "हिन्दी समाचार"}, "समाच"),
        ({"title": "Cafe\u0301s by night"}, "caf"),
        ({"title": "தமிழ்நாடு"}, "தமிழ்"),
        ({"title": "One", "creator": ScrapedCreator(platform_id="UC1", name="Markiplier")}, "marki"),
        ({"title": "One", "hashtags": ("bowerbirds",)}, "bower"),
        ({"title": "One", "lines": ("a bowerbird",)}, "bower"),
    ],
)
def test_common_words_of_any_writing_are_named(save, db, monkeypatch, fields, words):
    """What is asked for by name are words as the index has them, of everything that is searched."""
    monkeypatch.setattr(vocabulary, "AFFORDABLE", 0)
    item_id, other = save("1", **fields), save("2", title=f"{words} alone")
    assert [hit.item_id for hit in find(db, words).hits] == [other, item_id]


def test_of_few_items_the_rare_words_are_named_too(save, db, monkeypatch):
    """Where operators leave few items, what begins so in them is found, however many other words do elsewhere."""
    monkeypatch.setattr(vocabulary, "AFFORDABLE", 0)
    monkeypatch.setattr(vocabulary, "MOST_WORDS", 1)
    only = save("1", title="Contempt", upload_date="19990101")
    for number in range(2, 5):
        save(str(number), title="We continue", upload_date="20200101")
    assert only not in [hit.item_id for hit in find(db, "cont").hits]
    assert [hit.item_id for hit in find(db, "cont year:1999").hits] == [only]


def test_of_few_items_each_is_asked_where_a_word_is_common(save, db, settings, monkeypatch):
    """In titles, other words, speech and comments, in the order of these; other items' matches are none of theirs."""
    monkeypatch.setattr(matching, "_MANY", 0)
    where = ({"description": "a nest"}, {"title": "nest"}, {"title": "one", "lines": ("a nest", "no", "nests")}, {})
    of_1999 = [save(str(number), upload_date="19990101", **fields) for number, fields in enumerate(where)]
    db.execute("INSERT INTO comments (item_id, platform_id, text) VALUES (?, 'c', 'nest')", (of_1999[3],))
    search.reindex_comments(db, of_1999[3], None)
    save("other", title="nest", lines=("a nest",), upload_date="20200101")
    hits = find(db, "nest year:1999", rank="best").hits
    assert [hit.item_id for hit in hits] == [of_1999[1], of_1999[0], of_1999[2], of_1999[3]]
    assert [hit.matched for hit in hits] == [("title",), ("description",), ("transcript",), ("comments",)]


@pytest.mark.parametrize(("words", "year"), [("contin", ""), ("contin", " year:1999"), ("continental", " year:1999")])
def test_of_few_items_a_word_that_is_begun_is_found(save, db, monkeypatch, words, year):
    """However many other items have words that begin so."""
    monkeypatch.setattr(matching, "_MANY_EACH", 1)
    only = save("1", title="continental drift", upload_date="19990101")
    for number in range(2, 9):
        save(str(number), title=f"contingency {number}", upload_date="20200101")
    save("other", title="nothing", upload_date="19990101")
    assert find(db, f"{words}{year}").hits[-1].item_id == only


def test_transcripts_are_told_in_the_order_in_which_they_came(save, db, settings, attempts):
    """The first one is that of the language that was asked for first."""
    spoken = tuple(
        TranscriptReady(language=language, origin="manual", cues=tuple(Cue(3.0 * n, 3.0, "nest") for n in range(6)))
        for language in ("en", "de", "fr")
    )
    file_item(db, settings, attempts.filing(_item("1", title="Birds", upload_date="19990101"), transcripts=spoken))
    for asked in ("nest", "nest year:1999"):
        [hit] = find(db, asked).hits
        assert {cue.language for cue in hit.cues} == {"en"}


def test_many_transcripts_of_one_item_are_one_match(save, db, settings, attempts, monkeypatch):
    """The best is looked for among enough items, not among enough rows."""
    monkeypatch.setattr(matching, "SCANNED", 1)
    monkeypatch.setattr(finding, "TO_RANK", 3)
    best = save("1", title="nest")
    said = (Cue(0.0, 3.0, "a nest"),)
    spoken = tuple(TranscriptReady(language=language, origin="manual", cues=said) for language in ("de", "en", "fr"))
    other = file_item(db, settings, attempts.filing(_item("2", title="Birds"), transcripts=spoken))
    assert [hit.item_id for hit in find(db, "nest", rank="best").hits] == [best, other]


@pytest.mark.parametrize("most", [2, 3, 4])
def test_transcripts_at_the_end_of_a_window_are_all_found(save, db, settings, attempts, monkeypatch, most):
    """A window that ends within the transcripts of an item leaves none of them out; one item may fill it alone."""
    monkeypatch.setattr(matching, "WINDOW", most)
    said = (Cue(0.0, 3.0, "a nest"),)
    for number in range(1, 4):
        spoken = tuple(TranscriptReady(language=one, origin="manual", cues=said) for one in ("de", "en", "fr"))
        file_item(db, settings, attempts.filing(_item(str(number), title="Birds"), transcripts=spoken))
    for rank in ("newest", "best"):
        page = find(db, "nest", rank=rank, limit=2)
        hits = [*page.hits, *find(db, "nest", after=page.next, rank=rank, limit=2).hits]
        assert [(hit.item_id, hit.said) for hit in hits] == [(number, min(most, 3)) for number in (3, 2, 1)]


def test_the_best_comes_first_however_old_it_is(save, db, monkeypatch):
    """Few matches are all ranked, also those that lie below what is looked at first."""
    monkeypatch.setattr(matching, "SCANNED", 5)
    first = save("1", title="nest")
    for number in range(2, 12):
        save(str(number), title="other", description="a nest")
    assert [hit.item_id for hit in find(db, "nest", rank="best", limit=3).hits] == [first, 11, 10]


@pytest.mark.parametrize("change", ["gone", "new"])
def test_pages_of_the_best_stay_whole_while_items_come_and_go(save, db, monkeypatch, change):
    """A page goes on where the last one ended: nothing is left out and nothing comes again."""
    monkeypatch.setattr(matching, "SCANNED", 5)
    monkeypatch.setattr(finding, "TO_RANK", 5)
    old = [save(str(number), title="nest") for number in range(1, 6)]
    new = [save(str(number), title="other", description="a nest") for number in range(6, 12)]
    page = find(db, "nest", rank="best", limit=3)
    if change == "gone":
        search.remove(db, new[2])
    else:
        for number in range(12, 20):
            save(str(number), title="other", description="a nest")
    kept = [one for one in new if change == "new" or one != new[2]]
    assert sorted(rest(db, "nest", page, rank="best", limit=3)) == [*old, *kept]


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


def test_below_many_that_lie_in_the_trash_the_others_are_found(save, db, monkeypatch):
    """Matches are looked at in steps; those of all steps are found, in their order."""
    monkeypatch.setattr(finding, "_LOOKED_AT", 2)
    kept = [save(str(number), title="nest") for number in range(5)]
    for number in range(5, 40):
        save(str(number), title="nest")
    db.execute("UPDATE items SET deleted_at = '2026-01-01T00:00:00.000Z' WHERE id > 5")
    assert [hit.item_id for hit in find(db, "nest", limit=3).hits] == kept[:1:-1]
    assert [hit.item_id for hit in find(db, "nest", rank="best").hits] == kept[::-1]


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
