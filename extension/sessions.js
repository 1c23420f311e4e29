/** Lends the host the sign-ins of sites that the person allowed, and of no others. */

import {
  accountOf,
  isSignedIn,
  isWithin,
  originOf,
  ownCookies,
  signOf,
  siteOfHost,
  siteOfUrl,
  waitingSites,
} from "./sites.js";

/** @typedef {import("./types.d.ts").Site} Site */
/** @typedef {import("./types.d.ts").Page} Page */
/** @typedef {{cookies: import("./types.d.ts").Cookie[], store_id: string, incognito?: boolean}} Found */

const SETTLED = 1_500; // milliseconds without a further cookie: a sign-in sets a dozen
// Milliseconds between two offers of a site whose cookies may have changed for any reason; below the 30 s that a
// background lives.
const SPACING = 20_000;
const PRIVATELY = { incognito: true, keep_incognito: true };

export class Sessions {
  /** When something was offered last, by domain. @type {Record<string, number>} */
  #offered = {};
  /** @type {any} */
  #timer = null;

  /** @param {import("./courier.js").Courier} courier @param {typeof import("./ext.js")} door */
  constructor(courier, door) {
    this.courier = courier;
    this.door = door;
  }

  /** Goes ahead of a capture, so that its job starts with the session of the tab. @param {string} url @param {Page} page */
  async bring(url, page) {
    const site = siteOfUrl(url);
    if (page.incognito || !(await this.#isAllowed(site))) return;
    await this.bringOfTab(site, page).catch(() => {}); // the capture counts more, and the host asks again
  }

  /**
   * The answer to `session_needed`: for what was clicked in a private window only with that window's sign-in.
   * @param {{request_id: number, platform_host: string, account?: string | null, incognito?: boolean}} event
   */
  async needed({ request_id, platform_host, account, incognito = false }) {
    const site = siteOfHost(platform_host);
    const word = incognito ? await this.#wordOf(site) : null;
    if (!(await this.#isAllowed(site)) || (incognito && !word)) return this.#none(request_id, "not_allowed");
    const found = word ? await this.#readPrivate(site, word) : await this.#find(site, account);
    if (!found) return this.#none(request_id, "no_cookies");
    const more = word ? PRIVATELY : {};
    await this.#send(site, found, { request_id, platform_host, ...more }).catch(() => {}); // the state says why
  }

  /** What the person said in a private window holds as long as its tab is open. @param {Site} site */
  async #wordOf({ domain }) {
    const { [domain]: word } = await this.door.read("session", "privately", {});
    return word && (await this.door.isOpen(word.tab)) ? word : null;
  }

  /** @param {Site} site @param {{tab: number, store: string}} word */
  async #readPrivate(site, { store }) {
    const found = await this.#read(site, store).catch(() => null); // its window is gone, and its jar with it
    return found && isSignedIn(found.cookies, site) ? found : null;
  }

  /** A cookie changed. @param {string} domain */
  async cookie(domain) {
    const waiting = waitingSites(await this.courier.state());
    if (waiting.some(({ site }) => isWithin(domain.replace(/^\./, ""), site.domain))) this.offerSoon();
  }

  offerSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.offer(), SETTLED);
  }

  /** Brings what jobs wait for, where the browser has something that the host has not seen. */
  async offer() {
    const state = await this.courier.state();
    for (const { site, jobs } of waitingSites(state)) {
      const asksPerson = jobs.some(({ error }) => error?.code === "challenge");
      await this.#offerOne(site, asksPerson).catch(() => {}); // the state says why
    }
  }

  /** @param {Site} site @param {boolean} asksPerson the sign-in stays the same when its question is answered */
  async #offerOne(site, asksPerson) {
    if (!(await this.#isAllowed(site))) return;
    const found = await this.#find(site);
    if (!found) return;
    const sign = await fingerprint(signOf(found.cookies, asksPerson ? { ...site, login: [] } : site));
    const brought = await this.door.read("session", "brought", {});
    if (brought[`${site.domain} ${asksPerson}`] === sign) return;
    const isSurelyNew = site.login.length > 0 && !asksPerson;
    const early = isSurelyNew ? 0 : (this.#offered[site.domain] ?? 0) + SPACING - Date.now();
    if (early > 0) {
      this.#timer = setTimeout(() => this.offer(), early);
      return;
    }
    await this.courier.reach();
    await this.#send(site, found);
  }

  /** The session of a tab, of a private one too. @param {Site} site @param {{tab?: number, incognito: boolean}} page */
  async bringOfTab(site, { tab, incognito }) {
    const store = await this.door.storeOfTab(tab, incognito);
    const found = await this.#read(site, store);
    if (!isSignedIn(found.cookies, site)) return;
    if (incognito) await this.#rememberWord(site, { tab, store });
    else await this.#rememberStore(site, store);
    await this.courier.reach();
    this.#send(site, found, incognito ? PRIVATELY : {}).catch(() => {}); // what follows is sent behind it, and need not wait for the reply
  }

  /** The sign-in of the first store that has one, that of the named account before others; never of a private window. @param {Site} site @param {string | null} [account] */
  async #find(site, account) {
    const { [site.domain]: used } = await this.door.read("local", "stores", {});
    const stores = new Set([...(used ? [used] : []), ...(await this.door.ordinaryStores())]);
    const all = await Promise.all([...stores].map((store) => this.#read(site, store)));
    const signedIn = all.filter(({ cookies }) => isSignedIn(cookies, site));
    return signedIn.find(({ cookies }) => account && accountOf(cookies, site) === account) ?? signedIn[0];
  }

  /** @param {Site} site @param {string} store @returns {Promise<Found>} */
  async #read(site, store) {
    const cookies = await this.door.cookiesOf(site.domain, store);
    return { cookies: ownCookies(cookies, site), store_id: store };
  }

  /** On its way before this returns, if the line is open. @param {Site} site @param {Found} found @param {object} [more] */
  async #send(site, found, more = {}) {
    this.#offered[site.domain] = Date.now();
    const message = { platform_host: site.host, user_agent: this.door.USER_AGENT, ...found, ...more };
    const reply = this.courier.ask("session", message).then(
      () => null,
      (error) => error,
    );
    await this.#remember(site, found);
    const error = await reply;
    if (!error) return this.courier.change("lent", site.domain);
    const { code, message: said, hint } = error;
    if (code === "bad_session")
      return this.courier.change("not_lent", { domain: site.domain, message: said, hint });
    await this.#remember(site, { cookies: [], store_id: "" }); // what is not taken now, may be taken later
    throw error;
  }

  /** @param {number} request_id @param {"not_allowed" | "no_cookies"} reason */
  async #none(request_id, reason) {
    await this.courier.ask("no_session", { request_id, reason }).catch(() => {}); // the host asks again
  }

  /** A hash, so that the same sign-in is not offered twice; gone with the browser. @param {Site} site @param {Found} found */
  async #remember(site, { cookies }) {
    const [mine, whole] = await Promise.all([
      fingerprint(signOf(cookies, site)),
      fingerprint(signOf(cookies, { ...site, login: [] })),
    ]);
    const brought = await this.door.read("session", "brought", {});
    const now = { [`${site.domain} false`]: mine, [`${site.domain} true`]: whole };
    await this.door.write("session", "brought", { ...brought, ...now });
  }

  /** @param {Site} site @param {{tab?: number, store: string}} word gone with the browser */
  async #rememberWord({ domain }, word) {
    const known = await this.door.read("session", "privately", {});
    await this.door.write("session", "privately", { ...known, [domain]: word });
  }

  /** Which container the person uses for a site. @param {Site} site @param {string} store */
  async #rememberStore({ domain }, store) {
    const known = await this.door.read("local", "stores", {});
    if (known[domain] !== store) await this.door.write("local", "stores", { ...known, [domain]: store });
  }

  /** @param {Site} site */
  #isAllowed({ domain }) {
    return this.door.mayRead(originOf(domain));
  }
}

/** @param {string} text @returns {Promise<string>} */
async function fingerprint(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
