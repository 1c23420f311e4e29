"""Taking sessions out of an installed browser or a file."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.errors import RequestError
from bowerbird.sessions import browsers
from bowerbird.sessions.cookies import BrowserCookie, scoped
from tests.sessions.conftest import CANARY, SOON

LINES = (
    "# Netscape HTTP Cookie File",
    "",
    f"#HttpOnly_.instagram.com\tTRUE\t/\tTRUE\t{{soon}}\tsessionid\t{CANARY}",
    ".instagram.com\tTRUE\t/\tTRUE\t{soon}\tds_user_id\t1001",
    ".facebook.com\tTRUE\t/\tTRUE\t{soon}\tc_user\t77",
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="the profiles of this test are those of Linux")


def a_file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    """A cookies.txt; `{soon}` in it is a time to come."""
    path = tmp_path / "cookies.txt"
    path.write_bytes(text.replace("{soon}", str(int(time.time()) + SOON)).encode(encoding))
    return path


def signed_in(found: list[BrowserCookie]) -> dict[str, str]:
    """Names and values of what is taken for Instagram."""
    own = [one for one in found if "instagram" in one.domain]
    return {one.name: one.value for one in scoped(own, "www.instagram.com")}


FORMS = {
    "as it should be": "\n".join(LINES),
    "Windows line ends": "\r\n".join(LINES) + "\r\n",
    "old Macintosh line ends": "\r".join(LINES),
    "a byte order mark": "\ufeff" + "\n".join(LINES),
    "no dot before the domain": "\n".join(LINES).replace(".instagram.com\tTRUE", "instagram.com\tTRUE"),
    "no first line": "\n".join(LINES[2:]),
    "lines that are none": "\n".join((*LINES, "nonsense", "a\tb", "# a remark", "$", "x" * 9000)),
    "expiry in milliseconds": "\n".join(LINES).replace("{soon}", "{soon}000"),
    "until the browser closes": "\n".join(LINES).replace("{soon}", "0"),
    "no expiry": "\n".join(LINES).replace("{soon}", ""),
    "flags in small letters": "\n".join(LINES).replace("TRUE", "true"),
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in FORMS.items()])
def test_a_cookies_txt_is_read_in_every_form_that_tools_write(tmp_path: Path, text: str) -> None:
    """Names, values and domains are the same each time."""
    found = browsers.from_file(a_file(tmp_path, text))
    assert signed_in(found) == {"sessionid": CANARY, "ds_user_id": "1001"}
    assert {one.domain for one in found} == {".instagram.com", ".facebook.com"}


@pytest.mark.parametrize("text", ["", "\n\n", "# Netscape HTTP Cookie File\n", '[{"name": "a"}]', "\0" * 100])
def test_a_file_without_cookies_is_told(tmp_path: Path, text: str) -> None:
    """The sentence says what format is meant, and has no path in it."""
    with pytest.raises(RequestError) as told:
        browsers.from_file(a_file(tmp_path, text))
    assert told.value.code == "bad_session"
    assert str(tmp_path) not in str(told.value.as_dict())


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Without its path: the one who typed it knows it."""
    with pytest.raises(RequestError) as told:
        browsers.from_file(tmp_path / "missing.txt")
    assert (told.value.code, "missing" in str(told.value.as_dict())) == ("bad_session", False)


@given(st.text(alphabet=st.characters() | st.sampled_from("\t\n\r#.TRUE0"), max_size=300))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """No text makes anything but cookies or bad_session."""
    path = tmp_path_factory.mktemp("any") / "cookies.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(RequestError):
        assert all(isinstance(one, BrowserCookie) for one in browsers.from_file(path))


# --- installed browsers


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home folder without any browser."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    return tmp_path


# the table as Firefox 140 has it
MOZ_COOKIES = """
CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT,
    host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER,
    isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0, schemeMap INTEGER DEFAULT 0,
    isPartitionedAttributeSet INTEGER DEFAULT 0)
"""


def a_firefox(home: Path, *rows: tuple[str, str, str, str], milliseconds: bool = False) -> Path:
    """A profile with these cookies: (originAttributes, host, name, value)."""
    profile = home / ".mozilla" / "firefox" / "abc.default"
    profile.mkdir(parents=True)
    (profile.parent / "profiles.ini").write_text(
        "[Profile0]\nName=default\nIsRelative=1\nPath=abc.default\nDefault=1\n"
    )
    expiry = int(time.time() + SOON) * (1000 if milliseconds else 1)
    with contextlib.closing(sqlite3.connect(profile / "cookies.sqlite")) as db, db:
        db.execute(MOZ_COOKIES)
        db.executemany(
            "INSERT INTO moz_cookies (originAttributes, host, name, value, path, expiry, isSecure, isHttpOnly) "
            f"VALUES (?, ?, ?, ?, '/', {expiry}, 1, 1)",
            rows,
        )
    return profile / "cookies.sqlite"


ORDINARY = (("", ".instagram.com", "sessionid", CANARY), ("", ".instagram.com", "ds_user_id", "1001"))


@linux
@pytest.mark.parametrize("milliseconds", [False, True])
def test_firefox_gives_what_an_ordinary_window_has(home: Path, milliseconds: bool) -> None:
    """Nothing of containers, of other sites' visits, of private windows, and nothing of other sites."""
    a_firefox(
        home,
        *ORDINARY,
        ("^userContextId=2", ".instagram.com", "sessionid", "container"),
        ("^partitionKey=%28https%2Cnews.example%29", ".instagram.com", "sessionid", "embedded"),
        ("^privateBrowsingId=1", ".instagram.com", "sessionid", "private"),
        ("", ".notinstagram.com", "sessionid", "another site"),
        milliseconds=milliseconds,
    )
    found = browsers.from_browser("firefox", "instagram.com")
    assert signed_in(found) == {"sessionid": CANARY, "ds_user_id": "1001"}
    assert {one.domain for one in found} == {".instagram.com"}
    assert all((one.expiration_date or 0) < time.time() + 2 * SOON for one in found)


@linux
def test_a_firefox_that_runs_is_read_too(home: Path) -> None:
    """It holds its file locked, and the newest cookies are in the write-ahead log only."""
    with contextlib.closing(sqlite3.connect(a_firefox(home), isolation_level=None)) as firefox:
        firefox.execute("PRAGMA journal_mode=WAL")
        firefox.execute("PRAGMA locking_mode=EXCLUSIVE")
        firefox.executemany(
            "INSERT INTO moz_cookies (originAttributes, host, name, value, path, expiry, isSecure) "
            "VALUES (?, ?, ?, ?, '/', 0, 1)",
            ORDINARY,
        )
        assert signed_in(browsers.from_browser("firefox", "instagram.com"))["sessionid"] == CANARY


def sealed(text: str, password: bytes = b"peanuts") -> bytes:
    """A value as Chromium on Linux encrypts it where there is no keyring (components/os_crypt, version 10)."""
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = hashlib.pbkdf2_hmac("sha1", password, b"saltysalt", 1, 16)
    padder = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(b" " * 16)).encryptor()
    return b"v10" + cipher.update(padder.update(text.encode()) + padder.finalize()) + cipher.finalize()


def a_chromium(home: Path, password: bytes = b"peanuts") -> Path:
    """A profile in which somebody is signed in."""
    file = home / ".config" / "chromium" / "Default" / "Cookies"
    file.parent.mkdir(parents=True)
    expires = int((time.time() + SOON + 11_644_473_600) * 1_000_000)
    with contextlib.closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE meta (key TEXT, value TEXT)")
        db.execute("INSERT INTO meta VALUES ('version', '21')")
        db.execute(
            "CREATE TABLE cookies (host_key, path, is_secure, expires_utc, name, value, encrypted_value, is_httponly)"
        )
        db.executemany(
            f"INSERT INTO cookies VALUES (?, '/', 1, {expires}, ?, '', ?, 1)",
            [(host, name, sealed(value, password)) for _, host, name, value in ORDINARY],
        )
    return file


@linux
def test_chromium_gives_what_it_has(home: Path) -> None:
    """Decrypted with the password that it uses where there is no keyring."""
    a_chromium(home)
    assert signed_in(browsers.from_browser("chromium", "instagram.com")) == {"sessionid": CANARY, "ds_user_id": "1001"}


@linux
@pytest.mark.parametrize("name", ["firefox", "librewolf", "chromium", "chrome", "brave", "edge", "vivaldi"])
def test_a_browser_that_is_not_there_is_told(home: Path, name: str) -> None:
    """By its name, with what else could be done, and without a path."""
    with pytest.raises(RequestError) as told:
        browsers.from_browser(name, "instagram.com")
    assert told.value.code == "bad_session"
    assert browsers.BROWSERS[name] in told.value.message
    assert "on this computer" in told.value.message
    assert str(home) not in str(told.value.as_dict())


@linux
def test_cookies_that_another_key_locks_are_told(home: Path) -> None:
    """The keyring's key is not at hand: the sentence says what would help."""
    a_chromium(home, b"a key of the keyring")
    with pytest.raises(RequestError) as told:
        browsers.from_browser("chromium", "instagram.com")
    assert "encrypted" in told.value.message
    assert "Chromium" in told.value.hint


@linux
def test_a_profile_that_is_damaged_is_told(home: Path) -> None:
    """What is no database is no reason for a traceback."""
    a_firefox(home).write_bytes(b"no database" * 1000)
    with pytest.raises(RequestError) as told:
        browsers.from_browser("firefox", "instagram.com")
    assert (told.value.code, "Firefox" in told.value.message) == ("bad_session", True)


def test_a_browser_that_nobody_knows_is_wrong_use() -> None:
    """With the names that are known."""
    with pytest.raises(RequestError) as told:
        browsers.from_browser("netscape", "instagram.com")
    assert (told.value.code, "firefox" in told.value.hint) == ("bad_request", True)


REASONS = [
    ("chrome", Exception("Unable to get key for cookie decryption"), "win32", "only Chrome itself"),
    ("edge", RuntimeError("Failed to decrypt the cipher text with DPAPI"), "win32", "only Edge itself"),
    ("brave", ValueError("whatever"), "win32", "only Brave itself"),
    ("chrome", sqlite3.OperationalError("database is locked"), "win32", "locked"),
    ("firefox", PermissionError(13, "Permission denied", "C:\\Users\\ann\\x"), "win32", "does not let other programs"),
    ("firefox", Exception("Could not find Firefox profile directory"), "win32", "no Firefox"),
    ("chromium", Exception("Unable to get key for cookie decryption"), "linux", "encrypted"),
    ("safari", Exception("Can not find Safari cookie file"), "darwin", "no Safari"),
    ("vivaldi", KeyError("/home/ann/secret"), "linux", "can't be read"),
]


@pytest.mark.parametrize(("name", "error", "system", "part"), REASONS)
def test_every_trouble_has_its_sentence(name: str, error: Exception, system: str, part: str) -> None:
    """What the libraries raise, on each system, as something that a person can act on."""
    message, hint = browsers.reason(name, error, system)
    assert part in message
    assert hint
    assert "ann" not in message + hint
