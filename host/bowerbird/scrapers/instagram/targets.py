"""Which of instaloader's calls serves which kind of target: one function each, and a table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from instaloader import Highlight, get_json_structure

from bowerbird.errors import JobError
from bowerbird.scrapers.instagram import describe, item, refusals
from bowerbird.scrapers.instagram.item import Attempt
from bowerbird.scrapers.instagram.members import About, Entries, Entry, Walk
from bowerbird.scrapers.instagram.pages import Listing
from bowerbird.scrapers.lists import PAGE
from bowerbird.scraping import CreatorFound, ListPage, Member, Operation, ScrapedCreator, ScraperEvent

SITE = describe.SITE
STORY_GONE = "This story is no longer there: Instagram shows stories for 24 hours."

Events = Iterator[ScraperEvent]


def post(attempt: Attempt) -> Events:
    """A post, reel or video by its shortcode."""
    yield Operation("Reading the post")
    shortcode = attempt.assignment.target.platform_id or _shared(attempt)
    try:
        found = attempt.post(shortcode)
    except JobError as error:
        if error.code == "gone" and not attempt.library.account and attempt.library.has_page(f"p/{shortcode}/"):
            raise refusals.login_needed("Instagram shows this post to nobody who is not signed in.") from error
        raise
    yield from item.of_post(found, attempt)


def _shared(attempt: Attempt) -> str:
    """The shortcode that a share link leads to. Raises JobError `gone` where it leads nowhere."""
    found = describe.SHORTCODE.search(attempt.library.leads_to(attempt.assignment.target.canonical_url))
    if not found:
        raise JobError("gone", "This share link leads to no post.")
    return found[1]


def profile(attempt: Attempt) -> Events:
    """All posts of a profile, the newest first."""
    yield from _listed_posts(attempt, lambda owner: owner.get_posts())


def reels(attempt: Attempt) -> Events:
    """All reels of a profile."""
    _require_account(attempt)
    yield from _listed_posts(attempt, lambda owner: owner.get_reels())


def tagged(attempt: Attempt) -> Events:
    """All posts in which a profile is tagged."""
    _require_account(attempt)
    yield from _listed_posts(attempt, lambda owner: owner.get_tagged_posts())


def _listed_posts(attempt: Attempt, make: Callable[[Any], Any]) -> Events:
    owner = _profile(attempt)
    listing = Listing(attempt.library.context, lambda: make(owner))
    yield from _posts(attempt, listing, partial(_about_profile, owner, attempt))


def saved(attempt: Attempt) -> Events:
    """All that the session's own account saved."""
    _require_account(attempt)
    yield Operation("Reading the list of saved posts")
    owner = attempt.library.own_profile()
    wanted = attempt.assignment.target.creator
    if wanted and wanted != owner.username:
        message = f"Saved posts are shown to {wanted} alone, and the browser is signed in as {owner.username}."
        raise refusals.login_needed(message)
    listing = Listing(attempt.library.context, owner.get_saved_posts)
    yield from _posts(attempt, listing, lambda: About(title=f"Saved by {owner.username}", total=listing.count))


def _profile(attempt: Attempt) -> Any:
    attempt.report(Operation("Reading the profile"))
    return attempt.library.profile(str(attempt.assignment.target.creator))


def _creator(owner: Any) -> ScrapedCreator:
    found = describe.creator_of(get_json_structure(owner)["node"])
    if found is None:
        raise refusals.outdated("a profile without a name")
    return found


def _about_profile(owner: Any, attempt: Attempt) -> About:
    creator = _creator(owner)
    total = creator.post_count if attempt.assignment.target.kind == "profile" else None
    return About(title=creator.name or creator.handle, total=total, creator=creator)


def _posts(attempt: Attempt, listing: Listing, about_of: Callable[[], About]) -> Events:
    """The events of a list of posts; what is told of the list is known once its first page is there."""
    walk = Walk(attempt)
    pages = listing.pages(walk.start.after)
    first = next(pages)
    walk.about = about_of()
    creator = walk.about.creator
    if creator:
        yield CreatorFound(creator)

    def entry(node: Mapping[str, Any]) -> Entry:
        shortcode = describe.shortcode_of(node)
        return Entry(
            key=f"instagram:{shortcode}",
            url=f"{SITE}/p/{shortcode}/",
            title=describe.title_of(describe.caption_of(node)),
            events=lambda: item.of_post(attempt.made(lambda: listing.post(node)), attempt, creator),
            counts=lambda: describe.counts_of(node, shortcode),
        )

    def entries() -> Iterator[Entries]:
        for page in chain((first,), pages):
            yield Entries([entry(node) for node in page.nodes], page.after, page.following)

    yield from walk.events(entries())


def stories(attempt: Attempt) -> Events:
    """All stories that a profile shows now."""
    owner, found = _stories(attempt)
    creator = _creator(owner)
    yield CreatorFound(creator)
    about = About(title=f"Stories of {creator.handle}", total=len(found), creator=creator)
    yield from _story_items(attempt, found, about)


def story(attempt: Attempt) -> Events:
    """One picture or video of a profile's stories."""
    owner, found = _stories(attempt)
    wanted = next((one for one in found if str(one.mediaid) == attempt.assignment.target.platform_id), None)
    if wanted is None:
        raise JobError("gone", STORY_GONE, "Ask its owner for it.")
    yield from item.of_story(wanted, attempt, _creator(owner))


def _stories(attempt: Attempt) -> tuple[Any, list[Any]]:
    _require_account(attempt)
    owner = _profile(attempt)
    shown = attempt.library.loader.get_stories([owner.userid])
    return owner, [one for reel in shown for one in reel.get_items()]


def highlight(attempt: Attempt) -> Events:
    """All items of one highlight."""
    _require_account(attempt)
    yield Operation("Reading the highlight")
    highlight_id = str(attempt.assignment.target.platform_id)
    # whose it is and what it is called only comes with its items
    unnamed = Highlight(attempt.library.context, {"id": highlight_id, "owner": {"id": "0", "username": ""}})
    try:
        found = list(unnamed.get_items())
    except IndexError as error:
        raise JobError("gone", "Instagram has no such highlight any more.") from error
    told = unnamed._iphone_struct_ or {}
    creator = describe.creator_of(told.get("user"))
    yield from _story_items(attempt, found, About(title=told.get("title"), total=len(found), creator=creator))


def _story_items(attempt: Attempt, found: list[Any], about: About) -> Events:
    def entry(one: Any) -> Entry:
        platform_id = describe.checked_id(one.mediaid)
        return Entry(
            key=f"instagram:{platform_id}",
            url=f"{SITE}/stories/{about.creator.handle if about.creator else 'user'}/{platform_id}/",
            title=None,
            events=lambda: item.of_story(one, attempt, about.creator),
        )

    walk = Walk(attempt)
    walk.about = about
    yield from walk.events([Entries([entry(one) for one in found])])


def highlights(attempt: Attempt) -> Events:
    """The highlights of a profile, each to be a job of its own: each has a name."""
    _require_account(attempt)
    owner = _profile(attempt)
    creator = _creator(owner)
    yield CreatorFound(creator)
    found = list(attempt.library.loader.get_highlights(owner.userid))
    members = [Member(url=f"{SITE}/stories/highlights/{one.unique_id}/", title=one.title) for one in found]
    yield from _member_pages(members, f"Highlights of {creator.handle}", creator)


def _member_pages(members: list[Member], title: str, creator: ScrapedCreator) -> Iterator[ListPage]:
    for start in range(0, max(1, len(members)), PAGE):
        end = start + PAGE
        yield ListPage(
            members=tuple(members[start:end]),
            cursor=str(end) if end < len(members) else None,
            title=title,
            total=len(members),
            creator=creator,
        )


def _require_account(attempt: Attempt) -> None:
    if not attempt.library.account:
        raise refusals.login_needed()


# kind of target → its events
KINDS: dict[str, Callable[[Attempt], Events]] = {
    "post": post,
    "reel": post,
    "video": post,
    "profile": profile,
    "reels": reels,
    "tagged": tagged,
    "saved": saved,
    "story": story,
    "stories": stories,
    "highlight": highlight,
    "highlights": highlights,
}
