/** Small drawn parts that the popup is put together from. Pure. */

/** @typedef {import("../types.d.ts").Drawn} Drawn */

/**
 * @param {string} tag
 * @param {Drawn["attributes"]} [attributes]
 * @param {...(Drawn | string | null | false | undefined | (Drawn | string)[])} children
 * @returns {Drawn}
 */
export function h(tag, attributes = {}, ...children) {
  const kept = /** @type {(Drawn | string)[]} */ (children.flat().filter(Boolean));
  return { tag, attributes, children: kept };
}

/** @param {string} name in sprite.svg @param {string} [classes] */
export function icon(name, classes = "i") {
  return h("svg", { class: classes, "aria-hidden": "true" }, h("use", { href: `sprite.svg#${name}` }));
}

/**
 * @param {string} label
 * @param {string} glyph "" for none
 * @param {Drawn["attributes"]} attributes `data-do` names the action
 */
export function button(label, glyph, attributes) {
  return h(
    "button",
    { type: "button", ...attributes, class: `btn ${attributes.class ?? ""}`.trim() },
    glyph && icon(glyph),
    label,
  );
}

/** @param {string} name what it does, for those who can't see the glyph @param {string} glyph @param {Drawn["attributes"]} attributes */
export function glyphButton(name, glyph, attributes) {
  const all = {
    type: "button",
    class: "btn bare small square",
    "aria-label": name,
    title: name,
    ...attributes,
  };
  return h("button", all, icon(glyph, "i s"));
}

/** @param {string} kind kept, wait, bad or calm @param {string} glyph @param {string} title @param {string} text */
export function lead(kind, glyph, title, text) {
  return h(
    "div",
    { class: `lead ${kind}`, role: "status" },
    icon(glyph),
    h("div", {}, h("h2", {}, title), text && h("p", { class: "quiet", dir: "auto" }, text)),
  );
}
