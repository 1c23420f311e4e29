// The gallery: more cards as one comes near the end, filters that act at once, arrows from card to card.
import "./chosen.js";
import { bind } from "./keys.js";

// After so many pages by themselves the button is asked again: so the foot of the page can be reached.
const BY_ITSELF = 8;
// So early that the next cards are there, and their last row is full, before anybody sees it.
const NEAR = "2400px";
const KEPT = "bower-shelves";
const shelves = document.getElementById("shelves");
const more = document.getElementById("more");
const said = document.getElementById("said");
let pages = 0;
let loading = null;

const near = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting) && pages < BY_ITSELF) load(); }, { rootMargin: NEAR });

/** Fetch the page that the link leads to and put its cards behind ours. */
function load() {
  const link = more.querySelector("a");
  if (!link) return Promise.resolve();
  loading ??= take(link).finally(() => { loading = null; });
  return loading;
}

async function take(link) {
  near.disconnect();
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const count = page.querySelectorAll("#shelves .card").length;
    pages += 1;
    append(page.getElementById("shelves"));
    more.replaceChildren(...page.getElementById("more").childNodes);
    said.textContent = count ? `${count} more` : "";
    watch();
  } catch {
    // the link stays what it is: pressed, it leads to the next page, which says what is wrong
    link.removeAttribute("aria-busy");
  }
}

/** A month that goes on is not told twice. */
function append(fresh) {
  for (const section of [...fresh.children]) {
    const last = shelves.lastElementChild;
    if (last && last.dataset.month === section.dataset.month) last.querySelector(".shelf").append(...section.querySelectorAll(".card"));
    else shelves.append(section);
  }
}

function watch() {
  const link = more.querySelector("a");
  if (link) near.observe(link);
}

more?.addEventListener("click", async (event) => {
  if (!event.target.closest("a") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  pages = 0;
  const known = shelves.querySelectorAll(".card").length;
  const link = more.querySelector("a");
  await load();
  const first = shelves.querySelectorAll(".card h3 a")[known];
  if (first) first.focus({ preventScroll: true });
  else if (more.querySelector("a") === link) location.assign(link.href);
});

for (const form of document.querySelectorAll("form[data-changes]")) form.addEventListener("change", () => {
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  location.assign(`${form.getAttribute("action")}${asked.size ? `?${asked}` : ""}`);
});

// Who comes back from an item finds the shelf as it was.
addEventListener("pagehide", () => sessionStorage.setItem(KEPT, JSON.stringify({ at: location.href, pages, y: scrollY })));
async function goOn() {
  const [entry] = performance.getEntriesByType("navigation");
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (entry?.type !== "back_forward" || kept?.at !== location.href) return;
  for (let page = 0; page < kept.pages && more.querySelector("a"); page += 1) await load();
  scrollTo(0, kept.y);
}

/** To the card beside, above or below the one that has the focus. */
function step(key) {
  const links = [...shelves.querySelectorAll(".card h3 a")];
  const place = links.indexOf(document.activeElement.closest(".card")?.querySelector("h3 a"));
  if (place < 0) return false;
  const target = key === "ArrowLeft" ? links[place - 1] : key === "ArrowRight" ? links[place + 1] : across(links, place, key === "ArrowDown" ? 1 : -1);
  target?.focus();
  return Boolean(target);
}

function across(links, place, way) {
  const box = (link) => link.closest(".card").getBoundingClientRect();
  const here = box(links[place]);
  const beyond = links.filter((link) => (box(link).top - here.top) * way > here.height / 2);
  const row = beyond.map((link) => box(link).top * way);
  const nearest = beyond.filter((link) => Math.abs(box(link).top * way - Math.min(...row)) < 8);
  return nearest.sort((one, other) => Math.abs(box(one).left - here.left) - Math.abs(box(other).left - here.left))[0];
}

bind("Gallery", [[["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "From card to card", step]]);
if (shelves) goOn().finally(watch);
