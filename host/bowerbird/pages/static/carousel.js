// The pieces of a post: one at a time, turned by keys, swipes, arrows and the strip below. Scroll snap does the moving.

const slides = document.getElementById("slides");
const pieces = slides ? [...slides.children] : [];
const strip = [...document.querySelectorAll(".film a")];

/** Whether the page shows several pieces. */
export const hasPieces = pieces.length > 1;

export function piece() {
  return Math.round(Math.abs(slides.scrollLeft) / Math.max(1, slides.clientWidth));
}

/** Show one piece; counted from 0, and held within what there is. A far way is no way: all on it would be fetched. */
export function show(place) {
  const to = Math.max(0, Math.min(place, pieces.length - 1));
  const behavior = Math.abs(to - piece()) > 2 ? "instant" : "auto";
  slides.scrollTo({ left: pieces[to].offsetLeft - pieces[0].offsetLeft, behavior });
}

/** Go on or back from the piece that is being gone to: quick presses add up. */
export function turn(by) {
  wanted = Math.max(0, Math.min((wanted ?? piece()) + by, pieces.length - 1));
  show(wanted);
}

let wanted = null;

function placeOf(link) {
  return Number(/^#piece-(\d+)$/.exec(link.hash)?.[1] ?? 0) - 1;
}

function settled() {
  wanted = null;
  const now = piece();
  strip.forEach((link, place) => { if (place === now) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current"); });
  const shown = strip[now];
  if (shown) shown.parentElement.scrollLeft = shown.offsetLeft - shown.parentElement.offsetLeft - shown.parentElement.clientWidth / 2;
  pieces.forEach((one, place) => { if (place !== now) for (const media of one.querySelectorAll("video, audio")) media.pause(); });
  history.replaceState(null, "", now ? `#piece-${now + 1}` : location.pathname + location.search);
}

function clicked(event) {
  const link = event.target.closest("a[href^='#piece-']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  wanted = placeOf(link);
  show(wanted);
}

if (hasPieces) {
  document.addEventListener("click", clicked);
  let timer;
  slides.addEventListener("scroll", () => { clearTimeout(timer); timer = setTimeout(settled, 120); });
  const asked = placeOf(location);
  if (asked > 0) {
    show(asked);
    addEventListener("load", () => scrollTo(0, 0));
  }
}
