// A source as a whole: its text or its pages, with its contents beside it, a search within it, and the way to a page.

import { call, originalOf } from "./api.js";
import { copyLink } from "./address.js";
import { choice, followed, h, icon, iconButton, plural, problem, say, wordButton } from "./dom.js";
import { PageView } from "./pageview.js";
import { ReadSide } from "./readside.js";
import { ReadText, pageAt } from "./readtext.js";
import { STATES, amount, nameOf, origin } from "./sourcelist.js";
import { language, t } from "./words.js";

const WAIT = 250; // milliseconds after the last key until it is looked for

export class Reader {
  // doors: { onclose(), onmoved(place), onlimit(source, question) }.
  constructor(root, doors) {
    this.root = root;
    this.doors = doors;
    this.hits = [];
    this.text = new ReadText((number) => this.onPage(number));
    this.pages = new PageView((number) => this.onPage(number));
    this.side = new ReadSide({
      onplace: (at) => this.goPlace(at),
      onpage: (number) => this.goPage(number),
      onask: (question) => doors.onlimit(this.told, question),
    });
    this.head = h("header", { class: "head" });
    this.find = h("input", { type: "search", placeholder: t("Find in this source"), "aria-label": t("Find in this source"), autocomplete: "off" });
    this.find.addEventListener("input", () => (clearTimeout(this.timer), (this.timer = setTimeout(() => this.look(), WAIT))));
    this.find.addEventListener("keydown", (event) => this.typed(event));
    this.counted = h("span", { class: "place", role: "status" });
    this.earlier = iconButton("left", t("Previous place"), () => this.step(-1), { hidden: true });
    this.later = iconButton("right", t("Next place"), () => this.step(1), { hidden: true });
    this.field = h("input", { type: "text", inputmode: "numeric", "aria-label": t("Go to page"), autocomplete: "off" });
    this.field.addEventListener("change", () => this.goTyped());
    this.of = h("span", {});
    this.paged = h("label", { class: "goto" }, h("span", {}, t("Page")), this.field, this.of);
    this.ways = choice(t("Show as"), [["page", t("Pages")], ["text", t("Text")]], (name) => this.turn(name));
    this.beside = wordButton("list", t("Contents"), () => this.unfold(), { class: "ghost wordy contents", "aria-label": t("Contents"), "aria-expanded": "false" });
    this.body = h("div", { class: "body", tabindex: "0", role: "region", "aria-label": t("The source") });
    this.bar = h("div", { class: "tools" }, this.beside, h("div", { class: "within" }, this.find, this.counted, this.earlier, this.later), h("span", { class: "gap" }), this.paged, this.ways);
    this.node = h("section", { class: "reader", hidden: true, "aria-label": t("Source") }, this.head, this.bar, this.side.node, this.body);
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.doors.onclose());
  }

  get shown() {
    return !this.node.hidden;
  }

  // Opens a source at a page or a place of it; gives its name, or "" where it cannot be opened.
  async open({ source: path, page, at }) {
    const asked = (this.asked = {});
    const same = this.shown && this.told?.path === path;
    this.node.hidden = false;
    this.root.classList.add("reading");
    if (!same) {
      this.told = null;
      this.reset();
      try {
        const told = await call("overview", { path });
        if (this.asked !== asked) return "";
        this.told = told;
      } catch (failure) {
        if (this.asked === asked) this.refuse(failure.message);
        return "";
      }
      this.fill(at);
    }
    if (!this.told?.document_id) return this.told ? nameOf(this.told) : "";
    if (at) await this.goPlace(at[0], at);
    else if (page) this.goPage(page);
    else if (!same) this.mode === "page" ? this.goPage(1) : this.onPage(1);
    return nameOf(this.told);
  }

  close() {
    if (!this.shown) return;
    this.asked = null;
    this.node.hidden = true;
    this.root.classList.remove("reading");
    this.node.classList.remove("unfolded");
  }

  reset() {
    this.find.value = this.counted.textContent = "";
    this.hits = [];
    this.hit = -1;
    this.earlier.hidden = this.later.hidden = this.bar.hidden = this.side.node.hidden = true;
    this.side.page = this.page = this.lit = null;
    this.node.classList.remove("unfolded");
    this.head.replaceChildren(this.back());
    this.body.replaceChildren(h("p", { class: "waiting" }, t("Opening the source…")));
  }

  back() {
    return iconButton("left", t("Back to the conversation"), () => this.doors.onclose(), { class: "ghost back" });
  }

  refuse(words) {
    this.head.replaceChildren(this.back(), h("h2", {}, t("Source")));
    this.body.replaceChildren(problem(words));
    this.focus();
  }

  focus() {
    this.head.querySelector(".back")?.focus({ preventScroll: true });
  }

  fill(at) {
    const { told } = this;
    const read = Boolean(told.document_id);
    this.node.setAttribute("aria-label", nameOf(told));
    this.head.replaceChildren(
      this.back(),
      h(
        "div",
        { class: "named" },
        h("h2", {}, h("bdi", {}, nameOf(told))),
        h("p", { class: "meta" }, h("bdi", { class: "path" }, told.path), h("span", {}, (read ? amount(told, true) : [STATES[told.status]]).join(" · "))),
        origin(told),
      ),
      h(
        "div",
        { class: "acts" },
        read && wordButton("send", t("Ask this source"), () => this.doors.onlimit(told), { "aria-label": t("Ask this source"), title: t("Ask this source") }),
        h("a", { class: "ghost", href: "#", "aria-label": t("Copy a link to this place"), title: t("Copy a link to this place"), onclick: followed(() => copyLink(location.href)) }, icon("link")),
        read && h("a", { class: "ghost", href: originalOf(told.document_id, told.path), target: "_blank", rel: "noopener", "aria-label": t("Open the file"), title: t("Open the file") }, icon("open")),
      ),
    );
    const pictured = told.media_type === "application/pdf" && told.state === "unchanged" && told.labels.length > 0;
    this.bar.hidden = this.side.node.hidden = !read;
    this.ways.hidden = !pictured;
    this.paged.hidden = told.labels.length < 2;
    this.of.textContent = t("of {pages}", { pages: told.labels.length.toLocaleString(language) });
    this.mode = pictured ? (this.wish ?? "page") : "text";
    if (!read) {
      this.body.replaceChildren(problem(h("span", {}, `${told.reason} ${told.hint}`)));
      return this.focus();
    }
    this.side.show(told);
    this.ways.set(this.mode);
    if (this.mode === "text") this.text.show(this.body, told, at);
    if (told.state !== "unchanged") say(told.state === "changed" ? t("This file has changed since it was read.") : t("This file has gone."));
    this.focus();
  }

  turn(mode) {
    if (this.mode === mode) return;
    this.mode = this.wish = mode;
    this.ways.set(mode);
    const { lit } = this;
    if (mode === "text") this.text.show(this.body, this.told);
    if (lit) this.goPlace(lit[0], lit);
    else this.goPage(this.page ?? 1);
  }

  unfold(open = !this.node.classList.contains("unfolded")) {
    this.node.classList.toggle("unfolded", open);
    this.beside.setAttribute("aria-expanded", String(open));
    if (open) this.side.node.querySelector("button")?.focus();
  }

  // A place of the text, `span` set off.
  async goPlace(at, span = null) {
    this.unfold(false);
    this.lit = span;
    if (this.mode === "text") {
      this.mark(pageAt(this.told, at));
      const node = await this.text.go(at, span);
      if (!span) node?.focus?.({ preventScroll: true });
      return this.doors.onmoved(this.place({ at: span ?? [at, at] }));
    }
    const { told } = this;
    const found = await call("evidence", { document_id: told.document_id, path: told.path, span: span ?? [at, at + 1], around: 0 }).catch(() => null);
    if (!found || this.told !== told || this.mode !== "page") return;
    this.pages.show(this.body, span ? found : { ...found, boxes: {}, page: null }, true, found.page ?? 1);
    this.doors.onmoved(this.place(span ? { at: span } : { page: found.page }));
  }

  goPage(number) {
    const { told } = this;
    if (!told?.labels.length) return;
    this.unfold(false);
    this.lit = null;
    const page = Math.max(1, Math.min(number, told.labels.length));
    if (this.mode === "page") this.pages.show(this.body, { ...told, title: nameOf(told), boxes: {}, page: null }, true, page);
    else this.text.go(told.starts[page - 1]);
    this.onPage(page);
  }

  // A page by its label or by its number.
  goTyped() {
    const wanted = this.field.value.trim().toLowerCase();
    const at = this.told.labels.findIndex((label) => label.toLowerCase() === wanted);
    const number = at >= 0 ? at + 1 : Number.parseInt(wanted, 10);
    if (number >= 1 && number <= this.told.labels.length) return this.goPage(number);
    say(t("There is no page {wanted}.", { wanted }));
    this.field.value = this.told.labels[(this.page ?? 1) - 1];
  }

  // The page that is being read, told to all that show it.
  mark(number) {
    const turned = this.page !== number;
    this.page = number;
    if (this.told.labels.length) this.field.value = this.told.labels[number - 1] || String(number);
    this.side.at(number);
    return turned;
  }

  onPage(number) {
    if (this.mark(number)) this.doors.onmoved(this.place(number > 1 || this.told.labels.length > 1 ? { page: number } : {}));
  }

  place(more) {
    return { source: this.told.path, ...(this.told.labels.length ? more : { at: more.at }) };
  }

  // Finding.

  async look() {
    const { told } = this;
    const words = this.find.value.trim();
    if (!told) return; // another source is being opened
    const found = words ? await call("find", { document_id: told.document_id, words }).catch(() => ({ count: 0, hits: [] })) : { count: 0, hits: [] };
    if (this.told !== told || this.find.value.trim() !== words) return;
    Object.assign(this, { hits: found.hits, count: found.count, hit: -1 });
    this.earlier.hidden = this.later.hidden = found.hits.length < 2;
    this.counted.textContent = words && !found.count ? t("Not found") : "";
    if (found.count) await this.step(1);
    else if (!words && this.mode === "text") this.text.show(this.body, told);
  }

  async step(by) {
    if (!this.hits.length) return;
    this.hit = (this.hit + by + this.hits.length) % this.hits.length;
    this.counted.textContent = t("{number} of {places}", { number: (this.hit + 1).toLocaleString(language), places: plural(this.count, "place") });
    const { span } = this.hits[this.hit];
    await this.goPlace(span[0], span);
  }

  typed(event) {
    if (event.key === "Enter") (event.preventDefault(), this.step(event.shiftKey ? -1 : 1));
    if (event.key === "Escape" && this.find.value) (event.preventDefault(), (this.find.value = ""), this.look());
  }
}
