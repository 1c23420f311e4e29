/** The popup as drawn elements, from the state and the tab in front. Pure. */

import { isList } from "../capture.js";
import { isFinal, remembered } from "../state.js";
import { queueLine, size, TROUBLES, unsavable } from "../wording.js";
import { button, glyphButton, h, icon, lead } from "./draw.js";
import { jobRow, pageJob } from "./jobs.js";
import { allowedSites, signIns } from "./signin.js";

/** @typedef {import("../types.d.ts").State} State */
/** @typedef {import("../types.d.ts").Page} Page */
/** @typedef {import("../types.d.ts").Saved} Saved */
/** @typedef {import("../types.d.ts").Drawn} Drawn */
/** @typedef {{state: State, page: Page, now: number, trouble: import("../types.d.ts").WireError | null}} Looked */

const MOST_ROWS = 6;
const RECENT = 24 * 3_600_000; // milliseconds a failure stays in the list

/** @param {Looked} looked @returns {Drawn[]} */
export function view(looked) {
  const { state } = looked;
  const saved = current(looked);
  const job = state.jobs[saved?.job_id ?? ""];
  const body = [
    ...notices(looked),
    ...(state.connection in TROUBLES ? missing(state) : []),
    ...thisPage(looked, saved, job),
    ...(state.connection in TROUBLES ? [] : signIns(looked, saved, job)),
    ...otherJobs(looked, job),
    ...allowedSites(state),
  ];
  return [header(), h("div", { class: "body" }, body), footer(state)];
}

/** @param {Looked} looked @returns {Saved | undefined} a refused save is shown too, though a new click tries again */
function current({ state, page, now }) {
  return remembered(state, page.url, now) ?? state.saved.find(({ url }) => url === page.url);
}

function header() {
  return h(
    "header",
    {},
    h("span", { class: "brand" }, icon("mark"), "Bowerbird"),
    h(
      "button",
      { type: "button", class: "btn bare small", "data-do": "open", "data-what": "dashboard" },
      "Open the archive",
      icon("open", "i s"),
    ),
  );
}

/** @param {State} state */
function footer({ queue, free_bytes }) {
  const glyph = queue.running ? "s-running" : queue.pending ? "s-pending" : "s-completed";
  return h(
    "footer",
    {},
    h("span", { class: "badge" }, icon(glyph, "i s"), queueLine(queue)),
    free_bytes !== null && h("span", { class: "end" }, `${size(free_bytes)} free`),
  );
}

/** @param {Looked} looked */
function notices({ state, trouble }) {
  const told = [
    ...(trouble ? [{ ...trouble, bad: true }] : []),
    ...state.warnings.map((w) => ({ ...w, bad: false })),
  ];
  return told.map(({ message, hint, bad }) =>
    h(
      "div",
      { class: bad ? "notice bad" : "notice", role: "status" },
      icon("warn"),
      h("p", { dir: "auto" }, h("b", {}, message), " ", hint),
    ),
  );
}

/** @param {State} state */
function missing({ connection, said, held }) {
  const { title, text, steps } = TROUBLES[connection];
  return [
    lead("bad", "plug", title, held || connection !== "missing" ? text : "Without it nothing can be kept."),
    h(
      "ol",
      { class: "steps" },
      steps.map(step),
      h("li", {}, h("div", {}, "Look again. The browser can stay open.")),
    ),
    button("Look again", "retry", { class: "go wide", "data-do": "look_again" }),
    h(
      "details",
      { class: "faint" },
      h("summary", {}, "What the browser said"),
      h("p", {}, said || "Nothing."),
    ),
  ];
}

/** @param {{text: string, command: string}} step */
function step({ text, command }) {
  const copy = glyphButton("Copy the command", "copy", { "data-do": "copy", "data-text": command });
  return h("li", {}, h("div", {}, text, h("div", { class: "cmd" }, h("code", {}, command), copy)));
}

/** @param {Looked} looked @param {Saved | undefined} saved @param {any} job */
function thisPage({ page, state }, saved, job) {
  const why = unsavable(page.url);
  if (why) return [lead("calm", "info", "Nothing to save in this tab", why)];
  const head = pageHead(page, saved);
  if (saved?.status === "held" && state.connection in TROUBLES) return [head, takeBack(saved)];
  if (!saved) return state.connection in TROUBLES ? [] : [head, lead("calm", "s-pending", "One moment", "")];
  return [head, ...SAVED[saved.status](saved, job)];
}

/** @param {Page} page @param {Saved | undefined} saved */
function pageHead(page, saved) {
  const label = saved?.target?.label ?? new URL(page.url).host;
  return h(
    "div",
    { class: "page" },
    h("span", { class: "blank" }, icon(glyphOf(saved?.target?.kind))),
    h("div", {}, h("h1", { dir: "auto" }, page.title || page.url), h("p", { class: "faint" }, label)),
  );
}

const GLYPHS = {
  video: "video",
  short: "reel",
  reel: "reel",
  live: "video",
  clip: "video",
  audio: "audio",
  image: "image",
  story: "story",
};

/** @param {string | undefined} kind */
function glyphOf(kind) {
  return GLYPHS[kind ?? ""] ?? (isList(kind) ? "list" : "p-web");
}

/** What a list is called that is no "this". */
const LISTED = {
  reels: "these reels",
  stories: "these stories",
  highlights: "these highlights",
  tagged: "these tagged posts",
  saved: "your saved posts",
};

const CAN_CLOSE = "You can close this tab, or the browser.";

/** What is said of a save, by its status. @type {Record<Saved["status"], (saved: Saved, job: any) => Drawn[]>} */
const SAVED = {
  asked: ({ target }) => [
    lead(
      "calm",
      "list",
      "This is a list",
      "All of it is kept, the newest first. One that is very long asks again before it goes on.",
    ),
    button(`Save ${LISTED[target?.kind ?? ""] ?? `this ${target?.kind}`}`, "save", {
      class: "go wide",
      "data-do": "save",
    }),
  ],
  held: (saved) => [
    lead("wait", "s-waiting", "Kept in this browser", "It goes to the archive as soon as Bowerbird answers."),
    takeBack(saved),
  ],
  queued: atWork,
  already_queued: atWork,
  already_saved: (_saved, job) => have(job),
  rejected: ({ error }) => [
    lead("bad", "s-failed", error?.message ?? "This can't be saved.", error?.hint ?? ""),
  ],
};

/** @param {Saved} saved */
function takeBack({ key }) {
  return button("Don't save it", "cancel", { class: "wide", "data-do": "forget", "data-ref": key });
}

/** How a save ended, before the job's own line. @type {Record<string, [string, string, string]>} */
const ENDED = {
  completed: ["kept", "s-completed", "You have this"],
  failed: ["bad", "s-failed", "It could not be saved"],
  cancelled: ["calm", "s-cancelled", "Cancelled"],
};

/** @param {Saved} saved @param {any} job not told yet in the first moment after the acknowledgement */
function atWork({ job_id, status }, job) {
  const ended = ENDED[job?.status];
  const told = ended ? lead(...ended, "") : lead("kept", "s-completed", "Safe in the queue", CAN_CLOSE);
  return [told, ...(!job && status === "queued" ? [cancelButton(job_id)] : pageJob(job))];
}

/** @param {string | null | undefined} job_id */
function cancelButton(job_id) {
  return button("Cancel", "cancel", {
    class: "wide",
    "data-do": "act",
    "data-action": "cancel",
    "data-ref": job_id,
  });
}

/** @param {any} job */
function have(job) {
  const open = { class: "go wide", "data-do": "open", "data-what": "job", "data-ref": job?.id };
  return [
    lead("kept", "s-completed", "You have this", "Its text and counts are being brought up to date."),
    button(
      "Open in the archive",
      "",
      job?.item_id ? { ...open, "data-what": "item", "data-ref": job.item_id } : open,
    ),
    button("Save again", "retry", { class: "wide", "data-do": "save_again" }),
  ];
}

/** @param {Looked} looked @param {any} own the job of the page in front, which is shown above */
function otherJobs({ state, now }, own) {
  const rows = Object.values(state.jobs).filter((job) => job.id !== own?.id && isShown(job, now));
  rows.sort(
    (a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || b.updated_at.localeCompare(a.updated_at),
  );
  if (!rows.length) return [];
  const more = rows.length - MOST_ROWS;
  return [
    h("h2", { class: "section" }, own ? "Also at work" : "At work"),
    h("ul", { class: "jobs" }, rows.slice(0, MOST_ROWS).map(jobRow)),
    ...(more > 0
      ? [button(`And ${more} more`, "", { class: "small", "data-do": "open", "data-what": "dashboard" })]
      : []),
  ];
}

const ORDER = ["running", "waiting", "failed", "pending", "paused"];

/** Members of a list are shown while they run; the list itself stands for the rest. @param {any} job @param {number} now */
function isShown(job, now) {
  if (job.status === "failed") return !job.parent_id && now - Date.parse(job.updated_at) < RECENT;
  return !isFinal(job) && (!job.parent_id || job.status === "running");
}
