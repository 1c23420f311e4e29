// <bower-live src every>: asks for the parts of the page that change and takes in what is new, element by element.

import { toast } from "./acts.js";

const BUSY_MS = 1000;
// Where the buttons lead that were pressed and are not answered: a row that is renewed meanwhile lets none be pressed again.
const pressed = new Set();
const leadingTo = (within, action) => within.querySelectorAll(`button[formaction="${CSS.escape(action)}"]`);

class BowerLive extends HTMLElement {
  connectedCallback() {
    this.mark = "";
    this.turn = 0;
    this.wait = Number(this.getAttribute("every") ?? 2000);
    this.addEventListener("submit", (event) => this.send(event));
    document.addEventListener("visibilitychange", () => this.plan(0));
    this.plan(BUSY_MS);
  }

  plan(ms) {
    clearTimeout(this.timer);
    if (document.visibilityState !== "hidden" && this.isConnected) this.timer = setTimeout(() => this.refresh(), ms);
  }

  async refresh() {
    const turn = this.turn;
    try {
      const answer = await fetch(this.getAttribute("src"), { headers: this.mark ? { "If-None-Match": this.mark } : {} });
      // a page of which only the header is renewed may hold what was typed
      if (answer.status === 401) return this.closest(".top") ? undefined : location.reload();
      const text = await answer.text();
      // while somebody moves a row nothing else moves it: what was asked for before that is over is asked for again
      if (answer.status === 200 && !this.held && this.turn === turn) {
        this.mark = answer.headers.get("ETag") ?? "";
        takeIn(text);
        this.dispatchEvent(new Event("renewed"));
      }
    } catch {
      // the site is being restarted: the next round finds it
    }
    this.plan(document.querySelector(".pulse")?.dataset.busy === "1" ? BUSY_MS : this.wait);
  }

  async send(event) {
    const { target: form, submitter } = event;
    if (!("quiet" in form.dataset)) return;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form, submitter));
    // the buttons of many rows share a form: of these only the one that was pressed waits
    const buttons = [...form.querySelectorAll("button"), ...(submitter ? [submitter] : [])];
    const action = submitter?.getAttribute("formaction") ?? "";
    for (const button of buttons) button.disabled = true;
    pressed.add(action);
    await this.post(action ? submitter.formAction : form.action, fields);
    pressed.delete(action);
    for (const button of [...buttons, ...leadingTo(document, action)]) button.disabled = false;
    form.closest("details.menu")?.removeAttribute("open");
    if (form.isConnected) this.dispatchEvent(new CustomEvent("sent", { detail: form }));
  }

  /** Post fields, say what was done or why not, and take in what has changed. */
  async post(address, fields) {
    try {
      const answer = await fetch(address, { method: "POST", body: fields });
      if (answer.ok && new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url);
      const said = new DOMParser().parseFromString(await answer.text(), "text/html");
      const parts = said.querySelectorAll(answer.ok ? "main .toast" : ".empty h1, .empty p:not(.faint)");
      if (parts.length) toast([...parts].map((part) => part.textContent).join(" "));
    } catch {
      toast("The archive does not answer. Is it running? Start it with: bowerbird open");
    }
    await this.refresh();
  }
}

/** Put every top-level keyed element of `html` in the place of its older self. */
function takeIn(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  for (const element of [...fresh.children]) {
    const old = document.querySelector(`[data-key="${CSS.escape(element.dataset.key)}"]`);
    if (!old) continue;
    keepState(old, element);
    renew(old, element);
  }
}

/** What a person opened, ticked or pressed stays so in the new rows. */
function keepState(old, fresh) {
  for (const action of pressed) for (const button of leadingTo(fresh, action)) button.disabled = true;
  for (const open of old.querySelectorAll("details[data-key][open]")) {
    fresh.querySelector(`details[data-key="${CSS.escape(open.dataset.key)}"]`)?.setAttribute("open", "");
  }
  for (const box of old.querySelectorAll("input[type=checkbox]:checked")) {
    const same = box.name ? fresh.querySelector(`input[name="${CSS.escape(box.name)}"]`) : box.id && fresh.querySelector(`#${CSS.escape(box.id)}`);
    if (same) same.checked = true;
  }
}

/** Change only what differs, so that focus, selection and open fold-outs stay. */
function renew(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  const keyed = [...fresh.children].some((child) => child.dataset.key) || (fresh.querySelector("[data-key]") && old.querySelector("[data-key]"));
  if (!keyed || old.tagName !== fresh.tagName) return replace(old, fresh);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  renewChildren(old, fresh);
}

function renewChildren(old, fresh) {
  const known = new Map([...old.children].filter((child) => child.dataset.key).map((child) => [child.dataset.key, child]));
  const unkeyed = [...old.children].filter((child) => !child.dataset.key);
  const order = [...fresh.children].map((child) => {
    const same = child.dataset.key ? known.get(child.dataset.key) : unkeyed.shift();
    if (!same) return child;
    renew(same, child);
    return same.isConnected ? same : child;
  });
  for (const child of [...old.children]) if (!order.includes(child)) child.remove();
  order.forEach((child, place) => { if (old.children[place] !== child) old.insertBefore(child, old.children[place] ?? null); });
}

function replace(old, fresh) {
  const held = old.contains(document.activeElement) ? document.activeElement : null;
  const name = held?.getAttribute("aria-label") ?? held?.textContent;
  old.replaceWith(fresh);
  if (!held) return;
  const buttons = [fresh, ...fresh.querySelectorAll("*")].filter((element) => element.matches("a, button"));
  (buttons.find((button) => (button.getAttribute("aria-label") ?? button.textContent) === name) ?? buttons[0])?.focus();
}

customElements.define("bower-live", BowerLive);
