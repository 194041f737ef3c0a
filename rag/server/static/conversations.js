// Earlier conversations of this browser: open, rename, delete.

import { day, drawer, h, iconButton, plural } from "./dom.js";
import * as store from "./store.js";
import { t, within } from "./words.js";

export function conversationsDrawer(chat) {
  const list = h("ul", { class: "scroll past" });
  const node = drawer(
    "left",
    t("Conversations"),
    h(
      "div",
      { class: "top" },
      h("h2", {}, t("Conversations")),
      iconButton("close", t("Close"), () => node.close()),
    ),
    h("p", { class: "aside" }, store.user ? t("Kept in this browser only, until you sign out.") : t("Kept in this browser only.")),
    list,
    h(
      "p",
      { class: "aside kept" },
      within("{link} as cases for rag eval.", {
        link: h("a", { class: "link", href: "page/cases", download: "cases.jsonl" }, t("Save your feedback")),
      }),
    ),
  );

  function row(conversation) {
    const title = conversation.title || t("Untitled");
    const item = h("li", { class: conversation.id === chat.talk.id ? "current" : "" });
    const name = h(
      "button",
      {
        type: "button",
        class: "pick",
        "aria-current": conversation.id === chat.talk.id && "true",
        onclick: () => (node.close(), chat.open(conversation)),
      },
      h("bdi", { class: "title" }, title),
      h("span", { class: "path" }, `${day(conversation.at)} · ${plural(conversation.turns.length, "question")}`),
    );
    const rename = () => {
      const field = h("input", {
        type: "text",
        value: title,
        "aria-label": t("Name of the conversation"),
        maxlength: 120,
      });
      const keep = () => {
        const chosen = field.value.trim() || title;
        store.rename(conversation.id, chosen);
        if (conversation.id === chat.talk.id) chat.talk.title = chosen;
        show();
      };
      field.addEventListener("blur", keep, { once: true });
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter") field.blur();
        if (event.key === "Escape") (event.preventDefault(), (field.value = title), field.blur());
      });
      item.replaceChildren(field);
      field.focus();
      field.select();
    };
    const remove = () => {
      store.remove(conversation.id);
      if (conversation.id === chat.talk.id) chat.open(store.fresh());
      show();
    };
    item.append(
      name,
      iconButton("edit", t("Rename “{title}”", { title }), rename, { class: "ghost quiet" }),
      iconButton("bin", t("Delete “{title}”", { title }), remove, { class: "ghost quiet" }),
    );
    return item;
  }

  function show() {
    const all = store.all();
    list.replaceChildren(...(all.length ? all.map(row) : [h("li", { class: "aside" }, t("Nothing has been asked yet."))]));
  }

  return { node, open: () => (show(), node.showModal()) };
}
