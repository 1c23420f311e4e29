// <bower-transcript>: seeks in place, follows what is spoken, finds what was said. Times are in seconds.
import { player, seek, showHits } from "./player.js";
import { takeParts } from "./acts.js";

const SCROLLING_KEYS = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);
const marks = "highlights" in CSS ? new Highlight() : null;
if (marks) CSS.highlights.set("found", marks);

class BowerTranscript extends HTMLElement {
  connectedCallback() {
    this.lines = this.querySelector(".lines");
    this.follows = this.querySelector(".follow input");
    this.told = this.querySelector(".seek [role=status]");
    this.collect();
    this.prepareLanguages();
    this.prepareFind();
    if (player) this.prepareFollowing();
    this.querySelector("[data-copy-said]").addEventListener("click", () => this.copy());
    if (this.dataset.rest) this.fetchRest();
  }

  disconnectedCallback() {
    this.ended?.abort();
  }

  collect() {
    this.cues = [...this.lines.querySelectorAll(".cue")];
    this.starts = this.cues.map((cue) => Number(cue.dataset.t));
    this.spoken = null;
    this.folded = null;
  }

  /** The page holds a part of a long transcript; all of it comes now, without keeping the page from being used. */
  async fetchRest() {
    const answer = await fetch(this.dataset.rest);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const earlier = this.querySelector(".part") === this.lines.firstElementChild;
    this.lines.replaceChildren(...page.body.children);
    this.collect();
    if (this.field.value) this.find();
    if (player) this.follow();
    if (earlier && this.current()) this.show(this.current());
    this.dataset.whole = "";
  }

  // --- following

  prepareFollowing() {
    this.ended = new AbortController();
    const { signal } = this.ended;
    this.addEventListener("click", (event) => this.clicked(event));
    for (const kind of ["timeupdate", "seeked"]) player.addEventListener(kind, () => this.follow(), { signal });
    const stop = () => { this.follows.checked = false; };
    for (const kind of ["wheel", "touchmove"]) this.lines.addEventListener(kind, stop, { passive: true });
    this.lines.addEventListener("keydown", (event) => { if (SCROLLING_KEYS.has(event.key)) stop(); });
    // a press beside the text is one on the scroll bar
    this.lines.addEventListener("pointerdown", (event) => { if (event.offsetX >= this.lines.clientWidth) stop(); });
    this.follows.addEventListener("change", () => { if (this.follows.checked && this.spoken) this.show(this.spoken); });
    this.follow();
  }

  clicked(event) {
    const cue = event.target.closest(".cue");
    if (cue && getSelection().isCollapsed) seek(Number(cue.dataset.t));
  }

  /** The place of the cue that is spoken, -1 before the first. */
  place() {
    const now = player.currentTime + 0.2;
    let low = 0, high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= now) low = middle + 1; else high = middle;
    }
    return low - 1;
  }

  current() {
    return this.cues[this.place()];
  }

  follow() {
    const now = this.current();
    if (now === this.spoken) return;
    this.spoken?.removeAttribute("aria-current");
    this.spoken?.closest(".line").classList.remove("now");
    this.spoken = now;
    if (!now) return;
    now.setAttribute("aria-current", "true");
    now.closest(".line").classList.add("now");
    if (this.follows.checked && !this.isInSight(now)) this.show(now);
  }

  /** How far below the upper edge of the lines a cue is. */
  depth(cue) {
    return cue.getBoundingClientRect().top - this.lines.getBoundingClientRect().top;
  }

  /** Whether a cue can be read without scrolling: text that stands still is easier to follow. */
  isInSight(cue) {
    const depth = this.depth(cue) / this.lines.clientHeight;
    return depth > 0.08 && depth < 0.7;
  }

  /** Bring a cue to the upper third; again as long as blocks on the way get their real heights. */
  show(cue) {
    const turn = (this.showing = (this.showing ?? 0) + 1);
    const move = (tries) => {
      const before = this.lines.scrollTop;
      this.lines.scrollTop += this.depth(cue) - this.lines.clientHeight / 3;
      const moved = Math.abs(this.lines.scrollTop - before) > 1;
      if (tries && turn === this.showing) requestAnimationFrame(() => move(moved ? tries - 1 : Math.min(tries - 1, 2)));
    };
    move(8);
  }

  step(by) {
    const place = Math.max(0, Math.min(this.place() + by, this.cues.length - 1));
    if (this.cues[place]) seek(this.starts[place], { play: !player.paused });
  }

  // --- finding

  prepareFind() {
    this.field = this.querySelector(".find-said");
    const [up, down] = this.querySelectorAll(".seek button");
    this.field.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.find(), 80); });
    this.field.addEventListener("keydown", (event) => this.fieldKey(event));
    up.addEventListener("click", () => this.turn(-1));
    down.addEventListener("click", () => this.turn(1));
  }

  fieldKey(event) {
    if (event.key === "Escape") { this.field.value = ""; this.find(); this.field.blur(); }
    if (event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(this.timer);
    if (this.field.value.trim().toLowerCase() !== this.wanted) this.find(); else this.turn(event.shiftKey ? -1 : 1);
  }

  /** All that is said as one text, so that words are found that stand in two cues; where each cue begins in it. */
  text() {
    if (this.folded) return this.folded;
    const offsets = [];
    let text = "";
    for (const cue of this.cues) {
      offsets.push(text.length);
      text += `${cue.textContent.toLowerCase()} `;
    }
    this.folded = { text, offsets };
    return this.folded;
  }

  find() {
    this.wanted = this.field.value.trim().toLowerCase();
    const { text, offsets } = this.text();
    this.hits = [];
    let cue = 0;
    for (let at = this.wanted ? text.indexOf(this.wanted) : -1; at >= 0; at = text.indexOf(this.wanted, at + this.wanted.length)) {
      while (cue + 1 < offsets.length && offsets[cue + 1] <= at) cue += 1;
      this.hits.push({ cue: this.cues[cue], begin: at - offsets[cue] });
    }
    this.mark();
    showHits(this.hits.map((hit) => Number(hit.cue.dataset.t)), this.wanted);
    this.hit = -1;
    this.told.textContent = "";
    if (this.wanted) this.turn(1);
  }

  mark() {
    for (const cue of this.lines.querySelectorAll(".found")) cue.classList.remove("found");
    marks?.clear();
    for (const { cue, begin } of this.hits) {
      const node = cue.firstChild;
      const end = Math.min(begin + this.wanted.length, node?.length ?? 0);
      // folding may change a text's length, as that of the Turkish capital I: then the whole cue is marked
      const fits = marks && node && node.length === cue.textContent.toLowerCase().length;
      if (fits) marks.add(new StaticRange({ startContainer: node, startOffset: begin, endContainer: node, endOffset: end }));
      else cue.classList.add("found");
    }
  }

  turn(by) {
    const total = this.hits?.length ?? 0;
    if (total) {
      this.hits[this.hit]?.cue.classList.remove("chosen");
      this.hit = (this.hit + by + total) % total;
      this.follows.checked = false;
      this.hits[this.hit].cue.classList.add("chosen");
      this.show(this.hits[this.hit].cue);
    }
    this.told.textContent = `${total ? this.hit + 1 : 0} of ${total}`;
  }

  // --- languages

  prepareLanguages() {
    const select = this.querySelector("header select");
    if (!select) return;
    select.addEventListener("change", async () => {
      const address = `${location.pathname}?transcript=${select.value}`;
      takeParts(await (await fetch(address)).text(), ["said"]);
      history.replaceState(null, "", address);
      document.getElementById("transcript")?.focus();
    });
  }

  copy() {
    navigator.clipboard.writeText(this.cues.map((cue) => cue.textContent).join("\n"));
  }
}
customElements.define("bower-transcript", BowerTranscript);
