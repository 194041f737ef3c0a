// How sure an answer is, and how its words stand to the sources: two different things, side by side in one line.

import { distinct } from "./answer.js";
import { h, icon, plural } from "./dom.js";
import { t } from "./words.js";

// What a language model said and the sources do not carry.
function unheld(answer) {
  return answer.claims.filter((claim) => !["quoted", "supported"].includes(claim.support));
}

// How sure an answer is, in a word or two. The tick beside it is about the quote and says nothing of this.
export function strength(answer) {
  if (!answer.claims.length) return null;
  const words = { closest: t("Not answered outright"), incomplete: t("Answered in part") }[answer.reason];
  return h("span", { class: "sure" }, words ?? (answer.status === "partly" ? t("Answered in part") : t("Answered")));
}

// How the words of an answer stand to the sources, in one line. A tick says "exact quote", and nothing else has one.
export function seal(answer) {
  if (!answer.claims.length) return null;
  const sources = plural(new Set(distinct(answer).map((each) => each.document_id)).size, "source");
  const wanting = unheld(answer);
  if (wanting.length) {
    const against = wanting.filter((claim) => claim.support === "contradicted").length;
    const counted = { some: plural(wanting.length, "sentence"), all: answer.claims.length };
    const how = against === wanting.length ? "{some} of {all} contradicted by the sources" : against ? "{some} of {all} not found in, or contradicted by, the sources" : "{some} of {all} not found in the sources";
    const words = t(how, counted);
    return h("span", { class: "seal" }, icon("warn"), words);
  }
  const exact = answer.claims.filter((claim) => claim.support === "quoted").length;
  if (exact === answer.claims.length)
    return h("span", { class: "seal" }, icon("check"), t(exact === 1 ? "Exact quote from {sources}" : "Exact quotes from {sources}", { sources }));
  const words = exact
    ? t("{quotes}; the rest was written by a language model and compared with the sources", { quotes: plural(exact, "exact quote") })
    : t("Written by a language model and compared with {sources}", { sources });
  return h("span", { class: "seal" }, words);
}
