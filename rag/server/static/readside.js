// What stands beside a whole source: its contents, its pages in small, the questions it answers, and what was left out.

import { call, pictureOf } from "./api.js";
import { button, choice, h, plural } from "./dom.js";
import { questions } from "./welcome.js";
import { Windowed } from "./windowed.js";
import { t } from "./words.js";

const STANDINGS = { "left out": t("Left out"), "in doubt": t("In doubt") };
const SMALL = 200; // pixels of a page in small
const THUMB = 12.5; // rem of it, with its number
const HEADING = 2; // rem

export class ReadSide {
  // doors: { onplace(at), onpage(number), onask(question) }.
  constructor(doors) {
    this.doors = doors;
    this.tabs = choice(t("Beside the source"), [["contents", t("Contents")], ["pages", t("Pages")]], (name) => this.turn(name));
    this.node = h("aside", { class: "shelf", "aria-label": t("About this source") });
  }

  show(told) {
    this.told = told;
    this.thumbs = null;
    const pictured = told.media_type === "application/pdf" && told.state === "unchanged" && told.labels.length > 0;
    this.front = h("div", { class: "front" });
    this.small = h("div", { class: "thumbs", hidden: true, tabindex: "-1" });
    this.tabs.set("contents");
    const headings = told.headings.filter((each) => each.level > 0);
    const contents = headings.length > 1 && this.contents(headings);
    this.asked = h("section", { hidden: true });
    this.front.append(...[this.left(), this.asked, contents].filter(Boolean));
    if (!contents && told.document_id && !pictured)
      this.front.append(h("p", { class: "aside" }, t("This source has no headings.")));
    this.node.replaceChildren(...[pictured && this.tabs, this.front, this.small].filter(Boolean));
    if (pictured && !contents) this.turn("pages");
    if (told.document_id) this.ask(told);
  }

  turn(name) {
    this.tabs.set(name);
    this.front.hidden = name !== "contents";
    this.small.hidden = name !== "pages";
    if (name === "pages") this.fillThumbs();
  }

  contents(headings) {
    const top = Math.min(...headings.map((each) => each.level));
    const box = h("div", { class: "toc", tabindex: "-1" });
    const list = new Windowed(t("Contents"), box);
    const rows = headings.map((each, index) => ({ key: index, rems: HEADING, make: () => this.heading(each, each.level - top) }));
    box.style.height = `min(${rows.length * HEADING}rem, 60dvh)`;
    requestAnimationFrame(() => list.set(rows));
    return h("section", {}, h("h3", {}, t("Contents")), box);
  }

  heading({ text, page, at }, level) {
    const number = page !== null && h("span", { class: "many" }, this.told.labels[page - 1] || page);
    const node = h("li", { class: level === 0 && "level-0" }, button(null, [h("bdi", {}, text), number], () => this.doors.onplace(at), { title: text }));
    node.style.setProperty("--level", Math.min(3, level));
    return node;
  }

  fillThumbs() {
    if (this.thumbs) return this.thumbs.draw();
    this.thumbs = new Windowed(t("Pages"), this.small);
    this.thumbs.set(this.told.labels.map((label, index) => ({ key: index + 1, rems: THUMB, make: () => this.thumb(index + 1, label || String(index + 1)) })));
    if (this.page) this.thumbs.reveal(this.page - 1);
  }

  thumb(page, label) {
    const image = h("img", { src: pictureOf(this.told.document_id, page, SMALL), alt: "", loading: "lazy", decoding: "async" });
    const more = { "aria-label": t("Page {number}", { number: label }), "aria-current": this.page === page && "page" };
    return h("li", {}, button(null, [image, h("span", {}, label)], () => this.doors.onpage(page), more));
  }

  // The page that is being read.
  at(page) {
    if (this.page === page) return;
    this.page = page;
    if (!this.thumbs) return;
    for (const [key, node] of this.thumbs.nodes) {
      const thumb = node.querySelector("button");
      if (key === page) thumb.setAttribute("aria-current", "page");
      else thumb.removeAttribute("aria-current");
    }
    if (!this.small.hidden) this.thumbs.reveal(page - 1);
  }

  left() {
    const { left_said: phrases, pages_without_text: blank } = this.told;
    if (!phrases.length && !blank.length) return null;
    const said = Object.entries(STANDINGS).flatMap(([standing, words]) => {
      const within = phrases.filter((one) => one.standing === standing);
      return within.length === 0 ? [] : [h("h3", {}, words), h("ul", {}, within.map((one) => h("li", {}, h("bdi", {}, one.said))))];
    });
    return h("section", { class: "left-out" }, said, blank.length > 0 && h("p", { class: "aside" }, t("{pages} without text.", { pages: plural(blank.length, "page") })));
  }

  async ask(told) {
    const found = await call("questions", { path: told.path }).catch(() => []);
    if (this.told !== told || !found.length) return;
    this.asked.replaceChildren(
      h("h3", {}, t("Questions it answers")),
      questions(found, this.doors.onask, "asks"),
    );
    this.asked.hidden = false;
  }
}
