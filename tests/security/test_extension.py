"""A page tries to drive the extension: whatever it does, the host gets no frame of it."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

import pytest

from tests.end_to_end.chromium import EXTENSION
from tests.end_to_end.eventually import eventually
from tests.security.attacker import Attacker
from tests.security.browsers import EVIL, Browser, Tab
from tests.security.conftest import Machine

# all that the background does when our own pages ask
MESSAGES = (
    "look", "save", "save_again", "forget", "act", "open", "want", "decline", "forget_site", "look_again",
)  # fmt: skip
# messages as the popup sends them, frames as the background does, and what else a page can do to an extension
ATTACK = """
<button>Save</button><video src=x></video>
<script>
const page = {{url: location.href, title: 'Attack'}};
const captures = [{{key: 'k', ...page, source: 'toolbar', captured_at: ''}}];
const fields = {{page, job: '1', action: 'retry', what: 'dashboard', domain: location.host}};
const wanted = {messages}.map(name => ({{do: name, ...fields}}));
wanted.push({{id: 1, type: 'capture', captures}});
function* messages() {{
  for (const message of wanted) {{
    yield () => window.postMessage(message, '*');
    yield () => document.dispatchEvent(new CustomEvent('bowerbird', {{detail: message, bubbles: true}}));
    for (const api of [window.chrome?.runtime, window.browser?.runtime])
      for (const id of {ids}) {{
        yield () => api.sendMessage(id, message);
        yield () => api.connect(id, {{name: 'popup'}}).postMessage(message);
        yield () => api.sendNativeMessage('org.bowerbird.host', message);
        yield () => api.connectNative('org.bowerbird.host').postMessage(message);
      }}
  }}
}}
function* events() {{
  for (const place of [document.querySelector('button'), document.querySelector('video'), document.body, window])
    for (const kind of ['click', 'dblclick', 'auxclick', 'contextmenu', 'mousedown', 'mouseup'])
      yield () => place.dispatchEvent(new MouseEvent(kind, {{bubbles: true, button: 2, cancelable: true}}));
  for (const kind of ['keydown', 'keypress', 'keyup'])
    yield () => window.dispatchEvent(
      new KeyboardEvent(kind, {{key: 'Y', code: 'KeyY', ctrlKey: true, shiftKey: true, bubbles: true}}));
}}
function* pages() {{
  for (const place of ['popup/popup.html', 'background.js', 'manifest.json', 'icons/16.png']) {{
    yield () => document.body.append(Object.assign(document.createElement('iframe'), {{src: {extension} + place}}));
    yield () => document.body.append(Object.assign(document.createElement('script'), {{src: {extension} + place}}));
    yield () => window.open({extension} + place);
    yield async () => {{
      window.read = (window.read ?? '') + await (await fetch({extension} + place)).text();
    }};
  }}
}}
async function attack() {{
  let tried = 0;
  for (const doing of [...messages(), ...events(), ...pages()]) {{
    tried++;
    try {{
      await Promise.race([doing(), new Promise(done => setTimeout(done, 50))]);
    }} catch {{ /* the browser refused */ }}
  }}
  return [tried, window.read ?? ''];
}}
</script>
"""


@pytest.mark.browser
def test_a_page_reaches_no_host(browser: Browser, machine: Machine, tab: Tab, attacker: Attacker) -> None:
    """Messages, events made by script, and the extension's own pages in frames: only the person's click is a frame."""
    page = ATTACK.format(
        messages=json.dumps(MESSAGES),
        ids=json.dumps([browser.extension.split("/")[2], "bowerbird@bowerbird.org"]),
        extension=json.dumps(browser.extension),
    )
    address = f"http://{EVIL}:{attacker.port}{attacker.serve(page)}"
    eventually(lambda: _sent(machine), said="the host's first frame")
    before = len(_sent(machine))
    tab.go(address)
    tried, read = tab.evaluate("attack()")
    assert tried > 60
    assert read == ""
    # a frame of the page would have come before this one
    browser.click_toolbar(tab)
    eventually(lambda: _captures(machine, before), said="the capture of the click")
    assert [(one["url"], one["source"]) for one in _captures(machine, before)] == [(address, "toolbar")]
    assert not _kinds(machine, before) & {"job", "open", "session"}


def _sent(machine: Machine) -> list[dict[str, Any]]:
    """The frames that the host was sent, each of them whole: Firefox writes length and body one after the other."""
    found, rest = [], machine.frames
    while len(rest) > 4:
        (length,) = struct.unpack_from("=I", rest)
        if len(rest) < 4 + length:
            break
        found.append(json.loads(rest[4 : 4 + length]))
        rest = rest[4 + length :]
    return found


def _captures(machine: Machine, after: int) -> list[dict[str, Any]]:
    return [one for frame in _sent(machine)[after:] if frame["type"] == "capture" for one in frame["captures"]]


def _kinds(machine: Machine, after: int) -> set[str]:
    return {frame["type"] for frame in _sent(machine)[after:]}


def test_the_messages_tried_are_all_that_there_are() -> None:
    """What the background listens to is what the page of the test above says."""
    source = (EXTENSION / "background.js").read_text("utf-8")
    [listened] = re.findall(r"ext\.onMessage\(\{(.*?)\}\);", source, re.DOTALL)
    assert tuple(re.findall(r"^  (\w+):", listened, re.MULTILINE)) == MESSAGES


def test_nobody_else_is_offered_a_way_in() -> None:
    """The manifest lets in no page and no extension; nothing of ours runs in pages, and no file of ours is theirs."""
    manifest = json.loads((EXTENSION / "manifest.json").read_text("utf-8"))
    assert not {"externally_connectable", "web_accessible_resources", "content_scripts", "sandbox"} & manifest.keys()
    sources = "".join(path.read_text("utf-8") for path in EXTENSION.rglob("*.js"))
    assert not re.findall(r"onMessageExternal|onConnectExternal|addEventListener\(.message|innerHTML|eval\(", sources)
