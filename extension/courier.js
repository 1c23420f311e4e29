/** Carries captures from the outbox to the host, and news from the host to the state. */

import * as outbox from "./outbox.js";
import { Refused, Requests } from "./requests.js";
import { BEGINNING, CHANGES, isBusy } from "./state.js";
import { connectionAfter, connectionFor, TROUBLES } from "./wording.js";

/** @typedef {import("./types.d.ts").State} State */
/** @typedef {import("./types.d.ts").Capture} Capture */
/** @typedef {import("./types.d.ts").OutboxEntry} OutboxEntry */

const PROTOCOL = 1;
const LINGER = 3_000; // milliseconds an idle line stays open: the news of an ending comes after the empty queue
const LOOK_AGAIN = 5 * 60_000; // milliseconds between looks while something waits without a line
const LISTED = { running: 20, pending: 20, waiting: 20, failed: 5, completed: 10 };
const EVENTS = {
  job: (event) => event.job,
  queue: (event) => event.queue,
  warning: (event) => event,
};

export class Courier {
  /** @type {State} */
  #state = BEGINNING;
  /** @type {OutboxEntry[]} */
  #outbox = [];
  #ready;
  #requests = new Requests();
  /** @type {import("./types.d.ts").Line | null} */
  #line = null;
  /** @type {Promise<void> | null} */
  #greeting = null;
  /** @type {Promise<void> | null} */
  #carrying = null;
  #company = 0;
  /** @type {any} */
  #resting = null;
  /** @type {Record<string, (event: any) => void>} */
  #listeners = {};

  /** @param {typeof import("./ext.js") & {show: (state: State) => void}} door the browser, and where the state is shown */
  constructor(door) {
    this.door = door;
    this.#ready = this.#load();
  }

  async #load() {
    this.#state = await this.door.read("session", "state", BEGINNING);
    this.#outbox = await this.door.read("local", "outbox", []);
    this.change("held", this.#outbox.length);
  }

  /** @param {string} event of the host, or `listed` when it has named its jobs @param {(event: any) => void} listener */
  on(event, listener) {
    this.#listeners[event] = listener;
  }

  /** @returns {Promise<State>} */
  async state() {
    await this.#ready;
    return this.#state;
  }

  /**
   * @template {keyof typeof CHANGES} Name
   * @param {Name} name
   * @param {any} [what]
   */
  change(name, what) {
    this.#state = CHANGES[name](this.#state, what);
    this.door.show(this.#state);
  }

  /** @param {OutboxEntry[]} entries */
  async #keep(entries) {
    this.#outbox = entries;
    await this.door.write("local", "outbox", entries);
    this.change("held", entries.length);
  }

  /**
   * The capture is on the browser's disk when this returns; the way to the host goes on by itself.
   * @param {Capture} capture
   * @param {() => Promise<void>} [ahead] sends what has to be there before it
   */
  async hold(capture, ahead) {
    await this.#ready;
    await this.#keep(outbox.added(this.#outbox, capture));
    await ahead?.();
    this.carry();
  }

  /** @param {string} key takes back what has not been sent */
  async forget(key) {
    await this.#ready;
    await this.#keep(outbox.without(this.#outbox, [key]));
    this.change("forgotten", key);
  }

  /** Sends what is due; one round at a time. */
  carry() {
    this.#carrying ??= this.#carryAll().finally(() => {
      this.#carrying = null;
      this.#planNext();
    });
    return this.#carrying;
  }

  async #carryAll() {
    await this.#ready;
    for (;;) {
      const entries = outbox.due(this.#outbox, Date.now());
      if (!entries.length) return;
      const went = await this.reach().then(
        () => this.#send(entries),
        () => this.#postpone(entries),
      );
      if (!went) return;
    }
  }

  /** @param {OutboxEntry[]} entries @returns {Promise<boolean>} whether it is worth going on */
  async #send(entries) {
    try {
      const reply = await this.ask("capture", { captures: entries.map(({ capture }) => capture) });
      return await this.#settle(entries, reply.captures);
    } catch (error) {
      if (!(error instanceof Refused) || !outbox.isRefusal(error.code)) return this.#postpone(entries);
      return this.#sendAlone(entries, error);
    }
  }

  /** One bad capture must not hold up the others. @param {OutboxEntry[]} entries @param {Refused} error */
  async #sendAlone(entries, error) {
    if (entries.length > 1) {
      for (const entry of entries) if (!(await this.#send([entry]))) return false;
      return true;
    }
    const { code, message, hint } = error;
    const rejected = {
      key: entries[0].capture.key,
      job_id: null,
      status: "rejected",
      error: { code, message, hint },
    };
    return this.#settle(entries, [rejected]);
  }

  /** @param {OutboxEntry[]} entries @param {any[]} answers */
  async #settle(entries, answers) {
    await this.#keep(outbox.answered(this.#outbox, answers));
    this.change("answered", answers);
    const named = new Set(answers.map(({ key }) => key));
    const unnamed = entries.filter(({ capture }) => !named.has(capture.key));
    return unnamed.length ? this.#postpone(unnamed) : true;
  }

  /** @param {OutboxEntry[]} entries */
  async #postpone(entries) {
    const keys = entries.map(({ capture }) => capture.key);
    await this.#keep(outbox.postponed(this.#outbox, keys, Date.now()));
    return false;
  }

  #planNext() {
    const at = outbox.nextTime(this.#outbox);
    if (at !== null) this.door.wakeAt("outbox", Math.max(at, Date.now() + 1000));
  }

  /** @param {string} type @param {object} [fields] @param {number} [patience] milliseconds */
  ask(type, fields = {}, patience = undefined) {
    return this.#requests.ask(type, fields, (frame) => this.#line?.post(frame), patience);
  }

  /** Opens the line and greets, unless that is done; rejects where the host can't be had. */
  async reach() {
    await this.#ready;
    this.#greeting ??= this.#greet().catch((error) => {
      this.#greeting = null;
      throw error;
    });
    return this.#greeting;
  }

  async #greet() {
    const line = this.door.openLine(
      (frame) => this.#hear(frame),
      (said) => this.#ended(line, said),
    );
    this.#line = line;
    const who = { protocol: PROTOCOL, extension: this.door.VERSION, browser: this.door.browserName() };
    const hello = await this.ask("hello", who).catch((error) => this.#refused(line, error));
    this.change("connected", hello);
    this.#watch().catch(() => {}); // its loss is told by the line's own end
  }

  async #watch() {
    const lists = Object.entries(LISTED).map(([status, limit]) => this.ask("jobs", { status, limit }));
    const [replies] = await Promise.all([Promise.all(lists), this.ask("watch", { jobs: true })]);
    this.change(
      "listed",
      replies.flatMap(({ jobs }) => jobs),
    );
    this.#listeners.listed?.(null);
    this.#rest();
  }

  /** @param {import("./types.d.ts").Line} line @param {Refused} error @returns {never} */
  #refused(line, error) {
    if (this.#line === line) {
      this.change("lost", { connection: connectionFor(error.code), said: `${error.message} ${error.hint}` });
      this.#close();
    }
    throw error;
  }

  /** @param {any} frame */
  #hear(frame) {
    if (Object.hasOwn(EVENTS, frame.event)) this.change(frame.event, EVENTS[frame.event](frame));
    else if (frame.event) this.#listeners[frame.event]?.(frame);
    else if (frame.id === null) this.#requests.failAll(frame.error);
    else this.#requests.settle(frame);
    this.#rest();
  }

  /** @param {import("./types.d.ts").Line} line @param {string} said */
  #ended(line, said) {
    if (this.#line !== line) return;
    const connection = connectionAfter(said, this.#state.connection === "connected");
    this.#line = null;
    this.#greeting = null;
    this.change("lost", { connection, said });
    const { title, text } = TROUBLES[connection] ?? TROUBLES.missing;
    this.#requests.failAll({ code: "host_missing", message: `${title}.`, hint: text });
    if (isBusy(this.#state)) this.door.wakeAt("look", Date.now() + outbox.waitAfter(this.#state.losses));
  }

  /** Lets go of an idle host after a while, so that both sides may sleep. */
  #rest() {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      if (this.#company || this.#carrying || this.#requests.waiting || isBusy(this.#state)) return;
      if (this.#state.queue.waiting) this.door.wakeAt("look", Date.now() + LOOK_AGAIN);
      this.#close();
    }, LINGER);
  }

  #close() {
    const line = this.#line;
    this.#line = null;
    this.#greeting = null;
    line?.close();
  }

  /** Somebody looks at the popup. */
  async come() {
    this.#company++;
    await this.#ready;
    this.change("seen");
    await this.lookAgain();
  }

  go() {
    this.#company--;
    this.#rest();
  }

  /** Tries the host at once, and everything in the outbox with it. */
  async lookAgain() {
    await this.#ready;
    await this.reach().catch(() => {}); // the state says why
    if (this.#greeting) await this.#keep(outbox.hurried(this.#outbox));
    await this.carry();
  }
}
