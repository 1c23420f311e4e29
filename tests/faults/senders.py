"""Who captures while everything is killed: browsers with an outbox, and a person at the site."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from bowerbird import signin
from bowerbird.install.site import ALIVE_PATH
from bowerbird.settings import Settings
from tests.messages.client import Host, Message

ORIGIN = "https://media.example"
TOGETHER = 8  # captures in one frame, at most


def address(number: int) -> str:
    """One of so many pictures, each with bytes of its own."""
    return f"{ORIGIN}/clips/{number:05d}/one.jpg"


@dataclass
class Feed:
    """What is to be captured, in order. `open_to` says how many jobs may have been asked for by now."""

    jobs: int
    captures: int
    chance: random.Random
    open_to: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Each picture is asked for several times, mostly soon after the first."""
        spots = [(n % self.jobs + self.chance.uniform(0, 2), n % self.jobs) for n in range(self.captures)]
        self._numbers = [number for _, number in sorted(spots, reverse=True)]

    def take(self, most: int) -> list[int]:
        """The next pictures, as many as may be asked for now."""
        with self.lock:
            taken = []
            while self._numbers and len(taken) < most and self._numbers[-1] < self.open_to:
                taken.append(self._numbers.pop())
            return taken

    @property
    def is_empty(self) -> bool:
        """Whether all was handed out."""
        return not self._numbers


class Sender(threading.Thread):
    """Captures from the feed until it is empty and all is acknowledged. `process` is what it talks to."""

    def __init__(self, feed: Feed, seed: int) -> None:
        super().__init__(daemon=True)
        self.feed = feed
        self.chance = random.Random(seed)
        self.receipts: dict[str, Message] = {}
        self.wrong: list[str] = []
        self.refused = 0
        self.pid = 0

    def run(self) -> None:
        """Talk, and after each kill begin anew."""
        while self._has_more():
            with contextlib.suppress(AssertionError, OSError, httpx.HTTPError):
                self._talk()

    def _has_more(self) -> bool:
        raise NotImplementedError

    def _talk(self) -> None:
        raise NotImplementedError

    def _note(self, key: str, receipt: Message) -> None:
        known = self.receipts.setdefault(key, receipt)
        if known != receipt:
            self.wrong.append(f"{key}: {known} and then {receipt}")


class Browser(Sender):
    """A host, and the outbox of an extension: what was not named in a reply is sent again with the same key."""

    def __init__(self, feed: Feed, seed: int, environment: dict[str, str]) -> None:
        super().__init__(feed, seed)
        self._environment = environment
        self._outbox: dict[str, Message] = {}
        self._named: list[Message] = []

    def _has_more(self) -> bool:
        return bool(self._outbox) or not self.feed.is_empty

    def _talk(self) -> None:
        with Host(self._environment) as host:
            self.pid = host.process.pid
            host.ask("hello", protocol=1, extension="0.1.0", browser="x")
            while self._has_more():
                self._fill()
                if self._outbox:
                    self._send(host)
                time.sleep(self.chance.uniform(0, 0.1))

    def _fill(self) -> None:
        for number in self.feed.take(self.chance.randint(1, TOGETHER)):
            key = str(uuid.uuid4())
            self._outbox[key] = {
                "key": key, "url": address(number), "source": "toolbar", "captured_at": "2026-11-20T16:58:02.114Z",
            }  # fmt: skip

    def _send(self, host: Host) -> None:
        again = [self.chance.choice(self._named)] if self._named and self.chance.random() < 0.1 else []
        reply = host.ask("capture", captures=[*self._outbox.values(), *again])
        if not reply["ok"]:
            self.refused += 1
            return
        for receipt in reply["captures"]:
            self._note(receipt["key"], receipt)
            sent = self._outbox.pop(receipt["key"], None)
            if sent:
                self._named.append(sent)


class Person(Sender):
    """Somebody at the site, who pastes links and looks around; the same form is sent again until it is answered."""

    def __init__(self, feed: Feed, seed: int, environment: dict[str, str], settings: Settings) -> None:
        super().__init__(feed, seed)
        self._environment = environment
        self._settings = settings
        self._form: dict[str, str] | None = None
        self._later: list[str] = []
        self.forms: dict[str, list[str]] = {}
        self.answers: dict[int, int] = {}

    def _has_more(self) -> bool:
        return bool(self._form or self._later) or not self.feed.is_empty

    def _talk(self) -> None:
        with self._site() as client:
            while self._has_more():
                self._look(client, self.chance.choice(("/", "/history", "/browse", "/archive/jobs.json?_size=5")))
                self._paste(client)
                time.sleep(self.chance.uniform(0.1, 0.5))

    @contextlib.contextmanager
    def _site(self) -> Iterator[httpx.Client]:
        origin = f"http://127.0.0.1:{self._settings.port}"
        command = [sys.executable, "-m", "bowerbird.pages", str(self._settings.port)]
        process = subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = process.pid
        cookies = {signin.cookie_name(self._settings): signin.new_session(self._settings)}
        headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
        try:
            with httpx.Client(base_url=origin, timeout=30, cookies=cookies, headers=headers, trust_env=False) as client:
                _wait_for(client, process)
                yield client
        finally:
            process.terminate()
            process.wait(60)

    def _paste(self, client: httpx.Client) -> None:
        if self._form is None:
            links = self._later or [address(number) for number in self.feed.take(3)]
            if not links:
                return
            self._form = self._form_of(links)
        status = client.post("/download", data=self._form).status_code
        self._count(status)
        if status < 400:
            self.forms[self._form["mark"]] = self._form["url"].split("\n")
            self._form = None

    def _form_of(self, links: list[str]) -> dict[str, str]:
        """A form takes a link once: what comes twice goes into the next one."""
        once = dict.fromkeys(links)
        for link in once:
            links.remove(link)
        self._later = links
        return {"url": "\n".join(once), "mark": uuid.uuid4().hex}

    def _look(self, client: httpx.Client, path: str) -> None:
        self._count(client.get(path).status_code)

    def _count(self, status: int) -> None:
        self.answers[status] = self.answers.get(status, 0) + 1


def _wait_for(client: httpx.Client, process: subprocess.Popen[Any]) -> None:
    while process.poll() is None:
        with contextlib.suppress(httpx.ConnectError):
            client.get(ALIVE_PATH)
            return
        time.sleep(0.05)
    raise OSError("the site was killed before it answered")
