"""Lists whose members are scraped at once: rows, counts and the place where the list goes on."""

from __future__ import annotations

from bowerbird.clock import now
from bowerbird.model import ErrorReport
from bowerbird.queue import actions, members, streams, transitions
from bowerbird.queue.rows import ClaimedJob
from bowerbird.queue.streams import Place
from bowerbird.scraping import ItemFound, ListPage
from tests.queue.conftest import Queue

PROFILE = "https://www.instagram.com/garden.notes/"
PRIVATE = ErrorReport(code="private", message="This is private.", hint="Ask.")


def post(number: int) -> ItemFound:
    """A post; every number is another one."""
    code = f"Post{number:07d}"
    url = f"https://www.instagram.com/p/{code}/"
    return ItemFound(platform="instagram", platform_id=code, kind="post", url=url, title=f"Post {number}")


def _keep(queue: Queue, item: ItemFound) -> int:
    """Let an item be in the archive, with one file of a gigabyte."""
    item_id = queue.db.execute(
        "INSERT INTO items (platform, platform_id, kind, url, folder, captured_at, updated_at)"
        " VALUES (?, ?, 'post', ?, ?, ?, ?)",
        (item.platform, item.platform_id, item.url, item.platform_id, now(), now()),
    ).lastrowid
    assert item_id
    queue.db.execute("INSERT INTO item_targets VALUES (?, ?)", (f"instagram:{item.platform_id}", item_id))
    queue.db.execute(
        "INSERT INTO files (item_id, file_path, file_type, file_size, sha256, created_at)"
        " VALUES (?, ?, 'image', 1000, '', '')",
        (item_id, item.platform_id),
    )
    return item_id


def _save(queue: Queue, parent: ClaimedJob, number: int, cursor: str | None, scraper: str = "instaloader") -> None:
    item = post(number)
    target = streams.member_target(item)
    streams.add_saved(queue.db, parent, target, item.title, _keep(queue, item), Place(scraper, cursor))


def _skip(queue: Queue, parent: ClaimedJob, number: int, cursor: str | None = None) -> None:
    target = streams.skipped_target(parent, post(number).url)
    streams.add_skipped(queue.db, parent, target, "Gone", PRIVATE, Place("instaloader", cursor))


def _end(queue: Queue, parent: ClaimedJob, cursor: str | None) -> None:
    streams.end_at(queue.db, parent, cursor)
    members.finish_listing(queue.db, parent.id)


def _begun(queue: Queue, total: int | None = 4, **options: object) -> ClaimedJob:
    queue.save(PROFILE, **options)
    parent = queue.claimed()
    page = ListPage(members=(), cursor="c0", title="Garden Notes", total=total)
    streams.describe(queue.db, parent, page, "instaloader")
    return parent


def test_member_has_a_row_when_it_is_filed(queue: Queue) -> None:
    """A saved member is a completed job of its own with its item, and the list is as far as its members are."""
    parent = _begun(queue)
    _save(queue, parent, 1, "c1")
    (member,) = queue.members(parent.id)
    assert (member.status, member.url, member.title, member.kind) == ("completed", post(1).url, "Post 1", "post")
    assert member.item_id == queue.one("SELECT id FROM items")
    job = queue.job(parent.id)
    assert (job.status, job.title, job.items_done, job.items_total, job.progress) == (
        "running", "Garden Notes", 1, 4, 25,
    )  # fmt: skip
    assert job.current_operation == "1 of 4 saved"
    assert queue.one("SELECT cursor FROM jobs WHERE id = ?", parent.id) == "c1"
    assert queue.one("SELECT scraper FROM jobs WHERE parent_id = ?", parent.id) == "instaloader"


def test_member_without_a_cursor_keeps_the_one_there_is(queue: Queue) -> None:
    """Where a scraper names no place the last one counts, and never that of another scraper."""
    parent = _begun(queue)
    _save(queue, parent, 1, "c1")
    _save(queue, parent, 2, None)
    assert queue.one("SELECT cursor FROM jobs WHERE id = ?", parent.id) == "c1"
    _save(queue, parent, 3, None, "gallery_dl")
    row = queue.rows("SELECT cursor, scraper FROM jobs WHERE id = ?", parent.id)[0]
    assert row == {"cursor": None, "scraper": "gallery_dl"}


def test_member_that_cannot_be_had_does_not_stop_the_list(queue: Queue) -> None:
    """It is a failed row with its reason; the list is completed without it."""
    parent = _begun(queue, total=2)
    _skip(queue, parent, 1, "c1")
    _save(queue, parent, 2, "c2")
    _end(queue, parent, None)
    failed, saved = queue.members(parent.id)
    assert (failed.status, failed.error, failed.title) == ("failed", PRIVATE, "Gone")
    job = queue.job(parent.id)
    assert (saved.status, job.status, job.items_done, job.items_failed) == ("completed", "completed", 1, 1)


def test_saved_member_is_not_failed_afterwards(queue: Queue) -> None:
    """A page that is asked for again may refuse what was saved; that stays saved, and has one row."""
    parent = _begun(queue)
    _save(queue, parent, 1, "c1")
    _skip(queue, parent, 1, "c1")
    assert [member.status for member in queue.members(parent.id)] == ["completed"]


def test_failed_member_is_tried_as_a_job_of_its_own(queue: Queue) -> None:
    """Retry of a failed member reopens its list, which is done when the member is."""
    parent = _begun(queue, total=2)
    _save(queue, parent, 1, "c1")
    _skip(queue, parent, 2, "c2")
    _end(queue, parent, None)
    failed = queue.members(parent.id)[1]
    actions.act(queue.db, queue.settings, [failed.id], "retry")
    assert queue.job(parent.id).status == "running"
    claimed = queue.claimed()
    assert (claimed.id, claimed.target.kind, claimed.target.platform_id) == (failed.id, "post", "Post0000002")
    transitions.complete(queue.db, failed.id, None)
    assert (queue.job(parent.id).status, queue.job(parent.id).items_done) == ("completed", 2)


def test_empty_list_is_completed_with_a_note(queue: Queue) -> None:
    """A profile without posts is done."""
    parent = _begun(queue, total=0)
    _end(queue, parent, None)
    job = queue.job(parent.id)
    assert (job.status, job.progress, job.current_operation) == ("completed", 100, "Nothing is in this list")


def test_list_with_more_asks(queue: Queue) -> None:
    """A list whose limit is reached waits for a word, and goes on with as many again behind its cursor."""
    parent = _begun(queue, total=1204)
    for number in range(3):
        _save(queue, parent, number, "70000000000")
    _end(queue, parent, "70000000000")
    job = queue.job(parent.id)
    assert (job.status, job.wait_reason) == ("waiting", "confirm")
    assert job.error is not None
    assert job.error.message == "3 of 1,204 saved: continue?"
    actions.act(queue.db, queue.settings, [parent.id], "continue")
    again = queue.claimed()
    assert (again.cursor, again.members, again.items_limit) == ("70000000000", 3, 3 + queue.settings.max_items)
    assert again.scraper == "instaloader"


def test_known_members_are_counted_once(queue: Queue) -> None:
    """What was archived before is done without a row, however often it is asked for; what this list saved is not it."""
    for number in (7, 8):
        _keep(queue, post(number))
    parent = _begun(queue)
    keys = [f"instagram:{post(number).platform_id}" for number in range(1, 9)]
    assert streams.add_known(queue.db, parent, keys) == {keys[6], keys[7]}
    _save(queue, parent, 1, "c1")
    transitions.recover(queue.db)
    again = queue.claimed()
    assert again.members == 1
    assert streams.add_known(queue.db, again, keys) == {keys[0], keys[6], keys[7]}
    assert (queue.job(parent.id).items_done, len(queue.members(parent.id))) == (3, 1)


def test_forced_list_knows_nothing(queue: Queue) -> None:
    """With force everything is wanted anew."""
    _keep(queue, post(1))
    parent = _begun(queue, force=True)
    assert streams.add_known(queue.db, parent, [f"instagram:{post(1).platform_id}"]) == frozenset()


def test_crash_before_the_row_loses_nothing(queue: Queue) -> None:
    """A member that was filed and has no row is archived for the next attempt, and counts as done."""
    parent = _begun(queue)
    _keep(queue, post(1))
    transitions.recover(queue.db)
    again = queue.claimed()
    key = f"instagram:{post(1).platform_id}"
    assert streams.add_known(queue.db, again, [key]) == {key}
    assert queue.job(parent.id).items_done == 1


def test_what_is_saved_renews_the_tries(queue: Queue) -> None:
    """A list that gets on between two refusals is never given up."""
    parent = _begun(queue)
    queue.db.execute("UPDATE jobs SET retry_count = 9 WHERE id = ?", (parent.id,))
    _save(queue, parent, 1, "c1")
    assert queue.one("SELECT retry_count FROM jobs WHERE id = ?", parent.id) == 0


def test_bytes_count_since_the_last_word(queue: Queue) -> None:
    """What a list saved adds up until somebody says continue."""
    parent = _begun(queue)
    for number in range(2):
        _save(queue, parent, number, "c1")
    assert queue.one("SELECT bytes_saved FROM jobs WHERE id = ?", parent.id) == 2000
    _end(queue, parent, "c1")
    actions.act(queue.db, queue.settings, [parent.id], "continue")
    assert queue.claimed().bytes_saved == 0


def test_end_of_a_list_is_remembered(queue: Queue) -> None:
    """A later job may end early only where one before it saw the list to its end."""
    first = _begun(queue)
    _save(queue, first, 1, "c1")
    assert not streams.was_seen_whole(queue.db, first)
    _end(queue, first, None)
    assert not streams.was_seen_whole(queue.db, first)
    queue.save(PROFILE)
    assert streams.was_seen_whole(queue.db, queue.claimed())


def test_deleted_list_leaves_nothing(queue: Queue) -> None:
    """Deleting a list deletes what it knew."""
    _keep(queue, post(1))
    parent = _begun(queue)
    streams.add_known(queue.db, parent, [f"instagram:{post(1).platform_id}"])
    _end(queue, parent, None)
    actions.act(queue.db, queue.settings, [parent.id], "delete")
    assert queue.one("SELECT count(*) FROM known_members") == 0
