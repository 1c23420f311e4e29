// Forms that act in place: what they change is taken from the page that they lead to. Without this they lead there.

const TOAST_MS = 6000;

/** Put the named parts of a page's HTML (`data-part`) in the place of those that are shown; `sent` is the form it answers. */
export function takeParts(html, names, sent) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const name of names ?? [...fresh.querySelectorAll("[data-part]")].map((part) => part.dataset.part)) {
    const old = document.querySelector(`[data-part="${CSS.escape(name)}"]`);
    const part = fresh.querySelector(`[data-part="${CSS.escape(name)}"]`);
    if (!old || !part || old.isEqualNode(part)) continue;
    keepTyped(old, part, sent);
    old.replaceChildren(...part.childNodes);
  }
  return fresh;
}

/** What somebody typed in a part, and has not sent, stays in its field. */
function keepTyped(old, part, sent) {
  for (const field of old.querySelectorAll("input[id], textarea[id]")) {
    const fresh = part.querySelector(`#${CSS.escape(field.id)}`);
    if (!fresh || field.value === field.defaultValue || sent?.contains(field)) continue;
    fresh.value = field.value;
    fresh.closest("details")?.setAttribute("open", "");
  }
}

/** Say something for some seconds, longer while it is pointed at or focused. */
export function toast(words) {
  const said = Object.assign(document.createElement("p"), { className: "toast", textContent: words });
  said.setAttribute("role", "status");
  show(said);
}

/** The same with a toast that a page has, which may hold a button. */
export function show(said) {
  document.querySelector("body > .toast")?.remove();
  document.body.append(said);
  leave(said);
}

function leave(said) {
  setTimeout(() => (said.matches(":hover, :focus-within") ? leave(said) : said.remove()), TOAST_MS);
}

/** Post fields, and hand on the page that they lead to; where it was refused say why, and hand on nothing. */
export async function post(address, fields) {
  try {
    const answer = await fetch(address, { method: "POST", body: fields }), html = await answer.text();
    if (answer.ok) return { url: answer.url, redirected: answer.redirected, html };
    const fresh = new DOMParser().parseFromString(html, "text/html");
    toast([...fresh.querySelectorAll(".empty h1, .empty p:not(.faint)")].map((part) => part.textContent).join(" "));
  } catch {
    toast("The archive does not answer. Is it running? Start it with: bowerbird open");
  }
  return null;
}

async function send(form, submitter) {
  const fields = new URLSearchParams(new FormData(form));
  form.setAttribute("aria-busy", "true");
  if (submitter) submitter.disabled = true;
  const done = await post(form.action, fields);
  form.removeAttribute("aria-busy");
  if (submitter) submitter.disabled = false;
  if (done) take(done, form);
}

function take({ url, redirected, html }, form) {
  if (redirected && new URL(url).pathname !== location.pathname) return location.assign(url);
  const focused = form.contains(document.activeElement) ? document.activeElement.id : "";
  // what is being said and followed stays as it is: only what a person changes is taken
  const fresh = takeParts(html, ["own", "files"], form);
  if (focused) document.getElementById(focused)?.focus();
  const said = fresh.querySelector("main .toast")?.textContent;
  if (said) toast(said);
  form.closest("details.menu")?.removeAttribute("open");
  document.querySelector("bower-live")?.plan?.(0);
}

document.addEventListener("submit", (event) => {
  if (!("stay" in event.target.dataset)) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

// --- copying

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const second = Math.floor(document.getElementById("player")?.currentTime ?? 0);
    await navigator.clipboard.writeText(location.origin + button.dataset.copy + (second ? `?t=${second}#t=${second}` : ""));
    toast(second ? "The link with its time is copied." : "The link is copied.");
  });
}

// --- more of a list, in its place

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-more]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const part = link.closest("[data-part]");
  const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
  const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
  const list = part.querySelector("ul");
  const first = fresh.querySelector("li");
  list.append(...fresh.querySelector("ul").children);
  const next = fresh.querySelector("a[data-more]");
  if (next) link.href = next.href; else link.remove();
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
});

// a page that was led to by a form says what was done, and forgets it when it is loaded again
const said = document.querySelector("main .toast");
if (said) {
  document.body.append(said);
  leave(said);
  const address = new URL(location.href);
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
}
