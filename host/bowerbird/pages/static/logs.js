// The log can be held still, and a choice shows its lines at once.

const button = document.querySelector("[data-pauses]");
button?.addEventListener("click", () => {
  const lines = document.getElementById(button.dataset.pauses);
  lines.held = !lines.held;
  button.setAttribute("aria-pressed", String(lines.held));
  if (!lines.held) lines.plan(0);
});

const filters = document.getElementById("filters");
filters?.addEventListener("change", (event) => { if (event.target.matches("select")) filters.requestSubmit(); });
