// Puts the page together.

import { Chat } from "./chat.js";
import { call } from "./api.js";
import { h, icon, iconButton, wide } from "./dom.js";
import { Evidence } from "./evidence.js";
import { conversationsDrawer } from "./conversations.js";
import { Sources } from "./sources.js";
import { exporter } from "./keep.js";
import { settled } from "./kept.js";
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
    });
  const sources = new Sources(chat, watch, (now) => {
    step = now;
    count.classList.toggle("busy", Boolean(step));
    count.title = step ? step[0] : "";
    chat.know(chat.known, step);
  });
  chat.onadd = () => sources.picker.click();
  const past = conversationsDrawer(chat);

  const header = h(
    "header",
    { class: "bar" },
    iconButton("list", t("Conversations"), () => past.open()),
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
        { type: "button", class: "ghost wordy", "aria-label": t("Sources"), onclick: () => sources.open() },
        icon("books"),
        h("span", {}, t("Sources")),
        count,
      ),
      themeButton(),
      store.user && signOut(),
    ),
  );
  root.replaceChildren(header, chat.node, evidence.node, sources.node, past.node);
  root.classList.add("here");
  watch();
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName || "");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) (event.preventDefault(), chat.focus());
    if (event.key === "Escape" && wide.matches && evidence.shown && !document.querySelector("dialog:modal"))
      evidence.close();
  });
}

open(document.querySelector("#footnote"));
