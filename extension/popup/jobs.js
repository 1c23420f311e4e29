/** A job as drawn elements: icon, title, line, actions, progress. Pure. */

import { isFinal } from "../state.js";
import { jobLine, STATE_WORDS, titleOf } from "../wording.js";
import { button, glyphButton, h, icon } from "./draw.js";

/** @typedef {import("../types.d.ts").Job} Job */
/** @typedef {import("../types.d.ts").Drawn} Drawn */
/** @typedef {{name: string, glyph: string, when: (job: Job) => boolean, does: (job: Job) => Drawn["attributes"]}} Action */

/** @param {string} action */
const acts = (action) => (/** @type {Job} */ job) => ({
  "data-do": "act",
  "data-action": action,
  "data-ref": job.id,
});

/** @type {Action[]} */
const ACTIONS = [
  {
    name: "Continue",
    glyph: "play",
    when: (job) => job.wait_reason === "confirm" && job.status === "waiting",
    does: acts("continue"),
  },
  {
    name: "Try again",
    glyph: "retry",
    when: (job) => ["failed", "cancelled"].includes(job.status),
    does: acts("retry"),
  },
  {
    name: "Resume",
    glyph: "play",
    when: (job) => job.status === "paused",
    does: acts("resume"),
  },
  {
    name: "Pause",
    glyph: "pause",
    when: (job) => ["pending", "running"].includes(job.status),
    does: acts("pause"),
  },
  {
    name: "Cancel",
    glyph: "cancel",
    when: (job) => ["pending", "running", "waiting", "paused"].includes(job.status),
    does: acts("cancel"),
  },
  {
    name: "Open in the archive",
    glyph: "open",
    when: (job) => job.status === "completed",
    does: (job) => ({
      "data-do": "open",
      "data-what": job.item_id ? "item" : "job",
      "data-ref": job.item_id ?? job.id,
    }),
  },
];

/** @param {Job} job */
function actionsOf(job) {
  return ACTIONS.filter(({ when }) => when(job));
}

/** @param {Job} job @returns {Drawn} */
export function jobRow(job) {
  const title = titleOf(job);
  const buttons = actionsOf(job).map(({ name, glyph, does }) =>
    glyphButton(`${name}: ${title}`, glyph, does(job)),
  );
  return h(
    "li",
    { class: "job", "data-state": job.status, "data-key": job.id },
    icon(`s-${job.status}`, "i s-ico"),
    h("div", { class: "job-main" }, h("span", { class: "title", dir: "auto", title }, title), says(job)),
    h("div", { class: "acts" }, buttons),
    ...bar(job, title),
  );
}

/** The job of the page in front: without its title, which stands above. @param {Job | undefined} job @returns {Drawn[]} */
export function pageJob(job) {
  if (!job) return [];
  const [main, ...others] = actionsOf(job).map(({ name, glyph, does }) => ({
    name,
    glyph,
    attributes: does(job),
  }));
  const wide = job.status === "completed" ? "go wide" : "wide";
  return [
    h(
      "div",
      { "data-state": job.status, "data-key": job.id },
      ...bar(job, "Saving"),
      isFinal(job) ? ended(job) : says(job),
    ),
    ...[main, ...others]
      .filter(Boolean)
      .map(({ name, glyph, attributes }) => button(name, glyph, { ...attributes, class: wide })),
  ];
}

/** How it ended is said above; here is the rest. @param {Job} job */
function ended(job) {
  return h("p", { class: "says num" }, line(job));
}

/** @param {Job} job */
function says(job) {
  const word = h("span", { class: "state" }, STATE_WORDS[job.status] ?? job.status);
  return h("p", { class: "says num" }, word, line(job));
}

/** @param {Job} job */
function line(job) {
  return jobLine(job).map((part) => h("span", { dir: "auto" }, part));
}

/** @param {Job} job @param {string} label */
function bar({ status, progress }, label) {
  if (status !== "running") return [];
  const known = progress === null || progress === undefined ? {} : { value: Math.round(progress) };
  return [h("progress", { max: 100, ...known, "aria-label": label })];
}
