/** The courier keeps a capture on the browser's disk until the host names it, whatever happens in between. */

import assert from "node:assert/strict";
import test from "node:test";
import { Courier } from "../../extension/courier.js";
import { example } from "./wire.js";

const [capture, other] = example("capture", "several at once").captures;
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/**
 * A browser of a few lines: its storage, its alarms and a line whose other end answers as `answers` says.
 * @param {Record<string, (frame: any) => object | null>} answers null: the line ends
 * @param {any[]} [stored] the outbox that an earlier life left
 */
function browser(answers, stored = []) {
  const seen = { outbox: stored, posted: [], state: null, alarms: [] };
  const replies = {
    hello: () => example("hello", "an archive with work in it"),
    jobs: () => ({ ok: true, jobs: [] }),
  };
  const door = {
    VERSION: "0",
    browserName: () => "test",
    read: async (area, _name, otherwise) => (area === "local" ? seen.outbox : otherwise),
    write: async (_area, _name, value) => {
      seen.outbox = value;
    },
    show: (state) => {
      seen.state = state;
    },
    wakeAt: (name) => seen.alarms.push(name),
    openLine: (onFrame, onEnd) => {
      const post = (frame) => {
        seen.posted.push({ ...frame, outbox: seen.outbox.length });
        const reply = ({ ...replies, ...answers }[frame.type] ?? (() => ({ ok: true })))(frame);
        queueMicrotask(() =>
          reply ? onFrame({ ...reply, id: frame.id }) : onEnd("Native host has exited."),
        );
      };
      return { post, close: () => {} };
    },
  };
  return { seen, courier: new Courier(/** @type {any} */ (door)) };
}

const queued = ({ captures }) => ({
  ok: true,
  captures: captures.map(({ key }) => ({ key, job_id: `j-${key}`, status: "queued" })),
});
const keys = (seen) => seen.outbox.map((entry) => entry.capture.key);
const sent = (seen) => seen.posted.filter(({ type }) => type === "capture");

test("a capture is on the disk before anything is sent, and gone once the host has named it", async () => {
  const { seen, courier } = browser({ capture: queued });
  await courier.hold(capture);
  assert.deepEqual(keys(seen), [capture.key]);
  await settled();
  assert.ok(seen.posted.every(({ outbox, type }) => outbox === 1 || type !== "capture"));
  assert.deepEqual(keys(seen), []);
});

for (const name of [
  "the archive can't be written",
  "the disk is full",
  "another program holds the archive",
]) {
  test(`${name}: the capture stays, and an alarm will send it again`, async () => {
    const { seen, courier } = browser({ capture: () => example("capture", name) });
    await courier.hold(capture);
    await settled();
    assert.deepEqual(keys(seen), [capture.key]);
    assert.ok(seen.alarms.includes("outbox"));
  });
}

test("the host dies before it answers: the capture stays", async () => {
  const { seen, courier } = browser({ capture: () => null });
  await courier.hold(capture);
  await settled();
  assert.deepEqual(keys(seen), [capture.key]);
});

test("a capture that the answer does not name stays", async () => {
  const { seen, courier } = browser({ capture: ({ captures }) => queued({ captures: captures.slice(1) }) });
  await courier.hold(capture);
  await settled();
  assert.deepEqual(keys(seen), [capture.key]);
});

test("what an earlier life of the browser left is sent by the next look", async () => {
  const left = [{ capture, tries: 3, not_before: Date.now() + 60_000 }];
  const { seen, courier } = browser({ capture: queued }, left);
  await courier.lookAgain();
  assert.equal(sent(seen).length, 1);
  assert.deepEqual(keys(seen), []);
});

test("one capture that makes the host refuse the whole message does not hold up the others", async () => {
  const refuseBad = (frame) =>
    frame.captures.some(({ key }) => key === capture.key)
      ? example("capture", "a frame with a missing field")
      : queued(frame);
  const left = [capture, other].map((one) => ({ capture: one, tries: 0, not_before: 0 }));
  const { seen, courier } = browser({ capture: refuseBad }, left);
  await courier.lookAgain();
  assert.deepEqual(keys(seen), []);
  assert.deepEqual(
    sent(seen).map(({ captures }) => captures.length),
    [2, 1, 1],
  );
});

test("a greeting that is refused says why, and keeps everything", async () => {
  const { seen, courier } = browser({
    hello: () => example("hello", "extension and program do not belong together"),
  });
  await courier.hold(capture);
  await settled();
  assert.equal(seen.state.connection, "outdated");
  assert.deepEqual(keys(seen), [capture.key]);
});

test("an event that nobody knows changes nothing, whatever it is called", async () => {
  const { seen, courier } = browser({ watch: () => ({ ok: true, event: "toString" }) });
  await courier.lookAgain();
  await settled();
  assert.equal(seen.state.connection, "connected");
});
