/** A sign-in goes to the host only where the person allowed its site, and never out of a private window unasked. */

import assert from "node:assert/strict";
import test from "node:test";
import { Consent } from "../../extension/consent.js";
import { Courier } from "../../extension/courier.js";
import { Sessions } from "../../extension/sessions.js";
import { example, examples, job } from "./wire.js";

const turns = async (enough = () => false) => {
  for (let turn = 0; turn < 50 && !enough(); turn++) await new Promise((go) => setTimer(go, 1));
};
const setTimer = setTimeout; // the real one, also where a test turns the clock
const ORIGIN = "*://*.instagram.com/*";
const COOKIES = example("session", "at the click").cookies;
const page = { url: "https://www.instagram.com/stories/a/", title: "", incognito: false, tab: 7 };
const needed = example("event_session_needed", "any account");
const waiting = {
  ...job("waits for a time"),
  id: "w",
  platform: "instagram",
  url: page.url,
  wait_reason: "session",
};
const asked = { ...waiting, error: { code: "challenge", message: "", hint: "" } };
const elsewhere = { ...waiting, platform: "web", url: "https://forum.example.org/t/1" };
const visited = COOKIES.map((one) => (one.name === "csrftoken" ? { ...one, value: "new" } : one));
const forum = (value) =>
  example("session", "of a site that has no name here").cookies.map((one) => ({ ...one, value }));
const signedInAs = (pk) =>
  COOKIES.map((one) => (one.name === "csrftoken" ? one : { ...one, value: `${pk}`, storeId: "x" }));

/**
 * A browser of a few lines: permissions, cookie jars and storage.
 * @param {{allowed?: string[], jars?: Record<string, any[]>, jobs?: any[], answers?: Record<string, any>}} [there]
 */
function browser({ allowed = [], jars = { 0: COOKIES }, jobs = [], answers = {} } = {}) {
  const seen = {
    posted: [],
    state: null,
    kept: { local: {}, session: {} },
    read: [],
    allowed: new Set(allowed),
    jars,
  };
  const replies = {
    hello: example("hello", "an archive with work in it"),
    jobs: { ok: true, jobs },
    session: example("session", "accepted"),
    ...answers,
  };
  const door = {
    VERSION: "0",
    USER_AGENT: "Agent/1",
    browserName: () => "test",
    read: async (area, name, otherwise) => seen.kept[area][name] ?? otherwise,
    write: async (area, name, value) => {
      seen.kept[area][name] = value;
    },
    show: (state) => {
      seen.state = state;
    },
    wakeAt: () => {},
    allowedOrigins: async () => [...seen.allowed],
    mayRead: async (origin) => seen.allowed.has(origin),
    disallow: async (origin) => seen.allowed.delete(origin),
    cookiesOf: async (_domain, store) => {
      seen.read.push(store);
      return seen.jars[store] ?? [];
    },
    ordinaryStores: async () => Object.keys(seen.jars).filter((store) => store !== "private"),
    isOpen: async (tab) => tab !== undefined && !seen.closed?.has(tab),
    storeOfTab: async (_tab, incognito) => (incognito ? "private" : (seen.tabStore ?? "0")),
    openLine: (onFrame) => {
      const post = (frame) => {
        seen.posted.push(frame);
        queueMicrotask(() => onFrame({ ok: true, ...replies[frame.type], id: frame.id }));
      };
      return { post, close: () => {} };
    },
  };
  const courier = new Courier(/** @type {any} */ (door));
  const sessions = new Sessions(courier, /** @type {any} */ (door));
  const consent = new Consent(courier, sessions, /** @type {any} */ (door));
  const begin = async () => {
    await courier.reach();
    await turns();
  };
  return { seen, courier, sessions, consent, begin };
}

const of = (seen, type) => seen.posted.filter((frame) => frame.type === type);
const values = (frame) => frame.cookies.map(({ value }) => value);

test("before the person allowed the site no cookie is read, and nothing is sent", async () => {
  const { seen, sessions } = browser();
  await sessions.bring(page.url, page);
  assert.deepEqual([seen.read, seen.posted], [[], []]);
});

test("a click on an allowed site sends its session, and the capture goes behind it", async () => {
  const { seen, sessions, courier } = browser({ allowed: [ORIGIN] });
  const [capture] = example("capture", "several at once").captures;
  await courier.hold({ ...capture, url: page.url }, () => sessions.bring(page.url, page));
  await turns();
  assert.deepEqual(
    seen.posted.map(({ type }) => type).filter((type) => ["session", "capture"].includes(type)),
    ["session", "capture"],
  );
  const [sent] = of(seen, "session");
  assert.deepEqual(
    [sent.platform_host, sent.user_agent, sent.store_id],
    ["www.instagram.com", "Agent/1", "0"],
  );
  assert.deepEqual(sent.cookies, COOKIES);
});

test("the session is that of the container that was clicked in, and later ones are of that container too", async () => {
  const jars = { 0: signedInAs(1), work: signedInAs(2) };
  const { seen, sessions, begin } = browser({ allowed: [ORIGIN], jars });
  seen.tabStore = "work";
  await sessions.bring(page.url, page);
  await begin();
  await sessions.needed({ ...needed, account: null });
  await turns();
  assert.deepEqual(
    of(seen, "session").map(({ store_id }) => store_id),
    ["work", "work"],
  );
});

test("a session message has no field that the examples of the wire do not have", async () => {
  const known = new Set(examples("session").flatMap(({ message }) => Object.keys(message)));
  const { seen, sessions, consent, begin } = browser({
    allowed: [ORIGIN],
    jars: { 0: COOKIES, private: COOKIES },
  });
  await begin();
  await sessions.needed(needed);
  await consent.want("instagram.com", { ...page, incognito: true });
  await turns();
  assert.equal(of(seen, "session").length, 2);
  for (const frame of of(seen, "session"))
    for (const field of Object.keys(frame)) assert.ok(known.has(field), field);
});

for (const [name, there, reason] of [
  ["the site was not allowed", {}, "not_allowed"],
  ["the browser has no cookies of it", { allowed: [ORIGIN], jars: { 0: [] } }, "no_cookies"],
  [
    "nobody is signed in",
    { allowed: [ORIGIN], jars: { 0: example("session", "not signed in").cookies } },
    "no_cookies",
  ],
  [
    "only a private window is signed in",
    { allowed: [ORIGIN], jars: { 0: [], private: COOKIES } },
    "no_cookies",
  ],
]) {
  test(`asked for a session while ${name}: ${reason}`, async () => {
    const { seen, sessions, begin } = browser(/** @type {any} */ (there));
    await begin();
    await sessions.needed(needed);
    assert.deepEqual(
      of(seen, "no_session").map(({ request_id, reason }) => [request_id, reason]),
      [[needed.request_id, reason]],
    );
    assert.deepEqual(of(seen, "session"), []);
  });
}

test("asked for an account's session, the jar in which that account is signed in answers", async () => {
  const jars = { 0: signedInAs("1000"), work: signedInAs("1001") };
  const { seen, sessions, begin } = browser({ allowed: [ORIGIN], jars });
  await begin();
  const one = example("event_session_needed", "one account, whose session died");
  await sessions.needed(one);
  const [sent] = of(seen, "session");
  assert.deepEqual([sent.store_id, sent.request_id], ["work", one.request_id]);
});

test("what was wanted is sent when the browser says yes, though the popup is gone by then", async () => {
  const { seen, consent } = browser();
  await consent.want("instagram.com", page);
  assert.deepEqual(of(seen, "session"), []);
  seen.allowed.add(ORIGIN);
  await consent.allowed([ORIGIN]);
  await turns();
  assert.equal(of(seen, "session").length, 1);
  assert.deepEqual([seen.state.allowed, seen.state.declined], [["instagram.com"], []]);
});

test("a yes of the browser that comes while the wish is still being written down is not lost", async () => {
  const { seen, consent } = browser();
  const wish = consent.want("instagram.com", page);
  const yes = consent.allowed([ORIGIN]);
  queueMicrotask(() => seen.allowed.add(ORIGIN));
  await Promise.all([wish, yes]);
  await turns();
  assert.equal(of(seen, "session").length, 1);
  assert.deepEqual([seen.kept.session.wanted, seen.kept.local.choices], [{}, {}]);
});

for (const [name, again] of [
  ["when it tells of its yes", ({ consent }) => consent.allowed([ORIGIN])],
  ["when the popup opens again", ({ consent }) => consent.come()],
])
  test(`a yes before the browser hands out cookies is carried out ${name}, once`, async () => {
    const { seen, consent } = browser({ allowed: [ORIGIN] });
    const jars = seen.jars;
    seen.jars = null;
    await consent.want("instagram.com", page);
    assert.deepEqual(of(seen, "session"), []);
    seen.jars = jars;
    await again({ consent });
    await consent.come();
    await turns();
    assert.equal(of(seen, "session").length, 1);
  });

test("what failed in a private window is not tried again with another one's sign-in", async () => {
  const { seen, consent } = browser({ allowed: [ORIGIN] });
  const jars = seen.jars;
  seen.jars = null;
  await consent.want("instagram.com", { ...page, incognito: true });
  seen.jars = { ...jars, private: signedInAs(2) };
  seen.closed = new Set([page.tab]);
  await consent.come();
  await consent.come();
  await turns();
  assert.deepEqual([of(seen, "session"), seen.kept.session.wanted], [[], {}]);
});

test("what failed is not tried again after a no", async () => {
  const { seen, consent } = browser({ allowed: [ORIGIN] });
  const jars = seen.jars;
  seen.jars = null;
  await consent.want("instagram.com", page);
  seen.jars = jars;
  await consent.decline("instagram.com");
  await consent.come();
  await turns();
  assert.deepEqual(of(seen, "session"), []);
});

test("“not now” is remembered, and so is a no to the browser's own question", async () => {
  const { seen, consent } = browser();
  await consent.decline("instagram.com");
  assert.deepEqual(seen.state.declined, ["instagram.com"]);
  await consent.want("instagram.com", page);
  await consent.look();
  assert.deepEqual(seen.state.declined, []);
  await consent.come();
  assert.deepEqual(seen.state.declined, ["instagram.com"]);
});

test("of a private window nothing is used by itself, and its own jar when the person says so", async () => {
  const jars = { 0: signedInAs(1), private: signedInAs(2) };
  const { seen, sessions, consent } = browser({ allowed: [ORIGIN], jars });
  const secret = { ...page, incognito: true };
  await sessions.bring(page.url, secret);
  assert.deepEqual([seen.read, of(seen, "session")], [[], []]);
  await consent.want("instagram.com", secret);
  const [sent] = of(seen, "session");
  assert.deepEqual([sent.incognito, sent.keep_incognito, values(sent)[0]], [true, true, "2"]);
  assert.equal(seen.kept.local.stores, undefined);
});

const privateNeeded = example("event_session_needed", "only of a private window");
const secretly = { ...page, incognito: true };
for (const [name, prepare, expected] of [
  ["nobody was asked", async () => {}, "not_allowed"],
  ["the person said so", async ({ consent }) => consent.want("instagram.com", secretly), ["2", true]],
  [
    "the tab is closed",
    async ({ consent, seen }) => {
      await consent.want("instagram.com", secretly);
      seen.closed = new Set([secretly.tab]);
    },
    "not_allowed",
  ],
  [
    "the window's sign-in is gone",
    async ({ consent, seen }) => {
      await consent.want("instagram.com", secretly);
      seen.jars.private = [];
    },
    "no_cookies",
  ],
]) {
  test(`a save of a private window is answered with that window's sign-in only: ${name}`, async () => {
    const there = browser({ allowed: [ORIGIN], jars: { 0: signedInAs(1), private: signedInAs(2) } });
    await there.begin();
    await /** @type {any} */ (prepare)(there);
    const before = there.seen.posted.length;
    await there.sessions.needed(privateNeeded);
    await turns();
    const [answer] = there.seen.posted.slice(before);
    const said = answer.reason ?? [values(answer)[0], answer.incognito && answer.keep_incognito];
    assert.deepEqual([answer.request_id, said], [privateNeeded.request_id, expected]);
  });
}

test("what was clicked in a private window is offered no ordinary sign-in", async () => {
  const jobs = [{ ...waiting, incognito: true }];
  const { seen, sessions, begin } = browser({ allowed: [ORIGIN], jobs });
  await begin();
  await sessions.offer();
  assert.deepEqual(of(seen, "session"), []);
});

test("what jobs wait for is offered once, and again when somebody signed in", async () => {
  const { seen, sessions, begin } = browser({ allowed: [ORIGIN], jobs: [waiting] });
  await begin();
  await sessions.offer();
  await sessions.offer();
  assert.equal(of(seen, "session").length, 1);
  seen.jars = { 0: signedInAs(2) };
  await sessions.offer();
  await new Sessions(sessions.courier, sessions.door).offer(); // the background was ended in between
  assert.equal(of(seen, "session").length, 2);
});

for (const [name, job, jars] of [
  ["that asked a question", asked, [COOKIES, visited]],
  ["that is not known here", elsewhere, [forum("1"), forum("2")]],
]) {
  test(`two offers of a site ${name} keep their distance, however often its cookies change`, async ({
    mock,
  }) => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
    const [first, second] = jars;
    const there = { allowed: [ORIGIN, "*://*.forum.example.org/*"], jobs: [job], jars: { 0: first } };
    const { seen, sessions, begin } = browser(/** @type {any} */ (there));
    await begin();
    await sessions.offer();
    seen.jars = { 0: second };
    await sessions.offer();
    assert.equal(of(seen, "session").length, 1);
    mock.timers.tick(20_000);
    await turns(() => of(seen, "session").length === 2);
    assert.equal(of(seen, "session").length, 2);
  });
}

test("a visit is enough where the site asked a question: the sign-in stays the same when it is answered", async () => {
  const { seen, sessions, begin } = browser({ allowed: [ORIGIN], jobs: [asked] });
  await begin();
  await sessions.offer();
  seen.jars = { 0: visited };
  await new Sessions(sessions.courier, sessions.door).offer();
  assert.equal(of(seen, "session").length, 2);
});

test("where nothing waits no jar is opened, whatever cookies change", async () => {
  const { seen, sessions, begin } = browser({ allowed: [ORIGIN] });
  await begin();
  await sessions.cookie(".instagram.com");
  await sessions.offer();
  assert.deepEqual(seen.read, []);
});

test("a session that the host refuses is told with its next step, until one is taken", async () => {
  const refusal = example("session", "refused");
  const answers = { session: refusal };
  const { seen, sessions, begin } = browser({ allowed: [ORIGIN], jobs: [waiting], answers });
  await begin();
  await sessions.offer();
  const { message, hint } = refusal.error;
  assert.deepEqual(seen.state.not_lent, { "instagram.com": { message, hint } });
  sessions.courier.change("lent", "instagram.com");
  assert.deepEqual(seen.state.not_lent, {});
});

test("forgetting a site takes the permission back and tells the host, though it never had a session", async () => {
  const answers = { sessions: { ok: false, error: { code: "not_found", message: "", hint: "" } } };
  const { seen, consent } = browser({ allowed: [ORIGIN], answers });
  await consent.forget("instagram.com");
  assert.equal(seen.allowed.size, 0);
  assert.deepEqual([seen.state.allowed, seen.state.declined], [[], ["instagram.com"]]);
  const [told] = of(seen, "sessions");
  assert.deepEqual([told.action, told.platform], ["forget", "www.instagram.com"]);
});
