/** The outbox forgets a capture only when the host has named its key. */

import assert from "node:assert/strict";
import test from "node:test";
import {
  added,
  answered,
  due,
  hurried,
  isRefusal,
  nextTime,
  postponed,
  waitAfter,
} from "../../extension/outbox.js";
import { example, examples } from "./wire.js";

const captures = example("capture", "several at once").captures;
const full = captures.reduce(added, []);
const keys = (entries) => entries.map(({ capture }) => capture.key);

test("a new capture is due at once, behind the older ones", () => {
  assert.deepEqual(keys(due(full, 0)), keys(full));
  assert.deepEqual(
    due(full, 0).map(({ capture }) => capture),
    captures,
  );
});

test("every status that names the key lets the capture go: queued, already there, saved, rejected", () => {
  assert.deepEqual(answered(full, example("capture", "one of each").captures), []);
});

test("a capture that a reply does not name stays", () => {
  const left = answered(full, example("capture", "queued").captures);
  assert.deepEqual(keys(left), keys(full).slice(1));
});

test("one message carries at most a hundred captures, the oldest first", () => {
  const many = Array.from({ length: 250 }, (_, n) => ({ ...captures[0], key: String(n) })).reduce(added, []);
  assert.deepEqual(
    keys(due(many, 0)),
    Array.from({ length: 100 }, (_, n) => String(n)),
  );
});

test("what was postponed waits its time and then is due again", () => {
  const [first, ...others] = keys(full);
  const waiting = postponed(full, [first], 1000);
  assert.deepEqual(keys(due(waiting, 1000)), others);
  assert.deepEqual(keys(due(waiting, 1000 + waitAfter(0))), keys(full));
});

test("the wait doubles from half a minute to half an hour", () => {
  const minutes = [0, 1, 2, 3, 4, 5, 6, 7, 100].map((tries) => waitAfter(tries) / 60_000);
  assert.deepEqual(minutes, [0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
});

test("each failure lengthens the wait of that capture alone", () => {
  const [first] = keys(full);
  const twice = postponed(postponed(full, [first], 0), [first], 0);
  assert.deepEqual(
    twice.map(({ tries }) => tries),
    [2, 0, 0, 0],
  );
  assert.equal(twice[0].not_before, waitAfter(1));
});

test("when the host is back nothing waits any longer", () => {
  assert.equal(due(hurried(postponed(full, keys(full), 5_000)), 5_000).length, full.length);
});

test("the next time is that of the most impatient capture, and none where the outbox is empty", () => {
  assert.equal(nextTime(postponed(full, [keys(full)[0]], 7)), 0);
  assert.equal(nextTime(postponed(full, keys(full), 7)), 7 + waitAfter(0));
  assert.equal(nextTime([]), null);
});

for (const { name, message } of examples("capture").filter(({ message }) => message.ok === false)) {
  const code = message.error.code;
  const gone = code === "bad_request";
  test(`an error reply (${name}) ${gone ? "refuses the message for good" : "keeps the captures"}`, () => {
    assert.equal(isRefusal(code), gone);
  });
}
