/** What each click means. */

import { captureOfPage, isList, isWeb } from "./capture.js";
import { remembered } from "./state.js";

/** @typedef {import("./types.d.ts").Page} Page */
/** @typedef {import("./types.d.ts").Capture} Capture */
/** @typedef {import("./types.d.ts").Target} Target */

const IDENTIFY_PATIENCE = 3_000; // milliseconds; then the click counts more than knowing what it is
const OPEN_PATIENCE = 60_000; // milliseconds; the archive's pages may have to start first

export class Clicks {
  /**
   * @param {import("./courier.js").Courier} courier
   * @param {import("./sessions.js").Sessions} sessions
   * @param {(url: string) => any} openTab
   */
  constructor(courier, sessions, openTab) {
    this.courier = courier;
    this.sessions = sessions;
    this.openTab = openTab;
  }

  made() {
    return { key: crypto.randomUUID(), captured_at: new Date().toISOString() };
  }

  /** The toolbar button: saves what is one thing at once, and asks first where it is many. @param {Page} page */
  async look(page) {
    const state = await this.courier.state();
    if (!isWeb(page.url) || remembered(state, page.url, Date.now())) return {};
    const target = await this.#identify(page.url);
    const capture = captureOfPage(page, "toolbar", this.made());
    if (isList(target?.kind)) this.#remember(capture, page.title, "asked", target);
    else await this.save(capture, page, target);
    return {};
  }

  /** The popup's own button, for a list. @param {Page} page */
  async savePage(page) {
    const asked = (await this.courier.state()).saved.find(({ url }) => url === page.url);
    if (asked) this.courier.change("forgotten", asked.key);
    await this.save(captureOfPage(page, "popup", this.made()), page, asked?.target);
    return {};
  }

  /** Fetches the media once more. @param {Page} page */
  async saveAgain(page) {
    const capture = captureOfPage(page, "popup", this.made());
    await this.save({ ...capture, options: { force: true } }, page);
    return {};
  }

  /** @param {Capture | null} capture @param {Page} page @param {Target | null} [target] */
  async save(capture, page, target = null) {
    if (!capture || !isWeb(capture.url)) return;
    await this.courier.state(); // what is changed before the stored state is read would be lost
    this.#remember(capture, page.title, "held", target);
    await this.courier.hold(capture, () => this.sessions.bring(capture.url, page));
  }

  /** @param {Capture} capture @param {string} title @param {"asked" | "held"} status @param {Target | null} [target] */
  #remember({ key, url }, title, status, target = null) {
    this.courier.change("saved", { key, url, title, status, target, at: Date.now() });
  }

  /** @param {string} url @returns {Promise<Target | null>} null where the host can't say */
  async #identify(url) {
    try {
      await this.courier.reach();
      return (await this.courier.ask("identify", { urls: [url] }, IDENTIFY_PATIENCE)).targets[0];
    } catch {
      return null;
    }
  }

  /** @param {string} key */
  async forget(key) {
    await this.courier.forget(key);
    return {};
  }

  /** @param {string} job @param {string} action */
  async act(job, action) {
    await this.courier.reach();
    const { jobs } = await this.courier.ask("job", { jobs: [job], action });
    for (const one of jobs) this.courier.change("job", one);
    return {};
  }

  /** @param {string} what @param {string} [ref] */
  async open(what, ref) {
    await this.courier.reach();
    const { url } = await this.courier.ask("open", ref ? { what, ref } : { what }, OPEN_PATIENCE);
    await this.openTab(url);
    return {};
  }

  async lookAgain() {
    await this.courier.lookAgain();
    return {};
  }
}
