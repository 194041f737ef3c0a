// An answer while it is being told: the same Markdown that is copied, sentence by sentence.

import { SUPPORT, marks, readable } from "./answer.js";
import { h } from "./dom.js";

// A sentence, what the check says of it, and its numbers.
const CLAIM =
  /(.+?)(?: \((not found in the sources)\)| \((the sources say otherwise)\)((?:\s*\[\d+\])*)|((?:\s*\[\d+\])+)|$)/gsu;
const TOLD = /\[\d+\]|\((?:not found in the sources|the sources say otherwise)\)/;

// What has been said so far. A number shows only once its bracket is closed, so no half mark flashes up.
export function draft(text) {
  const said = text.replace(/\s*\[\d*$/, "").trimEnd();
  const nodes = said.split(/\n{2,}/).flatMap((block, index) => {
    if (block.startsWith("### ")) return h("h3", { class: "side" }, h("bdi", {}, block.slice(4)));
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
