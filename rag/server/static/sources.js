// The sources: what each file became, what to do about those that gave nothing, and how files come in and go.

import { Arrivals, Builds, chosen, doneOf, dropped, live, progressBar, stepOf } from "./arrivals.js";
import { call } from "./api.js";
import { passageList } from "./answer.js";
import { button, drawer, h, icon, plural, say, wordButton } from "./dom.js";
import { mover } from "./moving.js";
import { SORTS, known, matching, nameOf, sourceRows } from "./sourcelist.js";
import * as store from "./store.js";
import { Windowed } from "./windowed.js";
import { language, t } from "./words.js";

const WAIT = 300; // milliseconds after the last key until the texts are searched
const PASSAGES = 8;

export class Sources {
  // onchange(): other sources can be asked now; onbuild(step): what the build is at, null when it has ended;
  // onopen(source, span): read it, from a place if one is given; onshow(): the list is wanted.
  constructor(chat, { onchange, onbuild, onopen, onshow }) {
    Object.assign(this, { chat, onchange, onbuild, onread: onopen, onshow });
    this.all = null;
    this.folded = new Set();
    this.sort = SORTS[store.setting("sort")] ? store.setting("sort") : "name";
    this.chosen = new Set();
    this.removed = new Set();
    this.may = null; // not known yet: the server decides
    this.builds = new Builds((now) => this.building(now));
    this.arrivals = new Arrivals(this.builds, () => this.refresh());
    this.node = this.frame();
    this.dropping();
  }

  frame() {
    this.summary = h("p", { class: "aside" });
    this.filter = h("input", { type: "search", placeholder: t("Find a source"), "aria-label": t("Find a source"), hidden: true });
    this.filter.addEventListener("input", () => (this.show(), clearTimeout(this.timer), (this.timer = setTimeout(() => this.look(), WAIT))));
    this.order = h(
      "select",
      { "aria-label": t("Sort by"), onchange: () => ((this.sort = store.setting("sort", this.order.value)), this.show()) },
      Object.entries(SORTS).map(([name, [words]]) => h("option", { value: name, selected: name === this.sort }, words)),
    );
    this.tick = h("div", { class: "tick", hidden: true }, h("span", { class: "aside" }, t("Tick to ask only these")), this.order);
    this.none = h("p", { class: "aside none", hidden: true });
    this.list = h("div", { class: "scroll", tabindex: "-1" });
    this.rows = new Windowed(t("Sources"), this.list);
    this.texts = h("section", { class: "texts", hidden: true });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": t("Files to add") });
    this.picker.addEventListener("change", () => (this.take(chosen(this.picker.files)), (this.picker.value = "")));
    this.adding = h(
      "div",
      { class: "adding", hidden: true },
      button("add", [icon("add"), t("Add files")], () => this.picker.click()),
      h("span", { class: "aside" }, t("or drop them anywhere on the page")),
      this.picker,
    );
    this.only = button("only", "", () => this.limit());
    const move = mover({ chosen: () => [...this.chosen], onmoved: (paths, title) => this.moved(paths, title), ontell: (words) => this.tell(words) });
    this.foot = h("div", { class: "foot", hidden: true }, this.only, move, button("ghost wordy", t("Clear"), () => this.clear()));
    this.rebuild = wordButton("again", t("Rebuild"), () => this.build(), { hidden: true });
    this.bar = progressBar(t("Building the index"), () => this.stop(), t("Stop building"));
    this.bar.hidden = true;
    this.said = h("p", { class: "said", role: "status", hidden: true });
    const node = drawer(
      "right sources",
      t("Sources"),
      this.summary,
      this.adding,
      this.said, // above the bar, which comes and goes: “Undo” stays under the pointer
      this.bar,
      this.arrivals.node,
      this.filter,
      this.tick,
      this.none,
      this.list,
      this.texts,
      this.foot,
    );
    node.querySelector("h2").after(h("span", { class: "gap" }), this.rebuild);
    return node;
  }

  know(state) {
    this.may = state.may_change;
    this.arrivals.limit = state.most_bytes;
    this.adding.hidden = this.rebuild.hidden = !this.may;
    this.known = state.sources;
    this.seen ??= state.building.number;
    const disk = JSON.stringify(state.disk);
    if (this.all && this.node.open && this.disk !== disk) this.refresh();
    this.disk = disk;
    if (live(state.building)) this.follow();
  }

  async onopen() {
    if (!this.node.stays) this.filter.value = "";
    this.chosen = new Set(this.chat.composer.scope);
    this.choose();
    if (!this.all) this.tellNone(t("Looking…"));
    await this.refresh();
    this.follow();
  }

  tellNone(words) {
    this.none.hidden = !words;
    this.none.textContent = words;
  }

  // The files as they are now. Of several looks the list shows the one that began last, whichever is answered first.
  async refresh() {
    const looked = (this.looked = call("files"));
    let found = [];
    try {
      found = (await looked).map(known).sort((one, other) => (one.path < other.path ? -1 : 1));
    } catch (problem) {
      if (this.looked === looked) (this.tellNone(problem.message), (this.drawn = null));
      return found;
    }
    if (this.looked === looked) this.hold(found);
    return found;
  }

  // What was removed here is not listed as gone until the next build has seen it.
  hold(found) {
    this.all = found.filter((source) => source.disk !== "gone" || !this.removed.has(source.path));
    const fine = this.all.filter((source) => source.status === "indexed");
    const total = (name) => fine.reduce((sum, source) => sum + source[name], 0);
    if (fine.length) this.chat.composer.empty = false; // the first can be asked as soon as it is listed
    this.summary.hidden = !fine.length;
    this.summary.textContent = [
      plural(fine.length, "source"),
      total("pages") > 0 && plural(total("pages"), "page"),
      plural(total("chunks"), "passage"),
    ]
      .filter(Boolean)
      .join(" · ");
    this.filter.hidden = this.all.length < 8;
    this.tick.hidden = fine.length < 2;
    if (fine.length !== this.known) this.onchange();
    if (this.drawn !== this.drawing()) this.show(); // else a row that is being pressed would be another one
  }

  // Building.

  async build() {
    this.tell("");
    try {
      await call("build");
      const ended = await this.follow();
      this.tell(ended.problem || doneOf(ended));
    } catch (problem) {
      this.tell(problem.message);
    }
  }

  async stop() {
    this.stopping = true;
    this.building(this.builds.last);
    await call("stop").catch((problem) => this.tell(problem.message));
  }

  async follow() {
    const ended = await this.builds.follow();
    if (ended.number !== this.seen) {
      this.seen = ended.number;
      await this.refresh();
      this.onchange();
    }
    return ended;
  }

  building(now) {
    this.bar.hidden = !live(now);
    this.rebuild.disabled = live(now);
    this.stopping &&= live(now);
    if (live(now) !== this.live) ((this.live = live(now)), this.show());
    const step = live(now) ? stepOf({ ...now, stopping: this.stopping || now.stopping }) : null;
    if (step) this.bar.set(...step);
    this.onbuild(step);
  }

  tell(words, action) {
    this.said.hidden = !words;
    this.said.replaceChildren(...[words && h("span", {}, words), action].filter(Boolean));
  }

  // Coming in and going.

  take(files) {
    if (!files.length) return;
    this.tell("");
    if (!this.node.open) this.onshow();
    this.arrivals.add(files);
  }

  async remove(source) {
    try {
      const { token } = await call("remove", { path: source.path });
      this.chosen.delete(source.path);
      this.choose();
      this.arrivals.forget(source.path);
      this.looked = null; // a look that began before counts no more
      this.removed.add(source.path);
      this.hold(this.all.filter((each) => each.path !== source.path));
      const back = button("link", t("Undo"), () => this.restore(token));
      this.tell(t("Removed “{name}”. The file is in the hidden folder .removed inside your sources.", { name: nameOf(source) }), back);
      say(t("Removed {name}.", { name: nameOf(source) }));
      await this.follow();
      back.focus();
    } catch (problem) {
      this.tell(problem.message);
    }
  }

  // Some have gone to another collection.
  async moved(paths, title) {
    this.looked = null;
    for (const path of paths) (this.removed.add(path), this.arrivals.forget(path));
    this.hold(this.all.filter((source) => !this.removed.has(source.path)));
    this.clear();
    this.tell(t("Moved to “{title}”: {sources}.", { title, sources: plural(paths.length, "source") }));
    await this.follow();
  }

  async restore(token) {
    try {
      await call("restore", { token });
      this.tell(t("Put back."));
      await this.follow();
    } catch (problem) {
      this.tell(problem.message);
    }
  }

  dropping() {
    const veil = h("div", { class: "drop", hidden: true }, h("p", {}, icon("add"), t("Drop to add to your sources")));
    this.veil = veil;
    const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    let depth = 0;
    const hide = () => ((depth = 0), (veil.hidden = true));
    addEventListener("dragenter", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      if (this.may === false) return;
      depth += 1;
      const over = document.querySelector("dialog:modal") ?? document.querySelector("#footnote");
      over.append(veil);
      veil.hidden = false;
    });
    addEventListener("dragover", (event) => files(event) && event.preventDefault());
    addEventListener("dragleave", () => veil.hidden || --depth > 0 || hide());
    addEventListener("drop", async (event) => {
      if (!files(event)) return;
      event.preventDefault(); // whoever may not add anything is not led away from the page either
      hide();
      if (this.may !== false) this.take(await dropped(event.dataTransfer));
    });
  }

  // Asking only some of them.

  choose(sources = [], on = false) {
    for (const source of sources) on ? this.chosen.add(source.path) : this.chosen.delete(source.path);
    this.foot.hidden = !this.chosen.size;
    this.only.textContent = t(this.chosen.size === 1 ? "Ask only this source" : "Ask only these {count} sources", { count: this.chosen.size.toLocaleString(language) });
    if (sources.length) this.show();
  }

  limit() {
    this.chat.composer.limit(this.all.filter((source) => this.chosen.has(source.path)));
    this.node.close();
    this.chat.composer.focus();
  }

  clear() {
    this.chosen.clear();
    this.chat.composer.limit([]);
    this.choose();
    this.show();
  }

  // Finding: names at once, texts a moment later.

  // All that the list is drawn from.
  drawing() {
    return JSON.stringify([this.all, [...this.chosen], [...this.folded], this.sort, this.filter.value, this.may, live(this.builds.last)]);
  }

  show() {
    if (!this.all) return;
    this.drawn = this.drawing();
    const words = this.filter.value.trim();
    const found = matching(this.all, words);
    this.rows.set(
      sourceRows(found, {
        may: this.may,
        building: live(this.builds.last),
        chosen: this.chosen,
        folded: words ? new Set() : this.folded,
        sort: this.sort,
        onchoose: (sources, on) => this.choose(sources, on),
        onfold: (folder) => (this.folded.delete(folder) || this.folded.add(folder), this.show()),
        onopen: (source) => (this.node.close(), this.onread(source)),
        onremove: (source) => this.remove(source),
      }),
    );
    this.list.hidden = !found.length;
    this.tellNone(found.length ? "" : this.all.length ? t("No source has a name like this.") : t("Nothing is indexed yet."));
    if (!words) this.texts.hidden = true;
  }

  async look() {
    const words = this.filter.value.trim();
    const found = words.length > 2 ? await call("search", { question: words, k: PASSAGES }).catch(() => []) : [];
    if (this.filter.value.trim() !== words) return;
    const open = (index) => (this.node.close(), this.onread(found[index], found[index].span));
    this.texts.hidden = !found.length;
    this.texts.replaceChildren(h("h3", {}, t("In the texts")), passageList(found, open));
  }
}
