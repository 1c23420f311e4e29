// The appearance is changed in place, without loading the page again; the cookie is the server's.
import { bind } from "./keys.js";

const attribute = { theme: "data-theme", density: "data-density", keys: "data-keys" };
const usual = { theme: "system", density: "comfortable", keys: "on" };

async function choose(name, value) {
  const root = document.documentElement;
  if (value === usual[name]) root.removeAttribute(attribute[name]);
  else root.setAttribute(attribute[name], value);
  if (name === "theme") document.querySelector("meta[name=color-scheme]").content = value === "system" ? "light dark" : value;
  for (const button of document.querySelectorAll(`[data-look] button[name="${name}"]`)) button.setAttribute("aria-pressed", String(button.value === value));
  await fetch("/appearance", { method: "POST", redirect: "manual", body: new URLSearchParams({ [name]: value }) });
}

document.addEventListener("submit", (event) => {
  if (!("look" in event.target.dataset) || !event.submitter) return;
  event.preventDefault();
  choose(event.submitter.name, event.submitter.value);
});

const isDark = () => getComputedStyle(document.documentElement).colorScheme === "dark"
  || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);

bind("Appearance", [[["t"], "Light or dark", () => choose("theme", isDark() ? "light" : "dark")]]);
