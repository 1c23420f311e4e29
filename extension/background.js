/** Wires the browser's events to the courier; decides nothing. */

import { badge } from "./badge.js";
import { captureOfMenu, captureOfPage, MENUS } from "./capture.js";
import { Clicks } from "./clicks.js";
import { Consent } from "./consent.js";
import { Courier } from "./courier.js";
import * as ext from "./ext.js";
import { Sessions } from "./sessions.js";
import { Shown } from "./shown.js";

const shown = new Shown(async (state) => {
  await Promise.all([ext.write("session", "state", state), ext.showBadge(badge(state))]);
});
const courier = new Courier({ ...ext, show: (state) => shown.set(state) });
const sessions = new Sessions(courier, ext);
const consent = new Consent(courier, sessions, ext);
const clicks = new Clicks(courier, sessions, ext.openTab);

ext.onBegin(() => {
  ext.setMenus(MENUS.map(({ source, title }) => ({ id: source, title, contexts: [source] })));
  consent.look();
  courier.lookAgain();
});
ext.onAlarm(() => courier.lookAgain());
ext.onMenu((info, page) => clicks.save(captureOfMenu(info, page, clicks.made()), page));
ext.onCommand((_command, page) => clicks.save(captureOfPage(page, "shortcut", clicks.made()), page));
ext.onCompany(
  () => {
    courier.come();
    consent.come();
  },
  () => courier.go(),
);
ext.onAllowed(
  (origins) => consent.allowed(origins),
  () => consent.look(),
);
ext.onCookie((domain) => sessions.cookie(domain));
courier.on("session_needed", (event) => sessions.needed(event));
courier.on("listed", () => sessions.offer());
ext.onMessage({
  look: ({ page }) => clicks.look(page),
  save: ({ page }) => clicks.savePage(page),
  save_again: ({ page }) => clicks.saveAgain(page),
  forget: ({ key }) => clicks.forget(key),
  act: ({ job, action }) => clicks.act(job, action),
  open: ({ what, ref }) => clicks.open(what, ref),
  want: ({ domain, page }) => consent.want(domain, page),
  decline: ({ domain }) => consent.decline(domain),
  forget_site: ({ domain }) => consent.forget(domain),
  look_again: () => clicks.lookAgain(),
});
