/** Captures that the host has not named yet. Pure: entries in, entries out. */

/** @typedef {import("./types.d.ts").OutboxEntry} OutboxEntry */
/** @typedef {import("./types.d.ts").CaptureAnswer} CaptureAnswer */

const FRAME = 100; // captures in one message: well below 63 MiB, quick to commit
const SHORTEST_WAIT = 30_000; // alarms can't come earlier
const LONGEST_WAIT = 30 * 60_000;

/** The host refuses the message as such; sending the same again can't help. */
const REFUSALS = new Set([
  "bad_request",
  "bad_frame",
  "too_large",
  "bad_url",
  "unsupported_url",
  "private_host",
]);

/** @param {OutboxEntry[]} entries @param {import("./types.d.ts").Capture} capture */
export function added(entries, capture) {
  return [...entries, { capture, tries: 0, not_before: 0 }];
}

/** @param {OutboxEntry[]} entries @param {number} now @returns {OutboxEntry[]} oldest first, one message's worth */
export function due(entries, now) {
  return entries.filter(({ not_before }) => not_before <= now).slice(0, FRAME);
}

/** @param {OutboxEntry[]} entries @param {{key: string}[]} answers what was not named stays */
export function answered(entries, answers) {
  return without(
    entries,
    answers.map(({ key }) => key),
  );
}

/** @param {OutboxEntry[]} entries @param {string[]} keys */
export function without(entries, keys) {
  const gone = new Set(keys);
  return entries.filter(({ capture }) => !gone.has(capture.key));
}

/** @param {OutboxEntry[]} entries @param {string[]} keys @param {number} now */
export function postponed(entries, keys, now) {
  const late = new Set(keys);
  return entries.map((entry) => (late.has(entry.capture.key) ? later(entry, now) : entry));
}

/** @param {OutboxEntry} entry @param {number} now */
function later(entry, now) {
  return { ...entry, tries: entry.tries + 1, not_before: now + waitAfter(entry.tries) };
}

/** @param {number} tries that already failed @returns {number} milliseconds: 30 s, 1, 2, 4 … 30 minutes */
export function waitAfter(tries) {
  return Math.min(SHORTEST_WAIT * 2 ** Math.min(tries, 10), LONGEST_WAIT);
}

/** @param {OutboxEntry[]} entries everything may go at once, because the host is back */
export function hurried(entries) {
  return entries.map((entry) => ({ ...entry, not_before: 0 }));
}

/** @param {OutboxEntry[]} entries @returns {number | null} when the next one is due */
export function nextTime(entries) {
  return entries.length ? Math.min(...entries.map(({ not_before }) => not_before)) : null;
}

/** @param {string} code */
export function isRefusal(code) {
  return REFUSALS.has(code);
}
