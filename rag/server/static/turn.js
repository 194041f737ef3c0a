// How a turn looks: the question, which can be edited where it stands, its versions, the answer, and what can be done.

import { whole } from "./answer.js";
import { copyTurn } from "./copy.js";
import { button, h, iconButton, problem, say, wordButton } from "./dom.js";
import { draft } from "./draft.js";
import { inMarkdown, opinions } from "./keep.js";
import { early, why } from "./reasons.js";
import { seal, strength } from "./seal.js";
import { questions } from "./welcome.js";
import { t, within } from "./words.js";

const LONG = 400; // characters of a question that is shown whole

export const waiting = (words) => h("p", { class: "reading", role: "status" }, words);

// ways: { running, versions, earlier, door(node) for `whole`, onask(question), onversion(turn), onversionof(turn,
// question), oneverywhere(), onsources() }; `running` says whether this page waits for the answer.
export function turnNode(turn, ways) {
  const answer = h("div", { class: "answer", "aria-busy": ways.running && "true" });
  const asked = h("div", { class: "asked" });
  const node = h("article", { class: "turn", "data-turn": turn.id }, asked, answer);
  heading(asked, turn, ways);
  const meant = turn.answer?.asked_as;
  if (meant && meant !== turn.question.replace(/\s+/g, " ").trim())
    answer.append(h("p", { class: "aside understood" }, within("Understood as: {question}", { question: h("bdi", {}, meant) })));
  if (ways.running) answer.append(waiting(t("Reading the sources…")));
  else if (turn.answer) {
    const [first, ...rest] = whole(turn.answer, ways.door(node)).filter(Boolean);
    answer.append(...[early(turn), first, ...why(turn, ways), ...rest].filter(Boolean));
    node.append(...actions(turn, ways));
    if (turn.next) node.append(following(turn, ways));
  } else {
    if (turn.said) answer.append(draft(turn.said));
    answer.append(
      turn.problem
        ? problem(turn.problem)
        : h("p", { class: "aside" }, turn.stopped ? t("Stopped before the answer was complete.") : t("You left the page before the answer came.")),
    );
    node.append(...actions(turn, ways));
  }
  return node;
}

function heading(asked, turn, ways) {
  const edit = iconButton("edit", t("Edit this question"), () => editing(asked, turn, ways), { class: "ghost quiet" });
  const all = ways.versions;
  const long = turn.question.length > LONG;
  const words = h("h2", { dir: "auto", class: long && "long" }, turn.question);
  asked.replaceChildren(words, edit);
  if (long) {
    const whole = () => (words.classList.remove("long"), more.remove());
    const more = button("link all", t("Show the whole question"), whole);
    asked.append(more);
  }
  if (all.length < 2) return edit;
  const at = all.indexOf(turn);
  const step = (name, label, to) => iconButton(name, label, () => ways.onversion(to), { class: "ghost", disabled: !to });
  asked.append(
    h(
      "div",
      { class: "versions", role: "group", "aria-label": t("Versions of this question") },
      step("left", t("Earlier version"), all[at - 1]),
      h("span", {}, h("span", { class: "unseen" }, t("Version"), " "), `${at + 1} / ${all.length}`),
      step("right", t("Later version"), all[at + 1]),
    ),
  );
  return edit;
}

// The question as a field, in its own place: what is typed below it meanwhile is another question.
function editing(asked, turn, ways) {
  const field = h("textarea", { rows: 1, "aria-label": t("Edit this question"), maxlength: 2000 }, turn.question);
  const close = () => heading(asked, turn, ways).focus();
  const form = h(
    "form",
    { class: "editing" },
    field,
    h("p", { class: "aside" }, t("The present answer is kept as an earlier version.")),
    button("ghost wordy", t("Cancel"), close),
    h("button", { type: "submit", class: "add" }, t("Ask")),
  );
  const tall = () => ((field.style.height = "auto"), (field.style.height = `${field.scrollHeight + 2}px`));
  field.addEventListener("input", tall);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = field.value.trim();
    if (question) ways.onversionof(turn, question);
    else close();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") (event.preventDefault(), event.stopPropagation(), close());
    if (event.key === "Enter" && event.target === field && !event.shiftKey && !event.isComposing)
      (event.preventDefault(), form.requestSubmit());
  });
  asked.replaceChildren(form);
  tall();
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

export function following(turn, ways) {
  const none = turn.answer.status === "not_found";
  return h(
    "section",
    { class: "following" },
    h("h3", {}, none ? t("What you could ask instead") : t("The sources also answer")),
    questions(turn.next, ways.onask, "examples small"),
  );
}

function actions(turn, ways) {
  const again = wordButton("again", t("Ask again"), () => ways.onversionof(turn, turn.question));
  const gap = h("span", { class: "gap" });
  if (!turn.answer) return [h("div", { class: "acts" }, gap, again)];
  const copy = wordButton("copy", t("Copy"), () => copied(turn, copy));
  const opinion = opinions(turn, ways.earlier);
  return [h("div", { class: "acts" }, strength(turn.answer), seal(turn.answer), gap, opinion.buttons, copy, again), ...opinion.rest];
}

async function copied(turn, button) {
  await copyTurn(button.closest(".turn"), inMarkdown(turn));
  button.lastChild.textContent = t("Copied");
  say(t("Copied as text and as Markdown."));
  setTimeout(() => (button.lastChild.textContent = t("Copy")), 1600);
}
