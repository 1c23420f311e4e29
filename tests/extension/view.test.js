/** The popup says what is so, holds the one button that helps, and draws foreign text as text. */

import assert from "node:assert/strict";
import test from "node:test";
import { view } from "../../extension/popup/view.js";
import { BEGINNING, CHANGES } from "../../extension/state.js";
import { example, job } from "./wire.js";

const url = job("running").url;
const page = { url, title: "Me at the zoo - YouTube", incognito: false };
const HELLO = example("hello", "an archive with work in it");
const now = Date.parse("2026-11-20T17:05:00Z");

/** @param {any[]} steps @param {object} [more] */
function drawn(steps, more = {}) {
  const state = steps.reduce(
    (s, [name, what]) => CHANGES[name](s, what),
    CHANGES.connected(BEGINNING, HELLO),
  );
  return view({ state, page, now, trouble: null, ...more });
}

/** @param {any} part @returns {any[]} */
const all = (part) => (typeof part === "string" ? [part] : [part, ...part.children.flatMap(all)]);
const text = (parts) =>
  parts
    .flatMap(all)
    .filter((part) => typeof part === "string")
    .join(" ");
const buttons = (parts) => parts.flatMap(all).filter((part) => part.attributes?.["data-do"]);
const does = (parts) => buttons(parts).map(({ attributes: a }) => a["data-action"] ?? a["data-do"]);

const asSaved = (answer, target = null) => [
  ["saved", { key: "k", url, title: "", at: now, status: "held", target }],
  ...(answer ? [["answered", [{ key: "k", ...answer }]]] : []),
];
const queued = asSaved({ job_id: job("running").id, status: "queued" });

test("before the host's acknowledgement nothing is called safe, and the save can be taken back", () => {
  const popup = drawn(asSaved(null));
  assert.match(text(popup), /Kept in this browser/);
  assert.doesNotMatch(text(popup), /Safe in the queue/);
  assert.ok(does(popup).includes("forget"));
});

test("what was saved by a slip can be cancelled from the first moment on", () => {
  assert.ok(does(drawn(queued)).includes("cancel"));
});

test("after it the popup says so, shows the progress and offers to cancel", () => {
  const popup = drawn([...queued, ["job", job("running")]]);
  assert.match(text(popup), /Safe in the queue/);
  assert.match(text(popup), /194 of 510 MB/);
  assert.ok(does(popup).includes("cancel"));
  const bar = popup.flatMap(all).find((part) => part.tag === "progress");
  assert.equal(bar.attributes.value, 38);
});

test("a page that is kept says so, opens it, and is fetched again only by its own button", () => {
  const popup = drawn([
    ...asSaved({ job_id: job("done").id, status: "already_saved" }),
    ["job", job("done")],
  ]);
  assert.match(text(popup), /You have this/);
  const open = buttons(popup).find(({ attributes }) => attributes["data-what"] === "item");
  assert.equal(open.attributes["data-ref"], 812);
  assert.ok(does(popup).includes("save_again"));
});

test("a list asks with one button that names it", () => {
  const target = example("identify", "each in its place").targets[1];
  const popup = drawn([["saved", { key: "k", url, title: "", at: now, status: "asked", target }]]);
  assert.match(text(popup), /Save this playlist/);
  assert.ok(does(popup).includes("save"));
});

test("a refusal is told with its next step", () => {
  const answer = example("capture", "a private host").captures[0];
  assert.match(text(drawn(asSaved({ ...answer, key: "k" }))), /own network.*ALLOW_PRIVATE_HOSTS/);
});

test("a tab that can't be saved says why and still lists the jobs", () => {
  const popup = drawn([["job", job("running")]], { page: { ...page, url: "chrome://extensions/" } });
  assert.match(text(popup), /Nothing to save in this tab/);
  assert.match(text(popup), /Me at the zoo/);
});

test("a missing host names the command, the second command, and a button to look again", () => {
  const popup = drawn([["lost", { connection: "missing", said: "not found." }], ...asSaved(null)]);
  assert.match(text(popup), /does not answer.*installers\/install\.sh.*bowerbird doctor.*Look again/s);
  assert.match(text(popup), /not found\./);
  assert.ok(does(popup).includes("look_again"));
});

for (const [name, actions] of [
  ["running", ["pause", "cancel"]],
  ["in the queue", ["pause", "cancel"]],
  ["paused", ["resume", "cancel"]],
  ["waits for a yes", ["continue", "cancel"]],
  ["waits for a time", ["cancel"]],
  ["failed", ["retry"]],
]) {
  test(`a job in the list (${name}) offers ${actions.join(" and ")}`, () => {
    const popup = drawn([["job", job(name)]], { page: { ...page, url: "https://example.com/" } });
    assert.deepEqual(
      does(popup).filter((action) => action !== "open"),
      actions,
    );
  });
}

test("every button has a name", () => {
  const popup = drawn([...queued, ["job", job("running")], ["job", job("failed")]]);
  for (const button of buttons(popup)) assert.ok(button.attributes["aria-label"] || text([button]).trim());
});

test("foreign text stays text and runs its own way", () => {
  const popup = drawn([["job", job("text from the other side of the world, with markup")]]);
  const title = popup.flatMap(all).find((part) => part.attributes?.class === "title");
  assert.equal(title.attributes.dir, "auto");
  assert.match(title.children[0], /<img src=x/);
  assert.equal(
    popup.flatMap(all).some((part) => part.tag === "img"),
    false,
  );
});

test("a long list shows six and a way to the rest", () => {
  const many = Array.from({ length: 9 }, (_, n) => ["job", { ...job("in the queue"), id: `p${n}` }]);
  const popup = drawn(many, { page: { ...page, url: "https://example.com/" } });
  assert.equal(popup.flatMap(all).filter((part) => part.attributes?.class === "job").length, 6);
  assert.match(text(popup), /And 3 more/);
});
