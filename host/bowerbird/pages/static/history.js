// Choosing rows of the history: boxes, a range with Shift, and keys. The bar below shows itself while something is chosen.
import { bind } from "./keys.js";

const live = document.querySelector("bower-live");
const bar = document.getElementById("chosen");
const said = bar.querySelector("[role=status]");
const boxes = () => [...document.querySelectorAll("input[form=chosen]")];
const boxOf = (element) => element?.closest?.("tr")?.querySelector("input[form=chosen]");
let last;

function count() {
  const all = boxes(), chosen = all.filter((box) => box.checked).length, whole = document.getElementById("choose-all");
  bar.hidden = !chosen;
  said.textContent = chosen ? `${chosen} chosen` : "";
  if (!whole) return;
  whole.checked = chosen > 0 && chosen === all.length;
  whole.indeterminate = chosen > 0 && chosen < all.length;
}

function choose(chosen, of = boxes()) {
  for (const box of of) box.checked = chosen;
  count();
}

/** From the box that was touched last to this one. */
function range(box) {
  const all = boxes(), ends = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (ends[0] >= 0) choose(box.checked, all.slice(ends[0], ends[1] + 1));
}

function toggle(target, isRange) {
  const box = boxOf(target);
  if (!box) return false;
  box.checked = !box.checked;
  if (isRange) range(box);
  last = box;
  count();
  return true;
}

const press = (action) => {
  if (bar.hidden) return false;
  bar.querySelector(`[value=${action}]`).click();
  return true;
};

document.addEventListener("click", (event) => {
  if (event.target.id === "choose-all") choose(event.target.checked);
  if (event.target.closest("#choose-none")) choose(false);
  if (!event.target.matches("input[form=chosen]")) return;
  if (event.shiftKey) range(event.target);
  last = event.target;
  count();
});

bind("Jobs", [
  [["x"], "Choose this one", (_, target) => toggle(target, false)],
  [["X"], "Choose up to this one", (_, target) => toggle(target, true)],
  [["a"], "Choose all on the page", () => choose(!boxes().every((box) => box.checked))],
  [["r"], "Try the chosen ones again", () => press("retry")],
  [["Delete"], "Take the chosen ones out of the list", () => press("delete")],
  [["Escape"], "Choose none", () => (bar.hidden ? false : choose(false))],
]);

live.addEventListener("renewed", count);
live.addEventListener("sent", ({ detail: form }) => { if (form === bar) choose(false); });
count();
