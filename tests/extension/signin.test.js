/** The popup asks for a sign-in in plain words, once, and says what to do where one is needed again. */

import assert from "node:assert/strict";
import test from "node:test";
import { view } from "../../extension/popup/view.js";
import { BEGINNING, CHANGES } from "../../extension/state.js";
import { example, job } from "./wire.js";

const url = "https://www.instagram.com/stories/garden.notes/";
const page = { url, title: "Stories", incognito: false };
const elsewhere = { url: "https://example.com/", title: "", incognito: false };
const target = { url, platform: "instagram", kind: "stories", label: "Instagram stories" };
const saved = ["saved", { key: "k", url, title: "", at: 0, status: "asked", target }];
const ALLOWED = ["sites", { allowed: ["instagram.com"], declined: [] }];
const DECLINED = ["sites", { allowed: [], declined: ["instagram.com"] }];

/** @param {string} code @param {string} message */
const waits = (code, message, more = {}) => [
  "job",
  {
    ...job("waits for a time"),
    platform: "instagram",
    url,
    wait_reason: "session",
    error: { code, message, hint: "" },
    ...more,
  },
];
const EXPIRED = waits("session_expired", "Instagram no longer accepts the sign-in of me.");
const NEEDED = waits("login_needed", "Instagram shows this only to people who are signed in.");

/** @param {any[]} steps @param {object} [on] */
function drawn(steps, on = page) {
  const hello = example("hello", "an archive with work in it");
  const state = steps.reduce(
    (s, [name, what]) => CHANGES[name](s, what),
    CHANGES.connected(BEGINNING, hello),
  );
  const parts = view({ state, page: /** @type {any} */ (on), now: 0, trouble: null }).flatMap(all);
  const text = parts.filter((part) => typeof part === "string").join(" ");
  const does = parts.filter((part) => part.attributes?.["data-do"]).map(({ attributes: a }) => a["data-do"]);
  return { text, does: does.filter((one) => SIGN_IN.includes(one)) };
}

/** @param {any} part @returns {any[]} */
const all = (part) => (typeof part === "string" ? [part] : [part, ...part.children.flatMap(all)]);
const SIGN_IN = ["allow", "decline", "visit", "forget_site"];

for (const [name, steps, on, says, does] of [
  [
    "a page that only the signed-in see",
    [saved],
    page,
    /May Bowerbird use your sign-in of instagram\.com.*shows this only to people who are signed in.*stays on this computer/,
    ["allow", "decline"],
  ],
  [
    "a page that strangers see little of",
    [profile()],
    page,
    /shows most of this only to/,
    ["allow", "decline"],
  ],
  [
    "a site that was allowed",
    [saved, ALLOWED],
    page,
    /Sign-ins that Bowerbird may use \(1\)/,
    ["forget_site"],
  ],
  ["“not now”", [saved, DECLINED], page, /may not use your sign-in of instagram\.com/, ["allow"]],
  [
    "a job that waits, on another page",
    [NEEDED],
    elsewhere,
    /May Bowerbird use your sign-in/,
    ["allow", "decline"],
  ],
  [
    "a session that died",
    [EXPIRED, ALLOWED],
    elsewhere,
    /Instagram wants you to sign in again.*sign-in of me\. 1 save goes on by itself after that/,
    ["visit", "forget_site"],
  ],
  [
    "nobody signed in",
    [NEEDED, waits("login_needed", "", { id: "2" }), ALLOWED],
    elsewhere,
    /Instagram wants you to sign in .*2 saves go on by themselves/,
    ["visit", "forget_site"],
  ],
  [
    "a question of the site",
    [waits("challenge", "Instagram asks me for a check by a person."), ALLOWED],
    elsewhere,
    /Instagram wants you to answer a question/,
    ["visit", "forget_site"],
  ],
  [
    "a sign-in that the host did not take",
    [
      EXPIRED,
      ALLOWED,
      ["not_lent", { domain: "instagram.com", message: "No longer.", hint: "Sign out and in." }],
    ],
    elsewhere,
    /No longer\. Sign out and in\./,
    ["visit", "forget_site"],
  ],
  [
    "a private window whose save waits",
    [saved, waits("login_needed", "Sign in.", { incognito: true }), ALLOWED],
    { ...page, incognito: true },
    /this private window's sign-in.*Nothing of a private window is used without your word/,
    ["allow", "forget_site"],
  ],
  [
    "a private window, and what waits of an ordinary one",
    [saved, NEEDED, ALLOWED],
    { ...page, incognito: true },
    /This is a list|waits/,
    ["forget_site"],
  ],
  ["a private window", [saved], { ...page, incognito: true }, /This is a list/, []],
  ["a video that anybody sees", [], { ...page, url: "https://youtu.be/x" }, /./, []],
  [
    "a host that does not answer",
    [saved, ["lost", { connection: "missing", said: "" }]],
    page,
    /does not answer/,
    [],
  ],
]) {
  test(`${name}: ${does.join(", ") || "no word of signing in"}`, () => {
    const popup = drawn(/** @type {any} */ (steps), /** @type {any} */ (on));
    assert.match(popup.text, /** @type {RegExp} */ (says));
    assert.deepEqual(popup.does, does);
  });
}

function profile() {
  const of = { ...target, kind: "profile" };
  return ["saved", { key: "k", url, title: "", at: 0, status: "asked", target: of }];
}

test("a page and the job that waits for the same site ask once", () => {
  assert.deepEqual(drawn([saved, NEEDED]).does, ["allow", "decline"]);
});

test("what is finished asks for nothing", () => {
  const answered = ["answered", [{ key: "k", job_id: "d", status: "queued" }]];
  const done = ["job", { ...job("done"), id: "d", platform: "instagram", url }];
  assert.deepEqual(drawn([saved, answered, done]).does, []);
});

for (const [kind, button] of [
  ["profile", "Save this profile"],
  ["stories", "Save these stories"],
  ["saved", "Save your saved posts"],
]) {
  test(`the button of a list of the kind ${kind} reads “${button}”`, () => {
    const asked = ["saved", { ...saved[1], target: { ...target, kind } }];
    assert.match(drawn([asked]).text, new RegExp(button));
  });
}
