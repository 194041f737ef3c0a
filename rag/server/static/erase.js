// "Delete all my data": asks first, says what that is, and begins anew.

import { h, icon } from "./dom.js";
import * as kept from "./kept.js";
import { user } from "./store.js";
import { t } from "./words.js";

export function eraser(chat) {
  const what = h("ul", {});
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const close = () => node.close();
  const cancel = h("button", { type: "button", class: "ghost wordy", onclick: close }, t("Cancel"));
  const erase = h("button", { type: "button", class: "add grave", onclick: () => act() }, t("Delete everything"));
  const node = h(
    "dialog",
    { class: "erasing", "aria-labelledby": "erasing" },
    h("h2", { id: "erasing" }, t("Delete all my data?")),
    what,
    h("p", { class: "aside" }, t("This cannot be undone. The sources stay as they are.")),
    problem,
    h("div", { class: "ways-out" }, cancel, erase),
  );

  async function act() {
    erase.disabled = true;
    chat.stop();
    try {
      await kept.erase(chat.known.may_change);
      location.replace(location.pathname);
    } catch (failure) {
      problem.replaceChildren(icon("warn"), failure.message);
      problem.hidden = erase.disabled = false;
    }
  }

  const show = node.showModal.bind(node);
  node.showModal = () => {
    problem.hidden = true;
    const all = [
      user ? t("Your conversations, in this browser and on the server") : t("Your conversations, in this browser"),
      chat.known.may_change && t("What you have said of answers"),
      t("What you are typing, and the settings of this page"),
    ];
    what.replaceChildren(...all.filter(Boolean).map((each) => h("li", {}, each)));
    show();
    cancel.focus();
  };
  return node;
}
