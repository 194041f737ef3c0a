// The notes at the foot of an answer: one for each place, whatever the number of sentences cited from it.

import { button, h, pageWords } from "./dom.js";
import { t } from "./words.js";

const RANGES = 4; // of a sheet, named in one note

// What a citation is found by again.
export const cite = (citation) => `${citation.document_id}/${citation.span.join("-")}`;

// Numbers as a person writes them: 1, 2, 4–7.
function ranges(numbers) {
  const runs = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.at(-1) === number - 1) last.push(number);
    else runs.push([number]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}–${run.at(-1)}` : run.join(", "))).join(", ");
}

// The ranges of a sheet that are cited, the first few of many by name.
function sheetWords(citations) {
  const tables = citations.map((each) => each.table).filter((table) => table?.sheet || table?.cells);
  const cells = [...new Set(tables.map((table) => table.cells).filter(Boolean))];
  const few = cells.length > RANGES + 1 ? RANGES : cells.length;
  const rest = cells.length - few;
  return [tables[0]?.sheet, ...cells.slice(0, few)].filter(Boolean).join(", ") + (rest ? ` ${t("and {count} more", { count: rest })}` : "");
}

// onopen(cited, index, button): show this citation; `early` are the numbers before what is folded.
export function notes(cited, onopen, early) {
  const places = new Map();
  for (const each of cited) {
    const key = JSON.stringify([each.document_id, each.path, each.page, each.table?.sheet || ""]);
    places.set(key, [...(places.get(key) ?? []), each]);
  }
  return h(
    "ol",
    { class: "notes", "aria-label": t("Sources of this answer") },
    [...places.values()].map((here) => {
      const [first] = here;
      const number = h("span", { class: "number", "aria-hidden": "true" }, ranges(here.map((each) => each.number)));
      const where = h(
        "span",
        { class: "where" },
        h("bdi", { class: "title" }, first.title),
        first.page !== null && h("span", { class: "page" }, pageWords(first.page_label, first.page)),
        sheetWords(here) && h("bdi", { class: "page" }, sheetWords(here)),
        h("bdi", { class: "path" }, first.path),
      );
      return h(
        "li",
        { hidden: !here.some((each) => early.has(each.number)), "data-numbers": here.map((each) => each.number).join(" ") },
        button(null, [number, where], (event) => onopen(cited, cited.indexOf(first), event.currentTarget), { "data-cited": here.map(cite).join(" ") }),
      );
    }),
  );
}
