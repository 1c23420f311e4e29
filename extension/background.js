/** Wires the browser's events to the courier; decides nothing. */

import { badge } from "./badge.js";
import { captureOfMenu, captureOfPage, MENUS } from "./capture.js";
import { Clicks } from "./clicks.js";
import { Courier } from "./courier.js";
import * as ext from "./ext.js";
import { Shown } from "./shown.js";

const shown = new Shown(async (state) => {
  await Promise.all([ext.write("session", "state", state), ext.showBadge(badge(state))]);
});
const courier = new Courier({ ...ext, show: (state) => shown.set(state) });
const clicks = new Clicks(courier, ext.openTab);

ext.onBegin(() => {
  ext.setMenus(MENUS.map(({ source, title }) => ({ id: source, title, contexts: [source] })));
  courier.lookAgain();
});
ext.onAlarm(() => courier.lookAgain());
ext.onMenu((info, page) => clicks.save(captureOfMenu(info, page, clicks.made()), page.title));
ext.onCommand((_command, page) => clicks.save(captureOfPage(page, "shortcut", clicks.made()), page.title));
ext.onCompany(
  () => courier.come(),
  () => courier.go(),
);
ext.onMessage({
  look: ({ page }) => clicks.look(page),
  save: ({ page }) => clicks.savePage(page),
  save_again: ({ page }) => clicks.saveAgain(page),
  forget: ({ key }) => clicks.forget(key),
  act: ({ job, action }) => clicks.act(job, action),
  open: ({ what, ref }) => clicks.open(what, ref),
  look_again: () => clicks.lookAgain(),
});
