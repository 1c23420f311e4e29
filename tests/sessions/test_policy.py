"""Which site a session belongs to, and which targets need one."""

from __future__ import annotations

import pytest

from bowerbird.errors import RequestError
from bowerbird.sessions import policy
from bowerbird.targets import identify

IG, TT, YT = "https://www.instagram.com", "https://www.tiktok.com", "https://www.youtube.com"
NEEDS = [
    (f"{IG}/garden/", "if_there"),
    (f"{IG}/p/DCSf3TJ3gAA/", "if_there"),
    (f"{IG}/reel/DCSf3TJ3gAA/", "if_there"),
    (f"{IG}/garden/tagged/", "if_there"),
    (f"{IG}/stories/garden/", "always"),
    (f"{IG}/stories/garden/36001/", "always"),
    (f"{IG}/stories/highlights/17900000000000001/", "always"),
    (f"{IG}/garden/saved/", "always"),
    (f"{IG}/garden/saved/trips/17900000000000002/", "always"),
    (f"{TT}/@dancer/video/7300000000000000001", "after_refusal"),
    (f"{TT}/@dancer/saved", "always"),
    (f"{YT}/watch?v=jNQXAC9IVRw", "after_refusal"),
    (f"{YT}/playlist?list=WL", "always"),
    (f"{YT}/playlist?list=LL", "always"),
    (f"{YT}/playlist?list=PLx0sYbCqOb8TBPRdmBHs5Iftvv9TPboYG", "after_refusal"),
    ("https://boards.4chan.org/g/thread/100001", "never"),
    ("https://forum.example.org/threads/1", "after_refusal"),
]


@pytest.mark.parametrize(("url", "needed"), NEEDS)
def test_a_target_says_whether_it_needs_a_session(url: str, needed: str) -> None:
    """Private parts always, YouTube and TikTok only after a refusal, boards never."""
    assert policy.need(identify(url)) == needed


OWN = [
    ("www.instagram.com", ".instagram.com", True),
    ("instagram.com", "i.instagram.com", True),
    ("www.instagram.com", "www.instagram.com", True),
    ("www.instagram.com", ".facebook.com", False),
    ("www.instagram.com", ".cdninstagram.com", False),
    ("www.instagram.com", "notinstagram.com", False),
    ("www.instagram.com", "instagram.com.evil.example", False),
    ("www.instagram.com", ".com", False),
    ("www.instagram.com", "", False),
    ("www.instagram.com", "..instagram.com", False),
    ("www.youtube.com", ".google.com", False),
    ("boards.4chan.org", ".4channel.org", True),
    ("forum.example.co.uk", ".example.co.uk", True),
    ("forum.example.co.uk", "shop.example.co.uk", True),
    ("forum.example.co.uk", ".co.uk", False),
    ("forum.example.co.uk", "other.co.uk", False),
    ("a.github.io", "b.github.io", False),
    ("github.io", "b.github.io", False),
    ("203.0.113.7", "203.0.113.7", True),
    ("203.0.113.7", "113.7", False),
    ("not a host", "not a host", False),
]


@pytest.mark.parametrize(("host", "domain", "own"), OWN)
def test_a_site_takes_its_own_cookies_only(host: str, domain: str, own: bool) -> None:
    """The registrable domain and the hosts below it; people under one public suffix are strangers."""
    assert policy.accepts(host, domain) is own


def test_sessions_are_kept_under_the_name_of_their_site() -> None:
    """A platform by its name, any other site by its registrable domain; a target leads to the same name."""
    assert policy.platform_of_host("i.instagram.com") == policy.platform_named("Instagram") == "instagram"
    assert policy.platform_of_host("Forum.Example.co.uk.") == "example.co.uk"
    assert policy.platform_of(identify(f"{IG}/garden/")) == "instagram"
    assert policy.platform_of(identify("https://forum.example.co.uk/threads/1")) == "example.co.uk"
    assert policy.platform_host(identify("https://forum.example.co.uk/threads/1")) == "forum.example.co.uk"
    assert policy.platform_host("instagram") == "www.instagram.com"


def test_what_is_no_site_is_told() -> None:
    """A name that can't be a host is wrong use, not a fault."""
    with pytest.raises(RequestError, match="neither a platform nor a site"):
        policy.platform_named("two words")


def test_a_platform_without_a_checker_says_so() -> None:
    """Some can be asked whether a session holds; for any other site the sentence names it, and says what to do."""
    checkers = [policy.checker(name) for name in ("instagram", "tiktok", "youtube")]
    assert checkers == ["instaloader", "yt_dlp", "yt_dlp"]
    with pytest.raises(RequestError, match=r"ask forum\.example whether") as caught:
        policy.checker("forum.example")
    assert "next job" in caught.value.hint
