// The conversation: asking, reading along while the answer comes, stopping, asking again.

import { Refused, call, stream } from "./api.js";
import { seal, told, whole } from "./answer.js";
import { Card } from "./card.js";
import { Composer } from "./composer.js";
import { copyTurn } from "./copy.js";
import { h, icon, iconButton, say, wide } from "./dom.js";
import { draft } from "./draft.js";
import { inMarkdown, opinions } from "./keep.js";
import { cite } from "./notes.js";
import { questions, welcome } from "./welcome.js";
import * as store from "./store.js";
import { t, within } from "./words.js";

const MOST = 2000; // characters of a turn that the server takes, as it counts them

const cut = (text) => Array.from(text.slice(0, 2 * MOST)).slice(0, MOST).join("");

// What was said before a turn, as the server wants it.
function before(talk, turn) {
  const at = talk.turns.indexOf(turn);
  const earlier = (at < 0 ? talk.turns : talk.turns.slice(0, at)).filter((each) => each.answer).slice(-6);
  return earlier.flatMap((each) => [
    { role: "user", text: cut(each.question) },
    {
      role: "assistant",
      text: cut(each.answer.claims.map((claim) => claim.text).join(" ") || told(each.answer)),
    },
  ]);
}

const LOST = { changed: t("source changed"), reread: t("source read anew"), gone: t("source gone") };
const waiting = (words) => h("p", { class: "reading", role: "status" }, words);

export class Chat {
  constructor(evidence) {
    this.evidence = evidence;
    this.card = new Card();
    this.known = { examples: [] };
    this.step = null; // of a build that goes on
    this.log = h("div", { class: "log", tabindex: "-1" });
    this.composer = new Composer({
      onsend: (question, replaced) => this.ask(question, replaced),
      onstop: () => this.stop(),
    });
    this.node = h("main", { class: "talk" }, this.log, this.composer.node, this.card.node);
    this.log.addEventListener("scroll", () => this.card.hide(), { passive: true });
    const last = store.all().find((each) => each.id === store.setting("current"));
    this.open(last ?? store.fresh());
  }

  // What the server says of itself; `step` is what a build is at.
  know(state, step = null) {
    this.known = state;
    this.step = step;
    this.composer.longest = state.longest;
    this.composer.empty = state.sources === 0;
    if (!this.talk.turns.length && !this.running) this.welcome();
  }

  focus() {
    this.composer.focus();
  }

  limit(sources) {
    this.composer.limit(sources);
  }

  start() {
    this.open(store.fresh());
    this.focus();
  }

  open(conversation) {
    this.stop();
    this.evidence.close();
    this.talk = conversation;
    store.setting("current", conversation.id);
    this.onopened?.(conversation);
    this.log.replaceChildren();
    if (!conversation.turns.length) return this.welcome();
    this.node.classList.remove("empty");
    for (const turn of conversation.turns) this.log.append(this.turnNode(turn));
    this.markLast();
    this.log.scrollTop = this.log.scrollHeight;
    this.showFirst(conversation.turns.at(-1), this.log.lastChild);
    this.checkStanding(conversation);
  }

  // On a wide window the first citation stands beside the answer without being asked for.
  showFirst(turn, node) {
    const chip = node.querySelector("button.chip");
    if (!chip) return this.evidence.wait(turn?.answer ? t("Nothing is cited.") : "");
    if (!wide.matches || this.evidence.dismissed) return;
    this.evidence.unasked = true;
    chip.click();
    this.evidence.unasked = false;
  }

  welcome() {
    if (this.known.sources === undefined) return; // the server has not told yet
    const shown = JSON.stringify([this.known.sources, this.known.examples, this.known.may_change, this.step]);
    if (this.log.querySelector(".welcome") && this.welcomed === shown) return; // a focus in it must not be lost
    this.welcomed = shown;
    this.node.classList.add("empty");
    const doors = { onask: (question) => this.ask(question), onadd: () => this.onadd() };
    this.log.replaceChildren(welcome(this.known, this.step, doors));
  }

  stop() {
    this.running?.abort();
  }

  // Asks; `replaces` is the turn whose place the new one takes (an edited or repeated question).
  async ask(question, replaces) {
    if (this.running) return;
    if (replaces && this.talk.turns.includes(replaces)) {
      this.talk.turns.splice(this.talk.turns.indexOf(replaces));
      this.open({ ...this.talk });
    }
    const talk = this.talk;
    const turns = before(talk);
    const turn = { question, answer: null, said: "", paths: this.composer.scope };
    talk.turns.push(turn);
    if (talk.turns.length === 1)
      (this.log.replaceChildren(), this.node.classList.remove("empty"), (talk.title ||= question));
    const node = this.turnNode(turn);
    this.log.append(node);
    this.markLast();
    this.evidence.wait("Looking for the sentences that answer…");
    node.scrollIntoView({ block: "start" });
    this.running = new AbortController();
    this.composer.work();
    await this.listen(turn, node, turns, talk, this.running.signal);
    this.running = undefined;
    this.composer.rest();
    store.save(talk);
    this.onopened?.(talk);
  }

  async listen(turn, node, turns, talk, signal) {
    const body = node.querySelector(".answer");
    try {
      for await (const event of stream(
        "ask",
        { question: turn.question, turns, paths: turn.paths.length ? turn.paths : null, llm: this.composer.writer.chosen },
        signal,
      )) {
        if (event.event === "delta") {
          turn.said = event.text;
          body.querySelectorAll(".draft, .reading").forEach((each) => each.remove());
          body.append(event.text ? draft(event.text) : waiting(t("The language model was thinking aloud. Its answer…")));
        }
        if (event.event === "done") turn.answer = event;
      }
    } catch (problem) {
      if (problem.name === "AbortError") turn.stopped = true;
      else if (problem instanceof Refused) turn.problem = problem.message;
      else throw problem;
    }
    const settled = this.turnNode(turn);
    node.replaceWith(settled);
    this.markLast();
    this.announce(turn, settled);
    if (turn.answer) this.suggest(turn, talk, settled);
  }

  // Questions that could follow, once they are known to be answered; they come below everything else.
  async suggest(turn, talk, node) {
    const asked = talk.turns.map((each) => each.question);
    const found = await call("suggest", {
      question: turn.answer.asked_as,
      asked,
      paths: turn.paths,
      cited: turn.answer.claims.flatMap((claim) => claim.citations),
    }).catch(() => []);
    const none = turn.answer.status === "not_found";
    const next = found.length || !none ? found : this.known.examples.filter((each) => !asked.includes(each)).slice(0, 3);
    if (!next.length || this.talk !== talk || talk.turns.at(-1) !== turn) return;
    turn.next = next;
    store.save(talk);
    node.append(this.following(turn));
  }

  following(turn) {
    const none = turn.answer.status === "not_found";
    return h(
      "section",
      { class: "following" },
      h("h3", {}, none ? t("What could be asked instead") : t("The sources also answer")),
      questions(turn.next, (question) => this.ask(question), "examples small"),
    );
  }

  // Citations kept from earlier say so where their source has changed since, was read anew, or is gone.
  async checkStanding(conversation) {
    const cited = conversation.turns.flatMap((turn) => turn.answer?.claims.flatMap((claim) => claim.citations) ?? []);
    if (!cited.length) return;
    const verdicts = await call("standing", { citations: cited }).catch(() => []);
    if (this.talk !== conversation) return;
    verdicts.forEach((verdict, index) => {
      const words = LOST[verdict];
      if (!words) return;
      const { number } = cited[index];
      for (const node of this.log.querySelectorAll(`[data-cited~="${cite(cited[index])}"]`)) {
        node.classList.add("lost");
        if (node.matches(".chip")) node.setAttribute("aria-label", t("Citation {number}: {said}", { number, said: words }));
        else if (!node.querySelector(".where .lost")) node.querySelector(".where")?.append(h("span", { class: "lost" }, words));
      }
    });
  }

  announce(turn, node) {
    if (!turn.answer) this.evidence.wait("");
    if (turn.stopped) return say(t("Stopped."));
    if (!turn.answer) return say(turn.problem || t("No answer came."));
    say(told(turn.answer));
    this.showFirst(turn, node);
  }

  markLast() {
    const nodes = this.log.querySelectorAll(".turn");
    nodes.forEach((node, index) => node.classList.toggle("last", index === nodes.length - 1));
  }

  turnNode(turn) {
    const answer = h("div", { class: "answer", "aria-busy": !(turn.answer || turn.stopped || turn.problem) && "true" });
    const node = h(
      "article",
      { class: "turn" },
      h(
        "div",
        { class: "asked" },
        h("h2", { dir: "auto" }, turn.question),
        iconButton("edit", t("Edit this question"), () => this.edit(turn), { class: "ghost quiet" }),
      ),
      answer,
    );
    const asked = turn.answer?.asked_as;
    if (asked && asked !== turn.question.replace(/\s+/g, " ").trim())
      answer.append(h("p", { class: "aside understood" }, within("Understood as: {question}", { question: h("bdi", {}, asked) })));
    if (turn.answer) {
      answer.append(...whole(turn.answer, this.doors(turn, node)).filter(Boolean));
      node.append(...this.actions(turn));
      if (turn.next) node.append(this.following(turn));
    } else if (turn.problem) {
      answer.append(h("p", { class: "problem", role: "alert" }, icon("warn"), turn.problem));
      node.append(...this.actions(turn));
    } else if (turn.stopped) {
      answer.append(turn.said ? draft(turn.said) : "", h("p", { class: "aside" }, t("Stopped before the answer was complete.")));
      node.append(...this.actions(turn));
    } else {
      answer.append(waiting(t("Reading the sources…")));
    }
    return node;
  }

  doors(turn, node) {
    const light = (number) => {
      for (const chip of this.log.querySelectorAll(".chip.open")) chip.classList.remove("open");
      for (const chip of node.querySelectorAll(`.chip[data-number="${number}"]`)) chip.classList.add("open");
    };
    const also = turn.answer.passages;
    return {
      card: this.card,
      onopen: (cited, index, from) => this.evidence.cited(cited, index, also, from, light),
      onpassage: (passages, index, from) => this.evidence.near(passages, index, from, () => light("none")),
    };
  }

  actions(turn) {
    const copy = h(
      "button",
      { type: "button", class: "ghost wordy", onclick: () => this.copy(turn, copy) },
      icon("copy"),
      h("span", {}, t("Copy")),
    );
    const again = h(
      "button",
      { type: "button", class: "ghost wordy", onclick: () => this.ask(turn.question, turn) },
      icon("again"),
      h("span", {}, t("Ask again")),
    );
    const opinion = turn.answer && opinions(turn, before(this.talk, turn));
    return [
      h(
        "div",
        { class: "acts" },
        turn.answer && seal(turn.answer),
        h("span", { class: "gap" }),
        opinion && opinion.buttons,
        turn.answer && copy,
        again,
      ),
      ...(opinion ? opinion.rest : []),
    ];
  }

  async copy(turn, button) {
    await copyTurn(button.closest(".turn"), inMarkdown(turn));
    button.lastChild.textContent = t("Copied");
    say(t("Copied as text and as Markdown."));
    setTimeout(() => (button.lastChild.textContent = t("Copy")), 1600);
  }

  edit(turn) {
    if (!this.running) this.composer.edit(turn);
  }
}
