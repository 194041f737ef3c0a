// The text of a whole source, of which only the parts in view are in the page, and fetched.

import { call } from "./api.js";
import { cut } from "./answer.js";
import { h, problem } from "./dom.js";
import { flow } from "./excerpt.js";
import { grid } from "./table.js";
import { t } from "./words.js";

const FLOWING = ["application/pdf", "text/plain", "text/markdown", "text/html"];
const MOST = 40; // parts that are kept in the page
const LINE = 14; // characters of the text a pixel of height, before it is known better
const MARKER = /^\s*(?:[-*+•]\s+)/;

// The last page that begins before a place, 0 where there is none: the parts of the text know no pages by themselves.
export const pageAt = (told, at) => told.starts.findLastIndex((start) => start <= at) + 1;

export class ReadText {
  // onpage(number): the page that is being read.
  constructor(onpage) {
    this.onpage = onpage;
  }

  // told: the overview of the source; lit: [start, end] of what is set off, if anything.
  show(into, told, lit = null) {
    this.into = into;
    this.told = told;
    this.lit = lit;
    this.watcher?.disconnect();
    this.parts = told.parts.map((span) => {
      const node = h("div", { class: "part" });
      node.style.minHeight = `${(span[1] - span[0]) / LINE}px`;
      return { span, node, blocks: null };
    });
    this.sheet = h("div", { class: "reading-text", dir: "auto" }, this.parts.map((part) => part.node));
    into.replaceChildren(this.sheet);
    const of = new Map(this.parts.map((part) => [part.node, part]));
    this.watcher = new IntersectionObserver(
      (seen) => seen.forEach((each) => (each.isIntersecting ? this.fill(of.get(each.target)) : this.empty(of.get(each.target)))),
      { root: into, rootMargin: "1200px" },
    );
    for (const part of this.parts) this.watcher.observe(part.node);
    into.onscroll = () => this.scrolled();
  }

  async fill(part) {
    part.wanted = true;
    if (part.node.firstChild) return;
    part.coming ??= call("part", { document_id: this.told.document_id, span: part.span });
    let blocks;
    try {
      blocks = await part.coming;
    } catch (failure) {
      part.coming = null;
      return part.node.replaceChildren(problem(failure.message));
    }
    if (!part.wanted || part.node.firstChild || !this.into.contains(part.node)) return;
    part.node.style.minHeight = "";
    part.node.replaceChildren(...this.nodes(blocks, part));
  }

  // Far from what is read a part keeps its height and nothing else.
  empty(part) {
    part.wanted = false;
    if (!part.node.firstChild || this.parts.filter((each) => each.node.firstChild).length <= MOST) return;
    part.node.style.minHeight = `${part.node.offsetHeight}px`;
    part.node.replaceChildren();
  }

  nodes(blocks, part) {
    const before = this.parts[this.parts.indexOf(part) - 1];
    let page = before ? pageAt(this.told, before.span[1] - 1) || null : null;
    return blocks.flatMap((block) => {
      const turned = block.page !== null && block.page !== page;
      if (block.page !== null) page = block.page;
      return [turned && this.leaf(block.page), this.node(block)].filter(Boolean);
    });
  }

  leaf(number) {
    const label = this.told.labels[number - 1] || String(number);
    return h("p", { class: "leafmark", "data-page": number }, t("Page {number}", { number: label }));
  }

  node(block) {
    const place = { "data-at": block.at };
    if (block.kind === "table" && block.rows) return h("div", place, this.table(block));
    if (block.kind === "heading") {
      const text = block.text.replace(/^\s*#{1,6}\s+/, "");
      const tag = `h${Math.min(6, 2 + Math.max(1, block.level))}`;
      return h(tag, { ...place, class: block.level === 0 && "title", tabindex: "-1" }, this.words(text.trimEnd(), block.at + block.text.length - text.length, false));
    }
    if (block.kind === "code") return h("pre", place, this.words(block.text, block.at, false));
    const listed = block.kind === "list" && MARKER.exec(block.text);
    const shift = listed ? Array.from(listed[0]).length : 0;
    const text = Array.from(block.text).slice(shift).join("").trimEnd();
    const cls = block.kind === "list" ? (listed ? "item dotted" : "item") : "";
    return h("p", { ...place, class: cls || undefined }, this.words(text, block.at + shift, FLOWING.includes(this.told.media_type)));
  }

  // Words with what is looked for set off; only a single line break inside running text becomes the space it stands for.
  words(text, at, running) {
    if (!this.lit || this.lit[1] <= at || this.lit[0] >= at + text.length) return [flow(text, running)];
    const span = this.lit.map((place) => Math.max(0, place - at));
    const [before, words, after] = cut(text, span).map((part) => flow(part, running));
    return [before, h("mark", { class: "lit" }, words), after];
  }

  table(block) {
    const lit = (row) => this.lit && this.lit[0] < row.end && row.at < this.lit[1];
    const rows = block.rows.filter((row) => !row.head || !block.heads.length).map((row) => ({ cells: row.cells, cls: lit(row) ? "lit" : "", wanted: null }));
    return rows.length ? grid(block.heads, rows, { caption: block.sheet || t("Table"), seen: Boolean(block.sheet) }) : grid([], block.heads.map((cells) => ({ cells, wanted: null })), { caption: block.sheet || t("Table") });
  }

  // Brings a place of the text into view, `lit` set off.
  async go(at, lit = null) {
    const part = this.parts.find(({ span }) => at < span[1]) ?? this.parts.at(-1);
    if (!part) return;
    const old = this.lit;
    this.lit = lit ?? null;
    for (const each of this.parts) {
      const touched = [old, lit].some((span) => span && span[0] < each.span[1] && each.span[0] < span[1]);
      if (touched) each.node.replaceChildren();
    }
    await this.fill(part);
    for (const each of this.parts) if (each.wanted) await this.fill(each);
    const found = part.node.querySelector(".lit") ?? [...part.node.querySelectorAll("[data-at]")].filter((node) => Number(node.dataset.at) <= at).at(-1) ?? part.node;
    found.scrollIntoView({ block: lit ? "center" : "start" });
    // What lies above may have got its true height only now.
    requestAnimationFrame(() => this.into.contains(found) && found.scrollIntoView({ block: lit ? "center" : "start" }));
    return found;
  }

  scrolled() {
    const top = this.into.getBoundingClientRect().top + 40;
    let page = null;
    for (const mark of this.sheet.querySelectorAll(".leafmark")) {
      if (mark.getBoundingClientRect().top > top && page !== null) break;
      page = Number(mark.dataset.page);
    }
    if (page !== null) this.onpage(page);
  }
}
