// An answer while it is being told: the same Markdown that is copied, sentence by sentence.

import { SUPPORT, marks, readable } from "./answer.js";
import { h } from "./dom.js";
import { grid } from "./table.js";
import { t } from "./words.js";

// A sentence, what the check says of it, and its numbers.
const CLAIM =
  /(.+?)(?: \((not found in the sources)\)| \((the sources say otherwise)\)((?:\s*\[\d+\])*)|((?:\s*\[\d+\])+)|$)/gsu;
const TOLD = /\[\d+\]|\((?:not found in the sources|the sources say otherwise)\)/;

const ROWS = /^\|.*\|\n\|(?: --- \|)+/;

// A Markdown table as `markdown_row` in rag/types/quoted_rows.py writes it.
function rows(block) {
  const [head, , ...lines] = block.split("\n").filter((line) => /^\| .*\|$/.test(line)).map((line) => line.slice(2, -2).split(" | "));
  const plain = (cell) => cell.replace(/^\*\*(.+)\*\*$/, "$1").replace(/\\([\\`*_[\]<>|~&])/g, "$1");
  const shown = lines.map((cells) => ({
    cells: cells.slice(0, -1).map((cell) => (/^(\*\*)?—(\*\*)?$/.test(cell) ? "" : plain(cell))),
    wanted: cells.findIndex((cell) => /^\*\*.+\*\*$/.test(cell)),
    marks: [...cells.at(-1).matchAll(/\d+/g)].map((found) => h("span", { class: "chip" }, found[0])),
  }));
  return grid([head.slice(0, -1).map(plain)], shown, { caption: t("Rows of the answer"), marked: true });
}

// What has been said so far. A number shows only once its bracket is closed, so no half mark flashes up.
export function draft(text) {
  const said = text.replace(/\s*\[\d*$/, "").trimEnd();
  const nodes = said.split(/\n{2,}/).flatMap((block, index) => {
    if (block.startsWith("### ")) return h("h3", { class: "side" }, h("bdi", {}, block.slice(4)));
    if (ROWS.test(block)) return rows(block);
    if (block.startsWith("- "))
      return h("ul", { class: "points" }, block.split(/\n(?=- )/).flatMap((line) => sentences(line.slice(2), "li")));
    // What stands first without a number says how far the rest is an answer.
    if (index === 0 && !TOLD.test(block)) return h("p", { class: "strength" }, block);
    return sentences(block, "p");
  });
  return h("div", { class: "draft" }, nodes);
}

function sentences(text, tag) {
  return [...text.matchAll(CLAIM)].map(([, sentence, missing, against, theirs, numbers]) => {
    const support = missing ? "unsupported" : against ? "contradicted" : "";
    const chips = [...(theirs || numbers || "").matchAll(/\d+/g)].map((found) => h("span", { class: "chip" }, found[0]));
    return h(
      tag,
      { class: `claim ${support}` },
      readable(sentence.trim()),
      marks(chips),
      support && h("span", { class: "support" }, SUPPORT[support]),
    );
  });
}
