// "Delete all my data": asks first, says what that is, and begins anew.

import { collection } from "./collection.js";
import { button, h, problem } from "./dom.js";
import * as kept from "./kept.js";
import { user } from "./store.js";
import { t } from "./words.js";

export function eraser(chat) {
  const what = h("ul", {});
  const wrong = problem();
  const cancel = button("ghost wordy", t("Cancel"), () => node.close());
  const erase = button("add grave", t("Delete everything"), () => act());
  const node = h(
    "dialog",
    { class: "erasing", "aria-labelledby": "erasing" },
    h("h2", { id: "erasing" }, collection ? t("Delete all my data in “{title}”?", { title: collection.title }) : t("Delete all my data?")),
    what,
    h("p", { class: "aside" }, t("This cannot be undone. The sources stay as they are.")),
    wrong,
    h("div", { class: "ways-out" }, cancel, erase),
  );

  async function act() {
    erase.disabled = true;
    chat.stop();
    try {
      await kept.erase(chat.known.may_change);
      location.replace(location.pathname);
    } catch (failure) {
      wrong.tell(failure.message);
      erase.disabled = false;
    }
  }

  const show = node.showModal.bind(node);
  node.showModal = () => {
    wrong.tell("");
    const all = [
      user ? t("Your conversations, in this browser and on the server") : t("Your conversations, in this browser"),
      chat.known.may_change && t("Your feedback on answers"),
      t("What you are typing, and the settings of this page"),
    ];
    what.replaceChildren(...all.filter(Boolean).map((each) => h("li", {}, each)));
    show();
    cancel.focus();
  };
  return node;
}
