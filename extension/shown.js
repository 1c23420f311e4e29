/** Shows the newest state, at most ten times a second, and never an older one after a newer one. */

const PAUSE = 100; // milliseconds

export class Shown {
  /** @type {any} */
  #next = null;
  #busy = false;

  /** @param {(state: any) => Promise<any>} show */
  constructor(show) {
    this.show = show;
  }

  /** @param {any} state */
  set(state) {
    this.#next = state;
    if (!this.#busy) this.#run();
  }

  async #run() {
    this.#busy = true;
    while (this.#next) {
      const state = this.#next;
      this.#next = null;
      await this.show(state).catch(() => {}); // a window that is just closing has no badge
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    this.#busy = false;
  }
}
