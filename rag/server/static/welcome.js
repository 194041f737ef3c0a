// What stands where nothing has been asked yet: questions to begin with, or the way to the first files.

import { button, h, icon, plural } from "./dom.js";
import { progressBar } from "./arrivals.js";
import { t } from "./words.js";

const KINDS = t("PDF, Word, web pages, Markdown, text and more");

export function questions(list, onask, cls = "examples") {
  return h("ul", { class: cls }, list.map((each) => h("li", {}, button(null, each, () => onask(each)))));
}

// state: as the server tells it; step: [words, fraction] of a build that goes on, null where none does.
export function welcome({ sources, examples, samples, may_change: may }, step, { onask, onadd }) {
  if (sources === 0) return step ? reading(step) : bare(may, onadd);
  const offered = questions(examples, onask);
  offered.setAttribute("aria-label", t("Example questions"));
  return h(
    "section",
    { class: "welcome" },
    h("h1", {}, t("Ask your sources.")),
    h(
      "p",
      {},
      sources > 0
        ? t("Every sentence of an answer has a number. Press it to see the sentence highlighted in your {sources}.", {
            sources: plural(sources, "source"),
          })
        : t("Every sentence of an answer has a number. Press it to see the sentence highlighted in its source."),
    ),
    samples && h("p", { class: "samples" }, t("These are samples that come with the program, so that you can try it out."), " ", may && button("link", t("Add your own files"), onadd)),
    examples.length > 0 && offered,
  );
}

function bare(may, onadd) {
  return h(
    "section",
    { class: "welcome bare" },
    h("h1", {}, may ? t("Add your first sources.") : t("Nothing to ask yet.")),
    !may && h("p", {}, t("No sources have been added so far.")),
    may && h("p", {}, t("Articles and reports: {kinds}. They stay on this machine, and you can ask them questions as soon as they have been read.", { kinds: KINDS })),
    may &&
      h(
        "div",
        { class: "landing" },
        h("p", { class: "aside" }, t("Drop files or folders here")),
        button("add", [icon("add"), t("Add files")], onadd),
      ),
  );
}

function reading(step) {
  const bar = progressBar(t("Reading your sources"));
  bar.set(...step);
  return h(
    "section",
    { class: "welcome" },
    h("h1", {}, t("Reading your sources.")),
    h("p", {}, t("You can ask them questions as soon as this is done.")),
    bar,
  );
}
