/**
 * The page's pictograms. Importing this puts them into the page once, for `<use href="#i-heart">` in HTML
 * and for `icon("heart")` in scripts.
 */

/** Name, then the shapes: a path, what fills it, and for lines their width. @type {Record<string, [string, string?, number?][]>} */
const ICONS = {
  heart: [["M12 20.5S3.2 15.6 3.2 9.3A4.8 4.8 0 0 1 12 6.7a4.8 4.8 0 0 1 8.8 2.6c0 6.3-8.8 11.2-8.8 11.2z"]],
  star: [["m12 3 2.7 5.8 6.3.8-4.6 4.3 1.2 6.3L12 17.1l-5.6 3.1 1.2-6.3L3 9.6l6.3-.8z"]],
  rose: [
    ["M12 12.5v9", "#3f9d62", 1.6],
    ["M12 18c-2.8 0-4.3-1.2-4.8-3.3 2.7 0 4.3 1 4.8 3.3zm0-1.5c2.6 0 4-1 4.5-3-2.6 0-4 1-4.5 3z", "#3f9d62"],
    ["M6.5 4.5C8 4.5 8.8 5 9.3 5.7 9.8 3.8 11 2.5 12 2.3c1 .2 2.2 1.5 2.7 3.4.5-.7 1.3-1.2 2.8-1.2.4 5-1.7 8.7-5.5 8.7S6.1 9.5 6.5 4.5z", "#e8445a"],
    ["M9.3 5.7c.4 1.8 1.4 2.8 2.7 3.3 1.3-.5 2.3-1.5 2.7-3.3", "#9f1f37", 1.2],
  ],
  cake: [
    ["M12 5.5v4", "#5aa9e6", 1.8],
    ["M12 1.8c1.2 1.3 1.2 2.8 0 3.4-1.2-.6-1.2-2.1 0-3.4z", "#ffb020"],
    ["M3.5 13A3.5 3.5 0 0 1 7 9.5h10a3.5 3.5 0 0 1 3.5 3.5v7.5h-17z", "#c98a54"],
    ["M3.5 13A3.5 3.5 0 0 1 7 9.5h10a3.5 3.5 0 0 1 3.5 3.5c0 1.6-2.3 2.2-3.2.6-.9 1.7-3 1.7-3.8 0-.8 1.7-2.3 1.7-3.1 0-.8 1.7-2.9 1.7-3.7 0-.9 1.6-3.2 1-3.2-.6z", "#ffd9e2"],
    ["M2.5 20.5h19", "#9a9aa8", 1.6],
  ],
  rocket: [
    ["M8 15.5c-2 .3-3.3 2.2-3.5 5.2 2.9-.3 4.8-1.6 5-3.7z", "#ffb020"],
    ["M7.5 10.5 4 12l2.5 2.5zM13.5 16.5 12 20l-2.5-2.5z", "#5a67d8"],
    ["M6.8 14c1-5.5 5-10.4 12.7-10.5C19.4 11.2 15.5 16 10 17.2z", "#dfe4f5"],
    ["M15.9 3.9c1.2-.3 2.4-.4 3.6-.4 0 1.2-.1 2.5-.4 3.6z", "#e8445a"],
    ["M11.8 9.2a2 2 0 1 0 4 0 2 2 0 1 0-4 0z", "#5a67d8"],
  ],
  people: [
    ["M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zm-6.5 8c0-3.5 2.9-6 6.5-6s6.5 2.5 6.5 6zM16 11.5a3 3 0 0 0 .8-5.9M17 13.7c2.7.3 4.5 2.5 4.5 5.8"],
  ],
  send: [["M3.5 4 21 12 3.5 20l2.3-7 7.2-1-7.2-1z"]],
  comments: [["M3 6h9M15 6h6M3 12h4M10 12h11M3 18h11M17 18h4", "currentColor", 2.4]],
  pause: [["M8 5v14M16 5v14", "currentColor", 3.4]],
  play: [["M7 4.5v15l12-7.5z"]],
  leave: [["M10 4H5v16h5M14 8l4 4-4 4M18 12H9", "currentColor", 2]],
  voucher: [["M4 6h16v4a2 2 0 0 0 0 4v4H4v-4a2 2 0 0 0 0-4z", "currentColor", 1.8], ["M14 7v10", "currentColor", 1.6]],
  system: [["M4 5h16v11H4zM9 20h6M12 16v4", "currentColor", 1.9]],
  light: [
    ["M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z"],
    ["M12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M18.7 5.3 17 7M7 17l-1.7 1.7", "currentColor", 1.9],
  ],
  dark: [["M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"]],
};

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {Record<string, string>} attributes */
function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

if (globalThis.document) {
  const all = shape("svg", { class: "symbols", "aria-hidden": "true", width: "0", height: "0" });
  for (const [name, shapes] of Object.entries(ICONS)) {
    const symbol = shape("symbol", { id: `i-${name}`, viewBox: "0 0 24 24" });
    for (const [d, colour = "currentColor", width] of shapes) {
      const line = { fill: "none", stroke: colour, "stroke-width": String(width), "stroke-linecap": "round", "stroke-linejoin": "round" };
      symbol.append(shape("path", width ? { d, ...line } : { d, fill: colour }));
    }
    all.append(symbol);
  }
  document.body.prepend(all);
}
