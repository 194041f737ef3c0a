// The list of what is indexed: what each file became, and what to do about those that gave nothing.

import { call } from "./api.js";
import { drawer, h, icon, iconButton, plural } from "./dom.js";

const KINDS = { "application/pdf": "PDF", "text/markdown": "MD", "text/html": "HTML", "text/plain": "TXT" };
const kind = (source) => KINDS[source.media_type] || source.path.split(".").pop().slice(0, 4).toUpperCase();
const STATES = { indexed: "Indexed", no_text: "No text", failed: "Not read", skipped: "Skipped" };

function amount(source) {
  return [source.pages > 0 && plural(source.pages, "page"), plural(source.chunks, "passage")]
    .filter(Boolean)
    .join(" · ");
}

function row(source, chosen, onchoose) {
  const fine = source.status === "indexed";
  const name = source.path.split("/").pop();
  return h(
    "li",
    { class: fine ? "source" : "source trouble" },
    h("span", { class: "kind", "aria-hidden": "true" }, kind(source)),
    h(
      "div",
      {},
      h("bdi", { class: "title" }, source.title || name),
      h("bdi", { class: "path" }, source.path),
      fine
        ? h("span", { class: "amount" }, h("span", { class: "state" }, STATES.indexed), amount(source))
        : h(
            "span",
            { class: "reason" },
            h("span", { class: "state" }, STATES[source.status] || source.status),
            " ",
            source.reason,
            " ",
            source.hint,
          ),
      fine &&
        source.pages_without_text.length > 0 &&
        h("span", { class: "reason" }, `${plural(source.pages_without_text.length, "page")} without text.`),
    ),
    fine &&
      h("input", {
        type: "checkbox",
        "aria-label": `Ask only ${source.title || name}`,
        title: "Ask only this",
        checked: chosen.has(source.path),
        onchange: (event) => onchoose(source, event.target.checked),
      }),
  );
}

function folders(sources) {
  const found = new Map();
  for (const source of sources) {
    const folder = source.path.includes("/") ? source.path.slice(0, source.path.lastIndexOf("/")) : "";
    if (!found.has(folder)) found.set(folder, []);
    found.get(folder).push(source);
  }
  return [...found];
}

export function sourcesDrawer(chat) {
  const summary = h("p", { class: "aside" });
  const filter = h("input", { type: "search", placeholder: "Find a source", "aria-label": "Find a source" });
  const list = h("div", { class: "scroll", tabindex: "-1" });
  const node = drawer(
    "right sources",
    "Sources",
    h(
      "div",
      { class: "top" },
      h("h2", {}, "Sources"),
      iconButton("close", "Close", () => node.close()),
    ),
    summary,
    filter,
    list,
  );
  const only = h("button", {
    type: "button",
    class: "only",
    onclick: () => (chat.limit(sources.filter((source) => chosen.has(source.path))), node.close(), chat.focus()),
  });
  const foot = h(
    "div",
    { class: "foot", hidden: true },
    only,
    h(
      "button",
      { type: "button", class: "ghost wordy", onclick: () => (chosen.clear(), chat.limit([]), choose(), show()) },
      "Clear",
    ),
  );
  node.append(foot);
  const chosen = new Set();
  let sources = [];

  function choose(source, on) {
    if (source) on ? chosen.add(source.path) : chosen.delete(source.path);
    foot.hidden = !chosen.size;
    only.textContent = `Ask only ${chosen.size === 1 ? "this source" : `these ${chosen.size} sources`}`;
  }

  function show() {
    const words = filter.value.trim().toLowerCase();
    const matching = sources.filter((source) => `${source.title} ${source.path}`.toLowerCase().includes(words));
    const troubled = matching.filter((source) => source.status !== "indexed");
    const fine = matching.filter((source) => source.status === "indexed");
    list.replaceChildren(
      ...[
        troubled.length > 0 &&
          h(
            "section",
            {},
            h(
              "h3",
              { class: "trouble" },
              icon("warn"),
              plural(troubled.length, "file needs", "files need"),
              " attention",
            ),
            h(
              "ul",
              {},
              troubled.map((source) => row(source, chosen, choose)),
            ),
          ),
        ...folders(fine).map(([folder, within]) =>
          h(
            "section",
            {},
            folder && h("h3", {}, h("bdi", {}, folder)),
            h(
              "ul",
              {},
              within.map((source) => row(source, chosen, choose)),
            ),
          ),
        ),
        matching.length === 0 &&
          h(
            "p",
            { class: "aside" },
            sources.length
              ? "No source has this in its name."
              : "Nothing is indexed yet. Put articles and reports into the sources folder and build the index.",
          ),
      ].filter(Boolean),
    );
  }

  async function open() {
    filter.value = "";
    chosen.clear();
    chat.scope.forEach((path) => chosen.add(path));
    choose();
    node.showModal();
    if (!sources.length) list.replaceChildren(h("p", { class: "reading" }, "Looking…"));
    try {
      sources = (await call("sources")).sort((one, other) => one.path.localeCompare(other.path));
      const fine = sources.filter((source) => source.status === "indexed");
      const total = (name) => fine.reduce((sum, source) => sum + source[name], 0);
      summary.textContent = [
        plural(fine.length, "source"),
        total("pages") > 0 && plural(total("pages"), "page"),
        plural(total("chunks"), "passage"),
      ]
        .filter(Boolean)
        .join(" · ");
      filter.hidden = sources.length < 8;
      show();
    } catch (problem) {
      list.replaceChildren(h("p", { class: "problem", role: "alert" }, icon("warn"), problem.message));
    }
  }

  filter.addEventListener("input", show);
  return { node, open };
}
