/** The one door to the browser: nothing else in the extension touches its API. */

/** @typedef {import("./types.d.ts").Line} Line */

/** @type {typeof chrome} */
const api = globalThis.browser ?? globalThis.chrome;

const HOST = "org.bowerbird.host";

const IS_FIREFOX = "getBrowserInfo" in api.runtime;
const [ORDINARY_STORE, PRIVATE_STORE] = IS_FIREFOX ? ["firefox-default", "firefox-private"] : ["0", "1"];

export const VERSION = api.runtime.getManifest().version;
export const USER_AGENT = navigator.userAgent;

/** @returns {string} the browser's name and version, for the host's records */
export function browserName() {
  const found = /(Firefox|Edg|OPR|Chrome)\/([\d.]+)/.exec(navigator.userAgent);
  return found ? `${found[1]} ${found[2]}` : "unknown";
}

/**
 * Starts the host and opens a line to it.
 * @param {(frame: any) => void} onFrame
 * @param {(said: string) => void} onEnd called once, with the browser's own words ("" where it says nothing)
 * @returns {Line}
 */
export function openLine(onFrame, onEnd) {
  const port = api.runtime.connectNative(HOST);
  port.onMessage.addListener(onFrame);
  port.onDisconnect.addListener((ended) => {
    // Chromium tells through lastError, Firefox through the port.
    const error = /** @type {any} */ (ended).error ?? api.runtime.lastError;
    onEnd(error?.message ?? "");
  });
  return { post: (frame) => port.postMessage(frame), close: () => port.disconnect() };
}

/** @param {"local" | "session"} area @param {string} name @param {any} otherwise */
export async function read(area, name, otherwise) {
  return (await api.storage[area].get(name))[name] ?? otherwise;
}

/** @param {"local" | "session"} area @param {string} name @param {any} value */
export function write(area, name, value) {
  return api.storage[area].set({ [name]: value });
}

/** @param {string} name @param {(value: any) => void} listener */
export function onSessionChange(name, listener) {
  api.storage.onChanged.addListener((changes, area) => {
    if (area === "session" && name in changes) listener(changes[name].newValue);
  });
}

/** @param {{text: string, colour: string, title: string}} badge */
export async function showBadge({ text, colour, title }) {
  await Promise.all([
    api.action.setBadgeText({ text }),
    api.action.setBadgeBackgroundColor({ color: colour }),
    api.action.setBadgeTextColor({ color: "#ffffff" }),
    api.action.setTitle({ title }),
  ]);
}

/** @returns {Promise<import("./types.d.ts").Page>} the tab in front; its url is "" where the browser keeps it back */
export async function currentPage() {
  const [tab] = await api.tabs.query({ active: true, currentWindow: true });
  return pageOf(tab);
}

/** @param {chrome.tabs.Tab | undefined} tab */
export function pageOf(tab) {
  const { url = "", title = "", incognito = false, id } = tab ?? {};
  return { url, title, incognito, tab: id };
}

/** @param {string} url */
export function openTab(url) {
  return api.tabs.create({ url });
}

/** @param {string} name @param {number} at milliseconds since 1970 */
export function wakeAt(name, at) {
  return api.alarms.create(name, { when: at });
}

/** @param {(name: string) => void} listener */
export function onAlarm(listener) {
  api.alarms.onAlarm.addListener(({ name }) => listener(name));
}

/** @param {() => void} listener runs when the browser starts and when the extension is installed or updated */
export function onBegin(listener) {
  api.runtime.onStartup.addListener(listener);
  api.runtime.onInstalled.addListener(listener);
}

/** @param {{id: string, title: string, contexts: any}[]} menus */
export async function setMenus(menus) {
  await api.contextMenus.removeAll();
  for (const menu of menus) api.contextMenus.create(menu);
}

/** @param {(info: chrome.contextMenus.OnClickData, page: import("./types.d.ts").Page) => void} listener */
export function onMenu(listener) {
  api.contextMenus.onClicked.addListener((info, tab) => listener(info, pageOf(tab)));
}

/** @param {(command: string, page: import("./types.d.ts").Page) => void} listener */
export function onCommand(listener) {
  api.commands.onCommand.addListener((command, tab) => listener(command, pageOf(tab)));
}

/** @param {Record<string, (message: any) => Promise<object>>} handlers by the message's `do` */
export function onMessage(handlers) {
  api.runtime.onMessage.addListener((message, sender, answer) => {
    const handler = fromOurPage(sender) && Object.hasOwn(handlers, message?.do) && handlers[message.do];
    if (!handler) return false;
    handler(message).then(answer, (error) => answer({ error: asWireError(error) }));
    return true;
  });
}

/** @param {chrome.runtime.MessageSender} sender */
function fromOurPage(sender) {
  return sender.id === api.runtime.id && (sender.url ?? "").startsWith(api.runtime.getURL(""));
}

/** @param {any} error */
function asWireError(error) {
  return { code: error.code ?? "internal", message: error.message, hint: error.hint ?? "" };
}

/** @param {object} message */
export function tellBackground(message) {
  return api.runtime.sendMessage(message);
}

/** Lets the background know, as long as this page lives, that someone is looking. */
export function keepCompany() {
  api.runtime.connect({ name: "popup" });
}

/** @param {() => void} onCome @param {() => void} onGo */
export function onCompany(onCome, onGo) {
  api.runtime.onConnect.addListener((port) => {
    port.onDisconnect.addListener(onGo);
    onCome();
  });
}

/** Asks the person; has to be the first thing that a click does. @param {string} origin @returns {Promise<boolean>} */
export function askFor(origin) {
  return api.permissions.request({ permissions: ["cookies"], origins: [origin] });
}

/** @param {string} origin without this permission the browser calls every cookie jar empty, and says no more */
export function mayRead(origin) {
  return api.permissions.contains({ permissions: ["cookies"], origins: [origin] });
}

/** @returns {Promise<string[]>} the sites whose cookies may be read */
export async function allowedOrigins() {
  const { permissions = [], origins = [] } = await api.permissions.getAll();
  return permissions.includes("cookies") ? origins : [];
}

/** @param {string} origin takes the last one's cookies with it */
export async function disallow(origin) {
  const last = (await allowedOrigins()).every((one) => one === origin);
  await api.permissions.remove({ origins: [origin], permissions: last ? ["cookies"] : [] });
}

/** @param {(origins: string[]) => void} listener @param {() => void} onLess */
export function onAllowed(listener, onLess) {
  api.permissions.onAdded.addListener(({ origins = [] }) => listener(origins));
  api.permissions.onRemoved.addListener(onLess);
}

/** @param {string} domain @param {string} store @returns {Promise<import("./types.d.ts").Cookie[]>} partitioned ones too */
export function cookiesOf(domain, store) {
  const everyParty = IS_FIREFOX ? { firstPartyDomain: null } : {}; // Chromium throws on it
  return api.cookies.getAll(/** @type {any} */ ({ domain, storeId: store, partitionKey: {}, ...everyParty }));
}

/** @returns {Promise<string[]>} the cookie jars that are not of a private window; only those with a tab are told */
export async function ordinaryStores() {
  const stores = (await api.cookies.getAllCookieStores()).map(({ id }) => id);
  return [...new Set([ORDINARY_STORE, ...stores])].filter((id) => id !== PRIVATE_STORE);
}

/** @param {number | undefined} id @param {boolean} incognito @returns {Promise<string>} the jar of a tab, or of its window */
export async function storeOfTab(id, incognito) {
  const tab = id === undefined ? null : await api.tabs.get(id).catch(() => null);
  return /** @type {any} */ (tab)?.cookieStoreId ?? (incognito ? PRIVATE_STORE : ORDINARY_STORE);
}

/** @param {number | undefined} id @returns {Promise<boolean>} whether the tab is still there */
export async function isOpen(id) {
  if (id === undefined) return false;
  return api.tabs.get(id).then(
    () => true,
    () => false,
  );
}

/** @param {(domain: string) => void} listener hears of each new cookie of the sites that may be read */
export function onCookie(listener) {
  const changed = ({ removed, cookie }) => removed || listener(cookie.domain);
  const hear = () => api.cookies?.onChanged.addListener(changed); // the same one twice is one
  hear();
  api.permissions.onAdded.addListener(hear);
}
