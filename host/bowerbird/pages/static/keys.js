// Single keys, never while somebody types. A page binds its own with `bind`; `?` shows all that are bound.

const SHOWN = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
const PLACES = { d: "/", b: "/browse", h: "/history", s: "/stats" };
const known = new Map();
const groups = [];
let before = "";

/**
 * Bind keys. Each entry is [keys, words, act]: what is bound later wins. `act` gets the key and where it was pressed; where it
 * answers false the key does what it does in any page.
 * @param {string} title @param {[string[], string, (key: string, target: Element) => unknown][]} entries
 */
export function bind(title, entries) {
  groups.unshift({ title, entries });
  for (const [keys, , act] of entries) for (const key of keys) known.set(key, act);
}

/** Show all keys, in a dialog that is made when it is first asked for. */
export function showKeys() {
  document.getElementById("keys-dialog")?.remove();
  const dialog = Object.assign(document.createElement("dialog"), { id: "keys-dialog", className: "dialog keys" });
  dialog.setAttribute("aria-labelledby", "h-keys");
  dialog.append(text("h2", "Keys", "h-keys"), ...groups.map(listed));
  const close = text("button", "Close");
  Object.assign(close, { className: "btn", type: "button" });
  close.dataset.closes = "";
  dialog.append(close);
  document.body.append(dialog);
  dialog.showModal();
}

function listed({ title, entries }) {
  const list = document.createElement("dl");
  for (const [keys, words] of entries) {
    const names = document.createElement("dt");
    names.append(...namesOf(keys).flatMap((name) => [text("kbd", name), " "]));
    list.append(names, text("dd", words));
  }
  const section = document.createElement("section");
  section.append(text("h3", title), list);
  return section;
}

function namesOf(keys) {
  const digits = keys.length === 10 && keys.every((key) => /\d/.test(key));
  return digits ? ["0 – 9"] : keys.map((key) => SHOWN[key] ?? key);
}

function text(tag, words, id = "") {
  return Object.assign(document.createElement(tag), { textContent: words }, id ? { id } : {});
}

/** To the next or previous row or card. */
function move(step) {
  const links = [...document.querySelectorAll(".job .title, .card h3 a, .what .title, .hit h2 a")];
  const place = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(place + step, links.length - 1))]?.focus();
}

/** To the field for links, on the page that has it. */
function paste() {
  const field = document.getElementById("url");
  if (field) field.focus();
  else location.assign("/#url");
}

bind("Everywhere", [
  [["/"], "Search", () => document.getElementById("q")?.focus()],
  [["g d", "g b", "g h", "g s"], "Dashboard, browse, history, stats", () => false],
  [["?"], "This list", showKeys],
]);
if (!document.getElementById("player")) bind("Lists", [
  [["j"], "Next", () => move(1)],
  [["k"], "Previous", () => move(-1)],
  [["n"], "Paste links", paste],
]);

const typing = (target) => target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
const pressing = (target, key) => key === " " && target.closest("button, a, summary, input");
const isOff = () => document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]");

// In the capture phase: a player that has the focus would take arrows and space for itself, in a way of its own.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isOff() || typing(event.target) || pressing(event.target, event.key)) return;
  const went = before === "g" && PLACES[event.key];
  before = event.key;
  if (went) return location.assign(went);
  const act = known.get(event.key);
  if (!act || act(event.key, event.target) === false) return;
  event.preventDefault();
  event.stopPropagation();
}, { capture: true });

document.addEventListener("click", (event) => { if (event.target.closest("[data-keys]")) showKeys(); });
