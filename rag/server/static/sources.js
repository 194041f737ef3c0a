// The sources: what each file became, what to do about those that gave nothing, and how files come in and go.

import { Arrivals, Builds, chosen, dropped, progressBar, stepOf } from "./arrivals.js";
import { call } from "./api.js";
import { drawer, h, icon, iconButton, plural, say } from "./dom.js";
import { nameOf, sourceList } from "./sourcelist.js";
import { language, t } from "./words.js";

const live = (now) => ["running", "waiting"].includes(now?.state);

export class Sources {
  // onchange(): other sources can be asked now; onbuild(step): what the build is at, null when it has ended.
  constructor(chat, onchange, onbuild) {
    this.chat = chat;
    this.onchange = onchange;
    this.onbuild = onbuild;
    this.all = null;
    this.chosen = new Set();
    this.may = false;
    this.builds = new Builds((now) => this.building(now));
    this.arrivals = new Arrivals(this.builds, () => this.refresh());
    this.node = this.frame();
    this.dropping();
  }

  frame() {
    this.summary = h("p", { class: "aside" });
    this.filter = h("input", { type: "search", placeholder: t("Find a source"), "aria-label": t("Find a source"), hidden: true });
    this.filter.addEventListener("input", () => this.show());
    this.tick = h("p", { class: "aside tick", hidden: true }, t("Tick sources to ask only those"));
    this.list = h("div", { class: "scroll", tabindex: "-1" });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": t("Files to bring in") });
    this.picker.addEventListener("change", () => (this.take(chosen(this.picker.files)), (this.picker.value = "")));
    this.adding = h(
      "div",
      { class: "adding", hidden: true },
      h("button", { type: "button", class: "add", onclick: () => this.picker.click() }, icon("add"), t("Add files")),
      h("span", { class: "aside" }, t("or drop them anywhere on the page")),
      this.picker,
    );
    this.only = h("button", { type: "button", class: "only", onclick: () => this.limit() });
    this.foot = h(
      "div",
      { class: "foot", hidden: true },
      this.only,
      h("button", { type: "button", class: "ghost wordy", onclick: () => this.clear() }, t("Clear")),
    );
    this.rebuild = h(
      "button",
      { type: "button", class: "ghost wordy", hidden: true, onclick: () => this.build() },
      icon("again"),
      h("span", {}, t("Rebuild")),
    );
    this.bar = progressBar(t("Building the index"), () => call("stop"), t("Stop building"));
    this.bar.hidden = true;
    this.said = h("p", { class: "said", role: "status", hidden: true });
    const node = drawer(
      "right sources",
      t("Sources"),
      h(
        "div",
        { class: "top" },
        h("h2", {}, t("Sources")),
        h("span", { class: "gap" }),
        this.rebuild,
        iconButton("close", t("Close"), () => node.close()),
      ),
      this.summary,
      this.adding,
      this.bar,
      this.said,
      this.arrivals.node,
      this.filter,
      this.tick,
      this.list,
      this.foot,
    );
    return node;
  }

  know(state) {
    this.may = state.may_change;
    this.arrivals.limit = state.most_bytes;
    this.adding.hidden = this.rebuild.hidden = !this.may;
    this.known = state.sources;
    this.seen ??= state.building.number;
    if (live(state.building)) this.follow();
  }

  async open() {
    this.filter.value = "";
    this.chosen = new Set(this.chat.scope);
    this.choose();
    this.node.showModal();
    if (!this.all) this.list.replaceChildren(h("p", { class: "reading" }, t("Looking…")));
    await this.refresh();
    this.follow();
  }

  async refresh() {
    try {
      this.all = (await call("sources")).sort((one, other) => one.path.localeCompare(other.path));
    } catch (problem) {
      this.list.replaceChildren(h("p", { class: "problem", role: "alert" }, icon("warn"), problem.message));
      return [];
    }
    const fine = this.all.filter((source) => source.status === "indexed");
    const total = (name) => fine.reduce((sum, source) => sum + source[name], 0);
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
    this.show();
    return this.all;
  }

  // Building.

  async build() {
    this.tell("");
    try {
      await call("build");
      const ended = await this.follow();
      this.tell(ended.problem || told(ended));
    } catch (problem) {
      this.tell(problem.message);
    }
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
    if (live(now)) this.bar.set(...stepOf(now));
    this.onbuild(live(now) ? stepOf(now) : null);
  }

  tell(words, action) {
    this.said.hidden = !words;
    this.said.replaceChildren(...[words && h("span", {}, words), action].filter(Boolean));
  }

  // Coming in and going.

  take(files) {
    if (!files.length) return;
    this.tell("");
    if (!this.node.open) this.open();
    this.arrivals.add(files);
  }

  async remove(source) {
    try {
      const { token } = await call("remove", { path: source.path });
      this.chosen.delete(source.path);
      this.choose();
      this.arrivals.forget(source.path);
      const back = h("button", { type: "button", class: "link", onclick: () => this.restore(token) }, t("Undo"));
      this.tell(t("Removed “{name}”. The file lies in the hidden folder .removed of your sources.", { name: nameOf(source) }), back);
      say(t("Removed {name}.", { name: nameOf(source) }));
      await this.follow();
      back.focus();
    } catch (problem) {
      this.tell(problem.message);
    }
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
    const files = (event) => this.may && [...(event.dataTransfer?.types ?? [])].includes("Files");
    let depth = 0;
    const hide = () => ((depth = 0), (veil.hidden = true));
    addEventListener("dragenter", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      depth += 1;
      const over = document.querySelector("dialog:modal") ?? document.querySelector("#footnote");
      over.append(veil);
      veil.hidden = false;
    });
    addEventListener("dragover", (event) => files(event) && event.preventDefault());
    addEventListener("dragleave", () => veil.hidden || --depth > 0 || hide());
    addEventListener("drop", async (event) => {
      if (!files(event)) return;
      event.preventDefault();
      hide();
      this.take(await dropped(event.dataTransfer));
    });
  }

  // Asking only some of them.

  choose(source, on) {
    if (source) on ? this.chosen.add(source.path) : this.chosen.delete(source.path);
    this.foot.hidden = !this.chosen.size;
    this.only.textContent = t(this.chosen.size === 1 ? "Ask only this source" : "Ask only these {count} sources", { count: this.chosen.size });
  }

  limit() {
    this.chat.limit(this.all.filter((source) => this.chosen.has(source.path)));
    this.node.close();
    this.chat.focus();
  }

  clear() {
    this.chosen.clear();
    this.chat.limit([]);
    this.choose();
    this.show();
  }

  show() {
    const ways = {
      may: this.may,
      chosen: this.chosen,
      onchoose: (source, on) => this.choose(source, on),
      onremove: (source) => this.remove(source),
    };
    this.list.replaceChildren(...sourceList(this.all, this.filter.value.trim().normalize("NFC").toLowerCase(), ways));
  }
}

// What a build did, in a sentence.
function told(ended) {
  if (ended.state === "stopped") return t("Stopped. What was done is kept.");
  const report = ended.report;
  if (!report) return "";
  const parts = ["added", "changed", "moved", "removed"]
    .filter((name) => report[name].length)
    .map((name) => t(`{count} ${name}`, { count: report[name].length.toLocaleString(language) }));
  const said = parts.length ? t("Done: {parts}.", { parts: parts.join(", ") }) : !report.notes.length && t("Nothing has changed since the last build.");
  return [said, ...report.notes].filter(Boolean).join(" ");
}
