// "@name" in a question: its sources are offered while it is typed, and the question is asked of them only.

import { h, say } from "./dom.js";
import { matching, nameOf } from "./sourcelist.js";
import { t } from "./words.js";

const SHOWN = 8;
const TYPED = /(^|\s)@([^@\n]{0,60})$/;

const base = (source) => source.path.split("/").pop();

// What a question names with "@": the question without it, and the paths; the longest name that fits counts.
export function named(question, sources) {
  const names = sources
    .flatMap((source) => [source.path, base(source), nameOf(source)].map((name) => [name.toLowerCase(), source.path]))
    .sort(([one], [other]) => other.length - one.length);
  const paths = new Set();
  let text = question;
  for (let from = 0; ; ) {
    const at = text.slice(from).search(/(?<!\S)@\S/);
    if (at < 0) break;
    const place = from + at;
    const after = text.slice(place + 1).toLowerCase();
    const found = names.find(([name]) => after.startsWith(name) && !/^[\p{L}\p{N}]/u.test(after.slice(name.length)));
    if (found) {
      for (const [name, path] of names) if (name === found[0]) paths.add(path);
      text = text.slice(0, place) + text.slice(place + 1 + found[0].length);
    }
    from = found ? place : place + 1;
  }
  return { text: text.replace(/\s+([?.!,;:])/g, "$1").replace(/ {2,}/g, " ").trim(), paths: [...paths] };
}

export class Mentions {
  // sources(): all of them, as the list has them.
  constructor(composer, sources) {
    this.field = composer.field;
    this.sources = sources;
    this.list = h("ul", { class: "mentions", role: "listbox", id: "mentions", "aria-label": t("Sources"), hidden: true });
    this.field.closest(".box").append(this.list);
    this.field.setAttribute("aria-controls", "mentions");
    this.field.addEventListener("input", () => this.offer());
    this.field.addEventListener("blur", () => this.hide());
    this.field.addEventListener("keydown", (event) => this.key(event), { capture: true });
    const send = composer.onsend;
    composer.onsend = async (question, replaced) => {
      const { text, paths } = /(?<!\S)@\S/.test(question) ? named(question, await this.known()) : { text: question, paths: [] };
      if (!paths.length || !text) return send(question, replaced);
      const { scope } = composer;
      composer.scope = paths; // of this question only
      const asked = send(text, replaced);
      composer.scope = scope;
      return asked;
    };
  }

  async known() {
    return (await this.sources()).filter((source) => source.status === "indexed");
  }

  async offer() {
    const typed = TYPED.exec(this.field.value.slice(0, this.field.selectionStart));
    if (!typed) return this.hide();
    const all = await this.known();
    const now = TYPED.exec(this.field.value.slice(0, this.field.selectionStart));
    if (now?.[2] !== typed[2]) return;
    const whole = all.some((source) => typed[2].toLowerCase().startsWith(`${base(source).toLowerCase()} `));
    this.found = whole ? [] : matching(all, typed[2]).slice(0, SHOWN);
    if (!this.found.length) return this.hide();
    this.at = 0;
    this.start = this.field.selectionStart - typed[2].length;
    this.list.replaceChildren(
      ...this.found.map((source, index) =>
        h(
          "li",
          { role: "option", id: `mention-${index}`, onmousedown: (event) => (event.preventDefault(), this.take(index)) },
          h("bdi", { class: "title" }, nameOf(source)),
          h("bdi", { class: "path" }, source.path),
        ),
      ),
    );
    this.list.hidden = false;
    this.mark();
    say(t("{name}: press Enter to choose it", { name: nameOf(this.found[0]) }));
  }

  mark() {
    [...this.list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === this.at)));
    this.field.setAttribute("aria-activedescendant", `mention-${this.at}`);
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
  }

  hide() {
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (this.list.hidden || event.isComposing) return;
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way) ((this.at = (this.at + way + this.found.length) % this.found.length), this.mark());
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.at);
    else if (event.key === "Escape") this.hide();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  take(index) {
    const { field, start } = this;
    const name = base(this.found[index]);
    const rest = field.value.slice(field.selectionStart);
    field.value = `${field.value.slice(0, start)}${name} ${rest.trimStart()}`;
    field.selectionStart = field.selectionEnd = start + name.length + 1;
    this.hide();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    this.hide();
  }
}
