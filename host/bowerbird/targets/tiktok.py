"""TikTok. A name may also be the account's long id, which depends on case, so the case of names is kept."""

from __future__ import annotations

from bowerbird.targets.matcher import NAME, Platform, Row, Table, Wrapper

SITE = "https://www.tiktok.com"
USER = r"(?P<user>(?!\.+(?:/|$))[A-Za-z0-9_.-]{1,100})"
NUMBER = r"(?P<id>[0-9]+)"
CODE = r"(?P<code>[A-Za-z0-9_-]{4,})"
NAMED = rf"(?P<slug>(?:{NAME}-)?(?P<id>[0-9]+))"
PAGE = SITE + "/@{user}"
VIDEO = SITE + "/@/video/{id}"  # opens without the name too
PHOTO = SITE + "/@/photo/{id}"

HINT = "Open a video, a photo post or a profile and save that."

SHARED = (
    Row("video", f"(embed(/v[0-9])?|player/v1|v|share/video|i18n/share/video)/{NUMBER}(\\.html)?", VIDEO),
    Row("post", f"share/photo/{NUMBER}", PHOTO),
    Row("live", f"share/live/{NUMBER}", "https://m.tiktok.com/share/live/{id}"),
)
PAGES: Table = {
    "embed": SHARED,
    "player": SHARED,
    "v": SHARED,
    "share": SHARED,
    "i18n": SHARED,
    "t": (Row("video", f"t/{CODE}", SITE + "/t/{code}/", ""),),
    "music": (Row("sound", f"music/{NAMED}", SITE + "/music/{slug}"),),
    "sticker": (Row("collection", f"sticker/{NAMED}", SITE + "/sticker/{slug}"),),
    "tag": (Row("hashtag", f"tag/(?P<id>{NAME})", SITE + "/tag/{id}"),),
    "login": (Wrapper(".*", "redirect_url"),),
    "link": (Wrapper(".*", "target"),),
    "": (),
    "*": (
        Row("video", f"@{USER}/video/{NUMBER}(/.*)?", PAGE + "/video/{id}", creator="{user}"),
        Row("post", f"@{USER}/photo/{NUMBER}(/.*)?", PAGE + "/photo/{id}", creator="{user}"),
        Row("profile", f"@{USER}(/posts)?", PAGE, "{user}", "{user}"),
        Row("live", f"@{USER}/live", PAGE + "/live", "{user}", "{user}"),
        Row("playlist", f"@{USER}/playlist/{NAMED}", PAGE + "/playlist/{slug}", creator="{user}"),
        Row("collection", f"@{USER}/collection/{NAMED}", PAGE + "/collection/{slug}", creator="{user}"),
        Row("stories", f"@{USER}/stories", PAGE + "/stories", "{user}", "{user}"),
        Row("saved", f"@{USER}/(saved|favorites)", PAGE + "/saved", "{user}", "{user}"),
        Row("playlist", f"@{USER}/(liked|likes)", PAGE + "/liked", "{user}/liked", "{user}"),
        Row("playlist", f"@{USER}/reposts", PAGE + "/reposts", "{user}/reposts", "{user}"),
        Row("video", f"@/video/{NUMBER}", VIDEO),
        Row("post", f"@/photo/{NUMBER}", PHOTO),
    ),
}


def short_links(host: str) -> Table:
    """What a short link leads to is only known to the site."""
    return {**PAGES, "": (), "*": (Row("video", CODE, f"https://{host}/{{code}}/", ""), *PAGES["*"])}


PLATFORM = Platform(
    name="tiktok",
    title="TikTok",
    hosts={
        **dict.fromkeys(("tiktok.com", "m.tiktok.com", "lite.tiktok.com", "tiktokv.com"), PAGES),
        "vm.tiktok.com": short_links("vm.tiktok.com"),
        "vt.tiktok.com": short_links("vt.tiktok.com"),
    },
    hint=HINT,
    sigil="@",
)
