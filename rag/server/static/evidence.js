// The panel beside the chat: the cited sentence where it stands. On a narrow window the same panel is a sheet from below.

import { copyLink, linkTo } from "./address.js";
import { call, originalOf } from "./api.js";
import { passageList } from "./answer.js";
import { button, choice, dateWords, day, followed, h, icon, iconButton, pageWords, plural, problem, wide } from "./dom.js";
import { edge } from "./edge.js";
import { excerpt, prose } from "./excerpt.js";
import { PageView } from "./pageview.js";
import { origin } from "./sourcelist.js";
import { grid, sheetPlace } from "./table.js";
import { figure, t } from "./words.js";

const AROUND = [700, 4000, 20000]; // characters of the source on either side, step by step

export class Evidence {
  constructor(root) {
    this.root = root;
    this.shown = null;
    this.dismissed = false; // closed by hand: it does not come back by itself
    this.unasked = false; // set while it opens by itself
    // A citation is shown: onshown(item, from, whether another one was shown before); it is closed by hand: onleft();
    // its source is wanted as a whole: onread(found, item). linkOf(item, from) gives its address.
    Object.assign(this, { onshown() {}, onleft() {}, onread() {}, linkOf: () => "#" });
    this.count = h("span", { class: "place" });
    this.previous = iconButton("left", t("Previous citation"), () => this.step(-1));
    this.next = iconButton("right", t("Next citation"), () => this.step(1));
    const shut = iconButton("close", t("Close"), () => this.leave());
    this.about = h("div", { class: "about" });
    this.body = h("div", { class: "body", tabindex: "0", role: "region", "aria-label": t("The source") });
    this.also = h("details", { class: "also", ontoggle: () => this.reveal() });
    this.pages = new PageView();
    this.node = h(
      "dialog",
      { class: "evidence", "aria-label": t("Evidence") },
      edge(root),
      h("div", { class: "top" }, this.count, h("span", { class: "gap" }), this.previous, this.next, shut),
      this.about,
      this.body,
      this.also,
    );
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft" && !this.previous.disabled) this.step(-1);
      if (event.key === "ArrowRight" && !this.next.disabled) this.step(1);
    });
    this.node.addEventListener("click", (event) => event.target === this.node && this.leave());
    this.node.addEventListener("cancel", () => this.onleft());
    // The event comes late: by then the panel may be open again, as a column instead of a sheet.
    this.node.addEventListener("close", () => this.node.open || this.closed());
    wide.addEventListener(
      "change",
      () => this.root.classList.contains("beside") && (this.shown || wide.matches ? this.place() : this.close()),
    );
  }

  cited(items, index, passages, from, onshow) {
    const overlap = (one, other) => one.document_id === other.document_id && one.span[0] < other.span[1] && other.span[0] < one.span[1];
    const own = (passage) => !items.some((each) => overlap(each, passage));
    this.open({ items, index, from, onshow, kind: "cited", also: passages.filter(own) });
  }

  near(passages, index, from, onshow) {
    this.open({ items: passages, index, from, onshow, kind: "near", also: [] });
  }

  open(shown) {
    this.shown = shown;
    this.dismissed = false;
    this.around = 0;
    this.place();
    this.fill();
    this.tell(false);
  }

  tell(stepped) {
    const { kind, items, index, from } = this.shown;
    if (kind === "cited" && !this.unasked) this.onshown(items[index], from, stepped);
  }

  // A column that takes no focus on a wide window, a modal sheet on a narrow one.
  place() {
    this.root.classList.add("beside");
    if (this.node.open && this.node.matches(":modal") !== wide.matches) return;
    if (this.node.open) this.node.close();
    if (wide.matches) {
      this.node.setAttribute("open", "");
      this.node.setAttribute("role", "complementary");
    } else {
      this.node.removeAttribute("role");
      this.node.showModal();
    }
  }

  // The column takes its place before anything is cited, so that the answer does not move when it is.
  wait(words) {
    if (!wide.matches || this.dismissed) return this.close();
    this.shown?.onshow("none");
    this.shown = null;
    this.place();
    this.count.replaceChildren(h("span", {}, t("Evidence")));
    this.previous.disabled = this.next.disabled = true;
    this.about.replaceChildren();
    this.also.hidden = true;
    this.body.replaceChildren(h("p", { class: "waiting" }, words));
  }

  // Closed by hand.
  leave() {
    this.dismissed = true;
    this.close();
    this.onleft();
  }

  close() {
    const inside = this.node.contains(document.activeElement);
    if (this.node.open) this.node.close();
    this.closed(inside);
  }

  closed(inside = true) {
    this.root.classList.remove("beside");
    if (!this.shown) return;
    const { from, onshow } = this.shown;
    this.shown = null;
    onshow("none");
    if (inside) from?.focus({ preventScroll: true });
  }

  step(by) {
    this.shown.index = Math.max(0, Math.min(this.shown.index + by, this.shown.items.length - 1));
    this.around = 0;
    this.fill();
    this.tell(true);
  }

  async fill() {
    const shown = this.shown;
    const { items, index, kind } = shown;
    const item = items[index];
    shown.onshow(item.number);
    const counted = { cited: "Citation {at} of {all}", near: "Nearest passage {at} of {all}", also: "Also found {at} of {all}" }[kind];
    this.count.replaceChildren(
      ...[
        kind === "cited" && h("span", { class: "chip open" }, String(item.number)),
        h("span", {}, t(counted, { at: index + 1, all: items.length })),
        shown.back && button("link", t("Back to the citations"), () => this.open(shown.back)),
      ].filter(Boolean),
    );
    this.previous.disabled = index === 0;
    this.next.disabled = index === items.length - 1;
    const noun = kind === "cited" ? "citation" : "passage";
    for (const [node, way] of [[this.previous, "Previous"], [this.next, "Next"]]) {
      node.title = t(`${way} ${noun}`);
      node.setAttribute("aria-label", node.title);
    }
    this.fillAlso();
    if (!this.about.firstChild) {
      this.about.replaceChildren(h("h2", {}, h("bdi", {}, item.title)));
      this.body.replaceChildren(h("p", { class: "waiting" }, t("Opening the source…")));
    }
    const filling = (this.filling = {});
    this.node.setAttribute("aria-busy", "true");
    let found;
    try {
      found = await call("evidence", {
        document_id: item.document_id,
        span: item.span,
        quote: item.quote ?? item.text,
        path: item.path,
        answer: item.answer ?? null,
        around: AROUND[this.around],
      });
    } catch (failure) {
      if (this.shown !== shown) return;
      this.about.replaceChildren(h("h2", {}, h("bdi", {}, item.title)));
      this.body.replaceChildren(problem(failure.message));
      return;
    } finally {
      if (this.filling === filling) this.node.removeAttribute("aria-busy");
    }
    if (this.shown !== shown || shown.items[shown.index] !== item) return;
    this.show(found, item);
  }

  show(found, item) {
    const standing = found.quote !== undefined;
    const label = standing ? pageWords(found.page_label, found.page) : pageWords(item.page_label, item.page);
    const sheet = sheetPlace(found.table ?? item.table);
    const pictured = found.media_type === "application/pdf" && found.state === "unchanged" && !found.problem;
    const mode = pictured ? (this.wish ?? "page") : "text";
    this.about.replaceChildren(
      ...[
        h("h2", {}, h("bdi", {}, found.title ?? item.title)),
        h(
          "p",
          { class: "meta" },
          label && h("span", { class: "page" }, label[0].toUpperCase() + label.slice(1)),
          sheet && h("bdi", { class: "page" }, sheet),
          h("bdi", { class: "path" }, found.path ?? item.path),
          found.date
            ? h("span", { class: "path" }, dateWords(found.date))
            : found.modified > 0 && h("span", { class: "path" }, t("modified {day}", { day: day(found.modified * 1000) })),
        ),
        origin(found),
        found.heading?.length > 0 && found.heading.join() !== found.table?.sheet && found.media_type !== "text/csv" && h("p", { class: "heading" }, h("bdi", {}, found.heading.join(" › "))),
        h(
          "div",
          { class: "said" },
          this.verdict(found, item),
          h("span", { class: "gap" }),
          standing && this.ways(found),
          pictured && this.switcher(mode, found, item),
        ),
      ].filter(Boolean),
    );
    if (mode === "text") return this.text(found, item);
    this.pages.show(this.body, found, this.shown.kind === "cited", found.page ?? 1, this.words(found, item));
    this.reveal();
  }

  // A link to this place, the whole source, and the file itself.
  ways(found) {
    const { items, index, from, kind } = this.shown;
    const at = linkTo({ source: found.path, at: items[index].span });
    const link = kind === "cited" ? this.linkOf(items[index], from) : at;
    const way = (name, words, href, more) => h("a", { class: "ghost", href, "aria-label": words, title: words, ...more }, icon(name));
    return [
      way("link", t("Copy a link to this citation"), link, { onclick: followed(() => copyLink(link)) }),
      way("books", t("Read the whole source"), at, { onclick: followed(() => this.onread(found, items[index])) }),
      found.modified > 0 &&
        way("open", t("Open the source"), originalOf(found.document_id, found.path) + (found.page ? `#page=${found.page}` : ""), {
          target: "_blank",
          rel: "noopener",
        }),
    ];
  }

  verdict(found, item) {
    const trouble = (words) => h("p", { class: "verdict trouble" }, icon("warn"), words);
    if (found.verdict === "gone") return trouble(t("No longer among the sources: this is what was quoted"));
    if (found.verdict === "changed") return trouble(t("The source has changed and no longer says this"));
    if (found.verdict === "reread") return trouble(t("Source read again: its text no longer contains this quote"));
    const uncited = { near: t("Near the question, not an answer"), also: t("Found, not cited") }[this.shown.kind];
    if (uncited) return h("p", { class: "verdict plain" }, uncited);
    if (found.verdict === "moved") {
      const same = found.document_id === item.document_id;
      const words = same ? "Exact quote, found again now that the source has been reread" : "Exact quote, found again in the changed source";
      return h("p", { class: "verdict" }, icon("check"), t(words));
    }
    if (found.state === "changed") return trouble(t("Exact quote, but the file has changed since it was indexed"));
    if (found.state === "gone") return trouble(t("Exact quote, but the file has gone since it was indexed"));
    if (found.problem) return h("p", { class: "verdict" }, icon("check"), `${t("Exact quote")} · ${found.problem}`);
    return h("p", { class: "verdict" }, icon("check"), t("Exact quote"));
  }

  switcher(mode, found, item) {
    const node = choice(t("Show as"), [["page", t("Page")], ["text", t("Text")]], (name) => {
      this.wish = name;
      this.show(found, item);
      this.about.querySelector('[aria-pressed="true"]').focus();
    });
    node.set(mode);
    return node;
  }

  text(found, item) {
    const more =
      found.quote !== undefined &&
      this.around < AROUND.length - 1 &&
      button("ghost wordy more", t("Show more of the source"), () => (this.around++, this.fill()));
    this.body.replaceChildren(...[...this.words(found, item), more].filter(Boolean));
    this.reveal();
  }

  // The text around a place. Only what was cited and still stands there is lit up.
  words(found, item) {
    const standing = found.quote !== undefined;
    const lit = standing && this.shown.kind === "cited";
    const words = found.quote ?? item.quote ?? item.text;
    if (found.table) return around(found, lit, item.table?.cell);
    return [item.table && !standing ? quotedAlone(item.table) : excerpt(found, words, lit)];
  }

  reveal() {
    const lit = this.body.querySelector("tr.lit, tr.near, .lit");
    if (!lit) return;
    const box = lit.closest(".grid");
    if (box) {
      const head = box.querySelector("thead")?.offsetHeight ?? 0;
      box.scrollTop += lit.getBoundingClientRect().top - box.getBoundingClientRect().top - head - (box.clientHeight - head) / 3;
    }
    const scroller = lit.closest(".frame") ?? this.body;
    const view = scroller.getBoundingClientRect();
    const at = lit.getBoundingClientRect();
    const room = Math.max(24, (view.height - at.height) / 2);
    scroller.scrollTop += at.top - view.top - room;
  }

  fillAlso() {
    const { also, kind } = this.shown;
    this.also.hidden = kind !== "cited" || !also.length;
    this.also.open = false;
    if (this.also.hidden) return;
    const { onshow } = this.shown;
    const open = (index) =>
      this.open({ ...this.shown, items: also, index, kind: "also", onshow: () => onshow("none"), back: this.shown });
    this.also.replaceChildren(
      h("summary", {}, t("Also found, not cited ({count})", { count: also.length })),
      passageList(also, open),
    );
  }
}

// The table around rows, with the text that stands above and below it. `asked`: the cell of the quoted rows that was
// asked for, which a blank one is known by.
function around(found, lit, asked) {
  const { table } = found;
  const [first, end] = table.lit;
  const [row, column] = table.cell ?? (asked ? [first + asked[0], asked[1]] : []);
  const rows = table.rows.map((cells, at) => ({
    cells,
    cls: at >= first && at < end ? (lit ? "lit" : "near") : "",
    wanted: lit && row === at ? column : null,
  }));
  const all = table.above + rows.length + table.below;
  const caption = all === rows.length ? plural(all, "row") : t("Rows {first}–{last} of {all}", { first: figure(table.above + 1), last: figure(table.above + rows.length), all: figure(all) });
  return [prose(found, table.before, 0), grid(table.heads, rows, { caption, seen: true }), prose(found, table.after, 0)];
}

// What was quoted, where the source has it no longer.
const quotedAlone = (table) => grid(table.heads, table.rows.map((cells) => ({ cells })), { caption: t("What was quoted"), seen: true });
