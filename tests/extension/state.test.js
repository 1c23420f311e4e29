/** What happens changes the state; the badge and tooltip follow from it. */

import assert from "node:assert/strict";
import test from "node:test";
import { badge } from "../../extension/badge.js";
import { BEGINNING, CHANGES, isBusy, remembered } from "../../extension/state.js";
import { example, job } from "./wire.js";

const change = (state, ...steps) => steps.reduce((now, [name, what]) => CHANGES[name](now, what), state);
const CONNECTED = change(BEGINNING, ["connected", example("hello", "an archive with work in it")]);
const IDLE = change(CONNECTED, ["queue", example("event_queue", "nothing left").queue]);
const LOST = ["lost", { connection: "missing", said: "Specified native messaging host not found." }];
const url = "https://www.youtube.com/watch?v=jNQXAC9IVRw";
const saved = { key: "k1", url, title: "t", at: 1000, status: "held", target: null };

test("the greeting brings counts, free space and warnings that stand", () => {
  const state = change(BEGINNING, ["connected", example("hello", "a warning that stands")]);
  assert.equal(state.connection, "connected");
  assert.equal(state.free_bytes, 734003200);
  assert.equal(state.warnings[0].code, "disk_full");
});

for (const [name, steps, text, says] of [
  ["nothing to tell", [], "", /save this page/],
  ["queued", [["queue", { pending: 2, running: 0, waiting: 0 }]], "…", /2 saves safe in the queue/],
  [
    "running",
    [["queue", { pending: 3, running: 2, waiting: 1 }]],
    "5",
    /2 running, 3 in the queue, 1 waiting/,
  ],
  ["done", [["job", job("done")]], "✓", /1 save kept/],
  ["failed", [["job", job("failed")]], "!", /1 save failed\. YouTube says this video is private\./],
  [
    "failed while another runs",
    [
      ["job", job("failed")],
      ["queue", { pending: 0, running: 1, waiting: 0 }],
    ],
    "!",
    /failed/,
  ],
  ["held back by the host", [["held", 2]], "+2", /2 saves wait in this browser/],
  ["host missing", [LOST], "?", /does not answer/],
  ["host missing, with saves waiting", [LOST, ["held", 1]], "?", /1 save waits in this browser/],
]) {
  test(`badge: ${name} reads “${text}”`, () => {
    const shown = badge(change(IDLE, ...steps));
    assert.equal(shown.text, text);
    assert.match(shown.title, says);
  });
}

test("badge: a sign-in that jobs wait for stands before what runs, and says whose", () => {
  const waits = { ...job("waits for a time"), wait_reason: "session", platform: "instagram" };
  const shown = badge(
    change(IDLE, ["job", { ...waits, id: "a" }], ["job", { ...waits, id: "b" }], ["job", job("running")]),
  );
  assert.deepEqual([shown.text, shown.title], ["@", "Bowerbird: 2 saves wait for your sign-in: Instagram"]);
});

test("a look clears what was done and failed", () => {
  const state = change(IDLE, ["job", job("done")], ["job", job("failed")], ["seen"]);
  assert.equal(badge(state).text, "");
});

test("a job is counted once, however often it is told, and members of a list are not", () => {
  const child = { ...job("done"), id: "c", parent_id: "p" };
  const state = change(
    IDLE,
    ["job", job("running")],
    ["job", job("done")],
    ["job", job("done")],
    ["job", child],
  );
  assert.equal(state.done, 1);
});

test("an old ending in a list is no news, but the ending of a job that was seen running is", () => {
  assert.equal(change(IDLE, ["listed", [job("done")]]).done, 0);
  assert.equal(change(IDLE, ["job", job("running")], ["listed", [job("done")]]).done, 1);
});

test("an unfinished job that the host no longer names is gone", () => {
  const state = change(IDLE, ["job", job("running")], ["listed", []]);
  assert.deepEqual(state.jobs, {});
});

test("at most sixty jobs are remembered, the unfinished ones before the finished", () => {
  const many = Array.from({ length: 80 }, (_, n) => ["job", { ...job("done"), id: `d${n}` }]);
  const state = change(IDLE, ["job", job("running")], ...many);
  assert.equal(Object.keys(state.jobs).length, 60);
  assert.ok(job("running").id in state.jobs);
});

test("a warning of the same code replaces the older one", () => {
  const low = example("event_warning", "disk low");
  const state = change(IDLE, ["warning", low], ["warning", { ...low, message: "lower" }]);
  assert.deepEqual(state.warnings, [{ code: low.code, message: "lower", hint: low.hint }]);
});

test("an answer tells a save its status and its job", () => {
  const answer = { key: "k1", job_id: "j", status: "queued" };
  const state = change(IDLE, ["saved", saved], ["answered", [answer]]);
  assert.deepEqual([state.saved[0].status, state.saved[0].job_id], ["queued", "j"]);
});

test("what the host has acknowledged is shown as safe before it tells of the job, and no longer than that", () => {
  const answers = example("capture", "one of each").captures;
  const state = change(IDLE, ["answered", answers]);
  assert.deepEqual([badge(state).text, badge(state).title], ["…", "Bowerbird: 1 save safe in the queue"]);
  assert.equal(isBusy(state), true);
  assert.equal(badge(change(state, ["job", job("done")])).text, "✓");
  assert.equal(isBusy(change(state, ["job", job("done")])), false);
  assert.equal(isBusy(change(state, LOST)), false);
});

test("a second look at a page within ten minutes is no second save, later it is, unless its job still works", () => {
  const job_id = job("running").id;
  const state = change(IDLE, ["saved", saved], ["answered", [{ key: "k1", job_id, status: "queued" }]]);
  assert.ok(remembered(state, url, 2_000));
  assert.equal(remembered(state, url, 1_000 + 11 * 60_000), undefined);
  assert.ok(remembered(change(state, ["job", job("running")]), url, 1_000 + 11 * 60_000));
});

test("a refused save is tried again by the next click", () => {
  const state = change(
    IDLE,
    ["saved", saved],
    ["answered", [{ key: "k1", job_id: null, status: "rejected" }]],
  );
  assert.equal(remembered(state, url, 1_000), undefined);
});

test("the line is needed while something runs or is about to, not while it waits", () => {
  assert.equal(isBusy(change(IDLE, ["queue", { pending: 0, running: 0, waiting: 4 }])), false);
  assert.equal(isBusy(change(IDLE, ["queue", { pending: 1, running: 0, waiting: 0 }])), true);
});
