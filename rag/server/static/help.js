// The keys of the page, on "?".

import { drawer, h, isTyping } from "./dom.js";
import { t } from "./words.js";

const KEYS = [
  ["/", t("Type a question")],
  ["Enter", t("Ask it; if an answer is still coming, it is asked next")],
  ["Shift + Enter", t("Start a new line")],
  ["Esc", t("Stop the answer, cancel an edit, close what is open")],
  ["← →", t("Previous and next citation, in the evidence panel")],
  ["?", t("This list")],
];

export function helpDrawer() {
  const node = drawer(
    "right keys",
    t("Keyboard"),
    h("dl", {}, KEYS.map(([key, words]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, words)))),
  );
  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !isTyping() && !document.querySelector("dialog:modal")) node.showModal();
  });
  return node;
}
