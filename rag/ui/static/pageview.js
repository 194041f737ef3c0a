// A page of a PDF as a picture, with boxes on exactly the characters that are quoted.

import { pictureOf } from "./api.js";
import { h, icon, iconButton, wide } from "./dom.js";

const WIDEST = 1800; // pixels asked for; beyond that a picture gets heavy and no sharper

function placed([x0, y0, x1, y1], cls) {
  const box = h("span", { class: cls, "aria-hidden": "true" });
  Object.assign(box.style, {
    left: `${x0 * 100}%`,
    top: `${y0 * 100}%`,
    width: `${(x1 - x0) * 100}%`,
    height: `${(y1 - y0) * 100}%`,
  });
  return box;
}

export class PageView {
  constructor() {
    this.zoomed = !wide.matches; // a whole page on a phone would be too small to read
  }

  show(into, found) {
    this.into = into;
    this.found = found;
    this.turn(found.page ?? 1);
  }

  async turn(number) {
    const { found, into } = this;
    this.number = number;
    const last = found.labels.length;
    const label = found.labels[number - 1] || String(number);
    const before = iconButton("left", "Page before", () => this.turn(number - 1), { disabled: number <= 1 });
    const after = iconButton("right", "Page after", () => this.turn(number + 1), { disabled: number >= last });
    const zoom = iconButton("zoom", "Larger", () => ((this.zoomed = !this.zoomed), this.turn(this.number)), {
      "aria-pressed": String(this.zoomed),
    });
    const counted = h(
      "span",
      { class: "place" },
      label === String(number) ? `Page ${number} of ${last}` : `Page ${label} (${number} of ${last})`,
    );
    const sheet = h("figure", { class: "sheet", "aria-label": `Page ${label} of ${found.title}` });
    const missing = number === found.page && !Object.keys(found.boxes).length;
    this.sheet = sheet;
    const held = into.contains(document.activeElement) && document.activeElement.getAttribute("aria-label");
    into.replaceChildren(
      ...[
        h("div", { class: "leaf" }, before, counted, after, h("span", { class: "gap" }), zoom),
        missing && h("p", { class: "aside" }, "The exact spot on this page is not located."),
        found.boxes[number] && found.boxes[number + 1] && h("p", { class: "aside" }, "The quote goes on on the next page."),
        h("div", { class: "frame" }, sheet),
      ].filter(Boolean),
    );
    if (held) into.querySelector(`[aria-label="${held}"]:not(:disabled)`)?.focus();
    this.fit();
    const image = h("img", { src: this.source(number), alt: `Picture of page ${label}` });
    const drawn = await image.decode().then(
      () => true,
      () => false,
    );
    if (this.sheet !== sheet || !this.into.contains(sheet)) return;
    if (!drawn)
      return sheet.replaceChildren(
        h(
          "figcaption",
          { class: "problem" },
          icon("warn"),
          "This page cannot be shown as a picture. Its text is under “Text”.",
        ),
      );
    const boxes = [
      ...(found.boxes[number] || []).map((box) => placed(box, "quoted")),
      ...(found.answer_boxes?.[number] || []).map((box) => placed(box, "words")),
    ];
    sheet.classList.add("ready");
    sheet.replaceChildren(image, h("div", { class: "boxes" }, boxes));
    this.reveal();
  }

  fit() {
    this.sheet.classList.toggle("zoomed", this.zoomed);
    this.reveal();
  }

  // The quoted place in the middle of the panel, without moving the page itself.
  reveal() {
    const box = this.sheet.querySelector(".quoted");
    if (!box || !this.into.contains(box)) return;
    const frame = this.into.querySelector(".frame");
    const middle = box.getBoundingClientRect();
    const view = frame.getBoundingClientRect();
    frame.scrollTop += middle.top + middle.height / 2 - (view.top + view.height / 2);
    frame.scrollLeft += middle.left + middle.width / 2 - (view.left + view.width / 2);
  }

  source(number) {
    const width = Math.min(
      WIDEST,
      Math.round((this.into.clientWidth || 600) * (this.zoomed ? 2 : 1) * Math.max(1.5, devicePixelRatio)),
    );
    return pictureOf(this.found.document_id, number, width);
  }
}
