// Rows of a table, shown as one: heads above, the asked cell set off, its own box to scroll in where it is wide.

import { copyTable } from "./copy.js";
import { h, iconButton } from "./dom.js";
import { t } from "./words.js";

const FIGURE = /^(\p{Lu}{3} |\p{Sc} ?)?[-+−±(<>~≈]?\p{Sc}?\d[\d\s.,:'’/–-]*\)?\s?(%|‰|°|\p{Sc})?\p{L}{0,3}[²³]?$/u; // "1,200", "9.4 m", "€ 12", "65.1 %"

// The head of each column on one line, as `QuotedRows.columns` has it.
export const columnsOf = ({ heads, rows }) =>
  Array.from({ length: Math.max(0, ...[...heads, ...rows].map((row) => row.length)) }, (_, at) =>
    [...new Set(heads.map((head) => (head[at] ?? "").trim()).filter(Boolean))].join(" · "),
  );

// "Costs, B7:D7"
export const sheetPlace = (table) => (table ? [table.sheet, table.cells].filter(Boolean).join(", ") : "");

// A blank cell is a dash, and said to be blank.
const filled = (text) =>
  text.trim() ? [text] : [h("span", { class: "blank", "aria-hidden": "true" }, "–"), h("span", { class: "unseen" }, t("blank"))];

// The cells of head rows, what is merged as one: beside each other but in the last row, and below each other.
function headRows(heads, width) {
  const taken = heads.map(() => Array(width).fill(false));
  const same = (row, at, text) => at < width && !taken[row][at] && (heads[row][at] ?? "") === text;
  return heads.map((head, row) => {
    const cells = [];
    for (let at = 0; at < width; at++) {
      if (taken[row][at]) continue;
      const text = head[at] ?? "";
      let across = 1;
      while (text && row < heads.length - 1 && same(row, at + across, text)) across++;
      const all = Array.from({ length: across }, (_, step) => at + step);
      let down = 1;
      while (text && row + down < heads.length && all.every((each) => same(row + down, each, text))) down++;
      for (let below = 0; below < down; below++) for (const each of all) taken[row + below][each] = true;
      cells.push({ text, at, across, down });
    }
    return cells;
  });
}

// How a column is set: figures to the right, short words on one line, long ones with room.
function columnClass(rows, at) {
  const said = rows.map(({ cells }) => (cells[at] ?? "").trim()).filter(Boolean);
  if (at > 0 && said.length && said.every((text) => text.length < 24 && FIGURE.test(text))) return "figure";
  const longest = Math.max(0, ...said.map((text) => text.length));
  return longest > 60 ? "long" : longest > 20 ? "middling" : "short";
}

// rows: [{ cells, cls, wanted: the asked column or null, marks: nodes, hidden }]; caption: what it is, for who cannot see it,
// `seen` where it is to be read by all; marked: whether a last column holds the numbers and the button that copies.
export function grid(heads, rows, { caption, seen = false, marked = false }) {
  const width = columnsOf({ heads, rows: rows.map((row) => row.cells) }).length;
  const kinds = Array.from({ length: width }, (_, at) => columnClass(rows, at));
  const copy = () => iconButton("copy", t("Copy this table"), (event) => copyTable(table, event.currentTarget), { class: "ghost copier" });
  const head = ({ text, at, across, down }) =>
    h(
      text ? "th" : "td",
      {
        scope: text && (across > 1 ? "colgroup" : "col"),
        class: across > 1 ? "spread" : `${kinds[at]} ${at === 0 ? "first" : ""}`.trim(),
        colspan: across > 1 && across,
        rowspan: down > 1 && down,
        dir: "auto",
      },
      text,
    );
  const top = headRows(heads, width).map((cells, index) =>
    h("tr", {}, cells.map(head), marked && index === 0 && h("td", { class: "marked", rowspan: heads.length }, copy())),
  );
  const cell = (row, at) => {
    const text = row.cells[at] ?? "";
    const named = at === 0 && text.trim() && width > 1;
    const content = filled(text);
    const wanted = row.wanted === at;
    return h(
      named ? "th" : "td",
      { scope: named && "row", class: [kinds[at], at === 0 && "first", wanted && "wanted"].filter(Boolean).join(" "), dir: "auto" },
      wanted ? h("strong", { class: "words" }, content) : content,
    );
  };
  const body = rows.map((row, index) =>
    h(
      "tr",
      { class: row.cls, hidden: row.hidden },
      Array.from({ length: width }, (_, at) => cell(row, at)),
      marked && h("td", { class: "marked" }, row.marks, !heads.length && index === 0 && copy()),
    ),
  );
  const table = h(
    "table",
    {},
    h("caption", { class: seen ? "" : "unseen" }, caption),
    top.length > 0 && h("thead", {}, top),
    h("tbody", {}, body),
  );
  const box = h("div", { class: "grid" }, table);
  box.addEventListener("scroll", () => edges(box), { passive: true });
  watched.observe(box);
  return box;
}

// A box that is too narrow for its table can be scrolled by keyboard, and begins where the asked cell is in view.
const watched = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth + 1 || target.scrollHeight > target.clientHeight + 1;
    const was = target.classList.toggle("wide", target.scrollWidth > target.clientWidth + 1);
    for (const [name, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", target.querySelector("caption").textContent]])
      scrolls ? target.setAttribute(name, value) : target.removeAttribute(name);
    if (was && !target.seen) toAsked(target);
    target.seen ||= was;
    edges(target);
  }
});

// Which sides of a wide table hide something.
function edges(box) {
  box.classList.toggle("started", box.scrollLeft > 1);
  box.classList.toggle("ended", box.scrollLeft + box.clientWidth >= box.scrollWidth - 1);
}

function toAsked(box) {
  const asked = box.querySelector(".wanted");
  if (!asked) return;
  const [view, at] = [box.getBoundingClientRect(), asked.getBoundingClientRect()];
  const edge = box.querySelector("tbody .marked")?.getBoundingClientRect().width ?? 0;
  const first = box.querySelector("tbody .first")?.getBoundingClientRect().width ?? 0;
  if (at.right > view.right - edge) box.scrollLeft += Math.min(at.right - view.right + edge + 8, at.left - view.left - first - 8);
}

// A row as pairs of head and value, for a place too small for a table.
export function pairs(table, most = 6) {
  const columns = columnsOf(table);
  const [row = []] = table.rows;
  const asked = table.cell?.[0] === 0 ? table.cell[1] : -1;
  const order = columns.map((_, at) => at).filter((at) => at < most || at === asked);
  const left = columns.length - order.length;
  return h(
    "span",
    { class: "pairs" },
    order.map((at) =>
      h(
        "span",
        {},
        h("bdi", { class: "head" }, columns[at] || "–"),
        " ",
        h("bdi", { class: at === asked ? "value words" : "value" }, filled(row[at] ?? "")),
      ),
    ),
    (left > 0 || table.rows.length > 1) &&
      h("span", { class: "head" }, [left > 0 && t("{count} more columns", { count: left }), table.rows.length > 1 && t("{count} more rows", { count: table.rows.length - 1 })].filter(Boolean).join(", ")),
  );
}
