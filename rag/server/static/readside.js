// What stands beside a whole source: its contents, its pages in small, the questions it answers, and what was left out.

import { call, pictureOf } from "./api.js";
import { h, plural } from "./dom.js";
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
    this.node = h("aside", { class: "shelf", "aria-label": t("About this source") });
  }

  show(told) {
    this.told = told;
    this.thumbs = null;
    const pictured = told.media_type === "application/pdf" && told.state === "unchanged" && told.labels.length > 0;
    this.front = h("div", { class: "front" });
    this.small = h("div", { class: "thumbs", hidden: true, tabindex: "-1" });
    const tabs = pictured && this.tabs();
    const headings = told.headings.filter((each) => each.level > 0);
    const contents = headings.length > 1 && this.contents(headings);
    this.asked = h("section", { hidden: true });
    this.front.append(...[this.left(), this.asked, contents].filter(Boolean));
    if (!contents && told.document_id && !pictured)
      this.front.append(h("p", { class: "aside" }, t("This source has no headings.")));
    this.node.replaceChildren(...[tabs, this.front, this.small].filter(Boolean));
    if (pictured && !contents) this.turn("pages");
    if (told.document_id) this.ask(told);
  }

  tabs() {
    const one = (name, words) => h("button", { type: "button", "data-name": name, "aria-pressed": String(name === "contents"), onclick: () => this.turn(name) }, words);
    return (this.switch = h("div", { class: "switch", role: "group", "aria-label": t("Beside the source") }, one("contents", t("Contents")), one("pages", t("Pages"))));
  }

  turn(name) {
    for (const button of this.switch.children) button.setAttribute("aria-pressed", String(button.dataset.name === name));
    this.front.hidden = name !== "contents";
    this.small.hidden = name !== "pages";
    if (name === "pages") this.fillThumbs();
  }

  contents(headings) {
    const top = Math.min(...headings.map((each) => each.level));
    const box = h("div", { class: "toc", tabindex: "-1" });
    const list = new Windowed(t("Contents"), box);
    const rows = headings.map((each, index) => ({
      key: index,
      rems: HEADING,
      make: () =>
        h(
          "li",
          { class: `level-${Math.min(4, each.level - top)}` },
          h("button", { type: "button", title: each.text, onclick: () => this.doors.onplace(each.at) }, h("bdi", {}, each.text), each.page !== null && h("span", { class: "many" }, this.told.labels[each.page - 1] || each.page)),
        ),
    }));
    box.style.height = `min(${rows.length * HEADING}rem, 60dvh)`;
    requestAnimationFrame(() => list.set(rows));
    return h("section", {}, h("h3", {}, t("Contents")), box);
  }

  fillThumbs() {
    if (this.thumbs) return this.thumbs.draw();
    this.thumbs = new Windowed(t("Pages"), this.small);
    this.thumbs.set(
      this.told.labels.map((label, index) => ({
        key: index + 1,
        rems: THUMB,
        make: () =>
          h(
            "li",
            {},
            h(
              "button",
              { type: "button", "aria-label": t("Page {number}", { number: label || index + 1 }), "aria-current": this.page === index + 1 && "page", onclick: () => this.doors.onpage(index + 1) },
              h("img", { src: pictureOf(this.told.document_id, index + 1, SMALL), alt: "", loading: "lazy", decoding: "async" }),
              h("span", {}, label || String(index + 1)),
            ),
          ),
      })),
    );
    if (this.page) this.thumbs.reveal(this.page - 1);
  }

  // The page that is being read.
  at(page) {
    if (this.page === page) return;
    this.page = page;
    if (!this.thumbs) return;
    for (const [key, node] of this.thumbs.nodes) {
      const button = node.querySelector("button");
      if (key === page) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
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
      h("ul", { class: "asks" }, found.map((each) => h("li", {}, h("button", { type: "button", onclick: () => this.doors.onask(each) }, each)))),
    );
    this.asked.hidden = false;
  }
}
