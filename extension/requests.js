/** Requests and their replies, matched by id. */

/** @typedef {import("./types.d.ts").WireError} WireError */

const PATIENCE = 20_000; // milliseconds; the host answers within three seconds even when the archive is locked

/** A reply that says no, or no reply at all. */
export class Refused extends Error {
  /** @param {WireError} error */
  constructor({ code, message, hint }) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

const SILENT = {
  code: "no_answer",
  message: "The Bowerbird program did not answer in time.",
  hint: "Run `bowerbird doctor` in a terminal.",
};

export class Requests {
  #next = 1;
  /** @type {Map<number, {resolve: (reply: any) => void, reject: (error: Refused) => void, timer: any}>} */
  #open = new Map();

  /**
   * @param {string} type
   * @param {object} fields
   * @param {(frame: object) => void} post
   * @param {number} [patience] milliseconds
   * @returns {Promise<any>} the reply; rejects with Refused
   */
  ask(type, fields, post, patience = PATIENCE) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.settle({ id, ok: false, error: SILENT }), patience);
      this.#open.set(id, { resolve, reject, timer });
      post({ id, type, ...fields });
    });
  }

  /** @returns {boolean} whether a reply is still to come */
  get waiting() {
    return this.#open.size > 0;
  }

  /** @param {any} reply @returns {boolean} whether somebody waited for it */
  settle(reply) {
    const asked = this.#open.get(reply.id);
    if (!asked) return false;
    this.#open.delete(reply.id);
    clearTimeout(asked.timer);
    if (reply.ok) asked.resolve(reply);
    else asked.reject(new Refused(reply.error));
    return true;
  }

  /** @param {WireError} error */
  failAll(error) {
    for (const id of [...this.#open.keys()]) this.settle({ id, ok: false, error });
  }
}
