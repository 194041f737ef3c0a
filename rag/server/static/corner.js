// What stands in the head of every page: the name, the colours, and the way out.

import { home } from "./collection.js";
import { h, icon, iconButton } from "./dom.js";
import * as store from "./store.js";
import { t } from "./words.js";

const THEMES = ["system", "light", "dark"];

export const nameMark = (props) => h("a", { class: "name", ...props }, "Footnote", h("sup", { "aria-hidden": "true" }, "1"));

export function themeButton() {
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

// settled(): what was written is on the server.
export function signOut(settled) {
  const words = t("Sign out {name}; your conversations are removed from this browser and stay on the server", { name: store.user });
  const leave = async (event) => {
    const form = event.currentTarget;
    event.preventDefault();
    await settled();
    store.forget();
    history.replaceState(null, "", location.pathname); // what was open is nobody else's business
    form.submit();
  };
  return h(
    "form",
    { method: "post", action: `${home}logout`, onsubmit: leave },
    h("button", { type: "submit", class: "ghost", "aria-label": words, title: words }, icon("out")),
  );
}
