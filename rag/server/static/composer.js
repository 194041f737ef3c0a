// The place to type: the question, who writes the answer, which sources are asked, and a word on what is wrong.

import { h, icon, iconButton, plural } from "./dom.js";
import { Writers } from "./writers.js";
import { t, within } from "./words.js";

const TALLEST = 200; // pixels of the field; a longer question scrolls

export class Composer {
  // onsend(question, replaced): ask it, in the place of an earlier turn if one is given; onstop(): end the answer.
  constructor({ onsend, onstop }) {
    this.onsend = onsend;
    this.onstop = onstop;
    this.longest = Infinity;
    this.empty = false; // whether there is nothing to ask
    this.scope = [];
    this.field = h("textarea", {
      id: "question",
      rows: 1,
      placeholder: t("Ask your sources"),
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
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing)
        (event.preventDefault(), this.busy || this.pressed());
    });
    this.rest();
  }

  focus() {
    this.field.focus();
  }

  // Limits the questions to come to some sources; none means all of them.
  limit(sources) {
    this.scope = sources.map((source) => source.path);
    this.scoped.hidden = !sources.length;
    const words = sources.length === 1 ? sources[0].title || sources[0].path : plural(sources.length, "source");
    this.scoped.replaceChildren(
      h("span", {}, within("Asking only {sources}", { sources: h("bdi", {}, words) })),
      iconButton("close", t("Ask all sources again"), () => (this.limit([]), this.focus())),
    );
  }

  edit(turn) {
    this.replaces = turn;
    this.field.value = turn.question;
    this.typed();
    this.tell(t("Editing an earlier question: sending it replaces that answer and what came after."));
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
  }

  face(name, label) {
    this.button.className = name === "stop" ? "send stop" : "send";
    this.button.replaceChildren(icon(name));
    this.button.setAttribute("aria-label", label);
  }

  typed() {
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
    if (this.busy) return this.onstop();
    const question = this.field.value.trim();
    if (!question) return (this.tell(t("Type a question first."), true), this.focus());
    if (this.empty) return (this.tell(t("There is nothing to ask yet: add files first."), true), this.focus());
    if (question.length > this.longest) return (this.typed(), this.focus());
    this.field.value = "";
    this.typed();
    const replaced = this.replaces;
    this.replaces = undefined;
    this.onsend(question, replaced);
  }
}
