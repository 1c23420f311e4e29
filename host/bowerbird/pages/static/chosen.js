// What is done with the chosen cards, in place: tags, the trash and the way back, saving again. A zip is the browser's own affair.
import { post, show, takeParts, toast } from "./acts.js";
import { bar, choosing, chosen, letGo, press } from "./choosing.js";

const MOST = Number(bar?.dataset.most);
// Cards that lie in the trash, with what they stood in and before, for as long as they can be put back.
let away = [];
let undo = null;

const cardsOf = (boxes) => boxes.map((box) => box.closest(".card"));

function putAway(cards) {
  away = cards.map((card) => ({ card, shelf: card.parentNode, next: card.nextSibling }));
  const all = [...document.querySelectorAll(".card")], stays = (card) => !cards.includes(card);
  const place = all.indexOf(cards.at(-1)), beside = all.slice(place).find(stays) ?? all.findLast(stays);
  for (const card of cards) card.remove();
  beside?.querySelector("h3 a").focus({ preventScroll: true });
}

function putBack() {
  // from the last one on: what a card stood before is there again by then
  for (const { card, shelf, next } of away.toReversed()) shelf.insertBefore(card, next);
  away[0]?.card.querySelector("h3 a").focus();
  away = [];
}

/** Counts as they are now; a month of which nothing is left has no line in the new page. */
function takeCounts(page) {
  for (const count of document.querySelectorAll("[data-count]")) {
    count.textContent = page.querySelector(`[data-count="${CSS.escape(count.dataset.count)}"]`)?.textContent ?? "0";
  }
}

/** Say what was done as the page says it, with its button. */
function tell(page) {
  const said = page.querySelector("main .toast");
  if (!said) return;
  undo = said.querySelector("form");
  show(document.adoptNode(said));
}

const THEN = { delete: putAway, tag() {}, untag() {}, refresh() {} };

/** One request at a time: a second press while the first is under way would find nothing left to do. */
async function alone(form, button) {
  if (bar?.ariaBusy === "true") return null;
  bar?.setAttribute("aria-busy", "true");
  const done = await post(form.action, new URLSearchParams(new FormData(form, button)));
  bar?.removeAttribute("aria-busy");
  return done;
}

async function send(button) {
  const boxes = chosen(), done = await alone(bar, button);
  if (!done) return;
  bar.querySelector("details.menu").open = false;
  letGo();
  THEN[button.value](cardsOf(boxes));
  if (!document.querySelector("#shelves .card")) return location.assign(done.url);
  const page = takeParts(done.html, ["tags", "known-tags"]);
  takeCounts(page);
  tell(page);
}

async function takeBack(form) {
  const done = await alone(form);
  if (!done) return;
  if (form === undo) undo = null;
  if (!away.length) return location.assign(done.url);
  putBack();
  const page = takeParts(done.html, ["tags", "known-tags"]);
  takeCounts(page);
  tell(page);
}

document.addEventListener("submit", (event) => {
  if (event.target === bar && chosen().length > MOST) {
    event.preventDefault();
    toast(`These are ${chosen().length} items. Choose at most ${MOST} at a time.`);
  } else if (event.target === bar && event.submitter?.value in THEN) {
    event.preventDefault();
    send(event.submitter);
  } else if ("undo" in event.target.dataset) {
    event.preventDefault();
    takeBack(event.target);
  }
});

function toTags() {
  if (bar.hidden) return false;
  bar.querySelector("details.menu").open = true;
  document.getElementById("chosen-tag").focus();
}

if (bar) {
  undo = document.querySelector("form[data-undo]");
  choosing("Cards", ".card", [
    [["#"], "Tag the chosen ones", toTags],
    [["r"], "Save the chosen ones again", () => press("refresh")],
    [["Delete"], "Put the chosen ones into the trash", () => press("delete")],
    [["z"], "Undo that", () => (undo ? void takeBack(undo) : false)],
  ]);
}
