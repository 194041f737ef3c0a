// How an answer looks: how far it is one, its sentences with their numbers, the notes below, and the honest "not found".

import { h, icon, pageWords, plural } from "./dom.js";

const SHOWN = 8; // sentences of a long answer before the rest is folded; one alone is not worth folding
const NOTHING = "The sources do not answer this question.";
const NEAR = 3; // passages that are offered where nothing was found

// A row of a table is read more easily without its rules; the evidence shows it as it stands.
export const readable = (text) =>
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

export const SUPPORT = {
  quoted: "exact quote",
  supported: "supported",
  unsupported: "not found in the sources",
  contradicted: "the sources say otherwise",
};

export function marks(chips) {
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

// What is told of an answer beside its sentences: how far it is one, and what a person should know about it.
const introduced = (answer) => answer.introduction && h("p", { class: "strength" }, answer.introduction);
const noted = (answer) => (answer.notes ?? []).map((note) => h("p", { class: "aside noted" }, h("bdi", {}, note)));

// The claims in the parts that they are shown in, as `parts` in rag/types/answers.py makes them for text.
function parts(answer) {
  const listed = (claim) => answer.shape === "list" || (answer.shape === "overview" && !claim.group);
  const itemised = (claim) => isClosest(answer) || (listed(claim) && !claim.text.endsWith(":"));
  const found = [];
  answer.claims.forEach((claim, index) => {
    const last = found.at(-1);
    const [group, items] = [claim.group ?? "", itemised(claim)];
    if (last?.group === group && last.items === items) last.claims.push([claim, index]);
    else found.push({ group, items, claims: [[claim, index]], heading: last?.group === group ? "" : group });
  });
  return found;
}

// The sentences that come closest answer nothing, so no words of them are set off as the answer.
const isClosest = (answer) => answer.status === "partly" && answer.reason === "closest";

// onopen(cited, index, chip): show this citation; card: the small preview beside a chip.
export function whole(answer, { onopen, onpassage, card }) {
  if (answer.status === "not_found" || !answer.claims.length) return notFound(answer, onpassage);
  const closest = isClosest(answer);
  const cited = distinct(answer).map((each) => (closest ? { ...each, answer: null } : each));
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
  const folded = answer.claims.length > SHOWN + 1 ? SHOWN : Infinity;
  const claimNode = (tag) => ([claim, index]) =>
    h(
      tag,
      { class: `claim ${claim.support}`, hidden: index >= folded },
      closest ? readable(claim.text) : worded(claim),
      marks(claim.citations.map(chip)),
      mixed && h("span", { class: "support" }, SUPPORT[claim.support] ?? SUPPORT.unsupported),
    );
  const partNode = ({ heading, items, claims }) => {
    const late = claims[0][1] >= folded;
    return [
      heading && h("h3", { class: "side", hidden: late }, h("bdi", {}, heading)),
      items
        ? h("ul", { class: closest ? "points closest" : "points", hidden: late }, claims.map(claimNode("li")))
        : claims.map(claimNode("p")),
    ].flat();
  };
  const sides = (of) => h("div", { class: "sides" }, of.map((nodes) => h("section", {}, nodes)));
  const body = (found) => found.flatMap(partNode);
  const differ = differing(answer);
  const laid = parts(answer);
  const shown = differ
    ? [
        sides(differ.map((each) => [h("h3", {}, h("bdi", {}, each[0].citations[0].title)), claimNode("p")(each)])),
        ...answer.claims.map((claim, index) => [claim, index]).filter(([claim]) => !differ.some(([one]) => one === claim)).map(claimNode("p")),
      ]
    : answer.shape === "comparison" && laid.every((part) => part.group)
      ? [sides(laid.filter((part) => part.heading).map(({ group }) => body(laid.filter((part) => part.group === group))))]
      : body(laid);
  const lead = closest ? [...noted(answer), introduced(answer)] : [introduced(answer), ...noted(answer)];
  const foot = notes(cited, onopen, new Set(distinct({ claims: answer.claims.slice(0, folded) }).map((each) => each.number)));
  return [...lead, ...shown, folded < Infinity && more(answer.claims.length - folded, [...shown, foot]), foot];
}

// Opens what is folded of a long answer; the first sentence that appears takes the focus.
function more(count, nodes) {
  const button = h(
    "button",
    {
      type: "button",
      class: "link more",
      onclick: () => {
        const within = nodes.filter(Boolean).flatMap((node) => [node, ...node.querySelectorAll("[hidden]")]);
        const late = within.filter((node) => node.hidden);
        for (const node of late) node.hidden = false;
        button.remove();
        late.find((node) => node.matches(".claim"))?.querySelector("button.chip")?.focus({ preventScroll: true });
      },
    },
    `and ${count} more`,
  );
  return button;
}

// Claims that give different figures for the same thing belong side by side; a note says so above them.
function differing(answer) {
  const numbers = answer.differing ?? [];
  const each = answer.claims.map((claim, index) => [claim, index]);
  const found = each.filter(([claim]) => numbers.includes(claim.citations[0]?.number));
  return found.length > 1 ? found : null;
}

// `early` are the numbers that stand before what is folded.
function notes(cited, onopen, early) {
  return h(
    "ol",
    { class: "notes", "aria-label": "Sources of this answer" },
    cited.map((citation, index) =>
      h(
        "li",
        { hidden: !early.has(citation.number) },
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
  const near = answer.passages.slice(0, NEAR);
  return [
    h("p", { class: "verdict" }, NOTHING),
    ...noted(answer),
    near.length > 0 &&
      h(
        "details",
        { class: "nearest" },
        h("summary", {}, "Nearest passages"),
        h("p", { class: "aside" }, "They are not an answer."),
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

// How an answer came out, for who cannot see it come.
export function told(answer) {
  if (!answer.claims.length) return NOTHING;
  const count = plural(answer.claims.length, "sentence");
  return answer.introduction ? `${answer.introduction} ${count}.` : `Answered in ${count}.`;
}

// How the words of an answer stand to the sources, in one line. A tick says "exact quote", and nothing else has one.
export function seal(answer) {
  if (!answer.claims.length) return null;
  const sources = plural(new Set(distinct(answer).map((each) => each.document_id)).size, "source");
  const wanting = unheld(answer);
  if (wanting.length) {
    const against = wanting.filter((claim) => claim.support === "contradicted").length;
    const how = against === wanting.length ? "contradicted by" : against ? "not found in, or contradicted by," : "not found in";
    const words = `${plural(wanting.length, "sentence")} of ${answer.claims.length} ${how} the sources`;
    return h("span", { class: "seal" }, icon("warn"), words);
  }
  const exact = answer.claims.filter((claim) => claim.support === "quoted").length;
  if (exact === answer.claims.length)
    return h("span", { class: "seal" }, icon("check"), `${exact === 1 ? "Exact quote" : "Exact quotes"} from ${sources}`);
  const words = exact
    ? `${plural(exact, "exact quote")}; the rest is a language model’s, compared with the sources`
    : `A language model’s words, compared with ${sources}`;
  return h("span", { class: "seal" }, words);
}
