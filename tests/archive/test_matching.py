"""Matches in windows: however common words are, and however few items are meant, each is found once."""

from __future__ import annotations

import pytest

from bowerbird.archive import finding, matching, search, vocabulary
from bowerbird.archive.filing import file_item
from bowerbird.archive.finding import find
from bowerbird.scraping import Cue, ScrapedCreator, TranscriptReady
from tests.archive.conftest import a_film


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


def test_the_newest_rows_of_one_word_are_read_at_once(save, db, monkeypatch):
    """However far back they lie: the steps that words together need would each cost as much."""
    monkeypatch.setattr(matching, "SCANNED", 1)
    for number in range(9):
        save(f"{number}", title="bird nest" if number in (1, 2) else "nest")
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    for words, steps in (("bird", 1), ("nest bird", 3), ("bird in:titles", 3)):
        asked.clear()
        assert [hit.item_id for hit in find(db, words).hits] == [3, 2]
        assert len([sql for sql in asked if "items_fts MATCH" in sql and "ORDER BY rowid DESC" in sql]) == steps


def test_one_word_is_in_a_title_as_the_index_has_it(save, db, monkeypatch):
    """Ligatures are their letters; a word that is asked for as it stands is not the begin of another one."""
    plain = save("1", title="ﬁnd me")
    said = save("2", title="other", description="find me")
    assert [hit.item_id for hit in find(db, "find", rank="best").hits] == [plain, said]
    monkeypatch.setattr(finding, "WINDOW", 1)
    longer = save("3", title="findings", description="find")
    assert [hit.item_id for hit in find(db, "find", rank="best").hits] == [plain, longer, said]


def test_a_word_that_is_begun_is_found_beside_a_common_one(save, db, monkeypatch):
    """Of two words with OR between them the common one does not decide whether the other may go on."""
    monkeypatch.setattr(finding, "WINDOW", 3)
    begun = save("1", title="eggs")
    nests = [save(str(number), title="nest") for number in range(2, 6)]
    assert [hit.item_id for hit in find(db, "nest OR egg").hits] == [*reversed(nests), begun]


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
    assert not [sql for sql in asked if '"cont"*' in sql and "marks_fts" not in sql]
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
    file_item(db, settings, attempts.filing(a_film("1", title="Birds", upload_date="19990101"), transcripts=spoken))
    for asked in ("nest", "nest year:1999"):
        [hit] = find(db, asked).hits
        assert {cue.language for cue in hit.cues} == {"en"}


def test_many_transcripts_of_one_item_are_one_match(save, db, settings, attempts, monkeypatch):
    """The best is looked for among enough items, not among enough rows."""
    monkeypatch.setattr(matching, "SCANNED", 1)
    monkeypatch.setattr(finding, "TO_RANK", 3)
    best = save("1", title="bird nest")
    said = (Cue(0.0, 3.0, "a bird nest"),)
    spoken = tuple(TranscriptReady(language=language, origin="manual", cues=said) for language in ("de", "en", "fr"))
    other = file_item(db, settings, attempts.filing(a_film("2", title="Birds"), transcripts=spoken))
    assert [hit.item_id for hit in find(db, "bird nest", rank="best").hits] == [best, other]


@pytest.mark.parametrize("most", [2, 3, 4])
def test_transcripts_at_the_end_of_a_window_are_all_found(save, db, settings, attempts, monkeypatch, most):
    """A window that ends within the transcripts of an item leaves none of them out; one item may fill it alone."""
    monkeypatch.setattr(matching, "WINDOW", most)
    said = (Cue(0.0, 3.0, "a nest"),)
    for number in range(1, 4):
        spoken = tuple(TranscriptReady(language=one, origin="manual", cues=said) for one in ("de", "en", "fr"))
        file_item(db, settings, attempts.filing(a_film(str(number), title="Birds"), transcripts=spoken))
    for rank in ("newest", "best"):
        page = find(db, "nest", rank=rank, limit=2)
        hits = [*page.hits, *find(db, "nest", after=page.next, rank=rank, limit=2).hits]
        assert [(hit.item_id, hit.said) for hit in hits] == [(number, min(most, 3)) for number in (3, 2, 1)]


def test_the_best_comes_first_however_old_it_is(save, db, monkeypatch):
    """Few matches are all ranked, also those that lie below what is looked at first."""
    monkeypatch.setattr(matching, "SCANNED", 5)
    first = save("1", title="bird nest")
    for number in range(2, 12):
        save(str(number), title="other", description="a bird nest")
    assert [hit.item_id for hit in find(db, "bird nest", rank="best", limit=3).hits] == [first, 11, 10]


@pytest.mark.parametrize("change", ["gone", "new"])
def test_pages_of_the_best_stay_whole_while_items_come_and_go(save, db, monkeypatch, change):
    """A page goes on where the last one ended: nothing is left out and nothing comes again."""
    monkeypatch.setattr(matching, "SCANNED", 5)
    monkeypatch.setattr(finding, "TO_RANK", 5)
    old = [save(str(number), title="bird nest") for number in range(1, 6)]
    new = [save(str(number), title="other", description="a bird nest") for number in range(6, 12)]
    page = find(db, "bird nest", rank="best", limit=3)
    if change == "gone":
        search.remove(db, new[2])
    else:
        for number in range(12, 20):
            save(str(number), title="other", description="a bird nest")
    kept = [one for one in new if change == "new" or one != new[2]]
    assert sorted(rest(db, "bird nest", page, rank="best", limit=3)) == [*old, *kept]


def test_below_many_that_lie_in_the_trash_the_others_are_found(save, db, monkeypatch):
    """Matches are looked at in steps; those of all steps are found, in their order."""
    monkeypatch.setattr(finding, "_LOOKED_AT", 2)
    kept = [save(str(number), title="nest") for number in range(5)]
    for number in range(5, 40):
        save(str(number), title="nest")
    db.execute("UPDATE items SET deleted_at = '2026-01-01T00:00:00.000Z' WHERE id > 5")
    assert [hit.item_id for hit in find(db, "nest", limit=3).hits] == kept[:1:-1]
    assert [hit.item_id for hit in find(db, "nest", rank="best").hits] == kept[::-1]
