// Dialogs that ask for one thing: the title of a new collection, where documents are to go.

import { callTeam } from "./api.js";
import { button, h, problem } from "./dom.js";
import { t } from "./words.js";

// Does what a form is for, once at a time; what goes wrong is told where it happened.
export function doing(wrong, act) {
  let busy = false;
  return async (event) => {
    event?.preventDefault();
    if (busy) return;
    busy = true;
    wrong.tell("");
    try {
      await act(event);
    } catch (failure) {
      wrong.tell(failure.message);
    } finally {
      busy = false;
    }
  };
}

// rest: its fields; act(): what it asks for is done, then it closes. `ask()` opens it.
export function asking(title, words, rest, act) {
  const wrong = problem();
  const done = doing(wrong, async () => (await act(), node.close()));
  const node = h(
    "dialog",
    { class: "small", "aria-label": title },
    h("h2", {}, title),
    h(
      "form",
      { onsubmit: done },
      rest,
      wrong,
      h("div", { class: "ways-out" }, button("ghost wordy", t("Cancel"), () => node.close()), h("button", { type: "submit", class: "add" }, words)),
    ),
  );
  const ask = () => {
    wrong.tell("");
    node.showModal();
    node.querySelector("input, select")?.focus();
  };
  return { node, ask };
}

// onmade({name}): it is there.
export function making(onmade) {
  const title = h("input", { type: "text", maxlength: 80, required: true, autocomplete: "off" });
  const what = h("p", { class: "aside" }, t("Documents that you want to ask together, for instance all reports of one project."));
  const act = async () => onmade(await callTeam("make", { title: title.value.trim() }));
  const { node, ask } = asking(t("New collection"), t("Create"), [what, h("label", {}, t("Title"), title)], act);
  return { node, ask: () => ((title.value = ""), ask()) };
}
