/** The popup: shows the state as it comes, and hands each click to the background. */

import * as ext from "../ext.js";
import { originOf, siteOfHost } from "../sites.js";
import { BEGINNING } from "../state.js";
import { patch } from "./dom.js";
import { view } from "./view.js";

const root = /** @type {HTMLElement} */ (document.getElementById("popup"));
const page = await ext.currentPage();
/** @type {import("./view.js").Looked} */
const looked = { state: BEGINNING, page, now: Date.now(), trouble: null };

function show(change) {
  Object.assign(looked, change, { now: Date.now() });
  patch(root, view(looked));
}

/** @param {object} message */
async function tell(message) {
  const answer = await ext.tellBackground(message);
  show({ trouble: answer?.error ?? null });
}

/** The popup may close while the browser asks: what comes of a yes is up to the background. @param {string} domain */
async function allow(domain) {
  tell({ do: "want", domain, page });
  if (!(await ext.askFor(originOf(domain)))) await tell({ do: "decline", domain });
}

/** What the buttons do, by their `data-do`. */
const ACTIONS = {
  save: () => tell({ do: "save", page }),
  save_again: () => tell({ do: "save_again", page }),
  forget: ({ ref }) => tell({ do: "forget", key: ref }),
  act: ({ ref, action }) => tell({ do: "act", job: ref, action }),
  open: ({ what, ref }) => tell({ do: "open", what, ref }),
  allow: ({ ref }) => allow(ref ?? ""),
  decline: ({ ref }) => tell({ do: "decline", domain: ref }),
  visit: ({ ref }) => ext.openTab(`https://${siteOfHost(ref ?? "").host}/`),
  forget_site: ({ ref }) => tell({ do: "forget_site", domain: ref }),
  look_again: () => tell({ do: "look_again" }),
  copy: ({ text }) => navigator.clipboard.writeText(text),
};

root.addEventListener("click", ({ target }) => {
  const button = /** @type {Element} */ (target).closest("[data-do]");
  if (button instanceof HTMLElement) ACTIONS[button.dataset.do ?? ""]?.(button.dataset);
});

ext.onSessionChange("state", (state) => show({ state }));
ext.keepCompany();
show({ state: await ext.read("session", "state", BEGINNING) });
tell({ do: "look", page });
