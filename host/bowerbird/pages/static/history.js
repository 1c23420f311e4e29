// Choosing rows of the history, and what keys do with them.
import { bar, choosing, letGo, press, recount } from "./choosing.js";

const live = document.querySelector("bower-live");

choosing("Jobs", "tr", [
  [["r"], "Try the chosen ones again", () => press("retry")],
  [["Delete"], "Take the chosen ones out of the list", () => press("delete")],
]);
live.addEventListener("renewed", recount);
live.addEventListener("sent", ({ detail: form }) => { if (form === bar) letGo(); });
