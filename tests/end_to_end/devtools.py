"""One page or popup of Chromium over the raw DevTools protocol.

By hand, because Playwright neither lists a toolbar popup among its pages nor leaves a service worker alone.
"""

from __future__ import annotations

import base64
import itertools
import json
from pathlib import Path
from typing import Any

import websocket

from .eventually import eventually

_SECONDS = 20.0

# The middle of an element that did not move for a moment and that a click there would hit, or null.
_RESTING = """(async () => {
  const look = () => {
    const e = document.querySelector(%s);
    e.scrollIntoView();
    const {x, y, width, height} = e.getBoundingClientRect();
    const middle = {x: x + width / 2, y: y + height / 2};
    return {...middle, hit: e.contains(document.elementFromPoint(middle.x, middle.y))};
  };
  const before = look();
  await new Promise((go) => setTimeout(go, 100));
  const {x, y, hit} = look();
  return hit && x === before.x && y === before.y ? {x, y} : null;
})()"""


class DevToolsError(Exception):
    """The browser refused a command, or a script that it ran threw."""


class Target:
    """One attached target. Close it when done: an attached service worker is kept alive."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=_SECONDS, suppress_origin=True)
        self._ids = itertools.count(1)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of one command. Raises DevToolsError."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message: dict[str, Any] = json.loads(self._socket.recv())
            if message.get("id") == number:
                return _result(method, message)

    def evaluate(self, expression: str) -> Any:
        """The value (JSON) of an expression; promises are awaited, and it counts as the person's own doing."""
        answer = self.send(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise DevToolsError(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    @property
    def text(self) -> str:
        """What a person reads there."""
        return str(self.evaluate("document.body?.innerText ?? ''"))

    def wait_for(self, wanted: str) -> str:
        """The text once it holds `wanted`."""

        def look() -> str | None:
            text = self.text
            return text if wanted in text else None

        return eventually(look, said=f"a popup with {wanted!r}")

    def click(self, selector: str) -> None:
        """Clicks the first element that matches, where its middle is, once it stays there and nothing lies over it.

        Raises DevToolsError where there is none.
        """
        box = eventually(lambda: self.evaluate(_RESTING % json.dumps(selector)), said=f"{selector} at rest")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **box)

    def press(self, key: str) -> None:
        """Presses one named key, such as Tab or Enter."""
        text = {"text": "\r"} if key == "Enter" else {}
        codes = {"Tab": 9, "Enter": 13, "Escape": 27}
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=codes[key], **text)

    def scheme(self, name: str) -> None:
        """Shows the target as for a person who prefers `light` or `dark`, and no motion (a picture would catch it)."""
        wanted = {"prefers-color-scheme": name, "prefers-reduced-motion": "reduce"}
        features = [{"name": feature, "value": value} for feature, value in wanted.items()]
        self.send("Emulation.setEmulatedMedia", features=features)
        self.evaluate("document.getAnimations().filter(a => a instanceof CSSTransition).forEach(a => a.finish())")

    def screenshot(self, path: Path) -> Path:
        """A PNG of the target at `path`."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))
        return path

    def close(self) -> None:
        """Lets go of the target; it lives on."""
        self._socket.close()


def _result(method: str, message: dict[str, Any]) -> dict[str, Any]:
    if "error" in message:
        raise DevToolsError(f"{method}: {message['error'].get('message')}")
    result: dict[str, Any] = message["result"]
    return result
