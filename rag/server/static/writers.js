// Who writes the answers: the sources themselves, or a language model; and a sign where that is not this machine.

import { call } from "./api.js";
import { h, icon } from "./dom.js";
import * as store from "./store.js";
import { t } from "./words.js";

export class Writers {
  constructor() {
    this.known = [];
    this.select = h("select", { "aria-label": t("Who writes the answer"), onchange: () => this.choose(this.select.value) });
    this.away = h("span", { class: "away", role: "status", hidden: true });
    this.node = h("div", { class: "writers", hidden: true }, this.select, this.away);
    this.look();
  }

  // The setting of the model that is to write, "" for none; null until it is known, which leaves it to the server.
  get chosen() {
    return this.known.length ? this.select.value : null;
  }

  async look() {
    this.known = await call("writers").catch(() => []);
    this.node.hidden = !this.known.length;
    this.select.replaceChildren(
      h("option", { value: "" }, t("In the sources’ own words")),
      ...this.known.map((each) => h("option", { value: each.setting }, t("Written by {name}", { name: each.name }))),
    );
    const settings = ["", ...this.known.map((each) => each.setting)];
    const wish = store.setting("llm");
    this.select.value = settings.includes(wish) ? wish : (this.known.find((each) => each.chosen)?.setting ?? "");
    this.sign();
  }

  choose(setting) {
    store.setting("llm", setting);
    this.sign();
  }

  sign() {
    const writer = this.known.find((each) => each.setting === this.select.value);
    this.away.hidden = !writer || writer.here;
    this.away.replaceChildren(icon("warn"), t("Questions and passages are sent to {host}", { host: writer?.host }));
  }
}
