/** A click becomes a capture: the right address, and where it was clicked. */

import assert from "node:assert/strict";
import test from "node:test";
import { captureOfMenu, captureOfPage, isList, MENUS } from "../../extension/capture.js";
import { examples } from "./wire.js";

const made = { key: "k", captured_at: "2026-11-20T16:58:02.114Z" };
const page = { url: "https://example.com/birds", title: "Birds", incognito: false };
const around = { page_url: page.url, page_title: "Birds" };
const own = "https://example.com/bower.jpg";
const clicked = (menuItemId, info) => ({ menuItemId, pageUrl: page.url, ...info });

for (const [name, info, capture] of [
  ["page", clicked("page", {}), { url: page.url }],
  [
    "link",
    clicked("link", { linkUrl: "https://youtu.be/x" }),
    { url: "https://youtu.be/x", referrer: page.url },
  ],
  [
    "image",
    clicked("image", { srcUrl: own, mediaType: "image" }),
    { url: own, media_type: "image", referrer: page.url },
  ],
  [
    "video",
    clicked("video", { srcUrl: own, mediaType: "video" }),
    { url: own, media_type: "video", referrer: page.url },
  ],
  [
    "audio",
    clicked("audio", { srcUrl: own, mediaType: "audio" }),
    { url: own, media_type: "audio", referrer: page.url },
  ],
  ["selection", clicked("selection", { selectionText: "藍 أزرق" }), { url: page.url, selection: "藍 أزرق" }],
]) {
  test(`the menu on ${name}`, () => {
    assert.deepEqual(captureOfMenu(info, page, made), { ...made, ...capture, source: name, ...around });
  });
}

test("a player that streams is saved by its page's address", () => {
  const capture = captureOfMenu(
    clicked("video", { srcUrl: "blob:https://example.com/1", mediaType: "video" }),
    page,
    made,
  );
  assert.equal(capture?.url, page.url);
  assert.equal(capture?.media_type, "video");
});

test("an address that was selected is what is saved", () => {
  const capture = captureOfMenu(clicked("selection", { selectionText: " https://youtu.be/x " }), page, made);
  assert.equal(capture?.url, "https://youtu.be/x");
});

test("a picture in a frame names the frame as its referrer", () => {
  const info = clicked("image", { srcUrl: own, frameUrl: "https://frame.example/" });
  assert.equal(captureOfMenu(info, page, made)?.referrer, "https://frame.example/");
});

for (const [name, info] of [
  [
    "a script link on a page of the browser",
    { ...clicked("link", { linkUrl: "javascript:alert(1)" }), pageUrl: "about:blank" },
  ],
  ["a file", { ...clicked("page", {}), pageUrl: "file:///etc/passwd" }],
  ["a menu entry that is not ours", clicked("dance", {})],
]) {
  test(`nothing is captured from ${name}`, () => assert.equal(captureOfMenu(info, page, made), null));
}

test("from a private window only the address is kept, marked as such", () => {
  const secret = { ...page, incognito: true };
  const info = clicked("image", { srcUrl: own, mediaType: "image", selectionText: "s" });
  const expected = { ...made, url: own, source: "image", media_type: "image", incognito: true };
  assert.deepEqual(captureOfMenu(info, secret, made), expected);
  assert.deepEqual(captureOfPage(secret, "toolbar", made), {
    ...made,
    url: page.url,
    source: "toolbar",
    incognito: true,
  });
});

test("a capture has no field that the examples of the wire do not have", () => {
  const known = new Set(
    examples("capture").flatMap(({ message }) =>
      Array.isArray(message.captures) ? message.captures.flatMap(Object.keys) : [],
    ),
  );
  const info = { selectionText: "s", srcUrl: own, mediaType: "image", linkUrl: own };
  for (const { source } of MENUS) {
    const capture = captureOfMenu(clicked(source, info), page, made) ?? {};
    for (const field of Object.keys(capture)) assert.ok(known.has(field), field);
  }
});

test("lists are asked about, single things are not", () => {
  for (const kind of ["playlist", "channel", "profile", "saved", "hashtag"]) assert.equal(isList(kind), true);
  for (const kind of ["video", "post", "story", "page", "file", undefined]) assert.equal(isList(kind), false);
});
