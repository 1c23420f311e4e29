/** What the popup says about signing in to sites: may it be used, has it to be done again, and what was allowed. Pure. */

import { isWeb } from "../capture.js";
import { isAllowed, need, siteOfHost, siteOfUrl, waitingSites } from "../sites.js";
import { isFinal } from "../state.js";
import { goOn } from "../wording.js";
import { button, h, icon } from "./draw.js";

/** @typedef {import("../types.d.ts").State} State */
/** @typedef {import("../types.d.ts").Site} Site */
/** @typedef {import("../types.d.ts").Job} Job */
/** @typedef {import("../types.d.ts").Drawn} Drawn */
/** @typedef {{state: State, page: import("../types.d.ts").Page}} Seen */
/** @typedef {{site: Site, jobs: Job[], why: string}} Wish `why` in words; `jobs` wait for it */

/** @param {Seen} seen @param {import("../types.d.ts").Saved | undefined} saved @param {Job | undefined} job @returns {Drawn[]} */
export function signIns(seen, saved, job) {
  const { state, page } = seen;
  const waiting = waitingSites(state, page.incognito).map(({ site, jobs }) => ({
    site,
    jobs,
    why: reason(jobs),
  }));
  const own = isWeb(page.url) && saved && !isFinal(job) ? ofPage(page.url, saved) : null;
  const known = waiting.some(({ site }) => site.domain === own?.site.domain);
  return [...(own && !known ? [own] : []), ...waiting].flatMap((wish) => card(wish, seen));
}

/** @param {string} url @param {import("../types.d.ts").Saved} saved @returns {Wish | null} */
function ofPage(url, { target, status }) {
  const site = siteOfUrl(url);
  const needs = need(target?.kind, site);
  if (!needs || status === "rejected") return null;
  const what = needs === "always" ? "this" : "most of this";
  return { site, jobs: [], why: `${site.name} shows ${what} only to people who are signed in.` };
}

/** @param {Job[]} jobs */
function reason(jobs) {
  return jobs.find(({ error }) => error?.message)?.error?.message ?? "";
}

/** @param {Wish} wish @param {Seen} seen @returns {Drawn[]} */
function card(wish, { state, page }) {
  const { domain } = wish.site;
  if (page.incognito) return wish.jobs.length ? [askPrivately(wish)] : [];
  if (isAllowed(state, domain)) return wish.jobs.length ? [signInAgain(wish, state)] : [];
  return [state.declined.includes(domain) ? wasDeclined(wish) : ask(wish)];
}

/** @param {Wish} wish */
function ask({ site, jobs, why }) {
  return notice(
    `May Bowerbird use your sign-in of ${site.domain} for saving?`,
    `${why} Your sign-in stays on this computer, and goes only to ${site.domain}.`,
    button("Use my sign-in", "", { class: jobs.length ? "go" : "", ...does("allow", site) }),
    button("Not now", "", { class: "bare", ...does("decline", site) }),
  );
}

/** @param {Wish} wish */
function wasDeclined({ site, jobs }) {
  const said = jobs.length ? `${goOn(jobs.length)} once it may.` : "";
  return notice(
    `Bowerbird may not use your sign-in of ${site.domain}`,
    said,
    button("Use my sign-in", "", { class: "small", ...does("allow", site) }),
  );
}

/** @param {Wish} wish */
function askPrivately({ site, why }) {
  return notice(
    `May Bowerbird use this private window's sign-in of ${site.domain}?`,
    `${why} Nothing of a private window is used without your word. The sign-in is forgotten when this is saved.`,
    button("Use it this time", "", does("allow", site)),
  );
}

/** What to do, by the code of the jobs' error. */
const AGAIN = {
  session_expired: "wants you to sign in again",
  challenge: "wants you to answer a question",
};

/** @param {Wish} wish @param {State} state */
function signInAgain({ site, jobs, why }, { not_lent }) {
  const code = jobs.find(({ error }) => (error?.code ?? "") in AGAIN)?.error?.code ?? "";
  const refusal = not_lent[site.domain];
  const said = refusal ? `${refusal.message} ${refusal.hint}` : why;
  return notice(
    `${site.name} ${AGAIN[code] ?? "wants you to sign in"}`,
    `${said} ${goOn(jobs.length)} after that.`,
    button(`Open ${site.domain}`, "open", { class: "go", ...does("visit", site) }),
  );
}

/** @param {string} action @param {Site} site */
function does(action, { domain }) {
  return { "data-do": action, "data-ref": domain };
}

/** @param {string} title @param {string} text @param {...Drawn} buttons */
function notice(title, text, ...buttons) {
  return h(
    "section",
    { class: "notice sign-in", "data-key": title },
    icon("key"),
    h(
      "div",
      {},
      h("h2", {}, title),
      text && h("p", { dir: "auto" }, text),
      h("div", { class: "row" }, buttons),
    ),
  );
}

/** @param {State} state @returns {Drawn[]} what was allowed, with a way back */
export function allowedSites({ allowed }) {
  if (!allowed.length) return [];
  return [
    h(
      "details",
      { class: "faint", "data-key": "sites" },
      h("summary", {}, `Sign-ins that Bowerbird may use (${allowed.length})`),
      h("ul", { class: "sites" }, [...allowed].sort().map(siteRow)),
    ),
  ];
}

/** @param {string} domain */
function siteRow(domain) {
  const name = domain === "*" ? "every site" : siteOfHost(domain).domain;
  const forget = {
    class: "small",
    "aria-label": `Forget ${name}`,
    "data-do": "forget_site",
    "data-ref": domain,
  };
  return h("li", { "data-key": domain }, h("span", { dir: "auto" }, name), button("Forget", "", forget));
}
