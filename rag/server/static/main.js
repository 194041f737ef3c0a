// Puts the page together.

import { Bringing } from "./bringing.js";
import { Chat } from "./chat.js";
import { call } from "./api.js";
import { h, icon, iconButton, wide } from "./dom.js";
import { conversationsDrawer } from "./conversations.js";
import { Evidence } from "./evidence.js";
import { exporter } from "./keep.js";
import { settled } from "./kept.js";
import { Mentions } from "./mention.js";
import { Places } from "./places.js";
import { Rail } from "./rail.js";
import { Reader } from "./reader.js";
import { Sources } from "./sources.js";
import * as store from "./store.js";
import { language, t } from "./words.js";

const THEMES = ["system", "light", "dark"];

function themeButton() {
  const button = iconButton("system", "", () => show(THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]));
  let now;
  function show(theme) {
    now = THEMES.includes(theme) ? theme : "system";
    store.setting("theme", now);
    if (now === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = now;
    button.replaceChildren(icon(now));
    button.title = t(`Colours: ${now}`);
    button.setAttribute("aria-label", button.title);
  }
  show(store.setting("theme"));
  return button;
}

function signOut() {
  const words = t("Sign out {name}; your conversations leave this browser and stay on the server", { name: store.user });
  const leave = async (event) => {
    const form = event.currentTarget;
    event.preventDefault();
    await settled();
    store.forget();
    form.submit();
  };
  return h(
    "form",
    { method: "post", action: "logout", onsubmit: leave },
    h("button", { type: "submit", class: "ghost", "aria-label": words, title: words }, icon("out")),
  );
}

// Asks how the server stands until nothing more is to be expected: models loaded, questions to begin with found.
async function watchState(ready, onstate) {
  for (let wait = 400; ; wait = Math.min(wait * 1.5, 3000)) {
    let told = t("Waiting for the server…");
    const state = await call("state").catch((problem) => {
      if (problem.message.includes("public_url")) told = problem.message; // waiting would not help
      return null;
    });
    if (state) onstate(state);
    ready.hidden = Boolean(state?.ready);
    ready.className = state?.problem ? "warming trouble" : "warming";
    ready.textContent = state ? state.problem || t("Warming up…") : told;
    if (state?.settled) return;
    await new Promise((done) => setTimeout(done, wait));
  }
}

function open(root) {
  const evidence = new Evidence(root);
  const chat = new Chat(evidence);
  const count = h("span", { class: "count" });
  const ready = h("span", { class: "warming", role: "status", hidden: true });
  let step = null; // of a build that goes on
  const watch = () =>
    watchState(ready, (state) => {
      count.textContent = state.sources.toLocaleString(language);
      chat.know(state, step);
      sources.know(state);
      bringing.know();
    });
  const sources = new Sources(chat, {
    onchange: watch,
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
  const bringing = new Bringing(chat.composer, {
    may: () => sources.may,
    longest: () => chat.composer.longest,
    onfiles: (files) => sources.take(files),
    onpick: () => sources.picker.click(),
  });
  sources.adding.querySelector(".add").after(bringing.button());
  new Mentions(chat.composer, async () => sources.all ?? (await sources.refresh()));
  const past = conversationsDrawer(chat);
  const rail = new Rail(root, [past, sources]);
  const reader = new Reader(root, {
    onclose: () => places.close(),
    onmoved: (place) => places.moved(place),
    async onlimit(source, question) {
      await places.close();
      chat.limit([source]);
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

  const header = h(
    "header",
    { class: "bar" },
    rail.button,
    iconButton("list", t("Conversations"), () => rail.show(past)),
    h(
      "a",
      { class: "name", href: "#footnote", onclick: (event) => (event.preventDefault(), chat.start()) },
      "Footnote",
      h("sup", { "aria-hidden": "true" }, "1"),
    ),
    ready,
    h(
      "nav",
      { "aria-label": t("Page") },
      h(
        "button",
        { type: "button", class: "ghost wordy", "aria-label": t("New conversation"), onclick: () => chat.start() },
        icon("add"),
        h("span", {}, t("New")),
      ),
      exporter(chat),
      h(
        "button",
        { type: "button", class: "ghost wordy", "aria-label": t("Sources"), onclick: () => rail.show(sources) },
        icon("books"),
        h("span", {}, t("Sources")),
        count,
      ),
      themeButton(),
      store.user && signOut(),
    ),
  );
  root.replaceChildren(header, rail.node, chat.node, evidence.node, reader.node, bringing.node);
  root.classList.add("here");
  rail.place();
  places.begin();
  watch();
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName || "");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) (event.preventDefault(), chat.focus());
    if (event.key === "Escape" && wide.matches && evidence.shown && !reader.shown && !document.querySelector("dialog:modal"))
      evidence.leave();
  });
}

open(document.querySelector("#footnote"));
