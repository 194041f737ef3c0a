// A page of a PDF as a picture, with boxes on exactly the characters that are quoted.

import { pictureOf } from "./api.js";
import { h, iconButton, problem, wide } from "./dom.js";
import { t } from "./words.js";

const WIDEST = 2400; // pixels asked for; beyond that a picture gets heavy and no sharper
const READABLE = 15; // pixels of a line's height, so that a quote can be read without zooming
const STEP = 1.4;
const LARGEST = 4;

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
  // onturn(number): the page that is shown.
  constructor(onturn = () => {}) {
    this.onturn = onturn;
    this.chosen = null; // how large a person wants pages, as a multiple of the panel's width
  }

  // cited: whether the place is quoted in an answer, or only near to the question; number: the page to begin with;
  // meanwhile: what stands for this page until its picture is there.
  show(into, found, cited, number = found.page ?? 1, meanwhile = []) {
    this.cited = cited;
    this.meanwhile = meanwhile;
    this.first = number;
    this.into = into;
    this.found = found;
    this.turn(number);
  }

  turn(number) {
    const { found, into } = this;
    this.number = number;
    const last = found.labels.length;
    const label = (this.label = found.labels[number - 1] || String(number));
    const before = iconButton("left", t("Page before"), () => this.turn(number - 1), { disabled: number <= 1 });
    const after = iconButton("right", t("Page after"), () => this.turn(number + 1), { disabled: number >= last });
    this.smaller = iconButton("smaller", t("Smaller"), () => this.zoom(1 / STEP));
    this.larger = iconButton("larger", t("Larger"), () => this.zoom(STEP));
    const counted = h(
      "span",
      { class: "place" },
      label === String(number) ? t("Page {number} of {last}", { number, last }) : t("Page {label} ({number} of {last})", { label, number, last }),
    );
    const held = into.contains(document.activeElement) && document.activeElement.getAttribute("aria-label");
    this.sheet = h("figure", { class: "sheet", "aria-label": t("Page {label} of {title}", { label, title: found.title }) });
    const text = number === this.first ? this.meanwhile : [];
    this.sheet.hidden = text.length > 0;
    this.frame = h("div", { class: "frame", tabindex: "0" }, text.length > 0 && h("div", { class: "meanwhile" }, text), this.sheet);
    into.replaceChildren(
      h("div", { class: "leaf" }, before, counted, after, h("span", { class: "gap" }), this.smaller, this.larger),
      ...this.words(number).map((each) => h("p", { class: "aside" }, each)),
      this.frame,
    );
    if (held) into.querySelector(`[aria-label="${held}"]:not(:disabled)`)?.focus();
    this.size(this.chosen ?? 1);
    this.draw(number, label);
    this.onturn(number);
  }

  // What has to be said of a page that holds the quote, or should.
  words(number) {
    const { boxes, page } = this.found;
    if (number === page && !Object.keys(boxes).length) return [t("The exact place on this page could not be found.")];
    if (!boxes[number]) return [];
    return [
      boxes[number - 1] && t("The quote begins on the page before."),
      boxes[number + 1] && t("The quote continues on the next page."),
    ].filter(Boolean);
  }

  async draw(number, label) {
    const { found, sheet } = this;
    const image = await this.loaded(2, label);
    if (this.sheet !== sheet || !this.into.contains(sheet)) return;
    sheet.hidden = false;
    if (!image)
      return sheet.replaceChildren(problem(t("This page cannot be shown as a picture. Its text is under “Text”.")));
    const quoted = found.boxes[number] || [];
    const boxes = [
      ...quoted.map((box) => placed(box, "quoted")),
      ...(found.answer_boxes?.[number] || []).map((box) => placed(box, "words")),
    ];
    this.frame.replaceChildren(sheet);
    sheet.classList.add("ready");
    sheet.replaceChildren(image, h("div", { class: this.cited ? "boxes" : "boxes near" }, boxes));
    this.size(this.chosen ?? this.readable(quoted, image.naturalHeight / image.naturalWidth));
    this.reveal();
  }

  // The page's picture, sharp enough for a size; null where it cannot be drawn.
  async loaded(size, label) {
    const base = (this.into.clientWidth || 600) * Math.max(1.5, devicePixelRatio);
    const width = Math.min(WIDEST, Math.round(base * size));
    const image = h("img", { src: pictureOf(this.found.document_id, this.number, width), alt: t("Picture of page {label}", { label }) });
    return image.decode().then(
      () => image,
      () => null,
    );
  }

  // As large as reading the quote takes, but not so large that its lines hang over the edge.
  readable(boxes, tall) {
    if (!boxes.length) return wide.matches ? 1 : 1.6;
    const room = this.frame.clientWidth;
    const heights = boxes.map(([, top, , bottom]) => bottom - top).sort((one, other) => one - other);
    const line = heights[heights.length >> 1] * room * tall;
    const across = Math.max(...boxes.map((box) => box[2])) - Math.min(...boxes.map((box) => box[0]));
    return Math.max(1, Math.min(READABLE / line, 0.9 / across, LARGEST));
  }

  size(size) {
    this.now = Math.max(1, Math.min(size, LARGEST));
    this.sheet.style.width = `${this.now * 100}%`;
    this.smaller.disabled = this.now <= 1;
    this.larger.disabled = this.now >= LARGEST;
  }

  // What is in the middle stays there.
  async zoom(by) {
    const { frame, sheet } = this;
    const x = (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth;
    const y = (frame.scrollTop + frame.clientHeight / 2) / frame.scrollHeight;
    this.size((this.chosen = this.now * by));
    frame.scrollLeft = x * frame.scrollWidth - frame.clientWidth / 2;
    frame.scrollTop = y * frame.scrollHeight - frame.clientHeight / 2;
    const shown = sheet.querySelector("img");
    if (!shown || this.now <= 2) return;
    const sharper = await this.loaded(this.now, this.label);
    if (sharper && this.sheet === sheet && sharper.naturalWidth > shown.naturalWidth) shown.replaceWith(sharper);
  }

  // The quoted place in the middle of the panel, without moving the page itself.
  reveal() {
    const boxes = [...this.sheet.querySelectorAll(".quoted")].map((box) => box.getBoundingClientRect());
    if (!boxes.length || !this.into.contains(this.sheet)) return;
    const view = this.frame.getBoundingClientRect();
    const left = Math.min(...boxes.map((box) => box.left));
    const right = Math.max(...boxes.map((box) => box.right));
    this.frame.scrollTop += boxes[0].top + boxes[0].height / 2 - (view.top + view.height / 2);
    this.frame.scrollLeft += (left + right) / 2 - (view.left + view.width / 2);
  }
}
