// The list of sources: those that need attention first, the others by their folders.

import { day, h, icon, iconButton, plural } from "./dom.js";
import { language, t } from "./words.js";

const KINDS = { "application/pdf": "PDF", "text/markdown": "MD", "text/html": "HTML", "text/plain": "TXT" };
const STATES = { indexed: t("Indexed"), no_text: t("No text"), failed: t("Not read"), skipped: t("Skipped") };

const LANGUAGES = new Intl.DisplayNames([language], { type: "language", fallback: "none" });
const STANDINGS = { "left out": t("Left out"), "in doubt": t("In doubt") };

const kind = (source) => KINDS[source.media_type] || source.path.split(".").pop().slice(0, 4).toUpperCase();
export const nameOf = (source) => source.title || source.path.split("/").pop();

function amount(source) {
  return [
    source.pages > 0 && plural(source.pages, "page"),
    plural(source.chunks, "passage"),
    source.language && LANGUAGES.of(source.language),
    source.modified > 0 && day(source.modified * 1000),
  ]
    .filter(Boolean)
    .join(" · ");
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

// words: what a source's title or path must hold; ways: { may, chosen, onchoose(source, on), onremove(source) }.
export function sourceList(all, words, ways) {
  const matching = all.filter((source) => `${source.title} ${source.path}`.toLowerCase().includes(words));
  const troubled = matching.filter((source) => source.status !== "indexed");
  const fine = matching.filter((source) => source.status === "indexed");
  const rows = (sources) => h("ul", {}, ...sources.map((source) => row(source, ways)));
  return [
    troubled.length > 0 &&
      h(
        "section",
        {},
        h("h3", { class: "trouble" }, icon("warn"), plural(troubled.length, "file needs attention", "files need attention")),
        rows(troubled),
      ),
    ...folders(fine).map(([folder, within]) =>
      h("section", {}, folder && h("h3", {}, h("bdi", {}, folder)), rows(within)),
    ),
    matching.length === 0 &&
      h("p", { class: "aside" }, all.length ? t("No source has this in its name.") : t("Nothing is indexed yet.")),
  ].filter(Boolean);
}

// What the reader saw in a file and left out of its text: one line that opens to the places and words.
function leftOut(phrases) {
  if (!phrases.length) return null;
  const parts = Object.entries(STANDINGS).map(([standing, words]) => {
    const within = phrases.filter((one) => one.standing === standing).map((one) => one.what);
    return within.length && `${words}: ${within.join(", ")}`;
  });
  return h(
    "details",
    { class: "left-out" },
    h("summary", {}, h("bdi", {}, parts.filter(Boolean).join(" · "))),
    h("ul", {}, ...phrases.map((one) => h("li", {}, h("bdi", {}, one.said)))),
  );
}

function row(source, { may, chosen, onchoose, onremove }) {
  const fine = source.status === "indexed";
  return h(
    "li",
    { class: fine ? "source" : "source trouble" },
    h("span", { class: "kind", "aria-hidden": "true" }, kind(source)),
    h(
      "div",
      {},
      h("bdi", { class: "title" }, nameOf(source)),
      h("bdi", { class: "path" }, source.path),
      fine
        ? h("span", { class: "amount" }, h("span", { class: "state" }, STATES.indexed), amount(source))
        : h("span", { class: "reason" }, h("span", { class: "state" }, STATES[source.status] || source.status), " ", source.reason, " ", source.hint),
      fine &&
        source.pages_without_text.length > 0 &&
        h("span", { class: "reason" }, t("{pages} without text.", { pages: plural(source.pages_without_text.length, "page") })),
      fine && leftOut(source.left_said),
    ),
    h(
      "div",
      { class: "tools" },
      may && iconButton("bin", t("Remove “{name}”", { name: nameOf(source) }), () => onremove(source), { class: "ghost quiet" }),
      fine &&
        h("input", {
          type: "checkbox",
          "aria-label": t("Ask only {name}", { name: nameOf(source) }),
          title: t("Ask only this"),
          checked: chosen.has(source.path),
          onchange: (event) => onchoose(source, event.target.checked),
        }),
    ),
  );
}
