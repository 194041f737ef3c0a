// Puts the page together.

import { Bringing } from "./bringing.js";
import { Chat } from "./chat.js";
import { collection, home } from "./collection.js";
import { conversationsDrawer } from "./conversations.js";
import { nameMark, signOut, themeButton } from "./corner.js";
import { h, icon, iconButton, isTyping, wide, wordButton } from "./dom.js";
import { eraser } from "./erase.js";
import { Evidence } from "./evidence.js";
import { helpDrawer } from "./help.js";
import { exporter } from "./keep.js";
import { settled } from "./kept.js";
import { Mentions } from "./mention.js";
import { Places } from "./places.js";
import { Pulse } from "./pulse.js";
import { Rail } from "./rail.js";
import { Reader } from "./reader.js";
import { Sources } from "./sources.js";
import * as store from "./store.js";
import { language, t } from "./words.js";

// Which collection this is, and the way to all of them.
function ofCollection() {
  const { title } = collection;
  const words = t("{title}: to all collections", { title });
  return h("a", { class: "of", href: home, "aria-label": words, title: words }, icon("all"), h("bdi", {}, title));
}

function open(root) {
  const evidence = new Evidence(root);
  const chat = new Chat(evidence);
  const count = h("span", { class: "count" });
  let step = null; // of a build that goes on
  const pulse = new Pulse((state) => {
    count.textContent = state.sources.toLocaleString(language);
    chat.know(state, step);
    sources.know(state);
    bringing.know();
  });
  const sources = new Sources(chat, {
    onchange: () => pulse.look(),
    onbuild(now) {
      step = now;
      count.classList.toggle("busy", Boolean(step));
      count.title = step ? step[0] : "";
      chat.know(chat.known, step);
    },
    onopen: (source, span) => places.read({ source: source.path, at: span }),
    onshow: () => rail.show(sources),
  });
  chat.onadd = () => sources.picker.click();
  chat.onsources = () => rail.show(sources);
  chat.onrebuild = () => sources.build();
  const bringing = new Bringing(chat.composer, {
    may: () => sources.may,
    fetches: () => chat.known?.may_fetch,
    longest: () => chat.composer.longest,
    onfiles: (files) => sources.take(files),
    onpick: () => sources.picker.click(),
  });
  sources.adding.querySelector(".add").after(bringing.button());
  new Mentions(chat.composer, async () => sources.all ?? (await sources.refresh()));
  const erasing = eraser(chat);
  const past = conversationsDrawer(chat, () => erasing.showModal());
  const rail = new Rail(root, [past, sources]);
  const reader = new Reader(root, {
    onclose: () => places.close(),
    onmoved: (place) => places.moved(place),
    async onlimit(source, question) {
      await places.close();
      chat.composer.limit([source]);
      if (question) chat.ask(question);
    },
  });
  const places = new Places({
    chat,
    evidence,
    reader,
    onsources: () => rail.show(sources),
    ontell: (words) => sources.tell(words),
  });

  const listed = wordButton("books", t("Sources"), () => rail.show(sources), { "aria-label": t("Sources") });
  listed.append(count);
  const header = h(
    "header",
    { class: "bar" },
    rail.button,
    iconButton("list", t("Conversations"), () => rail.show(past)),
    nameMark({ href: "#footnote", onclick: (event) => (event.preventDefault(), chat.start()) }),
    collection && ofCollection(),
    pulse.node,
    h(
      "nav",
      { "aria-label": t("Page") },
      wordButton("add", t("New"), () => chat.start(), { "aria-label": t("New conversation") }),
      exporter(chat),
      listed,
      themeButton(),
      store.leaves && signOut(settled),
    ),
  );
  root.replaceChildren(header, rail.node, chat.node, evidence.node, reader.node, bringing.node, helpDrawer(), erasing);
  root.classList.add("here");
  rail.place();
  places.begin();
  pulse.look();
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !isTyping() && !event.ctrlKey && !event.metaKey) (event.preventDefault(), chat.composer.focus());
    if (event.key === "Escape" && wide.matches && evidence.shown && !reader.shown && !document.querySelector("dialog:modal"))
      evidence.leave();
  });
}

open(document.querySelector("#footnote"));
