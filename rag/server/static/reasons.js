// Why nothing was found, as far as the page knows it: what was asked, what could not be, and what to do about it.

import { button, h, plural } from "./dom.js";
import { t } from "./words.js";

const line = (...words) => h("p", { class: "aside because" }, words);

// What of the sources an answer cannot know, noted with it when it comes: `reading` files, `unread` ones, all `sources`.
export const standingOf = ({ sources, unread = 0 }, files) => (sources === undefined ? undefined : { sources, unread, reading: files });

// What is said before an answer: that it comes too early for some files.
export function early({ asked }) {
  if (!asked?.reading) return null;
  return line(t("Still being read, so not in this answer: {files}.", { files: plural(asked.reading, "file") }));
}

// What is said after "not found".
export function why({ asked, answer, paths }, { onsources, oneverywhere }) {
  if (!asked || answer.status !== "not_found") return [];
  const some = paths.length > 0 && paths.length < asked.sources;
  return [
    some
      ? line(t("Asked: {some} of {all}.", { some: paths.length, all: plural(asked.sources, "source") }), " ", button("link", t("Ask all sources"), oneverywhere))
      : line(t("Asked: {sources} (all).", { sources: plural(asked.sources, "source") })),
    asked.unread > 0 && line(t("{files} could not be read, and may contain more.", { files: plural(asked.unread, "file") }), " ", button("link", t("See which"), onsources)),
  ].filter(Boolean);
}
