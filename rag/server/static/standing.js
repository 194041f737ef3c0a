// How the citations on the page stand to their sources now: changed on the disk, read anew, or gone.

import { call } from "./api.js";
import { button, h, icon } from "./dom.js";
import { cite } from "./notes.js";
import { t } from "./words.js";

const LOST = { changed: t("source changed"), reread: t("source read again"), gone: t("source gone") };
const LATE = { outdated: t("file changed since"), missing: t("file removed since") };

const among = (names) => names.map((each) => `“${each}”`).join(", ");

// What is said above an answer: what is wrong with it, and the way to mend that.
function word(titles, verdicts, { may, busy, onrebuild, onagain }) {
  const of = (...kinds) => [...new Set(verdicts.flatMap((each, at) => (kinds.includes(each) ? [titles[at]] : [])))];
  const late = of("outdated", "missing");
  const door = (words, onclick) => button("link", busy ? t("Being read…") : words, onclick, { disabled: busy });
  if (late.length)
    return [t("Changed on disk since this answer: {titles}.", { titles: among(late) }), may && door(t("Rebuild"), onrebuild)].filter(Boolean);
  const lost = of("changed", "reread", "gone");
  if (!lost.length) return null;
  return [t("Changed since this answer, and some of what was quoted is gone: {titles}.", { titles: among(lost) }), door(t("Ask again"), onagain)];
}

const cited = (turn) => turn.answer?.claims.flatMap((claim) => claim.citations) ?? [];

// Marks the turns of a log; `isCurrent()` says whether they are still on the page when the answer comes.
export async function markStanding(turns, nodeOf, isCurrent, ways) {
  const all = turns.flatMap(cited);
  if (!all.length) return;
  const verdicts = await call("standing", { citations: all }).catch(() => null);
  if (!verdicts || !isCurrent()) return;
  let at = 0;
  for (const turn of turns) {
    const citations = cited(turn);
    const mine = verdicts.slice(at, (at += citations.length));
    const node = nodeOf(turn);
    if (!node) continue;
    citations.forEach((citation, index) => mark(node, citation, mine[index]));
    const said = word(citations.map((each) => each.title), mine, ways(turn));
    const old = node.querySelector(".stale");
    const next = said && h("p", { class: "stale", role: "status" }, icon("warn"), h("span", {}, said));
    if (next?.textContent === old?.textContent) continue; // a focus in it must not be lost
    old?.remove();
    if (next) node.querySelector(".answer").before(next);
  }
}

function mark(node, citation, verdict) {
  const words = LOST[verdict] ?? LATE[verdict];
  for (const each of node.querySelectorAll(`[data-cited~="${cite(citation)}"]`)) {
    each.classList.toggle("lost", verdict in LOST);
    const chip = each.matches(".chip");
    if (chip) each.dataset.label ??= each.getAttribute("aria-label");
    if (chip) each.setAttribute("aria-label", words ? t("Citation {number}: {said}", { number: citation.number, said: words }) : each.dataset.label);
    else {
      each.querySelector(".where .lost")?.remove();
      if (words) each.querySelector(".where").append(h("span", { class: "lost" }, words));
    }
  }
}
