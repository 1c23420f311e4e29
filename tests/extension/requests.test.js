/** Replies find the request with their id; everything else is nobody's. */

import assert from "node:assert/strict";
import test from "node:test";
import { Refused, Requests } from "../../extension/requests.js";
import { example } from "./wire.js";

function opened() {
  const posted = [];
  const requests = new Requests();
  const ask = (type, fields = {}, patience = undefined) =>
    requests.ask(type, fields, (frame) => posted.push(frame), patience);
  return { requests, ask, posted };
}

test("each request goes out with its own id, its type and its fields", () => {
  const { requests, ask, posted } = opened();
  ask("watch", { jobs: true }).catch(() => {});
  ask("jobs").catch(() => {});
  assert.deepEqual(posted, [
    { id: 1, type: "watch", jobs: true },
    { id: 2, type: "jobs" },
  ]);
  requests.failAll({ code: "x", message: "", hint: "" });
});

test("replies in another order reach the one who asked", async () => {
  const { requests, ask } = opened();
  const [first, second] = [ask("jobs"), ask("hello")];
  requests.settle({ id: 2, ok: true, version: "b" });
  requests.settle({ id: 1, ok: true, jobs: [] });
  assert.deepEqual(await first, { id: 1, ok: true, jobs: [] });
  assert.equal((await second).version, "b");
});

test("an error reply rejects with its code, sentence and hint", async () => {
  const { requests, ask } = opened();
  const asked = ask("job");
  const reply = example("job", "not found");
  requests.settle({ ...reply, id: 1 });
  await assert.rejects(asked, (error) => error instanceof Refused && error.code === "not_found");
  await assert.rejects(asked, { message: reply.error.message, hint: reply.error.hint });
});

test("a reply that nobody waits for is nobody's, also the second one with the same id", async () => {
  const { requests, ask } = opened();
  const asked = ask("jobs");
  assert.equal(requests.settle({ id: 99, ok: true }), false);
  assert.equal(requests.settle({ id: 1, ok: true }), true);
  assert.equal(requests.settle({ id: 1, ok: false, error: {} }), false);
  await asked;
});

test("when the line ends everyone who waits is told", async () => {
  const { requests, ask } = opened();
  const asked = [ask("jobs"), ask("hello")];
  requests.failAll({ code: "host_missing", message: "gone", hint: "install" });
  for (const one of asked) await assert.rejects(one, { code: "host_missing" });
});

test("silence ends as an error", async () => {
  const { ask } = opened();
  await assert.rejects(ask("jobs", {}, 1), { code: "no_answer" });
});
