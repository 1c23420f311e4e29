"""Foreign prose becomes harmless HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.pages.prose import prose


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://a.example/x?a=1&b=2.", "https://a.example/x?a=1&amp;b=2"),
        ("(HTTP://A.example/)", "HTTP://A.example/"),
        ("https://a.example/\"onclick=x", "https://a.example/"),
        ("https://a.example/\u202egnp", "https://a.example/"),
    ],
)  # fmt: skip
def test_web_addresses_become_links(text: str, address: str) -> None:
    """A link is the address alone, without the sentence around it, and tells the other site nothing."""
    html = prose(text, seek=0)
    assert f'href="{address}"' in html
    assert "noreferrer noopener nofollow" in html


@pytest.mark.parametrize("text", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "a@b.example"])
def test_nothing_else_becomes_a_link(text: str) -> None:
    """Only the web can be linked to."""
    assert "<a" not in prose(text, seek=0)


@pytest.mark.parametrize(
    ("text", "second"), [("0:12 start", 12), ("at 1:02:17!", 3737), ("99:59", None), ("16:9:2", None), ("25:00", None)]
)
def test_times_lead_into_the_video(text: str, second: int | None) -> None:
    """A time within the video's length leads there; scores, ratios and times of day do not."""
    html = prose(text, seek=1400 if second != 3737 else 4000)
    assert (f'href="?t={second}#t={second}"' in html) if second else ("<a" not in html)


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(alphabet=st.sampled_from("<>&\"' \nahtps:/.x1#")) | st.text())
def test_any_text_stays_text(text: str) -> None:
    """Whatever is written, only our own tags come out."""
    seen = _Seen()
    seen.feed(prose(text, seek=100))
    of_links = {("a", ("dir", "href", "rel")), ("a", ("class", "href")), ("a", ("href",))}
    allowed = {("p", ()), ("br", ())} | of_links
    assert set(seen.tags) <= allowed
