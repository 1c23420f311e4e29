/** What the person allowed: asks the browser for it, remembers a no, and takes it back. */

import { domainOfOrigin, originOf, siteOfHost } from "./sites.js";

/** @typedef {import("./types.d.ts").Page} Page */

export class Consent {
  /** What the person chose and what the browser allowed come at the same time, and each changes what is stored. */
  #turn = Promise.resolve();

  /**
   * @param {import("./courier.js").Courier} courier
   * @param {import("./sessions.js").Sessions} sessions
   * @param {typeof import("./ext.js")} door
   */
  constructor(courier, sessions, door) {
    this.courier = courier;
    this.sessions = sessions;
    this.door = door;
  }

  /** Brings the state up to date with what the browser allows. */
  async look() {
    await this.courier.state();
    const [origins, choices] = await Promise.all([this.door.allowedOrigins(), this.#choices()]);
    this.courier.change("sites", {
      allowed: origins.map(domainOfOrigin).filter(Boolean),
      declined: Object.keys(choices).filter((domain) => choices[domain] === "declined"),
    });
  }

  /** @param {() => Promise<void>} act runs when what came before it is done */
  async #inTurn(act) {
    this.#turn = this.#turn.then(act, act);
    await this.#turn;
    return {};
  }

  /** A popup opens: who was asked by the browser before and did not say yes has said no, and what failed is tried again. */
  come() {
    return this.#inTurn(() => this.#come());
  }

  async #come() {
    const choices = await this.#choices();
    const answered = Object.keys(choices).map((domain) => [domain, "declined"]);
    await this.door.write("local", "choices", Object.fromEntries(answered));
    for (const domain of Object.keys(await this.#wanted()))
      if (await this.door.mayRead(originOf(domain))) await this.#fulfil(domain);
    await this.look();
  }

  /** The click on “Use my sign-in”; the browser asks the person at the same time. @param {string} domain @param {Page} page */
  want(domain, page) {
    return this.#inTurn(() => this.#want(domain, page));
  }

  /** @param {string} domain @param {Page} page */
  async #want(domain, page) {
    await this.#wish(domain, { tab: page.tab, incognito: page.incognito });
    await this.#choose(domain, "asked");
    if (await this.door.mayRead(originOf(domain))) await this.#fulfil(domain);
  }

  /** @param {string} domain */
  decline(domain) {
    return this.#inTurn(() => this.#decline(domain));
  }

  /** @param {string} domain */
  async #decline(domain) {
    await this.#wish(domain, null);
    await this.#choose(domain, "declined");
    await this.look();
  }

  /** The browser allows more than before. @param {string[]} origins */
  allowed(origins) {
    return this.#inTurn(() => this.#allowed(origins));
  }

  /** @param {string[]} origins */
  async #allowed(origins) {
    for (const domain of origins.map(domainOfOrigin).filter(Boolean)) await this.#fulfil(domain);
    await this.look();
  }

  /** Takes the permission back, and what the host has of it. @param {string} domain */
  async forget(domain) {
    const { host } = siteOfHost(domain);
    await this.door.disallow(originOf(domain));
    await this.decline(domain);
    await this.courier.reach();
    await this.courier.ask("sessions", { action: "forget", platform: host }).catch(unlessNotFound);
    return {};
  }

  /**
   * What the person wanted when the permission was asked for; kept until it is done, for the browser may say yes before
   * it hands out the cookies. @param {string} domain
   */
  async #fulfil(domain) {
    const { [domain]: wanted } = await this.#wanted();
    await this.#choose(domain, null);
    // what was said in a private window ends with its tab; another one's jar would answer
    const isOver = wanted?.incognito && !(await this.door.isOpen(wanted.tab));
    try {
      if (!wanted) await this.sessions.offer();
      else if (!isOver) await this.sessions.bringOfTab(siteOfHost(domain), wanted);
      await this.#wish(domain, null);
    } catch {} // the state says why
  }

  /** @returns {Promise<Record<string, "asked" | "declined">>} */
  #choices() {
    return this.door.read("local", "choices", {});
  }

  /** @returns {Promise<Record<string, {tab?: number, incognito: boolean}>>} */
  #wanted() {
    return this.door.read("session", "wanted", {});
  }

  /** @param {string} domain @param {{tab?: number, incognito: boolean} | null} wanted */
  async #wish(domain, wanted) {
    const { [domain]: _, ...others } = await this.#wanted();
    await this.door.write("session", "wanted", wanted ? { ...others, [domain]: wanted } : others);
  }

  /** @param {string} domain @param {"asked" | "declined" | null} choice */
  async #choose(domain, choice) {
    const { [domain]: _, ...others } = await this.#choices();
    await this.door.write("local", "choices", choice ? { ...others, [domain]: choice } : others);
  }
}

/** @param {any} error what was never stored is forgotten already */
function unlessNotFound(error) {
  if (error.code !== "not_found") throw error;
}
