// The conversation: asking, reading along while the answer comes, stopping, asking again.

import { Refused, call, stream } from "./api.js";
import { Card, partial, seal, whole } from "./answer.js";
import { h, icon, iconButton, plural, say, wide } from "./dom.js";
import { inMarkdown, opinions } from "./keep.js";
import { Writers } from "./writers.js";
import * as store from "./store.js";

// What was said before a turn, as the server wants it.
function before(talk, turn) {
  const at = talk.turns.indexOf(turn);
  const earlier = (at < 0 ? talk.turns : talk.turns.slice(0, at)).filter((each) => each.answer).slice(-6);
  return earlier.flatMap((each) => [
    { role: "user", text: each.question },
    {
      role: "assistant",
      text: each.answer.claims.map((claim) => claim.text).join(" ") || "The sources do not answer this question.",
    },
  ]);
}

export class Chat {
  constructor(evidence) {
    this.evidence = evidence;
    this.card = new Card();
    this.known = { examples: [], longest: Infinity };
    this.log = h("div", { class: "log", tabindex: "-1" });
    this.field = h("textarea", {
      id: "question",
      rows: 1,
      placeholder: "Ask your sources",
      "aria-label": "Your question",
      "aria-describedby": "hint",
      enterkeyhint: "send",
      autocomplete: "off",
    });
    this.button = h("button", { type: "submit", class: "send" });
    this.scope = [];
    this.scoped = h("p", { class: "scope", hidden: true });
    this.writer = new Writers();
    this.hint = h("p", { class: "hint", id: "hint", "aria-live": "polite" });
    this.form = h(
      "form",
      { class: "composer", onsubmit: (event) => (event.preventDefault(), this.sent()) },
      this.scoped,
      h("div", { class: "box" }, this.field, this.button),
      h("div", { class: "below" }, this.writer.node, this.hint),
    );
    this.node = h("main", { class: "talk" }, this.log, this.form, this.card.node);
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing)
        (event.preventDefault(), this.running || this.sent());
    });
    this.log.addEventListener("scroll", () => this.card.hide(), { passive: true });
    this.idle();
    const last = store.all().find((each) => each.id === store.setting("current"));
    this.open(last ?? store.fresh());
  }

  know(state) {
    this.known = state;
    if (!this.talk.turns.length && !this.running) this.welcome();
  }

  focus() {
    this.field.focus();
  }

  // Limits the questions to come to some sources; none means all of them.
  limit(sources) {
    this.scope = sources.map((source) => source.path);
    this.scoped.hidden = !sources.length;
    const words = sources.length === 1 ? sources[0].title || sources[0].path : plural(sources.length, "source");
    this.scoped.replaceChildren(
      h("span", {}, "Asking only ", h("bdi", {}, words)),
      iconButton("close", "Ask all sources again", () => (this.limit([]), this.focus())),
    );
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
    const passage = node.querySelector("button.passage");
    if (!chip && !passage) return this.evidence.wait("");
    if (wide.matches && !this.evidence.dismissed) (chip ?? passage).click();
  }

  welcome() {
    const { sources, examples, may_change: may } = this.known;
    const none = sources === 0;
    this.node.classList.add("empty");
    this.log.replaceChildren(
      h(
        "section",
        { class: "welcome" },
        h("h1", {}, none ? "Nothing to read yet." : "Ask your sources."),
        none
          ? h("p", {}, "Bring in articles and reports: PDF, Word, web pages, Markdown, text. They stay on this machine.")
          : h(
              "p",
              {},
              "Every sentence of an answer carries a number. Press it to see the sentence lit up where it stands",
              sources > 0 ? ` in your ${plural(sources, "source")}.` : ".",
            ),
        none && may && h("button", { type: "button", class: "add", onclick: this.onadd }, icon("add"), "Add files"),
        examples.length > 0 &&
          h(
            "ul",
            { class: "examples", "aria-label": "Example questions" },
            examples.map((each) => h("li", {}, h("button", { type: "button", onclick: () => this.ask(each) }, each))),
          ),
      ),
    );
  }

  typed() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
    const over = this.field.value.length - this.known.longest;
    this.tell(over > 0 ? `This question is ${plural(over, "character")} too long. Please shorten it.` : "", over > 0);
  }

  tell(text, trouble = false) {
    this.hint.textContent = text || "Enter sends, Shift + Enter starts a new line";
    this.hint.classList.toggle("trouble", trouble);
  }

  sent() {
    if (this.running) return this.stop();
    const question = this.field.value.trim();
    if (!question) return (this.tell("Type a question first.", true), this.focus());
    if (question.length > this.known.longest) return (this.typed(), this.focus());
    this.field.value = "";
    this.typed();
    const replaces = this.editing;
    this.editing = undefined;
    this.ask(question, replaces);
  }

  idle() {
    this.running = undefined;
    this.button.className = "send";
    this.button.replaceChildren(icon("send"));
    this.button.setAttribute("aria-label", "Send");
    this.tell("");
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
    const turn = { question, answer: null, said: "", paths: this.scope };
    talk.turns.push(turn);
    if (talk.turns.length === 1)
      (this.log.replaceChildren(), this.node.classList.remove("empty"), (talk.title ||= question));
    const node = this.turnNode(turn);
    this.log.append(node);
    this.markLast();
    this.evidence.wait("Looking for the sentences that answer…");
    node.scrollIntoView({ block: "start" });
    this.running = new AbortController();
    this.button.className = "send stop";
    this.button.replaceChildren(icon("stop"));
    this.button.setAttribute("aria-label", "Stop");
    await this.listen(turn, node, turns, talk, this.running.signal);
    this.idle();
    store.save(talk);
  }

  async listen(turn, node, turns, talk, signal) {
    const body = node.querySelector(".answer");
    try {
      for await (const event of stream(
        "ask",
        { question: turn.question, turns, paths: turn.paths.length ? turn.paths : null, llm: this.writer.chosen },
        signal,
      )) {
        if (event.event === "delta") {
          turn.said = event.text;
          body.querySelectorAll(".claim, .reading").forEach((each) => each.remove());
          body.append(...partial(event.text));
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
      h("h3", {}, none ? "What could be asked instead" : "The sources also answer"),
      h(
        "ul",
        { class: "examples small" },
        turn.next.map((each) => h("li", {}, h("button", { type: "button", onclick: () => this.ask(each) }, each))),
      ),
    );
  }

  // Citations kept from earlier say so where their source has changed since, or gone.
  async checkStanding(conversation) {
    const cited = conversation.turns.flatMap((turn) => turn.answer?.claims.flatMap((claim) => claim.citations) ?? []);
    if (!cited.length) return;
    const verdicts = await call("standing", { citations: cited }).catch(() => []);
    if (this.talk !== conversation) return;
    verdicts.forEach((verdict, index) => {
      if (!["changed", "gone"].includes(verdict)) return;
      const { document_id: id, span, number } = cited[index];
      const words = verdict === "gone" ? "source gone" : "source changed";
      for (const node of this.log.querySelectorAll(`[data-cited="${id}/${span.join("-")}"]`)) {
        node.classList.add("lost");
        if (node.matches(".chip")) node.setAttribute("aria-label", `Citation ${number}: ${words}`);
        else node.querySelector(".where")?.append(h("span", { class: "lost" }, words));
      }
    });
  }

  announce(turn, node) {
    if (!turn.answer) this.evidence.wait("");
    if (turn.stopped) return say("Stopped.");
    if (!turn.answer) return say(turn.problem || "No answer came.");
    const count = turn.answer.claims.length;
    say(count ? `Answered in ${plural(count, "sentence")}.` : "The sources do not answer this question.");
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
        iconButton("edit", "Edit this question", () => this.edit(turn), { class: "ghost quiet" }),
      ),
      answer,
    );
    const { asked_as: asked, notes = [] } = turn.answer ?? {};
    if (asked && asked !== turn.question.replace(/\s+/g, " ").trim())
      answer.append(h("p", { class: "aside understood" }, "Understood as: ", h("bdi", {}, asked)));
    for (const note of notes) answer.append(h("p", { class: "aside noted" }, h("bdi", {}, note)));
    if (turn.answer) {
      answer.append(...whole(turn.answer, this.doors(turn, node)).filter(Boolean));
      node.append(...this.actions(turn));
      if (turn.next) node.append(this.following(turn));
    } else if (turn.problem) {
      answer.append(h("p", { class: "problem", role: "alert" }, icon("warn"), turn.problem));
      node.append(...this.actions(turn));
    } else if (turn.stopped) {
      answer.append(...partial(turn.said), h("p", { class: "aside" }, "Stopped before the answer was complete."));
      node.append(...this.actions(turn));
    } else {
      answer.append(h("p", { class: "reading", role: "status" }, "Reading the sources…"));
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
      h("span", {}, "Copy"),
    );
    const again = h(
      "button",
      { type: "button", class: "ghost wordy", onclick: () => this.ask(turn.question, turn) },
      icon("again"),
      h("span", {}, "Ask again"),
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
    await navigator.clipboard.writeText(inMarkdown(turn));
    button.lastChild.textContent = "Copied";
    say("Copied as Markdown.");
    setTimeout(() => (button.lastChild.textContent = "Copy"), 1600);
  }

  edit(turn) {
    if (this.running) return;
    this.editing = turn;
    this.field.value = turn.question;
    this.typed();
    this.tell("Editing an earlier question: sending it replaces that answer and what came after.");
    this.focus();
  }
}
