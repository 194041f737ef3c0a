// The place to type: the question, who writes the answer, which sources are asked, and a word on what is wrong.

import { collection } from "./collection.js";
import { h, icon, iconButton, plural } from "./dom.js";
import { Writers } from "./writers.js";
import * as store from "./store.js";
import { t, within } from "./words.js";

const TALLEST = 200; // pixels of the field; a longer question scrolls

export class Composer {
  // onsend(question): ask it; onstop(): end the answer.
  constructor({ onsend, onstop }) {
    this.onsend = onsend;
    this.onstop = onstop;
    this.longest = Infinity;
    this.empty = ""; // why there is nothing to ask
    this.scope = [];
    this.field = h("textarea", {
      id: "question",
      rows: 1,
      placeholder: collection ? t("Ask “{title}”", { title: collection.title }) : t("Ask your sources"),
      "aria-label": t("Your question"),
      "aria-describedby": "hint",
      enterkeyhint: "send",
      autocomplete: "off",
    });
    this.button = h("button", { type: "submit", class: "send" });
    this.scoped = h("p", { class: "scope", hidden: true });
    this.writer = new Writers();
    this.hint = h("p", { class: "hint", id: "hint", "aria-live": "polite" });
    this.node = h(
      "form",
      { class: "composer", onsubmit: (event) => (event.preventDefault(), this.pressed()) },
      this.scoped,
      h("div", { class: "box" }, this.field, this.button),
      h("div", { class: "below" }, this.writer.node, this.hint),
    );
    this.field.addEventListener("input", () => ((this.waits = false), this.typed()));
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      if (this.busy) this.queue(this.field.value);
      else this.pressed();
    });
    this.rest();
    this.limit(store.held("scope") ?? []);
    this.field.value = store.held("question") ?? ""; // what was typed before a reload, or before signing in again
    requestAnimationFrame(() => this.typed());
  }

  focus() {
    this.field.focus();
  }

  // Limits the questions to come to some sources; none means all of them.
  limit(sources) {
    this.scope = sources.map((source) => source.path);
    store.held("scope", sources.map(({ path, title }) => ({ path, title })));
    this.scoped.hidden = !sources.length;
    const words = sources.length === 1 ? sources[0].title || sources[0].path : plural(sources.length, "source");
    this.scoped.replaceChildren(
      h("span", {}, within("Asking only {sources}", { sources: h("bdi", {}, words) })),
      iconButton("close", t("Ask all sources again"), () => (this.limit([]), this.focus())),
    );
  }

  // Has a question wait for the answer that is on its way.
  queue(question) {
    if (!question.trim()) return this.tell(t("An answer is on its way: Escape stops it."));
    this.field.value = question;
    this.typed();
    this.waits = true;
    this.tell(t("Your question will be asked as soon as this answer is ready. Escape stops the answer."));
    this.focus();
  }

  // An answer is on its way: the button stops it.
  work() {
    this.busy = true;
    this.face("stop", t("Stop"));
  }

  rest() {
    this.busy = false;
    this.face("send", t("Send"));
    this.tell("");
    if (!this.waits) return;
    this.waits = false;
    this.pressed();
  }

  face(name, label) {
    this.button.className = name === "stop" ? "send stop" : "send";
    this.button.replaceChildren(icon(name));
    this.button.setAttribute("aria-label", label);
  }

  typed() {
    store.held("question", this.field.value);
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST)}px`;
    const over = this.field.value.length - this.longest;
    this.tell(over > 0 ? t("This question is {over} too long. Please shorten it.", { over: plural(over, "character") }) : "", over > 0);
  }

  tell(text, trouble = false) {
    this.hint.textContent = text || t("Enter sends, Shift + Enter starts a new line");
    this.hint.classList.toggle("trouble", trouble);
  }

  pressed() {
    if (this.busy) return (this.waits = false), this.onstop();
    const question = this.field.value.trim();
    if (!question) return (this.tell(t("Type a question first."), true), this.focus());
    if (this.empty) return (this.tell(this.empty, true), this.focus());
    if (question.length > this.longest) return (this.typed(), this.focus());
    this.field.value = "";
    this.typed();
    this.onsend(question);
  }
}
