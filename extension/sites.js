/** Whose sign-in a page or a job may need: which site, and which of its cookies make it. Pure tables. */

/** @typedef {import("./types.d.ts").Site} Site */
/** @typedef {import("./types.d.ts").Cookie} Cookie */
/** @typedef {import("./types.d.ts").State} State */
/** @typedef {import("./types.d.ts").Job} Job */

/**
 * `login`: the cookies that make a sign-in, all of them. `likes`: strangers are shown little of the site.
 * `only`: the kinds that strangers are not shown at all.
 * @type {Site[]}
 */
const SITES = [
  {
    name: "Instagram",
    domain: "instagram.com",
    host: "www.instagram.com",
    platform: "instagram",
    login: ["sessionid", "ds_user_id"],
    account: "ds_user_id",
    likes: true,
    only: ["story", "stories", "highlight", "highlights", "saved", "collection"],
  },
  {
    name: "TikTok",
    domain: "tiktok.com",
    host: "www.tiktok.com",
    platform: "tiktok",
    login: ["sessionid"],
    only: ["saved", "stories"],
  },
  {
    name: "YouTube",
    domain: "youtube.com",
    host: "www.youtube.com",
    platform: "youtube",
    login: ["LOGIN_INFO"],
    only: [],
  },
];

/** @param {string} host @returns {Site} any other site goes by its own host: who owns the domain above it is not known here */
export function siteOfHost(host) {
  const known = SITES.find(({ domain }) => isWithin(host, domain));
  const domain = host.replace(/^www\./, "");
  return known ?? { name: domain, domain, host, platform: "", login: [], only: [] };
}

/** @param {string} url of the web @returns {Site} */
export function siteOfUrl(url) {
  return siteOfHost(new URL(url).hostname);
}

/** @param {Job} job @returns {Site} */
export function siteOfJob({ platform, url }) {
  return SITES.find((site) => site.platform === platform) ?? siteOfUrl(url);
}

const EVERY = "*";

/** @param {string} pattern as the browser tells origins @returns {string} "*" for every site, "" for a part of one */
export function domainOfOrigin(pattern) {
  if (pattern === "<all_urls>") return EVERY;
  return /^\*:\/\/(?:\*\.)?([^/*]+|\*)\/\*$/.exec(pattern)?.[1] ?? "";
}

/** @param {string} domain @returns {string} both schemes, and all hosts below */
export function originOf(domain) {
  return domain === EVERY ? "*://*/*" : `*://*.${domain}/*`;
}

/** @param {State} state @param {string} domain */
export function isAllowed({ allowed }, domain) {
  return allowed.includes(domain) || allowed.includes(EVERY);
}

/** @param {string} host @param {string} domain */
export function isWithin(host, domain) {
  return host === domain || host.endsWith(`.${domain}`);
}

/** @param {string | undefined} kind @param {Site} site @returns {"always" | "likes" | ""} */
export function need(kind, { likes, only }) {
  if (only.includes(kind ?? "")) return "always";
  return likes ? "likes" : "";
}

/**
 * The sites that unfinished jobs wait for: those that were clicked in a private window, or all others.
 * @param {State} state @param {boolean} [incognito] @returns {{site: Site, jobs: Job[]}[]}
 */
export function waitingSites({ jobs }, incognito = false) {
  /** @type {Map<string, {site: Site, jobs: Job[]}>} */
  const found = new Map();
  for (const job of Object.values(jobs)) {
    if (job.status !== "waiting" || job.wait_reason !== "session") continue;
    if ((job.incognito ?? false) !== incognito) continue;
    const site = siteOfJob(job);
    const known = found.get(site.domain) ?? { site, jobs: [] };
    found.set(site.domain, { site, jobs: [...known.jobs, job] });
  }
  return [...found.values()];
}

/**
 * The cookies that are the site's own. One that is kept for the site within another page would tell of that page.
 * @param {Cookie[]} cookies @param {Site} site @returns {Cookie[]}
 */
export function ownCookies(cookies, { domain }) {
  return cookies.filter(
    (cookie) => isWithin(cookie.domain.replace(/^\./, ""), domain) && isFirstParty(cookie, domain),
  );
}

/** @param {Cookie} cookie @param {string} domain */
function isFirstParty({ partitionKey, firstPartyDomain }, domain) {
  const top = partitionKey?.topLevelSite ? new URL(partitionKey.topLevelSite).hostname : firstPartyDomain;
  return !top || isWithin(domain, top) || isWithin(top, domain);
}

/** @param {Cookie[]} cookies @param {Site} site whether somebody is signed in, as far as that can be seen */
export function isSignedIn(cookies, { login }) {
  return login.length
    ? login.every((name) => cookies.some((cookie) => cookie.name === name))
    : cookies.length > 0;
}

/** @param {Cookie[]} cookies @param {Site} site @returns {string} whose sign-in it is; "" where that is not known */
export function accountOf(cookies, { account }) {
  return cookies.find(({ name }) => name === account)?.value ?? "";
}

/**
 * What changes when somebody signs in, and not with every visit. The scripts of a site can't write what is httpOnly.
 * @param {Cookie[]} cookies @param {Site} site @returns {string}
 */
export function signOf(cookies, { login }) {
  const chosen = cookies.filter(({ name, httpOnly }) => (login.length ? login.includes(name) : httpOnly));
  const pairs = (chosen.length ? chosen : cookies).map(({ name, value }) => `${name}=${value}`);
  return pairs.sort().join("\n");
}
