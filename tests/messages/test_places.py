"""Where `open` leads."""

from __future__ import annotations

import pytest

from bowerbird.messages.answers import _PLACES
from bowerbird.pages.routes import page_at


@pytest.mark.parametrize("what", _PLACES)
def test_open_leads_to_a_page_that_there_is(what: str) -> None:
    """Nobody who presses a button in the browser lands on a page that is not there."""
    ref = "812" if what == "item" else "0b9f3c52-6a34-4a0e-9d0e-6f0f5a1c7e11"
    assert page_at(_PLACES[what].format(ref=ref))
