// The edge of the evidence column: drawn with the pointer, moved with the arrow keys, kept in this browser.

import { h, wide } from "./dom.js";
import * as store from "./store.js";
import { t } from "./words.js";

const STEP = 32; // pixels an arrow key
const [LEAST, TALK] = [320, 352]; // pixels of the evidence, and of the conversation beside it

export function edge(root) {
  const node = h("div", { class: "edge", role: "separator", "aria-orientation": "vertical", "aria-label": t("Width of the evidence"), tabindex: "0" });
  const panel = () => node.parentElement;
  const most = () => Math.max(LEAST, panel().getBoundingClientRect().right - root.querySelector(".talk").getBoundingClientRect().left - TALK);

  // Without a width: as wide as the page makes it by itself.
  function set(width, keep = true) {
    if (width) root.style.setProperty("--evidence", `${Math.round(Math.max(LEAST, Math.min(width, most())))}px`);
    else root.style.removeProperty("--evidence");
    if (keep) store.setting("evidence", width ? root.style.getPropertyValue("--evidence") : "");
    tell();
  }

  function tell() {
    if (!panel()?.open || !wide.matches) return;
    const values = { now: panel().offsetWidth, min: LEAST, max: Math.max(most(), panel().offsetWidth) };
    for (const [name, value] of Object.entries(values)) node.setAttribute(`aria-value${name}`, String(Math.round(value)));
  }

  node.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    node.focus();
    node.setPointerCapture(event.pointerId);
    const sum = event.clientX + panel().offsetWidth; // of the place and the width, wherever the edge was taken hold of
    const move = (moved) => set(sum - moved.clientX, false);
    node.addEventListener("pointermove", move);
    node.addEventListener("lostpointercapture", () => (node.removeEventListener("pointermove", move), set(panel().offsetWidth)), { once: true });
  });
  node.addEventListener("dblclick", () => set(0));
  node.addEventListener("keydown", (event) => {
    const width = { ArrowLeft: panel().offsetWidth + STEP, ArrowRight: panel().offsetWidth - STEP, Home: LEAST, End: most(), Enter: 0 }[event.key];
    if (width === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // the arrows go to other citations elsewhere in the panel
    set(width);
  });
  new ResizeObserver(tell).observe(node);
  const kept = store.setting("evidence");
  if (/^\d{2,4}px$/.test(kept ?? "")) root.style.setProperty("--evidence", kept);
  return node;
}
