// What a number stands for, before anything is opened.

import { h } from "./dom.js";
import { place, readable } from "./answer.js";
import { pairs } from "./table.js";

// The preview that appears at a chip on hover and keyboard focus.
export class Card {
  constructor() {
    this.node = h("div", { class: "card", role: "tooltip", id: "card", hidden: true });
  }

  watch(chip, citation) {
    const show = () => this.show(chip, citation);
    chip.addEventListener(
      "pointerenter",
      (event) => event.pointerType === "mouse" && (this.timer = setTimeout(show, 140)),
    );
    chip.addEventListener("pointerleave", () => this.hide());
    chip.addEventListener("focus", () => chip.matches(":focus-visible") && show());
    chip.addEventListener("blur", () => this.hide());
    chip.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
  }

  show(chip, citation) {
    this.node.replaceChildren(
      citation.table ? pairs(citation.table) : h("bdi", { class: "quote" }, readable(citation.quote.replace(/\s+/g, " "))),
      h("span", { class: "where" }, h("bdi", {}, place(citation))),
    );
    this.node.hidden = false;
    chip.setAttribute("aria-describedby", "card");
    this.chip = chip;
    const at = chip.getBoundingClientRect();
    const size = this.node.getBoundingClientRect();
    const left = Math.max(12, Math.min(at.left + at.width / 2 - size.width / 2, innerWidth - size.width - 12));
    const below = at.bottom + 8; // above it would cover the sentence that is being read
    this.node.style.left = `${left}px`;
    this.node.style.top = `${below + size.height < innerHeight - 8 ? below : at.top - size.height - 8}px`;
  }

  hide() {
    clearTimeout(this.timer);
    this.chip?.removeAttribute("aria-describedby");
    this.node.hidden = true;
  }
}
