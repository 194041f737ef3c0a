// What is copied from the page: text with "[1]" and the notes below, tables as tables, nothing that only helps to click.

import { h, say } from "./dom.js";
import { t } from "./words.js";

const KEPT = new Set(["P", "H2", "H3", "UL", "OL", "LI", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "STRONG", "BR", "BLOCKQUOTE"]);
const LINES = "P, H2, H3, LI, TR, TABLE, UL, OL, SECTION, DIV, BLOCKQUOTE";

// A copy of nodes as plain markup: numbers in brackets, blank cells empty, no buttons, no marks of the page's own.
function plainly(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data.replace(/\u2060/g, ""))];
  if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE) return [];
  if (node.nodeType === Node.ELEMENT_NODE) {
    if (node.matches(".chip")) return [document.createTextNode(` [${node.textContent}]`)];
    if (node.matches(".support")) return [document.createTextNode(` (${node.textContent})`)];
    if (node.matches("caption, .ghost, .link, .more, .notes, .unseen, .blank, svg, summary, .acts, [hidden], .rule")) return [];
  }
  const inside = [...node.childNodes].flatMap(plainly);
  if (node.matches?.("td.marked") && !inside.some((each) => each.textContent.trim())) return [];
  if (!KEPT.has(node.tagName)) return node.matches?.(LINES) && inside.length ? [h("p", {}, inside)] : inside;
  const spans = Object.fromEntries(["colspan", "rowspan"].map((name) => [name, node.getAttribute(name)]));
  return [h(node.tagName.toLowerCase(), spans, inside)];
}

// Lines of text; the cells of a row with tabs between them, so that a sheet takes them apart again.
function inText(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  const inside = [...node.childNodes];
  if (node.tagName === "TR") return `${inside.map(cellText).join("\t")}\n`;
  const text = inside.map(inText).join("");
  if (node.tagName === "LI") return `- ${text.trim()}\n`;
  return /^(P|H2|H3|UL|OL|TABLE|BLOCKQUOTE)$/.test(node.tagName) && text.trim() ? `${text.replace(/\n+$/, "")}\n\n` : text;
}

// What stands in a cell, and the cells that a merged one covers, as empty ones.
function cellText(cell) {
  return cell.textContent.replace(/\s+/g, " ").trim() + "\t".repeat((Number(cell.getAttribute?.("colspan")) || 1) - 1);
}

const asText = (nodes) => nodes.map(inText).join("").replace(/\n{3,}/g, "\n\n").replace(/^\n+|\n+$/g, "");

// Rich text and plain text at once; where the browser keeps the clipboard from us, by a copy of our own making.
export async function put(nodes, text = asText(nodes)) {
  const html = h("div", {}, nodes).innerHTML;
  try {
    const blob = (kind, said) => new Blob([said], { type: kind });
    await navigator.clipboard.write([new ClipboardItem({ "text/html": blob("text/html", html), "text/plain": blob("text/plain", text) })]);
  } catch {
    const give = (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      event.clipboardData.setData("text/html", html);
      event.clipboardData.setData("text/plain", text);
    };
    document.addEventListener("copy", give, { capture: true, once: true });
    document.execCommand("copy");
    document.removeEventListener("copy", give, { capture: true });
  }
}

const ruled = (nodes) => {
  for (const node of nodes) {
    for (const table of [node, ...node.querySelectorAll?.("table") ?? []].filter((each) => each.tagName === "TABLE"))
      table.setAttribute("border", "1");
  }
  return nodes;
};

// A whole table without the numbers beside it: heads and every row, also those that are folded.
export async function copyTable(table, button) {
  const whole = table.cloneNode(true);
  whole.querySelectorAll(".marked").forEach((each) => each.remove());
  whole.querySelectorAll("[hidden]").forEach((each) => (each.hidden = false));
  await put(ruled(plainly(whole)));
  say(t("Copied as a table."));
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1600);
}

// A whole turn as rich text, what is folded of it too; as plain text the Markdown it is given.
export async function copyTurn(turn, markdown) {
  const whole = turn.cloneNode(true);
  whole.querySelectorAll(".answer [hidden]").forEach((each) => (each.hidden = false));
  const nodes = [whole.querySelector(".asked h2"), whole.querySelector(".answer")].flatMap(plainly);
  await put(ruled([...nodes, ...notesFor(asText(nodes), whole)]), markdown);
}

// Part of a table that was selected, made a table again; one cell is only its text.
function selected(range) {
  const around = range.commonAncestorContainer;
  const element = around.nodeType === Node.ELEMENT_NODE ? around : around.parentElement;
  const fragment = range.cloneContents();
  if (element.closest("td, th")) return plainly(fragment);
  if (element.matches("tr")) return [h("table", {}, h("tbody", {}, h("tr", {}, plainly(fragment))))];
  if (element.matches("tbody, thead")) return [h("table", {}, h("tbody", {}, plainly(fragment)))];
  if (element.matches("table")) return [h("table", {}, plainly(fragment))];
  return plainly(fragment);
}

// The notes that stand below an answer, for the numbers that were copied.
function notesFor(text, answer) {
  const numbers = new Set([...text.matchAll(/\[(\d+)\]/g)].map((found) => Number(found[1])));
  return [...(answer?.querySelectorAll(".notes li") ?? [])]
    .map((note) => ({ own: note.dataset.numbers?.split(" ").map(Number).filter((each) => numbers.has(each)) ?? [], note }))
    .filter(({ own }) => own.length)
    .map(({ own, note }) => {
      const where = [...note.querySelector(".where").children].map((each) => each.textContent).join(", ");
      return h("p", {}, `${own.map((each) => `[${each}]`).join(" ")} ${where}`);
    });
}

// Copying what is selected of an answer or of the evidence. Everything else is the browser's own affair.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (event.defaultPrevented || !selection.rangeCount || selection.isCollapsed) return;
  if (document.activeElement?.matches("input, textarea")) return;
  const range = selection.getRangeAt(0);
  const from = range.commonAncestorContainer;
  const within = (from.nodeType === Node.ELEMENT_NODE ? from : from.parentElement).closest(".log, .evidence .body");
  if (!within) return;
  const nodes = ruled(selected(range));
  const text = asText(nodes);
  if (!text) return;
  const start = range.startContainer.nodeType === Node.ELEMENT_NODE ? range.startContainer : range.startContainer.parentElement;
  const notes = notesFor(text, start.closest(".answer"));
  event.preventDefault();
  event.clipboardData.setData("text/plain", [text, asText(notes).replace(/\n\n/g, "\n")].filter(Boolean).join("\n\n"));
  event.clipboardData.setData("text/html", h("div", {}, nodes, notes).innerHTML);
});
