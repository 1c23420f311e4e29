"""What is taken of a browser's cookies, and what the libraries get."""

from __future__ import annotations

import contextlib
import io
import json
import time
from http.cookiejar import MozillaCookieJar
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.errors import RequestError
from bowerbird.sessions import cookies as jar
from tests.sessions.conftest import CANARY, a_cookie, a_jar, checked

YOUTUBE = {"domain": ".youtube.com"}
TIKTOK = {"domain": ".tiktok.com"}


def refusal(objects: list[Any], host: str = "www.instagram.com") -> RequestError:
    """The error that these cookies get."""
    with pytest.raises(RequestError) as refused:
        jar.read_cookies(objects, host)
    return refused.value


def test_a_cookie_keeps_name_value_and_where_it_may_go() -> None:
    """Domain with its dot, path, secure, and the expiry in whole seconds."""
    [cookie] = checked([a_cookie(path="/accounts")])
    assert (cookie.name, cookie.value, cookie.domain, cookie.path) == (
        "sessionid",
        CANARY,
        ".instagram.com",
        "/accounts",
    )
    assert cookie.secure
    assert isinstance(cookie.expires, int)
    assert cookie.expires > time.time()


def test_a_host_only_cookie_goes_to_its_host_only() -> None:
    """Neither a dot nor hosts below, whichever of the two fields says so."""
    for fields in (
        {"domain": "www.instagram.com", "hostOnly": True},
        {"domain": ".www.instagram.com", "hostOnly": True},
    ):
        [cookie] = checked([a_cookie(**fields)])
        assert cookie.domain == "www.instagram.com"
        assert "www.instagram.com\tFALSE\t" in jar.netscape([cookie])


FOREIGN = {
    "another site": {"domain": ".facebook.com"},
    "a name that ends alike": {"domain": "notinstagram.com"},
    "a name that begins alike": {"domain": ".instagram.com.evil.example"},
    "a public suffix": {"domain": ".com"},
    "no domain": {"domain": ""},
}
FORGED = {
    "a line end in the value": {"value": "x\r\nSet-Cookie: y"},
    "a line end in the name": {"name": "a\nb"},
    "a line end in the path": {"path": "/\n"},
    "a line end in the domain": {"domain": ".instagram.com\n.evil.example"},
    "NUL in the value": {"value": "a\0b"},
    "delete in the name": {"name": "a\x7f"},
}
MALFORMED: dict[str, Any] = {
    "no name": {"value": "x", "domain": ".instagram.com"},
    "a number as value": a_cookie(value=7),  # type: ignore[arg-type]
    "a list as domain": a_cookie(domain=[".instagram.com"]),
    "text as expiry": a_cookie(expirationDate=CANARY),
    "a text": f"sessionid={CANARY}",
    "nothing": None,
    "a list": [],
}


@pytest.mark.parametrize(
    "fields", [pytest.param(fields, id=name) for name, fields in (FOREIGN | FORGED).items()]
)  # fmt: skip
def test_a_foreign_or_forged_cookie_costs_all(fields: dict[str, Any]) -> None:
    """Nothing of a list is taken that has a cookie of another site, or one that no browser could store."""
    refused = refusal([*a_jar(), a_cookie(**fields)])
    assert refused.code == "bad_session"
    assert CANARY not in f"{refused!r} {refused} {refused.as_dict()}"


@pytest.mark.parametrize("one", [pytest.param(one, id=name) for name, one in MALFORMED.items()])
def test_what_is_no_cookie_object_costs_all(one: Any) -> None:
    """A list with something else in it is refused, and the sentence quotes nothing of it."""
    refused = refusal([*a_jar(), one])
    assert refused.code == "bad_session"
    assert CANARY not in f"{refused!r} {refused} {refused.__cause__} {refused.as_dict()}"


def test_too_many_cookies_are_refused() -> None:
    """No site has five thousand; a thousand are read."""
    assert refusal([a_cookie(f"c{n}") for n in range(5000)]).code == "bad_session"
    assert len(checked([a_cookie(f"c{n}") for n in range(jar.MOST_COOKIES)])) == jar.MOST_COOKIES


LEFT_OUT = {
    "expired": {"expirationDate": 1_700_000_000.5},
    "expired before 1970": {"expirationDate": -1},
    "a tab, which breaks a line of a cookies.txt": {"value": "a\tb"},
    "a semicolon, which would begin another cookie": {"value": "a; b=c"},
    "no ASCII, which no request header can carry": {"value": "schön"},
    "no name": {"name": ""},
    "longer than browsers take": {"value": "x" * 5000},
    "of visits to another site": {"partitionKey": {"topLevelSite": "https://news.example"}},
    "of another site's visits in Firefox": {"firstPartyDomain": "news.example"},
}


@pytest.mark.parametrize("fields", [pytest.param(fields, id=name) for name, fields in LEFT_OUT.items()])
def test_what_is_of_no_use_is_left_out(fields: dict[str, Any]) -> None:
    """The others are taken without it."""
    assert checked([*a_jar(), a_cookie(**{"name": "odd", **fields})]) == checked(a_jar())


def test_a_partitioned_cookie_of_the_sites_own_visits_is_kept_with_its_key() -> None:
    """It is what the site itself sees; where there is one without a partition, that one counts."""
    own = {"partitionKey": {"topLevelSite": "https://instagram.com"}}
    [kept] = checked([a_cookie(**own)])
    assert kept.partition == "instagram.com"
    both = [a_cookie(value="ordinary"), a_cookie(value="partitioned", **own)]
    for objects in (both, both[::-1]):
        assert [one.value for one in checked(objects)] == ["ordinary"]


@pytest.mark.parametrize("objects", [[], [a_cookie(expirationDate=1)], [a_cookie(value="a\tb")]])
def test_nothing_left_is_no_sign_in(objects: list[Any]) -> None:
    """No cookie that is good is an error that says what to do."""
    refused = refusal(objects)
    assert (refused.code, "Instagram" in refused.message, bool(refused.hint)) == ("bad_session", True, True)


@pytest.mark.parametrize("host", ["", "not a host", "https://www.instagram.com/", "www.instagram.com:443", "a" * 300])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    """The site's name must be a host name."""
    assert refusal(a_jar(), host).code == "bad_session"


@pytest.mark.parametrize("agent", ["a\r\nCookie: b", "a\0", "schön", "x" * 5000])
def test_a_user_agent_that_no_header_can_carry_is_refused(agent: str) -> None:
    """It goes into requests as it is."""
    with pytest.raises(RequestError) as refused:
        jar.read_user_agent(agent)
    assert refused.value.code == "bad_session"


ACCOUNTS = [
    ("www.instagram.com", [a_cookie("sessionid"), a_cookie("ds_user_id", "1001")], "1001"),
    ("www.tiktok.com", [a_cookie(**TIKTOK), a_cookie("uid_tt", "a" * 64, **TIKTOK)], None),
    ("www.tiktok.com", [a_cookie(**TIKTOK)], None),
    ("www.youtube.com", [a_cookie("LOGIN_INFO", **YOUTUBE), a_cookie("SAPISID", **YOUTUBE)], None),
    ("www.youtube.com", [a_cookie("LOGIN_INFO", **YOUTUBE), a_cookie("__Secure-3PAPISID", **YOUTUBE)], None),
]


@pytest.mark.parametrize(("host", "objects", "account"), ACCOUNTS)
def test_the_account_is_read_from_the_cookies(host: str, objects: list[Any], account: str | None) -> None:
    """A plain number is the account; what is a secret stands as twelve digits of a hash, always the same."""
    platform = host.split(".")[1]
    read = jar.read_cookies(objects, host)
    found = jar.account_of(platform, read)
    assert found == jar.account_of(platform, read[::-1])
    assert found == account if account else (len(found) == 12 and found not in str(objects))


NO_LOGINS = [
    ("instagram", "www.instagram.com", [a_cookie("csrftoken")]),
    ("instagram", "www.instagram.com", [a_cookie("ds_user_id", "1001")]),
    ("instagram", "www.instagram.com", [a_cookie("sessionid", ""), a_cookie("ds_user_id", "1001")]),
    ("tiktok", "www.tiktok.com", [a_cookie("tt_chain_token", **TIKTOK)]),
    ("youtube", "www.youtube.com", [a_cookie("SAPISID", **YOUTUBE)]),
    ("youtube", "www.youtube.com", [a_cookie("LOGIN_INFO", **YOUTUBE)]),
]


@pytest.mark.parametrize(("platform", "host", "objects"), NO_LOGINS)
def test_cookies_of_somebody_who_is_not_signed_in_are_no_session(platform: str, host: str, objects: list[Any]) -> None:
    """Visitors have cookies too; the sentence says where to sign in."""
    with pytest.raises(RequestError) as refused:
        jar.account_of(platform, jar.read_cookies(objects, host))
    assert (refused.value.code, host in refused.value.hint) == ("bad_session", True)


def test_an_unknown_site_has_one_unnamed_account() -> None:
    """Whose a forum's cookies are can't be read from them."""
    assert jar.account_of("example.org", jar.read_cookies([a_cookie(domain="example.org")], "example.org")) == "unnamed"


def test_values_are_in_no_picture_of_a_cookie() -> None:
    """What a log or a traceback would show has no value in it."""
    read = checked(a_jar())
    told = f"{read!r} {read[0]} {jar.BrowserCookie(name='a', value=CANARY, domain='b')!r}"
    assert CANARY not in told


# --- whatever a browser may say

COOKIE_TEXT = st.text(max_size=40)
COOKIES = st.lists(
    st.fixed_dictionaries(
        {"name": COOKIE_TEXT, "value": COOKIE_TEXT},
        optional={
            "domain": st.sampled_from(
                [".instagram.com", "www.instagram.com", "i.instagram.com", ".evil.example", "x\n"]
            ),
            "path": st.sampled_from(["/", "", "/a b", "x", "/\t"]) | COOKIE_TEXT,
            "secure": st.booleans(),
            "hostOnly": st.booleans(),
            "expirationDate": st.none() | st.floats(allow_nan=False) | st.integers(-(2**60), 2**60),
            "partitionKey": st.none() | st.dictionaries(st.just("topLevelSite"), COOKIE_TEXT | st.integers()),
        },
    ).map(lambda fields: {"domain": ".instagram.com", **fields}),
    max_size=8,
)


@given(COOKIES)
def test_any_cookies_are_read_or_refused_and_come_out_as_they_went_in(objects: list[Any]) -> None:
    """Nothing but a RequestError, or a text in which the interpreter, yt-dlp and gallery-dl find the same cookies."""
    read = read_or_refused(objects)
    sent = sorted((one.name, one.value, one.domain, one.path) for one in read)
    assert {(one["name"], one["value"]) for one in objects} >= {(name, value) for name, value, *_ in sent}
    assert sent == interpreters_view(jar.netscape(read))
    assert sent == gallery_dl_view(jar.netscape(read))


def read_or_refused(objects: list[Any]) -> tuple[jar.Cookie, ...]:
    """What is taken; nothing where they are refused."""
    with contextlib.suppress(RequestError):
        return checked(objects)
    return ()


def interpreters_view(text: str) -> list[tuple[str, str | None, str, str]]:
    """What http.cookiejar reads, to which yt-dlp adds its own checks."""
    from yt_dlp.cookies import YoutubeDLCookieJar

    read = YoutubeDLCookieJar(io.StringIO(text))
    assert isinstance(read, MozillaCookieJar)
    read.load(ignore_discard=True, ignore_expires=True)
    return sorted((one.name, one.value or "", one.domain, one.path) for one in read)


def gallery_dl_view(text: str) -> list[tuple[str, str | None, str, str]]:
    """What gallery-dl reads: seven columns a line, or it refuses the whole file."""
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    assert all(len(line) == 7 for line in lines)
    return sorted((name, value, domain, path) for domain, _, path, _, _, name, value in lines)


def test_yt_dlp_sees_a_sign_in_in_the_text(tmp_path: Path) -> None:
    """The unmodified library counts these cookies as signed in to YouTube, and sends none of them elsewhere."""
    import yt_dlp

    objects = [a_cookie("LOGIN_INFO", **YOUTUBE), a_cookie("SAPISID", **YOUTUBE)]
    text = jar.netscape(jar.read_cookies(objects, "www.youtube.com"))
    with yt_dlp.YoutubeDL({"cookiefile": io.StringIO(text), "quiet": True, "cachedir": False}) as library:
        assert library.get_info_extractor("Youtube").is_authenticated
        assert library.cookiejar.get_cookies_for_url("https://www.google.com/") == []
        assert json.dumps(len(library.cookiejar.get_cookies_for_url("https://m.youtube.com/"))) == "2"
