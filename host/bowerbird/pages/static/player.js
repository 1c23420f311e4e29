// The player of an item's page: going to a second, speed, captions, chapters, and the second to go on from.

/** The one player of the page; null where there is none, or several pieces. */
export const player = document.getElementById("player");

const SAVE_EVERY_MS = 20000;
const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];

/** Play from a second, and keep the address so that it can be copied. */
export function seek(second, { play = true } = {}) {
  if (!player) return;
  player.currentTime = second;
  if (play) player.play().catch(() => {});
  history.replaceState(null, "", `#t=${Math.floor(second)}`);
}

/** Move by some seconds, within what there is. */
export function skip(seconds) {
  const end = Number.isFinite(player.duration) ? player.duration : Infinity;
  player.currentTime = Math.min(Math.max(0, player.currentTime + seconds), end);
}

export const toggle = () => (player.paused ? player.play().catch(() => {}) : player.pause());

/** One step faster (1) or slower (-1). */
export function changeSpeed(step) {
  const at = SPEEDS.findIndex((speed) => speed >= player.playbackRate - 0.001);
  player.playbackRate = SPEEDS[Math.max(0, Math.min(at + step, SPEEDS.length - 1))];
}

export function changeVolume(step) {
  player.volume = Math.max(0, Math.min(1, player.volume + step));
  if (step > 0) player.muted = false;
}

export function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else player.requestFullscreen?.().catch(() => {});
}

/** Captions on or off, in the language that was shown last. */
export function toggleCaptions() {
  const tracks = [...player.textTracks];
  const shown = tracks.find((track) => track.mode === "showing");
  if (shown) return void (shown.mode = "disabled");
  const wanted = remembered("captions");
  const track = tracks.find((one) => one.language === wanted) ?? tracks[0];
  if (track) track.mode = "showing";
}

const secondOf = (hash) => Number(/^#t=(\d+)/.exec(hash)?.[1] ?? NaN);

function remembered(name) {
  try { return localStorage.getItem(`player.${name}`); } catch { return null; }
}

function remember(name, value) {
  try { localStorage.setItem(`player.${name}`, value); } catch { /* a private window keeps nothing */ }
}

// --- the bar below the player

function prepareBar() {
  const bar = document.querySelector(".playbar");
  if (!bar) return;
  const speed = bar.querySelector("[data-speed]");
  speed.addEventListener("change", () => { player.playbackRate = Number(speed.value); });
  player.addEventListener("ratechange", () => { speed.value = String(player.playbackRate); remember("speed", player.playbackRate); });
  const captions = bar.querySelector("[data-captions]");
  captions?.addEventListener("click", toggleCaptions);
  player.textTracks.addEventListener("change", () => {
    const shown = [...player.textTracks].find((track) => track.mode === "showing");
    captions?.setAttribute("aria-pressed", String(Boolean(shown)));
    if (shown) remember("captions", shown.language);
  });
  if (SPEEDS.includes(Number(remembered("speed")))) player.playbackRate = Number(remembered("speed"));
}

// --- chapters and how far it is, on the seam

function prepareSeam() {
  const seam = document.querySelector(".seam[data-seconds]");
  if (!seam) return;
  const seconds = Number(seam.dataset.seconds);
  const done = seam.querySelector(".done");
  const name = document.querySelector(".chaptername");
  const chapters = [...document.querySelectorAll(".chapters li")];
  const starts = chapters.map((chapter) => Number(chapter.dataset.t));
  seam.classList.add("ready");
  seam.addEventListener("click", (event) => {
    const box = seam.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * seconds, { play: !player.paused });
  });
  player.addEventListener("timeupdate", () => {
    done.setAttribute("width", String(Math.min(1000, (player.currentTime / seconds) * 1000)));
    const at = starts.findLastIndex((start) => start <= player.currentTime + 0.2);
    if (chapters[at]?.ariaCurrent) return;
    for (const chapter of chapters) chapter.ariaCurrent = null;
    if (!chapters[at]) return;
    chapters[at].ariaCurrent = "true";
    name.textContent = chapters[at].querySelector("span").textContent;
  });
}

/** Marks on the seam where words were found, at most 200, and how often. */
export function showHits(seconds, words) {
  const count = document.querySelector(".hitcount");
  if (count) count.textContent = words ? `${seconds.length === 1 ? "once" : `${seconds.length} times`} “${words}”` : "";
  const seam = document.querySelector(".seam[data-seconds]");
  if (!seam) return;
  for (const mark of seam.querySelectorAll(".hit")) mark.remove();
  const whole = Number(seam.dataset.seconds);
  for (const second of seconds.slice(0, 200)) {
    const mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [key, value] of Object.entries({ class: "hit", x: (second / whole) * 1000 - 2, y: 1, width: 4, height: 12, rx: 1 })) mark.setAttribute(key, String(value));
    seam.append(mark);
  }
}

// --- the second to go on from

function prepareResume() {
  const address = `/item/${player.dataset.item}/resume`;
  let saved = -1;
  const save = () => {
    const second = player.ended ? 0 : player.currentTime;
    if (!Number.isFinite(player.duration) || Math.abs(second - saved) < 3) return;
    saved = second;
    navigator.sendBeacon(address, new URLSearchParams({ second: second.toFixed(1), duration: player.duration.toFixed(1) }));
  };
  let timer;
  player.addEventListener("play", () => { timer ??= setInterval(save, SAVE_EVERY_MS); });
  for (const kind of ["pause", "ended"]) player.addEventListener(kind, () => { clearInterval(timer); timer = undefined; save(); });
  // only what was played is worth a note: opening a page and leaving it says nothing
  addEventListener("pagehide", () => { if (timer) save(); });
  player.addEventListener("playing", () => document.querySelector(".resumed")?.remove(), { once: true });
}

// --- addresses with a second

function goToHash() {
  const second = secondOf(location.hash);
  if (!Number.isNaN(second)) player.currentTime = second;
}

function prepareAddresses() {
  goToHash();
  addEventListener("hashchange", goToHash);
  // the browser has gone to the spoken line: bring the player back into sight
  if (!Number.isNaN(secondOf(location.hash))) addEventListener("load", () => scrollTo(0, 0));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.at");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    seek(secondOf(link.hash));
  });
}

function sayWhatCantBePlayed() {
  const told = document.querySelector(".unplayable");
  const say = () => { if (told) told.hidden = false; };
  if (player.error) say();
  player.addEventListener("error", say);
}

if (player) {
  prepareBar();
  prepareSeam();
  prepareResume();
  prepareAddresses();
  sayWhatCantBePlayed();
}
