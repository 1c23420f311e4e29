// The order of the queue: a row is dragged by its handle, or moved by arrow keys while the handle has the focus.

const live = document.querySelector("bower-live");
const said = document.getElementById("moved");
const idOf = (row) => row.dataset.key.slice("job-".length);
const rowsOf = (list) => [...list.querySelectorAll(":scope > .job")];
let sending = Promise.resolve();
let held = 0;

/** Nothing moves by itself until what is given here is over. */
async function hold(during) {
  held += 1;
  live.held = true;
  live.turn += 1;
  try {
    await during;
  } finally {
    held -= 1;
    live.held = held > 0;
    live.turn += 1;
  }
}

/** Tell the site where a row stands now; one after the other, so that fast keys do not overtake each other. */
function tell(row) {
  const next = row.nextElementSibling, previous = row.previousElementSibling;
  const fields = new URLSearchParams({ job: idOf(row) });
  if (next) fields.set("before", idOf(next));
  else if (previous) fields.set("after", idOf(previous));
  said.textContent = `${row.querySelector(".title").textContent}: place ${rowsOf(row.parentElement).indexOf(row) + 1}`;
  sending = sending.then(() => fetch("/queue/move", { method: "POST", body: fields, redirect: "manual" })).catch(() => {});
  hold(sending).then(() => { if (!held) live.refresh(); });
}

// --- keys

const STEPS = {
  ArrowUp: (row) => row.previousElementSibling?.before(row),
  ArrowDown: (row) => row.nextElementSibling?.after(row),
  Home: (row) => row.parentElement.prepend(row),
};

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.(".grip");
  const step = grip && STEPS[event.key];
  if (!step || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const row = grip.closest(".job"), place = row.previousElementSibling;
  step(row);
  grip.focus();
  if (row.previousElementSibling !== place) tell(row);
}, { capture: true });

// --- drag, with mouse, pen or finger

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".grip");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  grip.focus();
  drag(grip, event.pointerId);
});

function drag(grip, pointer) {
  const row = grip.closest(".job"), list = row.parentElement, before = row.nextElementSibling;
  let finish;
  hold(new Promise((resolve) => { finish = resolve; }));
  const end = (stays) => {
    for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener, true);
    row.classList.remove("dragged");
    if (!stays) list.insertBefore(row, before);
    grip.focus();
    if (row.nextElementSibling !== before) tell(row);
    finish();
  };
  const listeners = {
    pointermove(event) {
      if (event.pointerId !== pointer) return;
      const target = rowsOf(list).find((other) => other !== row && event.clientY < middle(other));
      if (target === row.nextElementSibling) return;
      list.insertBefore(row, target ?? null);
      row.scrollIntoView({ block: "nearest" });
    },
    pointerup: (event) => { if (event.pointerId === pointer) end(true); },
    pointercancel: () => end(false),
    keydown(event) {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      end(false);
    },
  };
  for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener, true);
  row.classList.add("dragged");
}

function middle(row) {
  const box = row.getBoundingClientRect();
  return box.top + box.height / 2;
}
