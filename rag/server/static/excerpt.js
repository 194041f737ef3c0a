// A source's own text around a quote, made easier on the eye without changing a character of it.

import { cut } from "./answer.js";
import { h } from "./dom.js";

const FLOWING = ["application/pdf", "text/plain"];
const STANDS_ALONE = /^\s*($|#{1,6} |\||[-*+] |\d+[.)] |>|```| {4})/;
const ROW = /^\s*\|.*\|\s*$/;
const PAIR = /^\s*[^\s:|][^:|]{0,79}?\s?:\s+\S/; // "key: value"
const BLANK_END = /[;,\t]{2,}$/; // of a line of records: cells with nothing in them
const RULE = /^[\s|:-]+$/;

// found: what the server says of the place; words: the quote; lit: whether it may be lit up.
export function excerpt(found, words, lit) {
  const written = found.media_type === "text/markdown";
  const flowing = FLOWING.includes(found.media_type);
  const around = (text = "", from) => (written ? markdown(text, from) : plainRows(text, found.media_type));
  const running = flowing || (written && !/\n\s*[-*+|#>\d]/.test(words));
  const quote = h(
    lit ? "mark" : "span",
    { class: "lit" },
    lit && !BLANK_END.test(words) ? lightened(words, found.answer, running) : around(words, 0),
  );
  return h("div", { class: "excerpt", dir: "auto" }, around(found.before, 0), quote, around(found.after, 1));
}

// The text above or below a table; `from` is the first line of it that may be a heading.
export function prose(found, text, from) {
  const said = text.trim();
  if (!said || said === found.table.sheet) return null;
  const written = found.media_type === "text/markdown";
  return h("div", { class: "excerpt", dir: "auto" }, written ? markdown(said, from) : plainRows(said, found.media_type));
}

// Only a single line break inside running text is shown as the space it stands for.
export function flow(text, running = true) {
  return running ? text.replace(/([^\n\r])\r?\n(?!\r?\n)/g, "$1 ") : text;
}

// A quote with the exact words of the answer set off.
function lightened(text, span, flowing) {
  const [before, words, after] = cut(text, span || null).map((part) => flow(part, flowing));
  return words ? [before, h("strong", { class: "words" }, words), after] : [before];
}

// Markdown with its headings and tables set as such, and the lines of a paragraph run together. `from` is the first line
// that may be a heading: what follows a quote begins in the middle of one.
function markdown(text, from) {
  const lines = text.split(/(?<=\n)/);
  return lines.map((line, index) => {
    const heading = index >= from && /^#{1,6} +(.*)/.exec(line);
    if (heading) return h("strong", {}, heading[1], "\n");
    if (ROW.test(line)) return row(line);
    const next = lines[index + 1] ?? "";
    // The line feed behind a row has been drawn by the row itself.
    if (!line.trim() && ROW.test(lines[index - 1] ?? "")) return next ? line : "";
    const pairs = PAIR.test(next) && (PAIR.test(line) || (index < from && PAIR.test(lines[index + 2] ?? "")));
    const alone = pairs || STANDS_ALONE.test(next) || (index >= from && STANDS_ALONE.test(line));
    const runs = index + 1 < lines.length && !alone;
    return runs ? line.replace(/\r?\n$/, " ") : line;
  });
}

// Text of other formats, whose readers put bars between the cells of a row.
function plainRows(text, kind) {
  if (kind === "text/plain") return [flow(text)];
  if (kind === "text/csv") return text.split(/([;,\t]{2,}$)/m).map((part, at) => (at % 2 ? h("span", { class: "rule" }, part) : part));
  const found = [];
  for (const line of text.split(/(?<=\n)/)) {
    if (line.includes(" | ")) found.push(h("span", { class: "row" }, line.trim().split(" | ").map((cell, at) => h("span", { class: "cell" }, at > 0 && h("i", {}, " | "), cell))));
    else if (typeof found.at(-1) === "string") found.push(found.pop() + line);
    else found.push(line);
  }
  return found.map((each) => (typeof each === "string" ? flow(each, FLOWING.includes(kind)) : each));
}

// A row of a table; its bars stay in the text, unseen, and neighbouring rows share their columns.
function row(line) {
  if (RULE.test(line)) return h("span", { class: "rule" }, line.trim());
  const cells = line.trim().slice(1, -1).split("|");
  const bar = () => h("i", {}, "|");
  return h("span", { class: "row" }, cells.map((cell, at) => h("span", { class: "cell" }, bar(), cell, at === cells.length - 1 && bar())));
}
