"""Instagram. Names of people are lower case there, whatever a link says; shortcodes are not."""

from __future__ import annotations

from bowerbird.model import Kind
from bowerbird.targets.matcher import NAME, Platform, Refusal, Row, Table, Wrapper

SITE = "https://www.instagram.com"
USER = r"(?P<user>(?!\.+(?:/|$))[A-Za-z0-9_.]{1,30})"
PAGE = SITE + "/{user}/"
CODE = r"(?P<id>[A-Za-z0-9_-]{2,})"
NUMBER = r"(?P<id>[0-9]+)"
POST = SITE + "/p/{id}/"
REEL = SITE + "/reel/{id}/"

HINT = "Open a post, a reel, a story or a profile and save that."


def tab(kind: Kind, word: str, canonical: str = "") -> Row:
    """The row of a list that belongs to one person."""
    return Row(kind, f"{USER}/{word}", canonical or f"{PAGE}{word}/", "{user}", "{user}")


RESERVED = """
_n _u about account ads api archive challenge create data developer direct directory download emails graphql legal
locations nametag notifications oauth popular press privacy push qr session settings signup static terms topics web
your_activity
"""
PAGES: Table = {
    **dict.fromkeys(RESERVED.split(), ()),
    "p": (Row("post", f"p/{CODE}(/.*)?", POST),),
    "reel": (Row("reel", f"reel/{CODE}(/.*)?", REEL),),
    "tv": (Row("video", f"tv/{CODE}(/.*)?", POST),),
    "reels": (
        Row("sound", f"reels/audio/{NUMBER}", SITE + "/reels/audio/{id}/"),
        Row("reel", f"reels/(?!audio(/|$)){CODE}(/.*)?", REEL),
    ),
    "stories": (
        Row("highlight", f"stories/highlights/{NUMBER}", SITE + "/stories/highlights/{id}/"),
        Refusal("stories(/highlights)?", "This address names no story.", HINT),
        Row("story", f"stories/{USER}/{NUMBER}", SITE + "/stories/{user}/{id}/", creator="{user}"),
        Row("stories", f"stories/{USER}", SITE + "/stories/{user}/", "{user}", "{user}"),
    ),
    "explore": (
        Row("hashtag", f"explore/tags/(?P<id>{NAME})(/.*)?", SITE + "/explore/tags/{id}/"),
        Row("hashtag", "explore/search/keyword", SITE + "/explore/tags/{id}/", query={"q": f"#(?P<id>{NAME})$"}),
    ),
    # What a share link leads to is only known to the site.
    "share": (
        Row("reel", r"share/reel/(?P<code>[A-Za-z0-9_-]+)", SITE + "/share/reel/{code}/", ""),
        Row("post", r"share/p/(?P<code>[A-Za-z0-9_-]+)", SITE + "/share/p/{code}/", ""),
        Row("post", r"share/(?P<code>[A-Za-z0-9_-]{6,})", SITE + "/share/{code}/", ""),
    ),
    "accounts": (Wrapper("accounts/login", "next"),),
    "": (),
    "*": (
        Row("profile", f"{USER}(/(feed|posts|photos|igtv|channel|embed))?", PAGE, "{user}", "{user}"),
        Row("post", f"{USER}/p/{CODE}(/.*)?", POST, creator="{user}"),
        Row("reel", f"{USER}/reels?/{CODE}(/.*)?", REEL, creator="{user}"),
        Row("video", f"{USER}/tv/{CODE}(/.*)?", POST, creator="{user}"),
        tab("reels", "reels"),
        tab("tagged", "tagged"),
        tab("highlights", "highlights"),
        tab("saved", "saved(/all-posts)?", PAGE + "saved/"),
        tab("guide", "guides"),
        tab("live", "live"),
        Row("collection", f"{USER}/saved/(?P<slug>{NAME})/{NUMBER}", PAGE + "saved/{slug}/{id}/", creator="{user}"),
        Row("guide", f"{USER}/guide/(?P<slug>{NAME})/{NUMBER}", PAGE + "guide/{slug}/{id}/", creator="{user}"),
        Refusal(f"{USER}/(followers|following)(/.*)?", "Lists of people can't be saved.", HINT),
    ),
}

PLATFORM = Platform(
    name="instagram",
    title="Instagram",
    hosts={
        **dict.fromkeys(("instagram.com", "m.instagram.com", "instagr.am"), PAGES),
        "l.instagram.com": {"*": (), "": (Wrapper("", "u"),)},
    },
    hint=HINT,
    sigil="@",
    lower_case=frozenset(("user",)),
)
