// What an item's page adds: a player, pieces to turn, a transcript, and their keys.
import { hasPieces, piece, show, turn } from "./carousel.js";
import { bind } from "./keys.js";
import { changeSpeed, changeVolume, player, skip, toggle, toggleCaptions, toggleFullscreen } from "./player.js";
import "./transcript.js";

const transcript = () => document.querySelector("bower-transcript");
const DIGITS = [..."0123456789"];
const FRAME = 1 / 25;

function toTenth(key) {
  if (Number.isFinite(player.duration)) player.currentTime = (player.duration * Number(key)) / 10;
}

function line(by) {
  if (transcript()) transcript().step(by);
  else skip(by * FRAME);
}

const inStage = (target) => Boolean(target.closest(".stage"));

function playPiece() {
  const media = document.querySelectorAll("#slides > li")[piece()]?.querySelector("video, audio");
  if (!media) return false;
  return media.paused ? media.play() : media.pause();
}

if (player) bind("Player", [
  [[" ", "k", "p"], "Play or pause", toggle],
  [["ArrowLeft", "ArrowRight"], "5 seconds back, on", (key) => skip(key === "ArrowLeft" ? -5 : 5)],
  [["j", "l"], "10 seconds back, on", (key) => skip(key === "j" ? -10 : 10)],
  [["ArrowUp", "ArrowDown"], "Louder, quieter (in the player)", (key, target) => target === player && changeVolume(key === "ArrowUp" ? 0.05 : -0.05)],
  [["m"], "Sound off or on", () => { player.muted = !player.muted; }],
  [["f"], "Full screen", toggleFullscreen],
  [["c"], "Captions", toggleCaptions],
  [["<", ">"], "Slower, faster", (key) => changeSpeed(key === "<" ? -1 : 1)],
  [DIGITS, "To that tenth", toTenth],
  [[",", "."], "One line, or one frame, back, on", (key) => line(key === "," ? -1 : 1)],
]);

if (hasPieces) bind("Pieces", [
  [["ArrowLeft", "ArrowRight"], "Back, on", (key) => turn(key === "ArrowLeft" ? -1 : 1)],
  [["Home", "End"], "First, last (in the pieces)", (key, target) => inStage(target) && show(key === "Home" ? 0 : Infinity)],
  [["f"], "Full screen", () => (document.fullscreenElement ? document.exitFullscreen() : document.querySelector(".stage").requestFullscreen())],
  [[" "], "Play or pause the piece", playPiece],
]);
