// Conversations and sources: a column at the left of a roomy window, drawers from the sides of any other.

import { h, iconButton, roomy } from "./dom.js";
import * as store from "./store.js";
import { t } from "./words.js";

export class Rail {
  // drawers: dialogs of `drawer`, each with onopen(), which brings its list up to date.
  constructor(root, drawers) {
    this.root = root;
    this.drawers = drawers;
    this.node = h("div", { class: "rail" }, drawers.map((each) => each.node));
    this.button = iconButton("rail", "", () => this.turn(!this.shown), { class: "ghost railer", "aria-expanded": "true" });
    roomy.addEventListener("change", () => this.place());
    addEventListener("kept", () => this.shown && this.drawers[0].onopen());
  }

  get shown() {
    return roomy.matches && this.root.classList.contains("railed");
  }

  turn(shown) {
    store.setting("rail", shown ? "shown" : "hidden");
    this.place();
  }

  place() {
    const stays = roomy.matches;
    const shown = stays && store.setting("rail") !== "hidden";
    this.root.classList.toggle("railed", shown);
    const words = shown ? t("Hide the side column") : t("Show the side column");
    this.button.title = words;
    this.button.setAttribute("aria-label", words);
    this.button.setAttribute("aria-expanded", String(shown));
    for (const each of this.drawers) {
      const { node } = each;
      node.stays = false;
      if (node.open) node.close();
      if (!stays) node.removeAttribute("role");
      else {
        node.setAttribute("role", "region");
        node.setAttribute("open", "");
        node.stays = true;
        if (shown) each.onopen();
      }
    }
  }

  // Shows one of them: where it stands, or over the page.
  show(one) {
    if (!roomy.matches) {
      if (!one.node.open) one.node.showModal();
      return one.onopen();
    }
    if (!this.shown) this.turn(true);
    else one.onopen();
    one.node.querySelector("input[type=search]:not([hidden]), button.pick, h2")?.focus({ preventScroll: true });
  }
}
