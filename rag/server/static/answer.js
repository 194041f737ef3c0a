// How an answer looks: sentences with their numbers, the notes below them, and the honest "not found".

import { h, icon, pageWords, plural } from "./dom.js";

// A sentence of a draft, what the check says of it, and its numbers.
const CLAIM =
  /(.+?)(?: \((not found in the sources)\)| \((the sources say otherwise)\)((?:\s*\[\d+\])*)|((?:\s*\[\d+\])+)|$)/gsu;

// What has been said so far. A number shows only once its bracket is closed, so no half mark flashes up.
export function partial(text) {
  const said = text.replace(/\s*\[\d*$/, "").trimEnd();
  return [...said.matchAll(CLAIM)].map(([, sentence, missing, against, theirs, numbers]) => {
    const support = missing ? "unsupported" : against ? "contradicted" : "";
    const chips = [...(theirs || numbers || "").matchAll(/\d+/g)].map((found) => h("span", { class: "chip" }, found[0]));
    return h(
      "p",
      { class: `claim ${support}` },
      readable(sentence.trim()),
      marks(chips),
      support && h("span", { class: "support" }, SUPPORT[support]),
    );
  });
}

// A row of a table is read more easily without its rules; the evidence shows it as it stands.
const readable = (text) =>
  /^\|.*\|$/.test(text)
    ? text
        .slice(1, -1)
        .trim()
        .replace(/\s*\|\s*/g, " · ")
    : text;

// A span counts code points; text in a browser counts in halves of some of them.
export function cut(text, span) {
  if (!span) return [text, "", ""];
  const points = Array.from(text);
  const [start, end] = span;
  return [points.slice(0, start), points.slice(start, end), points.slice(end)].map((part) => part.join(""));
}

// A claim's words, the exact answer among them set off.
function worded(claim) {
  if (!claim.answer) return [readable(claim.text)];
  const [before, words, after] = cut(claim.text, claim.answer);
  return [before, h("strong", { class: "words" }, words), after];
}

const SUPPORT = {
  quoted: "exact quote",
  supported: "supported",
  unsupported: "not found in the sources",
  contradicted: "the sources say otherwise",
};

function marks(chips) {
  return chips.length ? h("span", { class: "marks" }, "\u2060", ...chips) : null;
}

export function place(citation) {
  return [citation.title, pageWords(citation.page_label, citation.page)].filter(Boolean).join(", ");
}

function distinct(answer) {
  const byNumber = new Map();
  for (const claim of answer.claims) for (const each of claim.citations) byNumber.set(each.number, each);
  return [...byNumber.values()].sort((one, other) => one.number - other.number);
}

// onopen(index, chip): show this citation; card: the small preview beside a chip.
export function whole(answer, { onopen, onpassage, card }) {
  if (answer.status === "not_found" || !answer.claims.length) return notFound(answer, onpassage);
  const cited = distinct(answer);
  const chip = (citation) => {
    const node = h(
      "button",
      {
        type: "button",
        class: "chip",
        "data-number": citation.number,
        "data-cited": `${citation.document_id}/${citation.span.join("-")}`,
        "aria-label": `Citation ${citation.number}: ${place(citation)}`,
        onclick: () => (
          card.hide(),
          onopen(
            cited,
            cited.findIndex((each) => each.number === citation.number),
            node,
          )
        ),
      },
      String(citation.number),
    );
    card.watch(node, citation);
    return node;
  };
  const mixed = new Set(answer.claims.map((claim) => claim.support)).size > 1 || answer.claims[0].support !== "quoted";
  const claimNode = (claim) =>
    h(
      "p",
      { class: `claim ${claim.support}` },
      worded(claim),
      marks(claim.citations.map(chip)),
      mixed && h("span", { class: "support" }, SUPPORT[claim.support] ?? SUPPORT.unsupported),
    );
  const sides = differing(answer);
  const claims = sides
    ? [
        h(
          "div",
          { class: "sides" },
          sides.map((claim) => h("section", {}, h("h3", {}, h("bdi", {}, claim.citations[0].title)), claimNode(claim))),
        ),
        ...answer.claims.filter((claim) => !sides.includes(claim)).map(claimNode),
      ]
    : answer.claims.map(claimNode);
  const partly = answer.status === "partly" && !unheld(answer).length && h("p", { class: "aside" }, "The sources answer part of this question.");
  return [partly, ...claims, notes(cited, onopen)];
}

// Claims that give different figures for the same thing belong side by side; a note says so above them.
function differing(answer) {
  const numbers = answer.differing ?? [];
  const found = answer.claims.filter((claim) => numbers.includes(claim.citations[0]?.number));
  return found.length > 1 ? found : null;
}

function notes(cited, onopen) {
  return h(
    "ol",
    { class: "notes", "aria-label": "Sources of this answer" },
    cited.map((citation, index) =>
      h(
        "li",
        {},
        h(
          "button",
          {
            type: "button",
            "data-cited": `${citation.document_id}/${citation.span.join("-")}`,
            onclick: (event) => onopen(cited, index, event.currentTarget),
          },
          h("span", { class: "number", "aria-hidden": "true" }, String(citation.number)),
          h(
            "span",
            { class: "where" },
            h("bdi", { class: "title" }, citation.title),
            citation.page !== null && h("span", { class: "page" }, pageWords(citation.page_label, citation.page)),
            h("bdi", { class: "path" }, citation.path),
          ),
        ),
      ),
    ),
  );
}

function notFound(answer, onpassage) {
  const near = answer.passages.slice(0, 3);
  return [
    h("p", { class: "verdict" }, "The sources do not answer this question."),
    near.length > 0 && h("p", { class: "aside" }, "These passages come nearest to it. They are not an answer."),
    near.length > 0 &&
      h(
        "ul",
        { class: "near", "aria-label": "Nearest passages" },
        near.map((passage, index) =>
          h(
            "li",
            {},
            passageButton(passage, (event) => onpassage(near, index, event.currentTarget)),
          ),
        ),
      ),
  ];
}

export function passageButton(passage, onclick) {
  return h(
    "button",
    { type: "button", class: "passage", onclick },
    h(
      "span",
      { class: "where" },
      h("bdi", { class: "title" }, passage.title),
      passage.page !== null && h("span", { class: "page" }, pageWords(passage.page_label, passage.page)),
    ),
    h(
      "bdi",
      { class: "snippet" },
      passage.text
        .replace(/^#{1,6} .*$/gm, "")
        .replace(/\s+/g, " ")
        .trim()
        .slice(0, 240),
    ),
    h("bdi", { class: "path" }, passage.path),
  );
}

// What a language model said and the sources do not carry.
function unheld(answer) {
  return answer.claims.filter((claim) => !["quoted", "supported"].includes(claim.support));
}

// What may honestly be said of an answer as a whole, in one line.
export function seal(answer) {
  if (!answer.claims.length) return null;
  const sources = new Set(distinct(answer).map((each) => each.document_id)).size;
  const wanting = unheld(answer);
  if (wanting.length) {
    const against = wanting.filter((claim) => claim.support === "contradicted").length;
    const how = against === wanting.length ? "contradicted by" : against ? "not found in, or contradicted by," : "not found in";
    const words = `${plural(wanting.length, "sentence")} of ${answer.claims.length} ${how} the sources`;
    return h("span", { class: "seal" }, icon("warn"), words);
  }
  const exact = answer.claims.every((claim) => claim.support === "quoted");
  const words = exact
    ? `Quoted word for word from ${plural(sources, "source")}`
    : `Every sentence checked against ${plural(sources, "source")}`;
  return h("span", { class: "seal" }, icon("check"), words);
}

// The preview that appears at a chip on hover and keyboard focus.
export class Card {
  constructor() {
    this.node = h("div", { class: "card", role: "tooltip", id: "card", hidden: true });
  }

  watch(chip, citation) {
    const show = () => this.show(chip, citation);
    chip.addEventListener(
      "pointerenter",
      (event) => event.pointerType === "mouse" && (this.timer = setTimeout(show, 140)),
    );
    chip.addEventListener("pointerleave", () => this.hide());
    chip.addEventListener("focus", () => chip.matches(":focus-visible") && show());
    chip.addEventListener("blur", () => this.hide());
    chip.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
  }

  show(chip, citation) {
    this.node.replaceChildren(
      h("bdi", { class: "quote" }, citation.quote.replace(/\s+/g, " ")),
      h("span", { class: "where" }, h("bdi", {}, place(citation))),
    );
    this.node.hidden = false;
    chip.setAttribute("aria-describedby", "card");
    this.chip = chip;
    const at = chip.getBoundingClientRect();
    const size = this.node.getBoundingClientRect();
    const left = Math.max(12, Math.min(at.left + at.width / 2 - size.width / 2, innerWidth - size.width - 12));
    const below = at.bottom + 8; // above it would cover the sentence that is being read
    this.node.style.left = `${left}px`;
    this.node.style.top = `${below + size.height < innerHeight - 8 ? below : at.top - size.height - 8}px`;
  }

  hide() {
    clearTimeout(this.timer);
    this.chip?.removeAttribute("aria-describedby");
    this.node.hidden = true;
  }
}
