// <bower-transcript for>: seeks in place, follows what is spoken, finds what was said. Times are whole seconds.

const player = document.getElementById("player");

/** Play from a second, and keep the address so that it can be copied. */
export function seek(second, { play = true } = {}) {
  if (!player) return;
  player.currentTime = second;
  if (play) player.play().catch(() => {});
  history.replaceState(null, "", `#t=${second}`);
}

const secondOf = (hash) => Number(/^#t=(\d+)/.exec(hash)?.[1] ?? NaN);

class BowerTranscript extends HTMLElement {
  connectedCallback() {
    this.cues = [...this.querySelectorAll(".cue")];
    this.starts = this.cues.map((cue) => Number(cue.dataset.t));
    this.lines = this.querySelector(".lines");
    this.follows = this.querySelector(".follow input");
    if (!player) return;
    for (const part of this.querySelectorAll("[hidden]")) part.hidden = false;
    this.addEventListener("click", (event) => this.clicked(event));
    player.addEventListener("timeupdate", () => this.follow());
    player.addEventListener("seeked", () => this.follow());
    for (const kind of ["wheel", "touchmove"]) this.lines.addEventListener(kind, () => { this.follows.checked = false; }, { passive: true });
    this.querySelector("select")?.addEventListener("change", (event) => event.target.form.submit());
    this.querySelector("select + button")?.remove();
    this.prepareFind();
  }

  clicked(event) {
    const cue = event.target.closest(".cue");
    if (cue && getSelection().isCollapsed) seek(Number(cue.dataset.t));
  }

  current() {
    const now = player.currentTime + 0.2;
    let low = 0, high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= now) low = middle + 1; else high = middle;
    }
    return this.cues[low - 1];
  }

  follow() {
    const now = this.current();
    if (!now || now === this.spoken) return;
    this.spoken?.removeAttribute("aria-current");
    this.spoken?.closest("div").classList.remove("now");
    now.setAttribute("aria-current", "true");
    now.closest("div").classList.add("now");
    this.spoken = now;
    if (this.follows.checked) this.show(now);
  }

  show(cue) {
    const line = cue.closest("div");
    this.lines.scrollTop = line.offsetTop - this.lines.offsetTop - this.lines.clientHeight / 3;
  }

  step(by) {
    const place = this.cues.indexOf(this.current()) + by;
    const cue = this.cues[Math.max(0, Math.min(place, this.cues.length - 1))];
    if (cue) seek(Number(cue.dataset.t), { play: !player.paused });
  }

  prepareFind() {
    const field = this.querySelector(".find-said");
    const [up, down] = this.querySelectorAll(".seek button");
    field.addEventListener("input", () => this.find(field.value));
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); this.turn(event.shiftKey ? -1 : 1); } });
    up.addEventListener("click", () => this.turn(-1));
    down.addEventListener("click", () => this.turn(1));
  }

  find(words) {
    const wanted = words.trim().toLowerCase();
    this.hits = wanted ? this.cues.filter((cue) => cue.textContent.toLowerCase().includes(wanted)) : [];
    for (const cue of this.cues) cue.classList.toggle("found", this.hits.includes(cue));
    this.hit = -1;
    this.turn(1);
    if (!wanted) this.querySelector(".seek [role=status]").textContent = "";
  }

  turn(by) {
    const total = this.hits?.length ?? 0;
    if (total) {
      this.hit = (this.hit + by + total) % total;
      this.follows.checked = false;
      this.show(this.hits[this.hit]);
    }
    this.querySelector(".seek [role=status]").textContent = `${total ? this.hit + 1 : 0} of ${total}`;
  }
}
customElements.define("bower-transcript", BowerTranscript);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.at");
  if (!link || !player || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  seek(secondOf(link.hash));
});

function goToHash() {
  const second = secondOf(location.hash);
  if (player && !Number.isNaN(second)) player.currentTime = second;
}
goToHash();
addEventListener("hashchange", goToHash);
// the browser has gone to the spoken line: bring the player back into sight
if (player && !Number.isNaN(secondOf(location.hash))) addEventListener("load", () => scrollTo(0, 0));
