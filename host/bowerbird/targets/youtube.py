"""YouTube, its short links and music pages, and front ends of others that carry the same ids."""

from __future__ import annotations

from bowerbird.targets.matcher import NAME, TEXT, Platform, Refusal, Row, Table, Wrapper

SITE = "https://www.youtube.com"
MUSIC = "https://music.youtube.com"
WATCH = SITE + "/watch?v={id}"
PLAYLIST = SITE + "/playlist?list={id}"
SHORT = SITE + "/shorts/{id}"

VIDEO = r"(?P<id>[0-9A-Za-z_-]{11})"
LIST = r"(?P<id>[0-9A-Za-z_-]{2,})"
# A mix (RD…) is made anew for each visitor: where a video stands beside it, that is what is meant.
FIXED_LIST = r"(?P<id>(?!RD)[0-9A-Za-z_-]{10,})"
POST = r"(?P<id>Ug[0-9A-Za-z_-]+)"
QUERY = f"(?P<id>{TEXT})"
TAB = r"(?P<tab>videos|shorts|streams|playlists|community|posts|podcasts|releases|courses)"

HINT = "Open a video, a short, a playlist or a channel and save that."
CUT_OFF = Refusal(".*", "This address names no whole video: the id of a video has 11 characters.", HINT)

V_PARAMETER = Row("video", ".*", WATCH, query={"v": VIDEO})
WATCH_ROWS = (
    V_PARAMETER,
    Row("video", f"watch/{VIDEO}.*", WATCH),
    Row("playlist", ".*", PLAYLIST, query={"list": LIST}),
    CUT_OFF,
)
LIST_ROWS = (Row("playlist", ".*", PLAYLIST, query={"list": LIST}),)


def video_rows(word: str) -> tuple[Row | Refusal, ...]:
    """Rows of a word that the id of a video follows."""
    return (Row("video", f"{word}/{VIDEO}.*", WATCH), CUT_OFF)


def search_rows(word: str, page: str, parameter: str) -> tuple[Row, ...]:
    """Rows of a search; `sp` holds its filter."""
    canonical = f"{page}?{parameter}={{id}}"
    return tuple(Row("search", word, canonical, query={name: QUERY}, keep=("sp",)) for name in ("search_query", "q"))


def channel_rows(folder: str, name: str, short: str) -> tuple[Row, ...]:
    """Rows of a channel and its tabs. `name` is a pattern; the platform_id is `short`, the name and the tab."""
    path, page, channel = f"{folder}(?P<name>{name})", f"{SITE}/{folder}{{name}}", f"{short}{{name}}"
    return (
        Row("post", f"{path}/(?:community|posts)", SITE + "/post/{id}", creator="{name}", query={"lb": POST}),
        Row("channel", f"{path}/{TAB}", page + "/{tab}", channel + "/{tab}", "{name}"),
        Row("live", f"{path}/live", page + "/live", channel + "/live", "{name}"),
        Row("search", f"{path}/search", page + "/search?query={id}", creator="{name}", query={"query": QUERY}),
        Row("channel", f"{path}(?:/.*)?", page, channel, "{name}"),
    )


RESERVED = """
about account account_notifications account_privacy ads api creators explore feeds get_video_info iframe_api index kids
logout movies new oops paid_memberships player premium reporthistory s shared storefront t trending upload w yt youtubei
"""
PAGES: Table = {
    **dict.fromkeys(RESERVED.split(), ()),
    "watch": WATCH_ROWS,
    "watch.php": WATCH_ROWS,
    "watch_popup": WATCH_ROWS,
    "movie": WATCH_ROWS,
    "shorts": (Row("short", f"shorts/{VIDEO}.*", SHORT), CUT_OFF),
    "live": (Row("live", f"live/{VIDEO}.*", WATCH), CUT_OFF),
    "clip": (Row("clip", r"clip/(?P<id>[0-9A-Za-z_-]{12,})", SITE + "/clip/{id}"),),
    "playlist": LIST_ROWS,
    "embed": (
        Row("live", "embed/live_stream", SITE + "/channel/{id}/live", "{id}/live", "{id}", {"channel": LIST}),
        Row("playlist", "embed(/.*)?", PLAYLIST, query={"list": FIXED_LIST}),
        Refusal("embed/(videoseries|live_stream)", CUT_OFF.message, HINT),
        *video_rows("embed"),
    ),
    "v": video_rows("v"),
    "vi": video_rows("vi"),
    "e": video_rows("e"),
    "video": video_rows("video"),
    "post": (Row("post", f"post/{POST}", SITE + "/post/{id}"),),
    "hashtag": (Row("hashtag", f"hashtag/(?P<id>{NAME})(/shorts)?", SITE + "/hashtag/{id}"),),
    "source": (Row("sound", f"source/{VIDEO}(/shorts)?", SITE + "/source/{id}/shorts"),),
    "results": search_rows("results", SITE + "/results", "search_query"),
    "search": search_rows("search", SITE + "/results", "search_query"),
    "channel": channel_rows("channel/", "[0-9A-Za-z_-]{2,}", ""),
    "c": channel_rows("c/", NAME, "c/"),
    "user": channel_rows("user/", NAME, "user/"),
    "browse": (
        Row("playlist", f"browse/VL{LIST}", PLAYLIST),
        Row("playlist", r"browse/(?P<id>MPREb_[0-9A-Za-z_-]+)", MUSIC + "/browse/{id}"),
        Row("channel", r"browse/(?P<id>UC[0-9A-Za-z_-]+)", SITE + "/channel/{id}", creator="{id}"),
    ),
    "feed": (
        Row("playlist", "feed/watch_later", SITE + "/playlist?list=WL", "WL"),
        Row("sound", "feed/sfv_audio_pivot", SITE + "/feed/sfv_audio_pivot", "", keep=("bp",)),
        Row("playlist", r"feed/(?P<feed>[a-z_]+)", SITE + "/feed/{feed}", "feed/{feed}", keep=("bp",)),
    ),
    "view_play_list": (Row("playlist", "view_play_list", PLAYLIST, query={"p": LIST}),),
    "attribution_link": (Wrapper(".*", "u"),),
    "redirect": (Wrapper(".*", "q"),),
    "signin": (Wrapper(".*", "next"),),
    "oembed": (Wrapper(".*", "url"),),
    "": (V_PARAMETER,),
    "*": (*channel_rows("", f"@{NAME}", ""), *channel_rows("", f"(?!@){NAME}", "")),
}
MUSIC_PAGES: Table = {**PAGES, "search": search_rows("search", MUSIC + "/search", "q")}
SHORT_LINK = Row("video", f"{VIDEO}(/.*)?", WATCH)
SHORT_LINKS: Table = {**PAGES, "*": (SHORT_LINK, CUT_OFF)}
SHARED_WORDS = ("", "watch", "shorts", "live", "clip", "embed", "v", "e", "playlist", "channel", "post", "hashtag")
FRONT_END: Table = {**{word: PAGES[word] for word in SHARED_WORDS}, "*": (SHORT_LINK,)}

PLATFORM = Platform(
    name="youtube",
    title="YouTube",
    hosts={
        **dict.fromkeys(("youtube.com", "m.youtube.com", "gaming.youtube.com", "studio.youtube.com"), PAGES),
        **dict.fromkeys(("youtube-nocookie.com", "youtubekids.com", "youtube.googleapis.com"), PAGES),
        "music.youtube.com": MUSIC_PAGES,
        "consent.youtube.com": {"*": (Wrapper(".*", "continue"),)},
        "youtu.be": SHORT_LINKS,
    },
    # Those that links in the wild lead to; others are `web`, and the library may know them.
    front_ends={
        **dict.fromkeys(("invidio.us", "redirect.invidious.io", "yewtu.be", "inv.nadeko.net"), FRONT_END),
        **dict.fromkeys(("invidious.nerdvpn.de", "piped.video", "piped.kavin.rocks", "vid.plus"), FRONT_END),
        "zwearz.com": FRONT_END,
    },
    hint=HINT,
)
