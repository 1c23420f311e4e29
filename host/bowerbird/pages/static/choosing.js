// Choosing rows or cards: boxes of the form `chosen`, a range with Shift, and keys. Its bar shows itself while something is chosen.
import { bind } from "./keys.js";

export const bar = document.getElementById("chosen");
const count = bar?.querySelector("b");
const boxes = () => [...document.querySelectorAll("input[form=chosen]")];
const isMenuOpen = () => Boolean(document.querySelector("details.menu[open]"));
let last;

/** The boxes that are ticked. */
export const chosen = () => boxes().filter((box) => box.checked);

/** Say how many are chosen, after boxes came, went or were ticked. */
export function recount() {
  const all = boxes(), number = chosen().length, whole = document.getElementById("choose-all");
  bar.hidden = !number;
  count.textContent = number ? `${number.toLocaleString("en")} chosen` : "";
  // a bar that was not shown until now is not read out: where the page has a place for that, it is said there
  const aloud = document.getElementById("said");
  if (aloud) aloud.textContent = count.textContent || "None chosen";
  if (!whole) return;
  whole.checked = number > 0 && number === all.length;
  whole.indeterminate = number > 0 && number < all.length;
}

function tick(isChosen, of) {
  for (const box of of) box.checked = isChosen;
  recount();
}

export const letGo = () => tick(false, boxes());

/** From the box that was touched last to this one. */
function range(box) {
  const all = boxes(), ends = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (ends[0] >= 0) tick(box.checked, all.slice(ends[0], ends[1] + 1));
}

/** Press the button of the bar that does this; false where nothing is chosen. */
export function press(action) {
  if (bar.hidden) return false;
  bar.querySelector(`[value=${action}]`).click();
  return true;
}

/**
 * Bind boxes and keys. `place` is the selector of what holds one box; `more` are the keys of what is done with the chosen ones.
 * @param {string} title @param {string} place @param {[string[], string, (key: string, target: Element) => unknown][]} more
 */
export function choosing(title, place, more) {
  const toggle = (target, then) => {
    const box = target?.closest?.(place)?.querySelector("input[form=chosen]");
    if (!box) return false;
    box.checked = !box.checked;
    then(box);
    last = box;
    recount();
    return true;
  };
  document.addEventListener("click", (event) => {
    if (event.target.id === "choose-all") tick(event.target.checked, boxes());
    if (event.target.closest("#choose-none")) letGo();
    if (!event.target.matches("input[form=chosen]")) return;
    if (event.shiftKey) range(event.target);
    last = event.target;
    recount();
  });
  bind(title, [
    [["x"], "Choose this one", (_, target) => toggle(target, () => {})],
    [["X"], "Choose up to this one", (_, target) => toggle(target, range)],
    [["a"], "Choose all on the page", () => tick(!boxes().every((box) => box.checked), boxes())],
    ...more,
    [["Escape"], "Choose none", () => (bar.hidden || isMenuOpen() ? false : letGo())],
  ]);
  bar.hidden = !chosen().length;
  if (!bar.hidden) recount();
}
