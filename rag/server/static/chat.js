// The conversation: asking, reading along while the answer comes, stopping, asking again.

import { Refused, call, stream } from "./api.js";
import { told } from "./answer.js";
import { add, merge, path, settled, show, versions } from "./branches.js";
import { Card } from "./card.js";
import { Composer } from "./composer.js";
import { h, say, wide } from "./dom.js";
import { draft } from "./draft.js";
import { standingOf } from "./reasons.js";
import { markStanding } from "./standing.js";
import { following, turnNode, waiting } from "./turn.js";
import { welcome } from "./welcome.js";
import * as store from "./store.js";
import { t } from "./words.js";

const MOST = 2000; // characters of a turn that the server takes, as it counts them

const cut = (text) => Array.from(text.slice(0, 2 * MOST)).slice(0, MOST).join("");

// What was said before a turn, as the server wants it.
function before(talk, turn) {
  const on = path({ ...talk, shown: turn.parent });
  const earlier = on.filter((each) => each.answer).slice(-6);
  return earlier.flatMap((each) => [
    { role: "user", text: cut(each.question) },
    {
      role: "assistant",
      text: cut(each.answer.claims.map((claim) => claim.text).join(" ") || told(each.answer)),
    },
  ]);
}

export class Chat {
  constructor(evidence) {
    this.evidence = evidence;
    this.card = new Card();
    this.known = { examples: [] };
    this.step = null; // of a build that goes on: words, how much of it is done, how many files cannot be asked yet
    this.log = h("div", { class: "log", tabindex: "-1" });
    this.composer = new Composer({ onsend: (question, version) => this.ask(question, version), onstop: () => this.stop() });
    this.node = h("main", { class: "talk" }, this.log, this.composer.node, this.card.node);
    this.log.addEventListener("scroll", () => this.card.hide(), { passive: true });
    document.addEventListener("keydown", (event) => this.escaped(event));
    addEventListener("beforeunload", () => (this.leaving = true));
    addEventListener("pageshow", () => (this.leaving = false));
    store.watch(
      () => this.heard(),
      () => this.composer.tell(t("This browser’s storage is full. Export or delete earlier conversations."), true),
    );
    this.open(store.current() ?? store.fresh());
    queueMicrotask(() => this.toLast()); // by then it is part of the page, and has a height
  }

  // What the server says of itself; `step` is what a build is at.
  know(state, step = null) {
    this.known = state;
    this.step = step;
    this.composer.longest = state.longest;
    const read = step ? t("Your files are still being read. Ask in a moment.") : t("There is nothing to ask yet: add files first.");
    this.composer.empty = state.sources === 0 ? read : "";
    if (!this.talk.turns.length && !this.running) this.welcome();
    const standing = JSON.stringify([state.disk, state.building?.published, Boolean(step)]);
    if (this.standing !== standing) this.checkStanding();
    this.standing = standing;
  }

  start() {
    this.open(store.fresh());
    this.composer.focus();
  }

  open(conversation) {
    this.stop();
    this.evidence.close();
    this.talk = conversation;
    store.current(conversation.id);
    this.onopened?.(conversation);
    this.draw();
    if (!path(conversation).length) return;
    this.toLast();
    this.showFirst(this.log.lastChild);
  }

  // Puts the turns of the conversation on the page, as they are now.
  draw() {
    const turns = path(this.talk);
    this.log.replaceChildren();
    if (!turns.length) return this.welcome();
    this.node.classList.remove("empty");
    this.log.append(...turns.map((turn) => this.turnNode(turn)));
    this.markLast();
    this.checkStanding();
  }

  toLast() {
    this.log.querySelector(".turn.last")?.scrollIntoView({ block: "start" });
  }

  // Another tab has kept something: what it has added here is shown, too.
  heard() {
    const kept = store.find(this.talk.id);
    if (!kept && this.talk.turns.some(settled)) this.composer.tell(t("This conversation was deleted in another tab. Asking here brings it back."));
    if (!kept || this.running || !merge(this.talk, kept)) return;
    const top = this.log.scrollTop;
    this.draw();
    this.log.scrollTop = top;
    say(t("Updated with what was asked elsewhere."));
  }

  // On a wide window the first citation stands beside the answer without being asked for.
  showFirst(node) {
    const chip = node.querySelector("button.chip");
    if (!chip) return this.evidence.close(); // no column where there is nothing to show in it
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
    this.composer.waits = false;
    this.running?.abort();
  }

  escaped(event) {
    if (event.key !== "Escape" || !this.running || document.querySelector("dialog:modal")) return;
    event.stopImmediatePropagation();
    this.stop();
  }

  // Asks; `version` is the turn that the new one is another version of (an edited or repeated question).
  async ask(question, version) {
    if (this.running) return this.composer.queue(question);
    const talk = this.talk;
    const turn = add(talk, question, version ? version.parent : talk.shown, this.composer.scope);
    talk.title ||= question;
    this.running = new AbortController();
    this.asking = turn;
    if (version || !this.log.querySelector(".turn")) this.draw();
    else this.log.append(this.turnNode(turn));
    this.markLast();
    this.toLast();
    this.evidence.wait(t("Looking for the sentences that answer it…"));
    this.composer.work();
    store.save(talk);
    this.onopened?.(talk);
    await this.listen(turn, talk, this.running.signal);
    this.running = this.asking = undefined;
    store.save(talk);
    if (this.talk === talk) {
      const node = this.turnNode(turn);
      this.nodeOf(turn)?.replaceWith(node);
      this.markLast();
      this.announce(turn, node);
      this.checkStanding();
      if (turn.answer) this.suggest(turn, talk);
    }
    this.composer.rest();
  }

  async listen(turn, talk, signal) {
    const body = this.nodeOf(turn).querySelector(".answer");
    const [known, reading] = [this.known, this.step?.[2] ?? 0];
    const given = { question: turn.question, turns: before(talk, turn), paths: turn.paths.length ? turn.paths : null };
    try {
      for await (const event of stream("ask", { ...given, llm: this.composer.writer.chosen }, signal)) {
        if (event.event === "waiting") body.querySelector(".reading")?.replaceWith(waiting(t("Other questions are being answered first…")));
        if (event.event === "found") body.querySelector(".reading")?.replaceWith(waiting(t("Reading the sources…")));
        if (event.event === "delta") {
          turn.said = event.text;
          body.querySelectorAll(".draft, .reading").forEach((each) => each.remove());
          body.append(event.text ? draft(event.text) : waiting(t("The language model was thinking aloud. Its answer…")));
        }
        // Who asks before the server has told how it stands is told by what it has told meanwhile.
        if (event.event === "done") Object.assign(turn, { answer: event, asked: standingOf(known.sources === undefined ? this.known : known, reading) });
      }
    } catch (problem) {
      if (problem.name === "AbortError") turn.stopped = true;
      else if (this.leaving) return; // the page goes away, which is no fault of the server
      else if (problem instanceof Refused) turn.problem = problem.message;
      else throw problem;
    }
  }

  // Questions that could follow, once they are known to be answered; they come below everything else.
  async suggest(turn, talk) {
    const asked = path(talk).map((each) => each.question);
    const found = await call("suggest", {
      question: turn.answer.asked_as,
      asked,
      paths: turn.paths,
      cited: turn.answer.claims.flatMap((claim) => claim.citations),
    }).catch(() => []);
    const none = turn.answer.status === "not_found";
    const next = found.length || !none ? found : this.known.examples.filter((each) => !asked.includes(each)).slice(0, 3);
    if (!next.length || this.talk !== talk || talk.shown !== turn.id) return;
    turn.next = next;
    store.save(talk);
    this.nodeOf(turn).append(following(turn, this.ways(turn)));
  }

  // Citations say so where their source has changed since, was read anew, or is gone.
  checkStanding() {
    const talk = this.talk;
    const ways = (turn) => ({
      may: this.known.may_change,
      busy: Boolean(this.step),
      onrebuild: () => this.onrebuild(),
      onagain: () => this.ask(turn.question, turn),
    });
    return markStanding(path(talk), (turn) => this.nodeOf(turn), () => this.talk === talk, ways);
  }

  announce(turn, node) {
    if (!turn.answer) this.evidence.close();
    if (turn.stopped) return say(t("Stopped."));
    if (!turn.answer) return say(turn.problem || t("No answer came."));
    say(told(turn.answer));
    this.showFirst(node);
  }

  markLast() {
    const nodes = this.log.querySelectorAll(".turn");
    nodes.forEach((node, index) => node.classList.toggle("last", index === nodes.length - 1));
  }

  nodeOf(turn) {
    return this.log.querySelector(`[data-turn="${turn.id}"]`);
  }

  turnNode(turn) {
    return turnNode(turn, this.ways(turn));
  }

  ways(turn) {
    return {
      running: turn === this.asking,
      versions: versions(this.talk, turn),
      earlier: before(this.talk, turn),
      door: (node) => this.door(turn, node),
      onask: (question) => this.ask(question),
      onversion: (other) => this.showVersion(other),
      onversionof: (one, question) => this.composer.onsend(question, one),
      oneverywhere: () => (this.composer.limit([]), this.ask(turn.question, turn)),
      onsources: () => this.onsources(),
    };
  }

  showVersion(turn) {
    if (this.running) return this.composer.tell(t("An answer is on its way: Escape stops it."));
    this.turnTo(turn);
    store.save(this.talk, this.talk.at);
    const node = this.nodeOf(turn);
    node.scrollIntoView({ block: "start" });
    this.showFirst(node);
    const [first, last] = node.querySelectorAll(".versions button");
    (first.disabled ? last : first).focus({ preventScroll: true });
  }

  // Has a turn on the page, if it is not: the version it belongs to.
  turnTo(turn) {
    if (path(this.talk).includes(turn)) return;
    show(this.talk, turn);
    this.draw();
  }

  door(turn, node) {
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
}
