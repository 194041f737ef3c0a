// A long list of which only what is in view is in the page.

import { h } from "./dom.js";

const SPARE = 6; // rows on either side of what is in view

const rootSize = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

export class Windowed {
  // label: what the list is; scroller: the box that scrolls, with nothing else in it.
  constructor(label, scroller) {
    this.list = h("ul", { class: "windowed", "aria-label": label });
    this.scroller = scroller;
    this.rows = [];
    this.nodes = new Map();
    scroller.append(this.list);
    scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(scroller);
  }

  // rows: [{ key, rems, make() }], in order; `make` gives what stands in the row, `rems` is its height.
  set(rows) {
    const rem = rootSize();
    this.rows = rows;
    this.tops = [0];
    for (const row of rows) this.tops.push(this.tops.at(-1) + row.rems * rem);
    this.list.style.height = `${this.tops.at(-1)}px`;
    const held = this.held();
    this.nodes.clear();
    this.list.replaceChildren();
    this.draw();
    if (held) this.nodes.get(held.key)?.querySelector(`[aria-label="${CSS.escape(held.label)}"], ${held.tag}`)?.focus();
  }

  // What has the focus, so that it can have it again.
  held() {
    const active = document.activeElement;
    if (!this.list.contains(active)) return null;
    const key = [...this.nodes].find(([, node]) => node.contains(active))?.[0];
    return { key, label: active.getAttribute("aria-label") ?? "", tag: active.localName };
  }

  // The number of the row at a height.
  at(height) {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1] <= height) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  draw() {
    if (!this.rows.length) return;
    const top = this.scroller.getBoundingClientRect().top - this.list.getBoundingClientRect().top;
    const first = Math.max(0, this.at(top) - SPARE);
    const last = Math.min(this.rows.length, this.at(top + this.scroller.clientHeight) + 1 + SPARE);
    const wanted = new Map();
    for (let index = first; index < last; index++) wanted.set(this.rows[index].key, index);
    for (const [key, node] of this.nodes) {
      if (wanted.has(key) || node.contains(document.activeElement)) continue;
      node.remove();
      this.nodes.delete(key);
    }
    let behind = null;
    for (const [key, index] of [...wanted].reverse()) {
      const node = this.nodes.get(key) ?? this.place(key, index);
      if (node.parentNode !== this.list) this.list.insertBefore(node, behind);
      behind = node;
    }
  }

  place(key, index) {
    const node = this.rows[index].make();
    node.setAttribute("aria-setsize", this.rows.length);
    node.setAttribute("aria-posinset", index + 1);
    node.style.top = `${this.tops[index]}px`;
    node.style.height = `${this.tops[index + 1] - this.tops[index]}px`;
    this.nodes.set(key, node);
    return node;
  }

  reveal(index) {
    const [top, bottom] = [this.tops[index], this.tops[index + 1]];
    const view = this.scroller;
    if (top < view.scrollTop) view.scrollTop = top;
    else if (bottom > view.scrollTop + view.clientHeight) view.scrollTop = bottom - view.clientHeight;
    this.draw();
  }
}
