// The page of all collections: what each holds, what one may do there, and the way into it.

import { titled } from "./address.js";
import { callTeam } from "./api.js";
import { nameMark, signOut, themeButton } from "./corner.js";
import { button, followed, h, icon, moment, plural, problem, say, wordButton } from "./dom.js";
import { making } from "./making.js";
import { managing } from "./manage.js";
import * as store from "./store.js";
import { t, within } from "./words.js";

const SELDOM = 10_000; // milliseconds between looks while the page only lies open
const OFTEN = 2000; // and while a build goes on
const MAY = { ask: t("you can ask"), add: t("you can ask and add documents"), manage: t("you manage it") };

const addressOf = (names) => `c/${names.join("+")}/`;
const madeOf = ({ sources, built }) => [sources || built ? plural(sources, "source") : t("Nothing in it yet"), built && t("built {when}", { when: moment(built) })];

class Team {
  constructor(root) {
    this.root = root;
    const enter = (event) => followed(() => this.go(event.currentTarget.href))(event);
    this.link = (cls, href, words) => h("a", { class: cls, href, onclick: enter }, words);
    titled(t("Collections"));
    this.ticked = new Set();
    this.lost = problem(); // the server
    this.wrong = problem();
    this.said = h("p", { class: "said", role: "status", hidden: true });
    this.building = h("span", { class: "aside", role: "status" });
    this.make = button("add", [icon("add"), t("New collection")], () => this.making.ask(), { hidden: true });
    this.list = h("div", { class: "collections" });
    this.together = this.link("only", undefined, t("Ask these together"));
    this.foot = h("div", { class: "foot", hidden: true }, this.together, button("ghost wordy", t("Clear"), () => this.clear()));
    this.making = making(({ name }) => (location.href = addressOf([name])));
    root.replaceChildren(this.bar(), this.main(), this.making.node);
    addEventListener("footnote:signed-out", () => location.replace("login"));
    addEventListener("pageshow", (event) => event.persisted && this.look()); // back from a collection
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
    this.look();
  }

  bar() {
    const nav = h("nav", { "aria-label": t("Page") }, themeButton(), store.leaves && signOut(async () => {}));
    return h("header", { class: "bar" }, nameMark({ href: "./" }), nav);
  }

  main() {
    const top = h("div", { class: "top" }, h("h1", {}, t("Collections")), this.building, h("span", { class: "gap" }), this.make);
    return h("main", { class: "team" }, h("div", { class: "page" }, top, this.lost, this.wrong, this.said, this.list), this.foot);
  }

  // Looks now, and again and again from then on.
  async look() {
    clearTimeout(this.next);
    const looked = (this.looked = callTeam("state"));
    try {
      const state = await looked;
      if (this.looked === looked) (this.lost.tell(""), this.know(state));
    } catch (failure) {
      if (this.looked === looked) this.lost.tell(failure.message);
    }
    clearTimeout(this.next);
    if (!document.hidden) this.next = setTimeout(() => this.look(), this.state?.building ? OFTEN : SELDOM);
  }

  know(state) {
    this.state = state;
    this.make.hidden = !state.may_make;
    this.building.textContent = state.building ? t("Documents are being read…") : "";
    const open = state.collections.filter((each) => !each.archived);
    for (const name of this.ticked) if (!open.some((each) => each.name === name)) this.ticked.delete(name);
    const drawing = JSON.stringify([state.collections, state.may_make]);
    if (this.drawn !== drawing) this.show(open); // else a row that is being pressed would be another one
    this.drawn = drawing;
    this.offer();
  }

  show(open) {
    const held = document.activeElement?.closest(".collection"); // whose row has the focus, and on what
    const place = held && [...held.querySelectorAll("input, a, button")].indexOf(document.activeElement);
    const archived = this.state.collections.filter((each) => each.archived);
    const unfolded = Boolean(this.list.querySelector("details")?.open);
    this.list.replaceChildren(
      ...[
        open.length > 1 && h("p", { class: "aside" }, t("Open one, or tick several to ask them together.")),
        h("ul", {}, open.map((each) => this.row(each, open.length > 1))),
        !open.length && this.empty(),
        archived.length > 0 && this.folded(archived, unfolded),
      ].filter(Boolean),
    );
    if (held) this.list.querySelector(`[data-name="${CSS.escape(held.dataset.name)}"]`)?.querySelectorAll("input, a, button")[place]?.focus();
  }

  row(each, several) {
    const { name, title, archived, level } = each;
    const amount = [...madeOf(each), store.user && MAY[level]].filter(Boolean).join(" · ");
    const words = [h("bdi", { class: "title" }, title), h("span", { class: "path" }, amount)];
    const label = t("Ask “{title}” together with others", { title });
    const tick = h("input", { type: "checkbox", "aria-label": label, title: label, checked: this.ticked.has(name), onchange: (event) => this.tick(name, event.target.checked) });
    return h(
      "li",
      { class: "collection", "data-name": name },
      !archived && several && tick,
      archived ? h("div", { class: "pick" }, words) : this.link("pick", addressOf([name]), words),
      level === "manage" && wordButton("edit", t("Manage"), () => this.manage(each), { "aria-label": t("Manage “{title}”", { title }) }),
      each.problem && problem(each.problem),
    );
  }

  // Into a page, unless it cannot be opened: then it is said here why not.
  async go(href) {
    this.wrong.tell("");
    const found = await fetch(href).catch(() => null);
    if (found?.status !== 409) return location.assign(href);
    this.wrong.tell(await found.text());
    return this.wrong.scrollIntoView({ block: "nearest" });
  }

  folded(archived, open) {
    const summary = h("summary", {}, icon("fold"), t("Archived ({count})", { count: archived.length }));
    return h("details", { class: "archived", open }, summary, h("ul", {}, archived.map((each) => this.row(each, false))));
  }

  empty() {
    const may = this.state.may_make;
    const words = may
      ? t("A collection is a set of documents that you ask together. Create one, then add documents to it.")
      : t("A collection is a set of documents that you ask together. You have access to none yet: whoever runs this server can give it to you.");
    return h("p", { class: "empty" }, words);
  }

  // Asking several of them together.

  tick(name, on) {
    if (on) this.ticked.add(name);
    else this.ticked.delete(name);
    this.offer();
  }

  offer() {
    const names = this.state.collections.map((each) => each.name).filter((name) => this.ticked.has(name));
    this.foot.hidden = names.length < 2;
    this.together.href = addressOf(names);
  }

  clear() {
    this.ticked.clear();
    for (const box of this.list.querySelectorAll("input:checked")) box.checked = false;
    this.offer();
    this.list.querySelector("input")?.focus();
  }

  // Managing one of them.

  manage(each) {
    const panel = managing(each, {
      may_group: this.state.may_make,
      onchange: async () => {
        await this.look();
        const now = this.state.collections.find(({ name }) => name === each.name);
        return now?.level === "manage" ? now : null;
      },
      onarchived: (archived) => this.archived(each, archived),
      ondeleted: () => (store.discard(each.name), this.tell("Deleted for good: {title}", each), this.look()),
    });
    this.tell("");
    this.wrong.tell("");
    this.root.append(panel);
    panel.showModal();
  }

  async archived(each, archived) {
    const back = button("link", t("Undo"), async () => {
      try {
        await callTeam("archive", { name: each.name, archived: !archived });
        this.tell("");
      } catch (failure) {
        this.wrong.tell(failure.message);
      }
      await this.look();
    });
    this.tell(archived ? "Archived: {title}" : "Brought back: {title}", each, back);
    await this.look();
  }

  tell(words, each, action) {
    this.said.hidden = !words;
    if (!words) return this.said.replaceChildren();
    this.said.replaceChildren(...[h("span", {}, within(words, { title: h("bdi", {}, each.title) })), action].filter(Boolean));
    say(this.said.firstChild.textContent);
  }
}

new Team(document.querySelector("#footnote"));
