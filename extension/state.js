/** What the badge and the popup show, and how each thing that happens changes it. Pure. */

/** @typedef {import("./types.d.ts").State} State */
/** @typedef {import("./types.d.ts").Job} Job */
/** @typedef {import("./types.d.ts").Saved} Saved */

const MOST_JOBS = 60;
const MOST_SAVED = 50;
const MOST_WARNINGS = 3;
const REMEMBERED = 10 * 60_000; // a second look at the same page within ten minutes is not a second save

const FINAL = new Set(["completed", "failed", "cancelled"]);

/** @type {State} */
export const BEGINNING = {
  connection: "unknown",
  said: "",
  losses: 0,
  queue: { pending: 0, running: 0, waiting: 0 },
  free_bytes: null,
  jobs: {},
  saved: [],
  fresh: [],
  done: 0,
  failed: 0,
  held: 0,
  warnings: [],
  allowed: [],
  declined: [],
  not_lent: {},
};

/** @param {Job | undefined} job */
export function isFinal(job) {
  return FINAL.has(job?.status ?? "");
}

/** @param {State} state */
export function isBusy({ queue, fresh }) {
  return queue.pending + queue.running + fresh.length > 0;
}

/** Each change by its name: (state, what happened) → state. */
export const CHANGES = {
  /** @param {State} state @param {any} hello */
  connected: (state, hello) => ({
    ...state,
    connection: /** @type {const} */ ("connected"),
    said: "",
    losses: 0,
    queue: hello.queue,
    free_bytes: hello.archive?.free_bytes ?? null,
    warnings: hello.warnings ?? [],
  }),
  /** @param {State} state @param {{connection: State["connection"], said: string}} loss */
  lost: (state, loss) => ({ ...state, ...loss, losses: state.losses + 1, fresh: [] }),
  /** @param {State} state @param {import("./types.d.ts").QueueCounts} queue */
  queue: (state, queue) => ({ ...state, queue }),
  /** @param {State} state @param {import("./types.d.ts").WireError} warning */
  warning: (state, { code, message, hint }) => ({
    ...state,
    warnings: [{ code, message, hint }, ...state.warnings.filter((w) => w.code !== code)].slice(
      0,
      MOST_WARNINGS,
    ),
  }),
  /** @param {State} state @param {Job} job */
  job: (state, job) => ({
    ...state,
    ...counted(state, job),
    jobs: trimmed({ ...state.jobs, [job.id]: job }),
    fresh: state.fresh.filter((id) => id !== job.id),
  }),
  /** @param {State} state @param {Job[]} jobs asked for, not told: an old ending is no news */
  listed: (state, jobs) => withoutStale(jobs.reduce(listedOne, state), jobs),
  /** @param {State} state @param {Saved} saved */
  saved: (state, saved) => ({
    ...state,
    saved: [saved, ...state.saved.filter(({ key }) => key !== saved.key)].slice(0, MOST_SAVED),
  }),
  /** @param {State} state @param {import("./types.d.ts").CaptureAnswer[]} answers */
  answered: (state, answers) => ({
    ...state,
    saved: state.saved.map((saved) => withAnswer(saved, answers)),
    fresh: [
      ...state.fresh,
      ...answers.filter((answer) => isNews(state, answer)).map(({ job_id }) => String(job_id)),
    ],
  }),
  /** @param {State} state @param {string} key */
  forgotten: (state, key) => ({ ...state, saved: state.saved.filter((saved) => saved.key !== key) }),
  /** @param {State} state @param {number} held how many captures are in the outbox */
  held: (state, held) => ({ ...state, held }),
  /** @param {State} state @param {{allowed: string[], declined: string[]}} sites */
  sites: (state, sites) => ({ ...state, ...sites }),
  /** @param {State} state @param {string} domain */
  lent: (state, domain) => ({ ...state, not_lent: without(state.not_lent, domain) }),
  /** @param {State} state @param {{domain: string, message: string, hint: string}} refusal */
  not_lent: (state, { domain, message, hint }) => ({
    ...state,
    not_lent: { ...state.not_lent, [domain]: { message, hint } },
  }),
  /** @param {State} state */
  seen: (state) => ({ ...state, done: 0, failed: 0 }),
};

/** @template T @param {Record<string, T>} all @param {string} name @returns {Record<string, T>} */
function without(all, name) {
  const { [name]: _, ...others } = all;
  return others;
}

/** @param {State} state @param {Job} job */
function counted(state, job) {
  const old = state.jobs[job.id];
  if (job.parent_id || old?.status === job.status) return {};
  if (job.status === "completed") return { done: state.done + 1 };
  if (job.status === "failed") return { failed: state.failed + 1 };
  return {};
}

/** @param {State} state @param {Job} job */
function listedOne(state, job) {
  if (job.id in state.jobs || !isFinal(job)) return CHANGES.job(state, job);
  return { ...state, jobs: trimmed({ ...state.jobs, [job.id]: job }) };
}

/** What was unfinished when the line broke is only believed again when the host names it. @param {State} state @param {Job[]} named */
function withoutStale(state, named) {
  const ids = new Set(named.map(({ id }) => id));
  const kept = Object.values(state.jobs).filter((job) => ids.has(job.id) || isFinal(job));
  return { ...state, jobs: Object.fromEntries(kept.map((job) => [job.id, job])) };
}

/** @param {Record<string, Job>} jobs the unfinished and the newest are kept */
function trimmed(jobs) {
  const all = Object.values(jobs);
  if (all.length <= MOST_JOBS) return jobs;
  all.sort((a, b) => Number(isFinal(a)) - Number(isFinal(b)) || b.updated_at.localeCompare(a.updated_at));
  return Object.fromEntries(all.slice(0, MOST_JOBS).map((job) => [job.id, job]));
}

/** @param {State} state @param {import("./types.d.ts").CaptureAnswer} answer */
function isNews(state, { status, job_id }) {
  return status === "queued" && job_id && !(job_id in state.jobs);
}

/** @param {Saved} saved @param {import("./types.d.ts").CaptureAnswer[]} answers @returns {Saved} */
function withAnswer(saved, answers) {
  const answer = answers.find(({ key }) => key === saved.key);
  if (!answer) return saved;
  return { ...saved, status: answer.status, job_id: answer.job_id, error: answer.error ?? null };
}

/**
 * @param {State} state
 * @param {string} url
 * @param {number} now
 * @returns {Saved | undefined} what this browser session knows of a save of this address
 */
export function remembered(state, url, now) {
  const saved = state.saved.find((one) => one.url === url);
  if (!saved || saved.status === "rejected") return undefined;
  const job = state.jobs[saved.job_id ?? ""];
  const fresh = now - saved.at < REMEMBERED;
  return fresh || saved.status === "held" || (job && !isFinal(job)) ? saved : undefined;
}
