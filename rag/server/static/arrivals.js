// Files on their way into the index: sent, read, embedded, ready; and the build that does it.

import { call, send } from "./api.js";
import { h, icon, iconButton, plural, say } from "./dom.js";
import { language, t } from "./words.js";

const SIDE_BY_SIDE = 2;
const LOOK = 400; // milliseconds

const WORDS = { reading: t("Reading"), embedding: t("Embedding"), writing: t("Writing the index") };

export const live = (build) => ["running", "waiting"].includes(build?.state);

// Watches the build on the server and tells `onchange(progress)`; resolves once nothing is being built.
export class Builds {
  constructor(onchange) {
    this.onchange = onchange;
    this.last = null;
    this.wish = 0;
  }

  // onmore(): something can be asked that could not before, though the build goes on.
  async follow(onmore) {
    if (onmore) this.onmore = onmore;
    this.wish += 1;
    if (this.following) return this.following;
    this.following = this.look();
    try {
      return await this.following;
    } finally {
      this.following = this.onmore = null;
    }
  }

  async look() {
    for (;;) {
      const { wish } = this; // who joins while the answer is on its way may have had another build begun
      const now = await call("progress").catch(() => null);
      const more = now && this.last && now.published > this.last.published && live(now);
      if (now) this.onchange((this.last = now));
      if (more) this.onmore?.();
      if (now && !live(now) && wish === this.wish) return now;
      await new Promise((done) => setTimeout(done, LOOK));
    }
  }
}

export function progressBar(label, onstop, stopLabel) {
  const words = h("span", { class: "step" });
  const fill = h("span", { class: "fill" });
  const bar = h("div", { class: "track", role: "progressbar", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100 }, fill);
  const node = h("div", { class: "progress" }, words, onstop && iconButton("close", stopLabel, onstop), bar);
  node.set = (text, fraction) => {
    words.replaceChildren(text);
    fill.style.width = `${Math.round(100 * (fraction ?? 0))}%`;
    bar.classList.toggle("open-ended", fraction === null);
    if (fraction === null) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", String(Math.round(100 * fraction)));
  };
  return node;
}

// What the build is at, in words, as a part of one, and how many files cannot be asked yet.
export function stepOf(now) {
  if (now.stopping) return [t("Stopping…"), null, now.pending];
  if (now.state === "waiting") return [t("Waiting for another build to finish"), null, 0];
  if (!now.stage) return [t("Checking the sources"), null, 0];
  const counted = now.total > 1 ? ` ${t("{done} of {total}", { done: now.done.toLocaleString(language), total: now.total.toLocaleString(language) })}` : "";
  const thing = now.stage === "embedding" ? ` ${t("passages")}` : "";
  const detail = now.detail ? ` · ${now.detail}` : "";
  return [`${WORDS[now.stage]}${counted}${counted && thing}${detail}`, now.total ? now.done / now.total : null, now.pending];
}

// What a build did, in a sentence.
export function doneOf(ended) {
  if (ended.state === "stopped") return t("Stopped. What was already done is kept.");
  const report = ended.report;
  if (!report) return "";
  const parts = ["added", "changed", "moved", "removed"]
    .filter((name) => report[name].length)
    .map((name) => t(`{count} ${name}`, { count: report[name].length.toLocaleString(language) }));
  const said = parts.length ? t("Done: {parts}.", { parts: parts.join(", ") }) : !report.notes.length && t("Nothing has changed since the last build.");
  return [said, ...report.notes].filter(Boolean).join(" ");
}

export class Arrivals {
  // onready(): the index has changed; it gives the sources as they are now.
  constructor(builds, onready) {
    this.builds = builds;
    this.onready = onready;
    this.items = [];
    this.limit = Infinity;
    this.node = h("ul", { class: "arrivals", "aria-label": t("Files being added") });
  }

  add(files) {
    for (const { file, name, address } of files) {
      const item = { name, file, address, state: "waiting", stop: new AbortController() };
      item.node = h("li", { class: "arrival" });
      this.items.push(item);
      this.node.append(item.node);
      this.show(item);
      if (address) continue; // its size is told by whoever is asked for it
      if (file.size > this.limit)
        this.settle(item, "failed", t("Larger than {size} MB: copy it into the sources folder yourself.", { size: Math.round(this.limit / 1e6) }));
      else if (!file.size) this.settle(item, "failed", t("The file is empty."));
    }
    this.next();
  }

  next() {
    const sending = this.items.filter((item) => item.state === "sending").length;
    for (const item of this.items.filter((each) => each.state === "waiting").slice(0, SIDE_BY_SIDE - sending))
      this.sendOne(item);
  }

  async sendOne(item) {
    this.settle(item, "sending");
    item.bar = progressBar(t("Sending {name}", { name: item.name }), () => this.cancel(item), t("Cancel {name}", { name: item.name }));
    this.show(item);
    try {
      item.path = await this.given(item);
      item.file = null;
      this.settle(item, "reading");
    } catch (problem) {
      this.settle(item, problem.name === "AbortError" ? "cancelled" : "failed", problem.message);
    }
    this.next();
    if (!this.coming()) this.read();
  }

  // Where the source lies on the server now: sent there, or fetched by it from the web.
  async given(item) {
    const { signal } = item.stop;
    if (!item.address) return send(item.file, item.name, (part) => item.bar.set(`${t("Sending")} · ${Math.round(part * 100)} %`, part), signal);
    item.bar.set(t("Fetching"), null);
    return (await call("fetch", { address: item.address }, signal)).path;
  }

  // Those that can be asked by now say so, also while others are still being read.
  async arrived(waiting) {
    const sources = await this.onready();
    const found = new Map(sources.map((source) => [source.path, source]));
    for (const item of waiting.filter((each) => each.state === "reading")) {
      const source = found.get(item.path);
      if (source?.status === "indexed" && !source.disk) this.settle(item, "ready", plural(source.chunks, "passage"));
    }
    return found;
  }

  coming() {
    return this.items.some((each) => ["waiting", "sending"].includes(each.state));
  }

  // Everything has arrived: one build reads it all.
  async read() {
    const waiting = this.items.filter((item) => item.state === "reading");
    if (!waiting.length) return;
    for (const item of waiting) this.show(item);
    await call("build").catch((problem) => waiting.forEach((item) => this.settle(item, "failed", problem.message)));
    const ended = await this.builds.follow(() => this.arrived(waiting));
    const found = await this.arrived(waiting);
    for (const item of waiting.filter((each) => each.state === "reading")) {
      const source = found.get(item.path);
      if (source && source.disk !== "new") this.settle(item, "failed", `${source.reason} ${source.hint}`);
      else if (ended.state === "stopped") this.settle(item, "stopped", t("Stopped. It will be read in the next build."));
      else this.settle(item, "failed", ended.problem || t("It was not read."));
    }
    const ready = waiting.filter((item) => item.state === "ready").length;
    if (ready) say(t("Ready for questions: {files}.", { files: plural(ready, "file") }));
  }

  cancel(item) {
    item.stop.abort();
    if (item.state === "waiting") this.settle(item, "cancelled");
  }

  settle(item, state, words = "") {
    Object.assign(item, { state, words });
    this.show(item);
  }

  dismiss(item) {
    this.items = this.items.filter((each) => each !== item);
    item.node.remove();
  }

  // A file that has gone again needs no line any more.
  forget(path) {
    for (const item of this.items.filter((each) => each.path === path)) this.dismiss(item);
  }

  show(item) {
    const told = {
      waiting: t("Waiting"),
      reading: this.coming() ? t("Sent, waiting for the others") : t("Being read…"),
      ready: `${t("Ready for questions")} · ${item.words}`,
      cancelled: t("Cancelled"),
      stopped: item.words,
      failed: item.words,
    }[item.state];
    const over = ["ready", "cancelled", "failed", "stopped"].includes(item.state);
    item.node.dataset.state = item.state;
    item.node.replaceChildren(
      ...[
        h("bdi", { class: "title" }, item.name),
        item.state === "sending" ? item.bar : h("span", { class: "told" }, item.state === "failed" && icon("warn"), told),
        over && iconButton("close", t("Dismiss {name}", { name: item.name }), () => this.dismiss(item)),
        item.state === "waiting" && iconButton("close", t("Cancel {name}", { name: item.name }), () => this.cancel(item)),
      ].filter(Boolean),
    );
  }
}

// The files of a drop, those inside of folders too, each with its path within what was dropped.
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return chosen(transfer.files);
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

export const chosen = (files) => [...files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));

async function walk(entry, found) {
  if (entry.name.startsWith(".")) return;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => null);
    if (file) found.push({ file, name: entry.fullPath.replace(/^\//, "") });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const within = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)).catch(() => []);
    if (!within.length) return;
    for (const each of within) await walk(each, found);
  }
}
