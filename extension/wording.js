/** What is said to the person: states, amounts, times, troubles. Pure. */

/** @typedef {import("./types.d.ts").Job} Job */
/** @typedef {import("./types.d.ts").QueueCounts} QueueCounts */

export const STATE_WORDS = {
  pending: "In the queue",
  running: "Running",
  waiting: "Waiting",
  paused: "Paused",
  completed: "Saved",
  failed: "Failed",
  cancelled: "Cancelled",
};

const WAITS = {
  session: "you need to sign in",
  rate_limit: "the site asks for a pause",
  disk: "the disk is almost full",
  network: "no network",
  schedule: "its time has not come",
  confirm: "is it meant to be this much?",
};

const AGAIN = "Your saves wait in this browser and go through when it does. Nothing is lost.";
const INSTALL = {
  text: "In Bowerbird's folder, run this once in a terminal:",
  command: "installers/install.sh",
};
const DOCTOR = { text: "If it stays like this, this names the broken link:", command: "bowerbird doctor" };

/** Why the host can't be had, and the cure. */
export const TROUBLES = {
  missing: { title: "The Bowerbird program does not answer", text: AGAIN, steps: [INSTALL, DOCTOR] },
  forbidden: {
    title: "The Bowerbird program does not know this extension",
    text: `Installing again makes them known to each other. ${AGAIN}`,
    steps: [INSTALL, DOCTOR],
  },
  crashed: { title: "The Bowerbird program could not start", text: AGAIN, steps: [DOCTOR, INSTALL] },
  garbled: { title: "The Bowerbird program could not be understood", text: AGAIN, steps: [INSTALL, DOCTOR] },
  outdated: {
    title: "The extension and the program do not belong together",
    text: `Update both from the same folder. ${AGAIN}`,
    steps: [INSTALL],
  },
};

/** The browsers' own sentences, measured in Chromium 156 and Firefox 153. */
const SAID = [
  { says: /forbidden/i, connection: "forbidden" },
  { says: /host not found|no such native application/i, connection: "missing" },
  { says: /has exited|failed to start|unexpected error/i, connection: "crashed" },
  { says: /communicating|exceeds the limit/i, connection: "garbled" },
];

/**
 * @param {string} said what the browser said when the line ended, "" for nothing
 * @param {boolean} greeted whether the host had answered before: then its end is no fault of the installation
 * @returns {import("./types.d.ts").Connection}
 */
export function connectionAfter(said, greeted) {
  const row = SAID.find(({ says }) => says.test(said));
  if (row?.connection === "crashed" && greeted) return "ended";
  if (!row && !greeted) return "crashed";
  return /** @type {import("./types.d.ts").Connection} */ (row?.connection ?? "ended");
}

const HOST_ERRORS = { forbidden_origin: "forbidden", protocol_mismatch: "outdated" };

/** @param {string} code of an error reply to `hello` @returns {import("./types.d.ts").Connection} */
export function connectionFor(code) {
  return HOST_ERRORS[code] ?? "crashed";
}

/** @param {number} count */
export function saves(count) {
  return count === 1 ? "1 save" : `${count} saves`;
}

/** @param {number} count */
export function goOn(count) {
  return `${saves(count)} ${count === 1 ? "goes on by itself" : "go on by themselves"}`;
}

/** @param {QueueCounts} queue */
export function queueLine({ running, pending, waiting, is_paused }) {
  const parts = [
    is_paused && "Paused",
    running && `${running} running`,
    pending && `${pending} in the queue`,
    waiting && `${waiting} waiting`,
  ];
  return parts.filter(Boolean).join(", ") || "Nothing is running";
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** @param {number} bytes @returns {string} decimal units, three digits at most */
export function size(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const amount = bytes / 1000 ** power;
  return `${power && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[power]}`;
}

/** @param {number} seconds */
export function timeLeft(seconds) {
  if (seconds < 90) return `${Math.max(Math.round(seconds), 1)} s left`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min left`;
  return `${Math.round(seconds / 3600)} h left`;
}

/** @param {Job} job @returns {string} its title, else its address without the scheme */
export function titleOf(job) {
  return job.title || job.url.replace(/^https?:\/\/(www\.)?/i, "");
}

/** @param {Job} job @param {(iso: string) => string} [clock] @returns {string[]} what stands behind the state's word */
export function jobLine(job, clock = clockTime) {
  const says = LINES[job.status];
  return says ? says(job, clock).filter(Boolean) : [];
}

/** @type {Record<string, (job: Job, clock: (iso: string) => string) => string[]>} */
const LINES = {
  running: (job) => [capital(job.current_operation), members(job), amount(job), rate(job), left(job)],
  waiting: (job, clock) => [waitsFor(job), job.not_before ? `goes on at ${clock(job.not_before)}` : ""],
  failed: (job) => [job.error?.message ?? "", job.error?.hint ?? ""],
  completed: (job) => [members(job), amount(job)],
};

/** @param {Job} job */
function waitsFor(job) {
  if (job.wait_reason === "confirm" && job.items_total) return `${members(job)} saved: continue?`;
  if (job.wait_reason === "session") return WAITS.session; // its cause is told once, with the cure
  return job.error?.message || WAITS[job.wait_reason ?? ""] || "";
}

/** @param {string | null} words */
function capital(words) {
  return words ? words[0].toUpperCase() + words.slice(1) : "";
}

/** @param {Job} job */
function members({ items_total, items_done }) {
  return items_total
    ? `${(items_done ?? 0).toLocaleString("en")} of ${items_total.toLocaleString("en")}`
    : "";
}

/** @param {Job} job */
function amount({ bytes_downloaded: got, bytes_total: all, status }) {
  if (!got) return "";
  if (!all || status === "completed") return size(got);
  const [done, whole] = [size(got), size(all)];
  const unit = whole.split(" ")[1];
  return done.endsWith(` ${unit}`) ? `${done.split(" ")[0]} of ${whole}` : `${done} of ${whole}`;
}

/** @param {Job} job */
function rate({ speed }) {
  return speed ? `${size(speed)}/s` : "";
}

/** @param {Job} job */
function left({ eta }) {
  return eta === null || eta === undefined ? "" : timeLeft(eta);
}

/** @param {string} iso @returns {string} 21:40 today, Tue 21:40 on another day */
export function clockTime(iso) {
  const time = new Date(iso);
  const hour = time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const today = time.toDateString() === new Date().toDateString();
  return today ? hour : `${time.toLocaleDateString("en-GB", { weekday: "short" })} ${hour}`;
}

/** @param {string} url @returns {string} why this tab can't be saved, "" where it can */
export function unsavable(url) {
  if (/^https?:\/\/[^/]/i.test(url)) return "";
  const scheme = url.split(":")[0].toLowerCase();
  return UNSAVABLE[scheme] ?? "This is a page of the browser itself. Open a page on the web and click again.";
}

const UNSAVABLE = {
  file: "A file on this computer is not on the web, so there is nothing to fetch.",
  data: "This page has no address of its own.",
  blob: "This page has no address of its own.",
};
