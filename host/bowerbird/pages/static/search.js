// Answers while one types: each request ends the one before, and the address always says what is shown.
const WAIT = 120;
const form = document.getElementById("ask");
const field = document.getElementById("q");
const found = document.getElementById("found");
const said = document.getElementById("said");
let timer = 0;
let asking = new AbortController();
let shown = field.value.trim();

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  ask();
});

async function ask() {
  const text = field.value.trim();
  if (text === shown) return;
  asking.abort();
  asking = new AbortController();
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
  found.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`/live/search?${asked}`, { signal: asking.signal });
    if (!answer.ok) return location.assign(`/search?${asked}`);
    show(await answer.text(), text);
    history.replaceState(null, "", asked.size ? `/search?${asked}` : "/search");
  } catch (error) {
    if (error.name !== "AbortError") found.removeAttribute("aria-busy");
  }
}

function show(html, text) {
  shown = text;
  found.innerHTML = html;
  found.removeAttribute("aria-busy");
  document.title = `${text || "Search"} · Bowerbird`;
  said.textContent = document.getElementById("count")?.textContent ?? "";
}

// More hits come behind those that are there.
found.addEventListener("click", async (event) => {
  const link = event.target.closest("#more a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const answer = await fetch(link.href.replace("/search?", "/live/search?")).catch(() => null);
  if (!answer?.ok) return location.assign(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = [...page.querySelectorAll(".hit")];
  const list = found.querySelector(".hits");
  if (!list) return location.assign(link.href);
  list.append(...fresh);
  const next = page.getElementById("more");
  if (next) document.getElementById("more").replaceWith(next);
  else document.getElementById("more").remove();
  fresh[0]?.querySelector("h2 a").focus({ preventScroll: true });
  said.textContent = `${fresh.length} more`;
});
