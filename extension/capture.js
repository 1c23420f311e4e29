/** From a click to a capture: which address, from where. Pure. */

/** @typedef {import("./types.d.ts").Capture} Capture */
/** @typedef {import("./types.d.ts").Page} Page */

const LONGEST_SELECTION = 10_000;
const LONGEST_TITLE = 1_000;

/** Kinds that stand for many items (GLOSSARY.md, Kinds). */
const LISTS = new Set(
  "profile reels stories highlight highlights tagged guide saved collection channel playlist board hashtag sound search".split(
    " ",
  ),
);

/** @param {string | undefined} kind */
export function isList(kind) {
  return LISTS.has(kind ?? "");
}

/** @param {string | undefined} url */
export function isWeb(url) {
  return /^https?:\/\/[^/]/i.test(url ?? "");
}

/** Our menu entries. `pick` finds the address to save in what the browser tells of the click. */
export const MENUS = [
  { source: "page", title: "Save this page with Bowerbird", pick: () => undefined },
  { source: "link", title: "Save what this link leads to", pick: (info) => info.linkUrl },
  { source: "image", title: "Save this image", pick: (info) => info.srcUrl },
  { source: "video", title: "Save this video", pick: (info) => info.srcUrl },
  { source: "audio", title: "Save this sound", pick: (info) => info.srcUrl },
  { source: "selection", title: "Save this page with the selected words", pick: selectedAddress },
];

/** @param {{selectionText?: string}} info */
function selectedAddress(info) {
  const text = info.selectionText?.trim() ?? "";
  return /^https?:\/\/\S+$/i.test(text) ? text : undefined;
}

/**
 * @param {Page} page
 * @param {string} source
 * @param {{key: string, captured_at: string}} made
 * @returns {Capture}
 */
export function captureOfPage(page, source, made) {
  return { ...made, url: page.url, source, ...pageAround(page) };
}

/**
 * A player that streams (`blob:`) or an inline picture (`data:`) has no address of its own: its page has.
 * @param {{menuItemId: string | number, pageUrl?: string, frameUrl?: string, srcUrl?: string, linkUrl?: string, mediaType?: string, selectionText?: string}} info
 * @param {Page} page
 * @param {{key: string, captured_at: string}} made
 * @returns {Capture | null} null where nothing on the web was clicked
 */
export function captureOfMenu(info, page, made) {
  const menu = MENUS.find(({ source }) => source === info.menuItemId);
  const from = { ...page, url: info.pageUrl ?? page.url };
  const own = menu?.pick(info);
  const url = isWeb(own) ? own : from.url;
  if (!menu || !isWeb(url)) return null;
  return { ...made, url, source: menu.source, ...pageAround(from), ...detail(info, from, url) };
}

/** @param {Page} page a private window's page is not told: the address that was clicked is all that is kept */
function pageAround({ url, title, incognito }) {
  if (incognito) return { incognito: true };
  return { page_url: url, page_title: title.slice(0, LONGEST_TITLE) };
}

/** @param {any} info @param {Page} page @param {string} url */
function detail(info, page, url) {
  /** @type {Partial<Capture>} */
  const found = {};
  if (info.mediaType) found.media_type = info.mediaType;
  if (page.incognito) return found;
  if (info.selectionText) found.selection = info.selectionText.slice(0, LONGEST_SELECTION);
  if (url !== page.url && isWeb(info.frameUrl ?? page.url)) found.referrer = info.frameUrl ?? page.url;
  return found;
}
