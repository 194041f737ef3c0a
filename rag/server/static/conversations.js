// Earlier conversations: find, open, pin, rename, delete.

import { path } from "./branches.js";
import { button, day, drawer, h, iconButton, plural, problem, say } from "./dom.js";
import * as kept from "./kept.js";
import * as store from "./store.js";
import { t, within } from "./words.js";

// onerase(): everything that is kept of this person is to be deleted.
export function conversationsDrawer(chat, onerase) {
  const list = h("ul", { class: "scroll past" });
  const sought = h("input", {
    type: "search",
    "aria-label": t("Find in conversations"),
    placeholder: t("Find in conversations"),
    maxlength: 200,
    oninput: () => show(),
  });
  const wrong = problem();
  const said = h("p", { class: "said", role: "status", hidden: true });
  const node = drawer(
    "left",
    t("Conversations"),
    h(
      "p",
      { class: "aside" },
      store.user ? t("Kept on the server, for you alone.") : t("Kept in this browser only."),
      " ",
      button("link", t("Delete all my data"), onerase),
    ),
    wrong,
    said,
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
    const item = h("li", { class: conversation.id === chat.talk.id ? "current" : "", "data-talk": conversation.id });
    const amount = `${day(conversation.at)} · ${plural(path(conversation).length, "question")}`;
    const open = () => ((said.hidden = true), node.close(), chat.open(conversation));
    const name = button("pick", [h("bdi", { class: "title" }, title), h("span", { class: "path" }, amount)], open, {
      "aria-current": conversation.id === chat.talk.id && "true",
    });
    const rename = () => {
      const field = h("input", { type: "text", value: title, "aria-label": t("Name of the conversation"), maxlength: 120 });
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
    const isPinned = kept.pinned(conversation.id);
    const remove = () => {
      const shown = conversation.id === chat.talk.id;
      store.remove(conversation.id);
      if (shown) chat.open(store.fresh());
      show();
      const back = () => {
        store.save(conversation, conversation.at);
        if (isPinned) kept.pin(conversation.id, true);
        if (shown) chat.open(conversation);
        said.hidden = true;
        show();
        list.querySelector(`[data-talk="${conversation.id}"] .pick`)?.focus();
        say(t("“{title}” is back.", { title }));
      };
      const undo = button("link", t("Undo"), back);
      said.hidden = false;
      said.replaceChildren(h("span", {}, within("Deleted: {title}", { title: h("bdi", {}, title) })), undo);
      undo.focus();
    };
    const pin = () => (kept.pin(conversation.id, !isPinned), show());
    item.append(
      name,
      iconButton("pin", t("Pin “{title}”", { title }), pin, { class: "ghost quiet pin", "aria-pressed": String(isPinned) }),
      iconButton("edit", t("Rename “{title}”", { title }), rename, { class: "ghost quiet" }),
      iconButton("bin", t("Delete “{title}”", { title }), remove, { class: "ghost quiet" }),
    );
    return item;
  }

  function show() {
    const all = kept.found(sought.value);
    const none = store.all().length ? t("No conversation contains these words.") : t("Nothing has been asked yet.");
    if (!all.length) return list.replaceChildren(h("li", { class: "aside" }, none));
    const held = document.activeElement?.closest(".past [data-talk]"); // whose row has the focus, and on what
    const place = held && [...held.children].indexOf(document.activeElement);
    list.replaceChildren(...all.map(row));
    if (held) list.querySelector(`[data-talk="${CSS.escape(held.dataset.talk)}"]`)?.children[place]?.focus();
  }

  const onopen = () => list.querySelector("input") || show(); // a name that is being typed is not lost

  node.addEventListener("close", () => (said.hidden = true));
  kept.keepOnServer(
    () => (node.open && onopen(), store.find(chat.talk.id) && chat.heard()),
    (message) => wrong.tell(message),
  );
  return { node, onopen };
}
