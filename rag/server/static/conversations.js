// Earlier conversations: find, open, pin, rename, delete.

import { day, drawer, h, icon, iconButton, plural } from "./dom.js";
import * as kept from "./kept.js";
import * as store from "./store.js";
import { t, within } from "./words.js";

export function conversationsDrawer(chat) {
  const list = h("ul", { class: "scroll past" });
  const sought = h("input", {
    type: "search",
    "aria-label": t("Find in conversations"),
    placeholder: t("Find in conversations"),
    maxlength: 200,
    oninput: () => show(),
  });
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const node = drawer(
    "left",
    t("Conversations"),
    h(
      "div",
      { class: "top" },
      h("h2", {}, t("Conversations")),
      iconButton("close", t("Close"), () => node.close()),
    ),
    h("p", { class: "aside" }, store.user ? t("Kept on the server, for you alone.") : t("Kept in this browser only.")),
    problem,
    sought,
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
    const isPinned = kept.pinned(conversation.id);
    const pin = () => {
      kept.pin(conversation.id, !isPinned);
      show();
      [...list.querySelectorAll("[aria-pressed]")].find((each) => each.dataset.id === conversation.id)?.focus();
    };
    item.append(
      name,
      iconButton("pin", t("Pin “{title}”", { title }), pin, {
        class: "ghost quiet pin",
        "aria-pressed": String(isPinned),
        "data-id": conversation.id,
      }),
      iconButton("edit", t("Rename “{title}”", { title }), rename, { class: "ghost quiet" }),
      iconButton("bin", t("Delete “{title}”", { title }), remove, { class: "ghost quiet" }),
    );
    return item;
  }

  function show() {
    const all = kept.found(sought.value);
    if (all.length) return list.replaceChildren(...all.map(row));
    const none = store.all().length ? t("No conversation holds these words.") : t("Nothing has been asked yet.");
    list.replaceChildren(h("li", { class: "aside" }, none));
  }

  kept.keepOnServer(
    () => node.open && !list.querySelector("input") && show(),
    (message) => (problem.replaceChildren(icon("warn"), message), (problem.hidden = false)),
  );
  return { node, onopen: show };
}
