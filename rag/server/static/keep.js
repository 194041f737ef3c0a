// What stays of a conversation: Markdown, a Word document, an evidence pack, and what a person says of an answer.

import { cut, distinct } from "./answer.js";
import { call } from "./api.js";
import { path } from "./branches.js";
import { button, h, icon, iconButton, problem, say } from "./dom.js";
import { t } from "./words.js";

const fileName = (title, suffix) =>
  `${(title || "conversation")
    .replace(/[^\p{L}\p{N} -]/gu, "")
    .trim()
    .slice(0, 60) || "conversation"}.${suffix}`;

function save(name, kind, text) {
  const address = URL.createObjectURL(new Blob([text], { type: kind }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 30_000);
}

const answered = (talk) => path(talk).filter((turn) => turn.answer);

export const inMarkdown = (turn) => `**${turn.question}**\n\n${turn.answer.markdown}\n`;

function saveMarkdown(talk) {
  const turns = answered(talk).map((turn) => `## ${turn.question}\n\n${turn.answer.markdown}\n`);
  save(fileName(talk.title, "md"), "text/markdown", `# ${talk.title}\n\n${turns.join("\n")}`);
}

// The answered questions as the server takes them, for a pack or a Word document.
const conversation = (talk) =>
  answered(talk).map((turn) => ({
    question: turn.question,
    notes: turn.answer.notes ?? [],
    status: turn.answer.status,
    reason: turn.answer.reason ?? "",
    shape: turn.answer.shape ?? "fact",
    claims: turn.answer.claims,
  }));

async function savePack(talk) {
  const { html } = await call("pack", { title: talk.title, conversation: conversation(talk) });
  save(fileName(talk.title, "html"), "text/html", html);
}

async function saveWord(talk) {
  const { docx } = await call("word", { title: talk.title, conversation: conversation(talk) });
  const bytes = Uint8Array.from(atob(docx), (each) => each.charCodeAt(0));
  save(fileName(talk.title, "docx"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", bytes);
}

// The button in the head of the page, with its ways out.
export function exporter(chat) {
  const told = problem();
  const way = (words, detail, act) => {
    const door = button(null, [h("span", { class: "title" }, words), h("span", { class: "aside" }, detail)], async () => {
      door.disabled = true;
      told.tell("");
      try {
        if (!answered(chat.talk).length) throw new Error(t("There is nothing to export yet: ask something first."));
        await act(chat.talk);
        menu.open = false;
        say(t("Saved."));
      } catch (failure) {
        told.tell(failure.message);
      } finally {
        door.disabled = false;
      }
    });
    return door;
  };
  const menu = h(
    "details",
    { class: "menu" },
    h("summary", { class: "ghost wordy", "aria-label": t("Export"), title: t("Export") }, icon("down"), h("span", {}, t("Export"))),
    h(
      "div",
      { class: "ways" },
      way("Markdown", t("Questions, answers and the list of sources"), saveMarkdown),
      way("Word", t("The same as a .docx file, tables as tables"), saveWord),
      way(t("Evidence pack"), t("One HTML file with quotes, page crops and file hashes; rag verify checks it"), savePack),
      told,
    ),
  );
  const shut = (event) => event.target instanceof Node && !menu.contains(event.target) && (menu.open = false);
  document.addEventListener("click", shut);
  menu.addEventListener("focusout", (event) => event.relatedTarget && !menu.contains(event.relatedTarget) && (menu.open = false));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  return menu;
}

const exactWords = (claim) => claim.answer && cut(claim.text, claim.answer)[1];

// "Helpful", and what was wrong otherwise.
export function opinions(turn, earlier) {
  const { answer } = turn;
  const found = answer.claims.length > 0 && answer.reason !== "closest"; // what comes closest is no answer yet
  const cited = distinct(answer);
  const helps = async () => (await send("helpful")) && (good.setAttribute("aria-pressed", "true"), show(false));
  const good = iconButton("good", t("Helpful"), helps, { "aria-pressed": "false" });
  const complain = () => (show(form.hidden), form.hidden || form.querySelector("input, textarea").focus());
  const bad = iconButton("flag", t("Something is wrong"), complain, { "aria-expanded": "false" });
  const said = h("p", { class: "aside", role: "status" });
  const expected = h("textarea", { rows: 2, maxlength: 1000, "aria-label": t("What would have been right (optional)"), placeholder: t("What would have been right? (optional)") });
  const wrong = cited.map((each) =>
    h("label", {}, h("input", { type: "checkbox", value: each.number }), ` ${t("Citation {number}", { number: each.number })}`),
  );
  const form = h(
    "form",
    { class: "wrong", hidden: true, onsubmit: (event) => (event.preventDefault(), report()) },
    h("p", {}, found ? t("Which citation does not support its sentence?") : t("Should the sources have answered this?")),
    found && h("div", { class: "which" }, wrong),
    expected,
    h(
      "div",
      { class: "ways-out" },
      h("button", { type: "submit", class: "add" }, found ? t("Wrong citation") : t("It should have been answered")),
      found && button("ghost wordy", t("It does not answer my question"), () => report("should_answer")),
    ),
  );
  const send = async (kind, more = {}) => {
    try {
      await call("remark", {
        kind,
        question: turn.question,
        turns: earlier,
        status: answer.status,
        reason: answer.reason ?? "",
        answers: answer.claims.map(exactWords).filter(Boolean),
        citations: cited,
        ...more,
      });
      said.textContent = t("Noted, on this machine only.");
      return true;
    } catch (problem) {
      said.textContent = problem.message;
      return false;
    }
  };
  const report = async (kind = found ? "wrong_citation" : "should_answer") => {
    const numbers = [...form.querySelectorAll("input:checked")].map((each) => each.value);
    if (await send(kind, { wrong: numbers, expected: expected.value }))
      (show(false), good.setAttribute("aria-pressed", "false"), bad.focus());
  };
  const show = (open) => {
    form.hidden = !open;
    bad.setAttribute("aria-expanded", String(open));
  };
  return { buttons: [good, bad], rest: [form, said] };
}
