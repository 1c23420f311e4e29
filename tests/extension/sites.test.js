/** Which site a page or a job belongs to, which cookies are that site's own, and what tells that somebody signed in. */

import assert from "node:assert/strict";
import test from "node:test";
import {
  domainOfOrigin,
  isSignedIn,
  need,
  originOf,
  ownCookies,
  signOf,
  siteOfHost,
  siteOfJob,
  siteOfUrl,
  waitingSites,
} from "../../extension/sites.js";
import { BEGINNING, CHANGES } from "../../extension/state.js";
import { example, job } from "./wire.js";

const INSTAGRAM = siteOfHost("www.instagram.com");
const CLICK = example("session", "at the click").cookies;
const cookie = (more) => ({ ...CLICK[0], ...more });

for (const [host, domain, asked] of [
  ["www.instagram.com", "instagram.com", "*://*.instagram.com/*"],
  ["i.instagram.com", "instagram.com", "*://*.instagram.com/*"],
  ["vm.tiktok.com", "tiktok.com", "*://*.tiktok.com/*"],
  ["m.youtube.com", "youtube.com", "*://*.youtube.com/*"],
  ["forum.example.org", "forum.example.org", "*://*.forum.example.org/*"],
  ["www.example.org", "example.org", "*://*.example.org/*"],
  ["notinstagram.com", "notinstagram.com", "*://*.notinstagram.com/*"],
  ["instagram.com.evil.example", "instagram.com.evil.example", "*://*.instagram.com.evil.example/*"],
]) {
  test(`for ${host} the permission of ${asked} is asked, and no more`, () => {
    assert.equal(siteOfHost(host).domain, domain);
    assert.equal(originOf(domain), asked);
    assert.equal(domainOfOrigin(asked), domain);
  });
}

for (const [origin, domain] of [
  ["*://*/*", "*"],
  ["<all_urls>", "*"],
  ["https://*.instagram.com/*", ""],
  ["*://instagram.com/*", "instagram.com"],
]) {
  test(`what the browser calls ${origin} is “${domain}”`, () => assert.equal(domainOfOrigin(origin), domain));
}

for (const [kind, url, needs] of [
  ["story", "https://www.instagram.com/stories/a/1/", "always"],
  ["collection", "https://www.instagram.com/a/saved/b/1/", "always"],
  ["profile", "https://www.instagram.com/a/", "likes"],
  [undefined, "https://www.instagram.com/a/", "likes"],
  ["saved", "https://www.tiktok.com/@a/saved", "always"],
  ["video", "https://www.tiktok.com/@a/video/1", ""],
  ["video", "https://www.youtube.com/watch?v=jNQXAC9IVRw", ""],
  ["page", "https://forum.example.org/", ""],
]) {
  test(`a ${kind ?? "thing of unknown kind"} of ${new URL(url).host} needs a sign-in: ${needs || "no"}`, () => {
    assert.equal(need(kind, siteOfUrl(url)), needs);
  });
}

for (const [name, more, own] of [
  ["of the whole site", {}, true],
  ["of one of its hosts", { domain: "i.instagram.com" }, true],
  ["partitioned under the site itself", { partitionKey: { topLevelSite: "https://instagram.com" } }, true],
  ["that Firefox tells without a partition", { partitionKey: null, firstPartyDomain: "" }, true],
  [
    "partitioned under a page that shows a post",
    { partitionKey: { topLevelSite: "https://news.example" } },
    false,
  ],
  ["isolated under another site", { firstPartyDomain: "news.example" }, false],
  ["of another site", { domain: ".facebook.com" }, false],
  ["of a site that ends alike", { domain: ".notinstagram.com" }, false],
]) {
  test(`a cookie ${name} is ${own ? "the site's own" : "left where it is"}`, () => {
    assert.equal(ownCookies([cookie(more)], INSTAGRAM).length, Number(own));
  });
}

test("somebody is signed in where all cookies of a sign-in are there, elsewhere where there is any", () => {
  assert.equal(isSignedIn(CLICK, INSTAGRAM), true);
  assert.equal(isSignedIn(example("session", "not signed in").cookies, INSTAGRAM), false);
  assert.equal(isSignedIn([], siteOfHost("forum.example.org")), false);
  assert.equal(
    isSignedIn(
      example("session", "of a site that has no name here").cookies,
      siteOfHost("forum.example.org"),
    ),
    true,
  );
});

test("a visit changes cookies but not the sign-in; signing in again does", () => {
  const visited = CLICK.map((one) => (one.name === "csrftoken" ? { ...one, value: "other" } : one));
  const renewed = CLICK.map((one) => (one.name === "sessionid" ? { ...one, value: "1001%3Anew" } : one));
  assert.equal(signOf(visited, INSTAGRAM), signOf(CLICK, INSTAGRAM));
  assert.notEqual(signOf(renewed, INSTAGRAM), signOf(CLICK, INSTAGRAM));
});

test("of a site that is not known here, what its scripts write is no sign-in", () => {
  const forum = siteOfHost("forum.example.org");
  const login = cookie({ name: "xf_user", httpOnly: true });
  const visits = (value) => [login, cookie({ name: "_visits", value, httpOnly: false })];
  assert.equal(signOf(visits("1"), forum), signOf(visits("2"), forum));
});

test("jobs that wait for a sign-in are gathered by site, other waits are not", () => {
  const waits = { ...job("waits for a time"), wait_reason: "session" };
  const jobs = [
    { ...waits, id: "a", platform: "instagram", url: "https://instagr.am/p/x" },
    { ...waits, id: "b", platform: "instagram", url: "https://www.instagram.com/p/y" },
    { ...waits, id: "c", platform: "web", url: "https://forum.example.org/t/1" },
    { ...job("waits for a time"), id: "d" },
  ];
  const state = CHANGES.listed(BEGINNING, /** @type {any} */ (jobs));
  const found = waitingSites(state).map(({ site, jobs }) => [site.domain, jobs.length]);
  assert.deepEqual(found, [
    ["instagram.com", 2],
    ["forum.example.org", 1],
  ]);
  assert.equal(siteOfJob(/** @type {any} */ (jobs[2])).host, "forum.example.org");
});
