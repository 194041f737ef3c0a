// How an answer looks: how far it is one, its sentences with their numbers, the notes below, and the honest "not found".

import { button, h, pageWords, plural } from "./dom.js";
import { cite, notes } from "./notes.js";
import { columnsOf, grid, sheetPlace } from "./table.js";
import { t } from "./words.js";

const SHOWN = 8; // sentences of a long answer before the rest is folded; one alone is not worth folding
const ROWS = 12; // the same of rows of tables
const NOTHING = t("The sources do not answer this question.");
const NEAR = 3; // passages that are offered where nothing was found

// A row of a table is read more easily without its rules, a line of records without the blank cells at its end.
export const readable = (text) =>
  /^\|.*\|$/.test(text)
    ? text
        .slice(1, -1)
        .trim()
        .replace(/\s*\|\s*/g, " · ")
    : text.replace(/[;,\t]{2,}\s*$/, "");

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
  quoted: t("exact quote"),
  supported: t("supported"),
  unsupported: t("not found in the sources"),
  contradicted: t("the sources say otherwise"),
};

export function marks(chips) {
  return chips.length ? h("span", { class: "marks" }, "\u2060", ...chips) : null;
}

export function place(citation) {
  return [citation.title, pageWords(citation.page_label, citation.page), sheetPlace(citation.table)].filter(Boolean).join(", ");
}

// The rows that a claim quotes, which are shown in place of its words; none where it is a sentence.
export const tableOf = (claim) => (claim.support === "quoted" ? (claim.citations[0]?.table ?? null) : null);

// Which table the rows of a claim stand in; rows of one that follow each other are shown as one.
function tableKey(claim) {
  const table = tableOf(claim);
  return table && JSON.stringify([claim.citations[0].document_id, table.sheet, table.heads]);
}

export function distinct(answer) {
  const byNumber = new Map();
  for (const claim of answer.claims) for (const each of claim.citations) byNumber.set(each.number, each);
  return [...byNumber.values()].sort((one, other) => one.number - other.number);
}

// What is told of an answer beside its sentences: how far it is one, and what a person should know about it.
const introduced = (answer) => answer.introduction && h("p", { class: "strength" }, answer.introduction);
const noted = (answer) => (answer.notes ?? []).map((note) => h("p", { class: "aside noted" }, h("bdi", {}, note)));

// The claims in the parts that they are shown in, as `parts` in rag/types/answers.py makes them for text.
function parts(answer) {
  const listed = answer.shape === "list" || (answer.shape === "overview" && !answer.claims.some((claim) => claim.group));
  const itemised = (claim) => !tableOf(claim) && (isClosest(answer) || (listed && !claim.text.endsWith(":")));
  const found = [];
  for (const claim of answer.claims) {
    const [last, group, items, table] = [found.at(-1), claim.group ?? "", itemised(claim), tableKey(claim)];
    if (last?.group === group && last.items === items && last.table === table) last.claims.push(claim);
    else found.push({ group, items, table, claims: [claim], heading: last?.group === group ? "" : group.slice(0, 1).toUpperCase() + group.slice(1) });
  }
  return found;
}

// The sentences that come closest answer nothing, so no words of them are set off as the answer.
const isClosest = (answer) => answer.status === "partly" && answer.reason === "closest";

// onopen(cited, index, chip): show this citation; card: the small preview beside a chip.
export function whole(answer, { onopen, onpassage, card }) {
  if (answer.status === "not_found") return notFound(answer, onpassage);
  if (!answer.claims.length) return answer.notes.flatMap(plain);
  const closest = isClosest(answer);
  const cited = distinct(answer).map((each) => (closest ? unlit(each) : each));
  const folds = fold(answer.claims);
  const shown = laidOut(answer, folds, chips(cited, onopen, card));
  const numbers = new Set(distinct({ claims: answer.claims.filter((claim) => !folds.hides(claim)) }).map((each) => each.number));
  const foot = notes(cited, onopen, numbers);
  return [
    ...(closest ? [...noted(answer), introduced(answer)] : [introduced(answer), ...noted(answer)]),
    ...shown,
    folds.count > 0 && more(folds.count, [...shown, foot]),
    foot,
  ];
}

const unlit = (citation) => ({ ...citation, answer: null, table: citation.table && { ...citation.table, cell: null } });

// What of a long answer is folded: the sentences and rows after the first ones.
function fold(claims) {
  const first = new Map();
  let all = 0;
  for (const claim of claims) {
    first.set(claim, all);
    all += tableOf(claim)?.rows.length ?? 1;
  }
  const most = claims.every(tableOf) ? ROWS : SHOWN;
  const early = all > most + 1 ? most : all;
  return { count: all - early, hides: (claim, row = 0) => first.get(claim) + row >= early };
}

// How a citation becomes a number that opens it.
const chips = (cited, onopen, card) => (citation) => {
  const open = () => {
    card.hide();
    const index = cited.findIndex((each) => each.number === citation.number);
    onopen(cited, index, node);
  };
  const node = button("chip", String(citation.number), open, {
    "data-number": citation.number,
    "data-cited": cite(citation),
    "aria-label": t("Citation {number}: {said}", { number: citation.number, said: place(citation) }),
  });
  card.watch(node, citation);
  return node;
};

// How a claim becomes an element.
function claimNodes(answer, folds, chip) {
  const mixed = new Set(answer.claims.map((claim) => claim.support)).size > 1 || answer.claims[0].support !== "quoted";
  return (tag) => (claim) =>
    h(
      tag,
      { class: `claim ${claim.support}`, hidden: folds.hides(claim) },
      isClosest(answer) ? readable(claim.text) : worded(claim),
      marks(claim.citations.map(chip)),
      mixed && h("span", { class: "support" }, SUPPORT[claim.support] ?? SUPPORT.unsupported),
    );
}

// Claims that quote rows of one table as that table. `named`: whether it has to be said which one it is.
function tableNode(answer, claims, folds, chip, named) {
  const [citation] = claims[0].citations;
  const rows = claims.flatMap((claim) => {
    const { rows, cell } = tableOf(claim);
    return rows.map((cells, at) => ({
      cells,
      cls: "claim quoted",
      wanted: !isClosest(answer) && cell?.[0] === at ? cell[1] : null,
      marks: claim.citations.map(chip),
      hidden: folds.hides(claim, at),
    }));
  });
  const from = [citation.title, tableOf(claims[0]).sheet].filter(Boolean).join(", ");
  const asked = [...new Set(rows.map((row) => row.wanted).filter((at) => at !== null))];
  const heads = asked.map((at) => columnsOf(tableOf(claims[0]))[at]).filter(Boolean).join(", ");
  const caption = named ? from : [t("{rows} of {source}", { rows: plural(rows.length, "row"), source: from }), heads && t("asked for: {heads}", { heads })].filter(Boolean).join("; ");
  const node = grid(tableOf(claims[0]).heads, rows, { caption, seen: named, marked: true });
  node.hidden = folds.hides(claims[0]);
  return node;
}

// The claims under their headings, as running text, as lists or as tables; what is to be compared stands side by side.
function laidOut(answer, folds, chip) {
  const node = claimNodes(answer, folds, chip);
  const found = parts(answer);
  const named = found.filter((part) => part.table).length > 1;
  const partNodes = ({ heading, items, claims, table }) => {
    const hidden = folds.hides(claims[0]);
    const list = { class: isClosest(answer) ? "points closest" : "points", hidden };
    const within = () => (items ? [h("ul", list, claims.map(node("li")))] : claims.map(node("p")));
    return [
      heading && h("h3", { class: "side", hidden }, h("bdi", {}, heading)),
      ...(table ? [tableNode(answer, claims, folds, chip, named)] : within()),
    ];
  };
  const single = (claim) => (tableOf(claim) ? tableNode(answer, [claim], folds, chip, false) : node("p")(claim));
  const beside = (sides) => h("div", { class: "sides" }, sides.map((nodes) => h("section", {}, nodes)));
  const differ = differing(answer);
  if (differ) {
    const sides = differ.map((claim) => [h("h3", { class: "side" }, h("bdi", {}, claim.citations[0].title)), single(claim)]);
    return [beside(sides), ...answer.claims.filter((claim) => !differ.includes(claim)).map(single)];
  }
  const groups = answer.shape === "comparison" ? [...new Set(found.map((part) => part.group))].filter(Boolean) : [];
  if (!groups.length) return found.flatMap(partNodes);
  const of = (group) => found.filter((part) => part.group === group).flatMap(partNodes);
  return [...of(""), beside(groups.map(of))];
}

// Opens what is folded of a long answer; the first sentence that appears takes the focus.
function more(count, nodes) {
  const unfold = () => {
    const within = nodes.filter(Boolean).flatMap((node) => [node, ...node.querySelectorAll("[hidden]")]);
    const late = within.filter((node) => node.hidden);
    for (const node of late) node.hidden = false;
    door.remove();
    late.find((node) => node.matches(".claim"))?.querySelector("button.chip")?.focus({ preventScroll: true });
  };
  const door = button("link more", t("and {count} more", { count }), unfold);
  return door;
}

// Claims that give different figures for the same thing belong side by side; a note says so above them.
function differing(answer) {
  const numbers = answer.differing ?? [];
  const found = answer.claims.filter((claim) => numbers.includes(claim.citations[0]?.number));
  return found.length > 1 ? found : null;
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
        h("summary", {}, t("Nearest passages")),
        h("p", { class: "aside" }, t("These do not answer the question.")),
        passageList(near, (index, from) => onpassage(near, index, from), t("Nearest passages")),
      ),
  ];
}

// Passages to choose from; onopen(index, button).
export function passageList(passages, onopen, label) {
  const item = (passage, index) => h("li", {}, button("passage", inShort(passage), (event) => onopen(index, event.currentTarget)));
  return h("ul", { class: "near", "aria-label": label }, passages.map(item));
}

function inShort(passage) {
  return [
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
        .replace(/^#{1,6} .*$|^\s*[-*+] |\*\*|^[\s|:-]+$|^\s*\||\|\s*$/gm, "")
        .replace(/ +\|(?= )/g, " ·")
        .replace(/\s+/g, " ")
        .trim()
        .slice(0, 240),
    ),
    h("bdi", { class: "path" }, passage.path),
  ];
}

// What is said of the sources themselves, with the list that it may hold.
function plain(note) {
  const lines = note.split("\n");
  const text = lines.filter((line) => !line.startsWith("- ")).map((line) => h("p", { class: "verdict" }, h("bdi", {}, line)));
  const items = lines.filter((line) => line.startsWith("- ")).map((line) => h("li", {}, h("bdi", {}, line.slice(2))));
  return [...text, items.length > 0 && h("ul", { class: "points plain" }, items)];
}

// How an answer came out, for who cannot see it come.
export function told(answer) {
  if (answer.status === "not_found") return NOTHING;
  if (!answer.claims.length) return answer.notes.join(" ");
  const rows = answer.claims.every(tableOf);
  const length = rows ? answer.claims.reduce((sum, claim) => sum + tableOf(claim).rows.length, 0) : answer.claims.length;
  const count = plural(length, rows ? "row" : "sentence");
  return answer.introduction ? `${answer.introduction} ${count}.` : t("Answered in {count}.", { count });
}
