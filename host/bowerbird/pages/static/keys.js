// Single keys, never while somebody types: / search, n paste field, g d|b|h go to, and those of the player.
import { seek } from "./transcript.js";

const player = document.getElementById("player");
const transcript = document.querySelector("bower-transcript");
const PLACES = { d: "/", b: "/browse", h: "/history" };
let before = "";

const by = (seconds) => seek(Math.max(0, Math.floor(player.currentTime + seconds)), { play: !player.paused });
const toggle = () => (player.paused ? player.play() : player.pause());

const PAGE_KEYS = {
  "/": () => document.getElementById("q")?.focus(),
  n: () => document.getElementById("url")?.focus(),
};
const LIST_KEYS = { j: () => move(1), k: () => move(-1) };
const PLAYER_KEYS = {
  " ": toggle, p: toggle,
  ArrowLeft: () => by(-5), ArrowRight: () => by(5), j: () => by(-10), l: () => by(10), k: toggle,
  ",": () => transcript?.step(-1), ".": () => transcript?.step(1),
  f: () => (document.fullscreenElement ? document.exitFullscreen() : player.requestFullscreen()),
  c: captions,
};

function captions() {
  const track = player.textTracks[0];
  if (track) track.mode = track.mode === "showing" ? "disabled" : "showing";
}

/** To the next or previous row or card. */
function move(step) {
  const links = [...document.querySelectorAll(".job .title, .card h3 a, .what .title, .hit h2 a")];
  const place = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(place + step, links.length - 1))]?.focus();
}

const typing = (target) => target.matches("input, textarea, select, [contenteditable]");
const pressing = (target, key) => key === " " && target.closest("button, a, summary, video, audio");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || pressing(event.target, event.key)) return;
  const went = before === "g" && PLACES[event.key];
  before = event.key;
  if (went) return location.assign(went);
  const act = PAGE_KEYS[event.key] ?? (player ? PLAYER_KEYS : LIST_KEYS)[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
