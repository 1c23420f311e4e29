// The field for links: it grows, takes what is dropped on it, and says what was recognised. It asks our own site alone.

const PAUSE_MS = 180;

const form = document.getElementById("capture");
const field = document.getElementById("url");
const seen = document.getElementById("seen");
const label = form.querySelector("[data-label]");
const idle = seen.innerHTML;
const grows = CSS.supports("field-sizing", "content");
let timer;
let asked;

function changed() {
  if (!grows) field.rows = Math.min(8, field.value.split("\n").length);
  clearTimeout(timer);
  timer = setTimeout(recognise, PAUSE_MS);
}

async function recognise() {
  asked?.abort();
  if (!field.value.trim()) return show(idle);
  asked = new AbortController();
  try {
    const answer = await fetch("/seen", { method: "POST", body: new URLSearchParams({ url: field.value }), signal: asked.signal });
    show(answer.ok ? await answer.text() : idle);
  } catch {
    // something else was typed meanwhile, or the site is being restarted: saving works all the same
  }
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  label.textContent = fresh.querySelector("[data-label]")?.dataset.label ?? label.dataset.label;
  seen.replaceChildren(...fresh.childNodes);
}

field.addEventListener("input", changed);
field.addEventListener("keydown", (event) => {
  const isOne = !event.shiftKey && !field.value.trim().includes("\n");
  if (event.key !== "Enter" || event.isComposing || !(isOne || event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});

// --- a link that is dropped anywhere on the form

const links = (transfer) => (transfer.getData("text/uri-list") || transfer.getData("text/plain")).split(/\r?\n/).filter((line) => line && !line.startsWith("#"));

form.addEventListener("dragover", (event) => {
  if (!["text/uri-list", "text/plain"].some((type) => event.dataTransfer.types.includes(type))) return;
  event.preventDefault();
  form.classList.add("over");
});
form.addEventListener("dragleave", () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  field.value = [...field.value.split("\n").filter(Boolean), ...links(event.dataTransfer)].join("\n");
  field.focus();
  changed();
});

if (location.hash === "#url") field.focus();
// what the browser put back when the page was loaded again
if (field.value) changed();
