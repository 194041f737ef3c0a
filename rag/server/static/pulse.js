// How the server stands: ready or not, gone and back again, with other sources than before; and whether one is signed in.

import { Gone, SignedOut, call } from "./api.js";
import { button, h, icon, say } from "./dom.js";
import { t } from "./words.js";

const OFTEN = 3000; // milliseconds between looks while something is awaited
const SELDOM = 10_000; // and while a page only lies open

export class Pulse {
  // onstate(state): what the server says of itself.
  constructor(onstate) {
    this.onstate = onstate;
    this.node = h("span", { class: "warming", role: "status", hidden: true });
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
    addEventListener("online", () => this.look());
    addEventListener("footnote:signed-out", () => this.ended());
  }

  // Looks now, and from then on again and again: soon while something is to be expected.
  look() {
    clearTimeout(this.next);
    this.wait = 400;
    this.round ??= this.turn();
  }

  async turn() {
    const state = await call("state").catch((problem) => this.missed(problem));
    this.round = null;
    if (this.over) return;
    if (state) this.reached(state);
    if (document.hidden) return; // it is looked again when the page is
    const settled = state?.settled;
    this.wait = settled ? SELDOM : Math.min(this.wait * 1.5, OFTEN);
    this.next = setTimeout(() => (this.round ??= this.turn()), this.wait);
  }

  reached(state) {
    if (this.gone) say(t("The server is back."));
    this.gone = false;
    this.seen = true;
    this.tell(state.ready ? "" : state.problem || t("Warming up…"), Boolean(state.problem));
    this.onstate(state);
  }

  missed(problem) {
    if (problem instanceof SignedOut) return null;
    const waits = !(problem instanceof Gone) && !problem.message.includes("public_url"); // else waiting would not help
    if (this.seen && !this.gone) say(t("The server is not answering. The page keeps trying."));
    this.gone = true;
    this.tell(!waits ? problem.message : this.seen ? t("The server is not answering. Trying again…") : t("Waiting for the server…"), this.seen);
    return null;
  }

  tell(words, trouble) {
    this.node.hidden = !words;
    this.node.className = trouble ? "warming trouble" : "warming";
    if (this.node.textContent !== words) this.node.textContent = words;
  }

  // The session has ended: what is on the page stays there, and what was typed is kept for after signing in.
  ended() {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.next);
    this.tell("");
    const again = button("only", t("Sign in"), () => location.reload());
    const words = t("Your session has ended. What you typed has been kept.");
    document.querySelector("#footnote").append(h("div", { class: "notice", role: "alert" }, icon("warn"), h("p", {}, words), again));
  }
}
