// Small helpers to build the page. Text always becomes a text node: nothing here ever parses markup.

import { language, t } from "./words.js";

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "hidden" || name === "disabled" || name === "checked" || name === "value") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const STROKES = {
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M8 8h8v8H8z",
  close: "M6 6l12 12M18 6L6 18",
  left: "M14.5 6l-6 6 6 6",
  right: "M9.5 6l6 6-6 6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  copy: "M9 9h10v11H9zM6 15H5V4h10v1",
  again: "M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4",
  edit: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  all: "M5 5h5.5v5.5H5zM13.5 5H19v5.5h-5.5zM5 13.5h5.5V19H5zM13.5 13.5H19V19h-5.5z",
  list: "M5 7h14M5 12h14M5 17h9",
  books: "M5 4h4v16H5zM10 4h4v16h-4zM15.5 5l3.4-.8 3 15-3.4.8z",
  add: "M12 5v14M5 12h14",
  light:
    "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
  dark: "M20 14a8 8 0 1 1-10-10 6.5 6.5 0 0 0 10 10",
  system: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  larger: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M15.5 15.5L20 20M10.5 7.5v6M7.5 10.5h6",
  smaller: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M15.5 15.5L20 20M7.5 10.5h6",
  open: "M14 5h5v5M19 5l-8.5 8.5M17 13.5V19H5V7h5.5",
  fold: "M6 9.5l6 6 6-6",
  link: "M10 14a4 4 0 0 0 6 .4l2.4-2.4a4 4 0 0 0-5.7-5.7L11.5 7.5M14 10a4 4 0 0 0-6-.4L5.6 12a4 4 0 0 0 5.7 5.7l1.2-1.2",
  rail: "M4 5h16v14H4zM9.5 5v14",
  clip: "M19 11.5l-7.5 7.5a4.6 4.6 0 0 1-6.5-6.5L13 4.5a3.1 3.1 0 0 1 4.4 4.4l-7.7 7.7a1.6 1.6 0 0 1-2.2-2.2l6.8-6.8",
  down: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14",
  out: "M10 5H5v14h5M14 8l4 4-4 4M9 12h9",
  good: "M8 20H4v-9h4zM8 11l4-7c1.7 0 2.4 1.2 2 3l-.6 2.5H19l-1.4 8.2c-.2 1.4-1 2.3-2.4 2.3H8",
  flag: "M6 21V4h11l-2 4 2 4H6",
  warn: "M12 4l9 16H3zM12 10v4.5M12 17.2v.3",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
}

export const button = (cls, words, onclick, extra = {}) => h("button", { type: "button", class: cls, onclick, ...extra }, words);

export const iconButton = (name, label, onclick, extra = {}) =>
  button("ghost", icon(name), onclick, { "aria-label": label, title: label, ...extra });

export const wordButton = (name, words, onclick, extra = {}) => button("ghost wordy", [icon(name), h("span", {}, words)], onclick, extra);

// What went wrong, in words; without any it is not there until `tell` has some.
export function problem(words = "") {
  const node = h("p", { class: "problem", role: "alert" });
  node.tell = (said) => ((node.hidden = !said), node.replaceChildren(icon("warn"), said));
  node.tell(words);
  return node;
}

// One of a few ways to show something; options: [[name, words]]; `set(name)` says which one it is.
export function choice(label, options, onchoose) {
  const one = ([name, words]) => button(null, words, () => onchoose(name), { "data-name": name });
  const node = h("div", { class: "switch", role: "group", "aria-label": label }, options.map(one));
  node.set = (name) => {
    for (const each of node.children) each.setAttribute("aria-pressed", String(each.dataset.name === name));
  };
  return node;
}

// What the page does about a click on a link, unless a key says that the browser is to follow it.
export const followed = (act) => (event) => event.metaKey || event.ctrlKey || event.shiftKey || (event.preventDefault(), act());

export const isTyping = () => /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName);

export { plural } from "./words.js";

// A document's own date: 2025-03-31, 2025-03 or 2025.
export function dateWords(date) {
  const [year, month, number] = date.split("-").map(Number);
  const shape = { year: "numeric", ...(month && { month: "short" }), ...(number && { day: "numeric" }), timeZone: "UTC" };
  return new Date(Date.UTC(year, (month ?? 1) - 1, number ?? 1)).toLocaleDateString(language, shape);
}

export function day(at) {
  const year = new Date(at).getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return new Date(at).toLocaleDateString(language, { day: "numeric", month: "short", year });
}

// The day and the time of day.
export const moment = (at) => `${day(at)}, ${new Date(at).toLocaleTimeString(language, { hour: "numeric", minute: "2-digit" })}`;

// Where something stands, in words: "page 12".
export const pageWords = (label, number) => (label || number ? t("page {number}", { number: label || number }) : "");

export const roomy = window.matchMedia("(min-width: 1280px)");
export const wide = window.matchMedia("(min-width: 1080px)");

let speaker;
// Says one sentence to screen readers.
export function say(text) {
  speaker ??= document.body.appendChild(h("div", { class: "unseen", role: "status", "aria-live": "polite" }));
  speaker.textContent = "";
  requestAnimationFrame(() => (speaker.textContent = text));
}

// A native dialog that closes on its backdrop; one that has its place on the page (`stays`) does not close.
export function drawer(cls, label, ...children) {
  const top = h("div", { class: "top" }, h("h2", {}, label), iconButton("close", t("Close"), () => node.close()));
  const node = h("dialog", { class: `drawer ${cls}`, "aria-label": label }, top, ...children);
  const close = node.close.bind(node);
  node.close = () => node.stays || close();
  node.addEventListener("click", (event) => event.target === node && node.close());
  return node;
}
