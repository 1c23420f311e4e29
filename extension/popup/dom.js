/**
 * Puts drawn elements into the page by changing only what differs, so that focus, a half-done click and a screen
 * reader's place survive four updates a second. Written by hand because nothing is built and no library is shipped.
 */

/** @typedef {import("../types.d.ts").Drawn} Drawn */

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "use"]);

/** @param {Node} parent @param {(Drawn | string)[]} drawn */
export function patch(parent, drawn) {
  drawn.forEach((one, index) => {
    patchChild(parent, parent.childNodes[index], one);
  });
  while (parent.childNodes.length > drawn.length) parent.lastChild?.remove();
}

/** @param {Node} parent @param {ChildNode | undefined} there @param {Drawn | string} drawn */
function patchChild(parent, there, drawn) {
  const node = fits(there, drawn) ? there : fresh(drawn);
  if (typeof drawn === "string") {
    if (node.nodeValue !== drawn) node.nodeValue = drawn;
  } else {
    setAttributes(/** @type {Element} */ (node), drawn.attributes);
    patch(node, drawn.children);
  }
  if (!there) parent.appendChild(node);
  else if (node !== there) parent.replaceChild(node, there);
}

/** @param {ChildNode | undefined} there @param {Drawn | string} drawn @returns {there is ChildNode} */
function fits(there, drawn) {
  if (typeof drawn === "string") return there?.nodeType === Node.TEXT_NODE;
  const element = /** @type {Element | undefined} */ (there);
  return (
    element?.localName === drawn.tag &&
    element.getAttribute("data-key") === (drawn.attributes["data-key"] ?? null)
  );
}

/** @param {Drawn | string} drawn */
function fresh(drawn) {
  if (typeof drawn === "string") return document.createTextNode(drawn);
  if (SVG_TAGS.has(drawn.tag)) return document.createElementNS(SVG, drawn.tag);
  return document.createElement(drawn.tag);
}

/** @param {Element} element @param {Drawn["attributes"]} attributes null, undefined and false mean "not there" */
function setAttributes(element, attributes) {
  const wanted = Object.entries(attributes).filter(
    ([, value]) => value !== null && value !== undefined && value !== false,
  );
  const names = new Set(wanted.map(([name]) => name));
  names.add("open"); // what the person unfolded stays so
  for (const name of element.getAttributeNames()) if (!names.has(name)) element.removeAttribute(name);
  for (const [name, value] of wanted) {
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}
