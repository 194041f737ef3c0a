// Texts, files and addresses brought in from wherever a person is: the paperclip beside the question, and pasting.

import { button, drawer, h, iconButton, wordButton } from "./dom.js";
import { t } from "./words.js";

const TITLE = 80; // characters of a name made from the text

// The file name of a pasted text: its first line.
function nameFor(text, at = new Date()) {
  const first = text.trim().split("\n", 1)[0].replace(/^#+\s*/, "").replace(/[<>:\x22|?*\\/\p{C}]/gu, " ").replace(/\s+/g, " ").trim();
  return first.slice(0, TITLE).trim() || `${t("Pasted text")} ${at.toISOString().slice(0, 10)}`;
}

export class Bringing {
  // doors: { may(), fetches(), longest(), onfiles([{ file, name } or { address, name }]), onpick() }.
  constructor(composer, doors) {
    this.doors = doors;
    this.clip = iconButton("clip", t("Add files"), () => doors.onpick(), { class: "ghost clip", hidden: true });
    composer.field.before(this.clip);
    this.title = h("input", { type: "text", "aria-label": t("Title of the text"), placeholder: t("Title"), maxlength: 120, autocomplete: "off" });
    this.text = h("textarea", { "aria-label": t("The text"), placeholder: t("Paste or type the text of the source"), rows: 12 });
    this.address = h("input", { type: "url", hidden: true, "aria-label": t("Address of a page on the web"), placeholder: t("Address of a page on the web: https://…"), maxlength: 2000, autocomplete: "off" });
    this.told = h("p", { class: "aside", role: "status" });
    this.node = drawer(
      "pasting",
      t("Add a text"),
      this.told,
      this.address,
      this.title,
      this.text,
      h("div", { class: "foot" }, button("only", t("Add to the sources"), () => this.add())),
    );
    document.addEventListener("paste", (event) => this.pasted(event, composer.field), { capture: true });
  }

  know() {
    this.clip.hidden = !this.doors.may();
  }

  // The button of the list of sources that opens the form.
  button() {
    return wordButton("edit", t("Paste text"), () => this.open());
  }

  open(text = "", told = "") {
    this.text.value = text;
    this.address.value = "";
    this.address.hidden = Boolean(text) || !this.doors.fetches();
    this.title.value = text ? nameFor(text) : "";
    this.told.textContent = told;
    this.told.hidden = !told;
    this.node.showModal();
    (text ? this.title : this.text).focus();
  }

  // Files become sources wherever they are pasted; so does a text that is too long for a question.
  pasted(event, field) {
    if (!this.doors.may() || this.node.open) return;
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) {
      event.preventDefault();
      return this.doors.onfiles(files.map((file) => ({ file, name: file.name })));
    }
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (event.target !== field || text.length <= this.doors.longest()) return;
    event.preventDefault();
    this.open(text, t("This is too long for a question. Add it to your sources, and ask about it."));
  }

  add() {
    const [text, address] = [this.text.value.trim(), this.address.value.trim()];
    if (address && !text) {
      this.node.close();
      return this.doors.onfiles([{ address, name: address }]);
    }
    if (!text) return this.text.focus();
    const name = `${nameFor(this.title.value || text)}.md`;
    this.node.close();
    this.doors.onfiles([{ file: new File([text, "\n"], name, { type: "text/markdown" }), name }]);
  }
}
