"""What libraries say is kept without cookies, signatures and paths."""

from __future__ import annotations

import pytest

from bowerbird.redact import LIMIT, redact

CANARY = "canary5f2c"


@pytest.mark.parametrize(
    "text",
    [
        f".youtube.com\tTRUE\t/\tTRUE\t1900000000\tSAPISID\t{CANARY}",
        f"invalid Netscape format cookies file '.youtube.com\\tFALSE\\t/\\tTRUE\\t0\\tSID\\t{CANARY}'",
        f"skipping cookie file entry: .youtube.com TRUE / TRUE 1900000000 SAPISID {CANARY}",
        f"Cookie: SID={CANARY}; HSID=x",
        f"Set-Cookie: LOGIN_INFO={CANARY}",
        f"'Authorization': 'SAPISIDHASH 1_{CANARY}'",
        f"sent Bearer IGT:2:{CANARY}abc",
        f"HTTP Error 403 for https://rr1.googlevideo.com/videoplayback?expire=1&sig={CANARY}",
        f"https://user:{CANARY}@media.example/one.mp4",
        f"unable to open /home/{CANARY}/archive/.partial/x/media.mp4",
        f"unable to open C:\\Users\\{CANARY}\\media.mp4",
    ],
)
def test_secret_is_gone(text: str) -> None:
    """Cookie lines, authorisations, signatures, passwords and folders are taken out."""
    assert CANARY not in redact(f"before\n{text}\nafter")


def test_rest_stays_readable() -> None:
    """The sentence, the host, the path of the address and the file's own name stay."""
    said = redact("ERROR: HTTP Error 404 at https://media.example/clips/one.mp4?token=1 while writing /srv/a/media.mp4")
    assert said == "ERROR: HTTP Error 404 at https://media.example/clips/one.mp4 while writing media.mp4"


def test_long_text_is_cut() -> None:
    """A page that a library prints into its error does not fill the log."""
    assert len(redact("x" * 10 * LIMIT)) <= LIMIT


def test_attempts_folder_is_named_by_its_last_part() -> None:
    """A folder with spaces in its path is taken out as a whole."""
    assert redact("in /srv/my archive/.partial/7f/media.mp4", "/srv/my archive/.partial/7f") == "in 7f/media.mp4"
