/** The toolbar button's badge and tooltip, from the state. Pure. */

import { waitingSites } from "./sites.js";
import { queueLine, saves, TROUBLES } from "./wording.js";

/** @typedef {import("./types.d.ts").State} State */

const BLUE = "#244dbf";
const GREY = "#514c46";
const AMBER = "#82510d";
const RED = "#ae2322";

/**
 * The first row that is so decides; each has its own text, so that it reads without colour.
 * @type {{when: (state: State) => boolean, text: (state: State) => string, colour: string, title: (state: State) => string}[]}
 */
const ROWS = [
  {
    when: ({ connection }) => connection in TROUBLES,
    text: () => "?",
    colour: RED,
    title: ({ connection, held }) => `${TROUBLES[connection].title}. ${heldLine(held)}`,
  },
  {
    when: ({ held, connection }) => held > 0 && connection === "connected",
    text: ({ held }) => `+${held}`,
    colour: AMBER,
    title: ({ held }) => heldLine(held),
  },
  { when: ({ failed }) => failed > 0, text: () => "!", colour: RED, title: failedLine },
  {
    when: (state) => waitingSites(state).length > 0,
    text: () => "@",
    colour: AMBER,
    title: signInLine,
  },
  {
    when: ({ queue }) => queue.running > 0,
    text: ({ queue }) => String(queue.running + queue.pending),
    colour: BLUE,
    title: ({ queue }) => queueLine(queue),
  },
  {
    when: ({ queue, fresh }) => queue.pending + fresh.length > 0,
    text: () => "…",
    colour: GREY,
    title: ({ queue, fresh }) => `${saves(queue.pending || fresh.length)} safe in the queue`,
  },
  { when: ({ done }) => done > 0, text: () => "✓", colour: BLUE, title: ({ done }) => `${saves(done)} kept` },
  { when: () => true, text: () => "", colour: BLUE, title: () => "save this page" },
];

/** @param {State} state @returns {{text: string, colour: string, title: string}} */
export function badge(state) {
  const row = /** @type {typeof ROWS[0]} */ (ROWS.find(({ when }) => when(state)));
  return { text: row.text(state), colour: row.colour, title: `Bowerbird: ${row.title(state).trim()}` };
}

/** @param {number} held */
function heldLine(held) {
  return held ? `${saves(held)} ${held === 1 ? "waits" : "wait"} in this browser` : "";
}

/** @param {State} state */
function signInLine(state) {
  const waiting = waitingSites(state);
  const count = waiting.reduce((sum, { jobs }) => sum + jobs.length, 0);
  const names = waiting.map(({ site }) => site.name).join(", ");
  return `${saves(count)} ${count === 1 ? "waits" : "wait"} for your sign-in: ${names}`;
}

/** @param {State} state */
function failedLine({ failed, jobs }) {
  const newest = Object.values(jobs)
    .filter((job) => job.status === "failed" && !job.parent_id)
    .sort((a, b) => b.updated_at.localeCompare(a.updated_at))[0];
  return `${saves(failed)} failed. ${newest?.error?.message ?? ""}`;
}
