/** What is said: lines of jobs, amounts, times, and what is wrong with the host. */

import assert from "node:assert/strict";
import test from "node:test";
import {
  connectionAfter,
  connectionFor,
  jobLine,
  queueLine,
  size,
  timeLeft,
  titleOf,
  unsavable,
} from "../../extension/wording.js";
import { examples, job } from "./wire.js";

const clock = () => "21:40";

for (const [name, line] of [
  ["in the queue", []],
  ["running", ["Video", "194 of 510 MB", "7.9 MB/s", "40 s left"]],
  ["running, size unknown", ["Video", "194 MB", "7.9 MB/s"]],
  ["done", ["510 MB"]],
  [
    "failed",
    [
      "YouTube says this video is private.",
      "Ask its owner, or sign in with an account that may see it and try again.",
    ],
  ],
  ["waits for a yes", ["500 of 1,204 saved: continue?"]],
  ["waits for a time", ["YouTube asks for a pause.", "goes on at 21:40"]],
  ["cancelled", []],
]) {
  test(`the line of a job: ${name}`, () => assert.deepEqual(jobLine(job(name), clock), line));
}

test("a job that waits for a sign-in says so; why is told once, where it can be cured", () => {
  const waits = { ...job("waits for a time"), wait_reason: "session", not_before: null };
  assert.deepEqual(jobLine(waits, clock), ["you need to sign in"]);
});

test("every job of the examples has a title and a line of plain text", () => {
  for (const { message } of examples("event_job")) {
    assert.ok(titleOf(message.job));
    for (const part of jobLine(message.job)) assert.equal(typeof part, "string");
  }
});

test("a job without a title goes by its address", () => {
  assert.equal(titleOf(job("in the queue")), "youtube.com/watch?v=jNQXAC9IVRw");
});

for (const [bytes, text] of [
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1_000, "1.0 kB"],
  [184_000_000, "184 MB"],
  [19_327_352_832, "19 GB"],
  [5e15, "5000 TB"],
]) {
  test(`${bytes} bytes are ${text}`, () => assert.equal(size(bytes), text));
}

for (const [seconds, text] of [
  [0, "1 s left"],
  [40.4, "40 s left"],
  [95, "2 min left"],
  [7_200, "2 h left"],
]) {
  test(`${seconds} seconds are ${text}`, () => assert.equal(timeLeft(seconds), text));
}

test("the queue is a sentence, also when it is empty", () => {
  assert.equal(queueLine({ running: 2, pending: 0, waiting: 3 }), "2 running, 3 waiting");
  assert.equal(queueLine({ running: 0, pending: 0, waiting: 0 }), "Nothing is running");
  assert.equal(queueLine({ running: 0, pending: 5, waiting: 0, is_paused: true }), "Paused, 5 in the queue");
});

for (const [said, greeted, connection] of [
  ["Specified native messaging host not found.", false, "missing"],
  ["No such native application org.bowerbird.host", false, "missing"],
  ["Access to the specified native messaging host is forbidden.", false, "forbidden"],
  ["Native host has exited.", false, "crashed"],
  ["Native host has exited.", true, "ended"],
  ["An unexpected error occurred", false, "crashed"],
  ["Error when communicating with the native messaging host.", true, "garbled"],
  ["Native message exceeds the limit of 1048576 bytes.", true, "garbled"],
  ["", true, "ended"],
  ["", false, "crashed"],
]) {
  test(`“${said}” ${greeted ? "after" : "before"} the greeting means ${connection}`, () => {
    assert.equal(connectionAfter(said, greeted), connection);
  });
}

for (const [code, connection] of [
  ["forbidden_origin", "forbidden"],
  ["protocol_mismatch", "outdated"],
  ["internal", "crashed"],
]) {
  test(`a greeting refused with ${code} means ${connection}`, () =>
    assert.equal(connectionFor(code), connection));
}

for (const [url, says] of [
  ["https://example.com/", /^$/],
  ["http://example.com/", /^$/],
  ["chrome://extensions/", /page of the browser itself/],
  ["about:newtab", /page of the browser itself/],
  ["", /page of the browser itself/],
  ["file:///home/me/a.html", /file on this computer/],
  ["data:text/html,x", /no address/],
]) {
  test(`${url || "an empty tab"} ${says.source === "^$" ? "can be saved" : "can't be saved, and says why"}`, () => {
    assert.match(unsavable(url), says);
  });
}
