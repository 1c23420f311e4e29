"""Requests that another page makes somebody's browser send (CSRF): they change nothing and show nothing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import httpx
import pytest

from tests.end_to_end.eventually import eventually
from tests.pages.sites import RunningSite
from tests.security.attacker import Attacker
from tests.security.browsers import EVIL, Tab, sign_in

ACTIONS = ("/download", "/sign-out", "/job/{failed}/retry", "/chosen")


@pytest.mark.parametrize("path", ACTIONS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9"},
        {"Origin": "{origin}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "{origin}", "Sec-Fetch-Site": "same-site"},
        {"Origin": "{origin}", "Sec-Fetch-Site": "none"},
        {"Origin": "{origin}.evil.example"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_actions_come_from_our_own_pages(site: RunningSite, path: str, headers: dict[str, str]) -> None:
    """A signed-in browser that another page makes send something changes nothing."""
    path = path.format(**site.found)
    sent = {name: value.format(origin=site.origin) for name, value in headers.items()}
    with site.stranger() as client:
        client.cookies.update(site.cookies())
        answer = client.post(path, data={"url": "https://www.youtube.com/watch?v=aaaaaaaaaaa"}, headers=sent)
    assert answer.status_code == 403
    with closing(sqlite3.connect(site.settings.database)) as db:
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (1,)


@pytest.mark.parametrize("path", ACTIONS)
def test_an_action_is_never_a_get(site: RunningSite, person: httpx.Client, path: str) -> None:
    """A link or picture can't do what a button does."""
    assert person.get(path.format(**site.found)).status_code == 405


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_refused(person: httpx.Client, method: str) -> None:
    """There is nothing to put or delete, and no preflight is ever answered."""
    answer = person.request(method, "/")
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/archive/items.json", "/item/1", "/static/look.css"])
def test_no_page_is_shared_with_other_origins(person: httpx.Client, path: str) -> None:
    """Nothing carries a CORS header, and everything carries the headers that keep it to itself."""
    headers = person.get(path, headers={"Origin": "http://evil.example"}).headers
    assert not [name for name in headers if name.startswith("access-control")]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("site_said", ["cross-site", "same-site"])
def test_other_pages_embed_nothing(site: RunningSite, site_said: str) -> None:
    """A page of another port that shows our pictures or loads our scripts gets nothing."""
    with site.stranger() as client:
        client.cookies.update(site.cookies())
        assert client.get("/", headers={"Sec-Fetch-Site": site_said, "Sec-Fetch-Mode": "no-cors"}).status_code == 403


@pytest.mark.parametrize("site_said", ["cross-site", "same-site"])
def test_other_pages_run_no_queries(site: RunningSite, site_said: str) -> None:
    """A page of another port may lead to our pages, but not to a query of its own: one alone can fill the memory."""
    foreign = {"Sec-Fetch-Site": site_said, "Sec-Fetch-Mode": "navigate"}
    with site.stranger() as client:
        client.cookies.update(site.cookies())
        assert client.get("/search?q=blue", headers=foreign).status_code == 200
        for path in ("/archive?sql=select+1", "/archive.json?sql=select+1", "/archive/items?_where=1"):
            assert client.get(path, headers=foreign).status_code == 403


def test_our_pages_allow_no_inline_script(person: httpx.Client) -> None:
    """Script and style come from our own files alone."""
    assert "unsafe" not in person.get("/").headers["content-security-policy"]


# --- the same in real browsers

WANTED = "https://www.youtube.com/watch?v=aaaaaaaaaaa"
# all that a page can make a browser send: forms of each kind, fetches that need no preflight and such that do, pictures
ATTACK = """
<script>
const site = {origin}, body = 'url=' + encodeURIComponent({wanted}), patience = 1500;
const later = done => setTimeout(() => done(''), patience);
const within = promise => Promise.race([promise, new Promise(later)]).catch(() => '');
function submit(path, enctype) {{
  const frame = document.createElement('iframe'), form = document.createElement('form');
  frame.name = path + enctype;
  document.body.append(frame, form);
  Object.assign(form, {{action: site + path, method: 'post', enctype, target: frame.name}});
  form.innerHTML = `<input name=url value='{wanted}'>`;
  return new Promise(done => {{ frame.onload = done; form.submit(); }});
}}
function* writes(path) {{
  for (const enctype of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
    yield submit(path, enctype);
  for (const mode of ['no-cors', 'cors', 'same-origin'])
    for (const headers of [{{}}, {{'Content-Type': 'application/json'}}, {{'X-Own': '1'}}])
      yield fetch(site + path, {{method: 'POST', mode, credentials: 'include', headers, body}});
  yield navigator.sendBeacon(site + path, new Blob([body], {{type: 'application/x-www-form-urlencoded'}}));
  yield new Promise(done => {{ const i = new Image(); i.onload = i.onerror = done; i.src = site + path; }});
}}
async function attack() {{
  for (const path of {paths}) await Promise.all([...writes(path)].map(within));
  const reads = ['/', '/archive/items.json', '/media/x'].flatMap(path => ['cors', 'no-cors'].map(mode =>
    fetch(site + path, {{mode, credentials: 'include'}}).then(answer => answer.text())));
  return (await Promise.all(reads.map(within))).join('');
}}
</script>
"""
ALL = "SELECT 'jobs', count(*), group_concat(status) FROM jobs UNION ALL SELECT 'captures', count(*), '' FROM captures"


def state_of(site: RunningSite) -> list[tuple[object, ...]]:
    """All that an action could have changed."""
    with closing(sqlite3.connect(site.settings.database)) as db:
        return db.execute(ALL).fetchall()


@pytest.mark.browser
@pytest.mark.parametrize("attackers_name", [EVIL, "127.0.0.1"])
def test_a_foreign_page_changes_and_reads_nothing(
    fresh: RunningSite, attacker: Attacker, tab: Tab, attackers_name: str
) -> None:
    """Forms, fetches, beacons and pictures of another site, or of another port of this one, in a signed-in browser."""
    sign_in(tab, fresh)
    before = state_of(fresh)
    paths = [path.format(**fresh.found) for path in ACTIONS]
    page = ATTACK.format(origin=json.dumps(fresh.origin), paths=json.dumps(paths), wanted=json.dumps(WANTED))
    tab.go(f"http://{attackers_name}:{attacker.port}{attacker.serve(page)}")
    assert tab.evaluate("attack()") == ""
    assert state_of(fresh) == before
    # the person is signed in as before, and what the page tried works from our own page
    tab.go(fresh.origin)
    tab.evaluate(
        f"document.querySelector('[name=url]').value = {WANTED!r}, document.querySelector('form.capture').submit()"
    )
    eventually(lambda: state_of(fresh) != before, said="the capture")
