// What every address shows, and which address everything shown has.

import { Addresses, linkTo, titled } from "./address.js";
import { path } from "./branches.js";
import { say, wide } from "./dom.js";
import { nameOf } from "./sourcelist.js";
import * as store from "./store.js";
import { t } from "./words.js";

const ELSEWHERE = t("This conversation is kept in another browser.");

const conversed = (talk) => (talk.turns.length ? { talk: talk.id } : {});

export class Places {
  // onsources(): the list of sources is wanted; ontell(words): something is to be said above it.
  constructor({ chat, evidence, reader, onsources, ontell }) {
    Object.assign(this, { chat, evidence, reader, onsources, ontell });
    this.addresses = new Addresses((place) => this.follow(place));
    chat.onopened = (talk) => this.talked(talk);
    evidence.onshown = (item, from, stepped) => this.cited(item, from, stepped);
    evidence.linkOf = (item, from) => linkTo(this.citation(item, from));
    evidence.onleft = () => this.addresses.leave(this.talk);
    evidence.onread = (found, item) => this.read({ source: found.path, at: found.verdict === "gone" ? undefined : item.span });
  }

  // The conversation that is open, as a place.
  get talk() {
    return conversed(this.chat.talk);
  }

  begin() {
    this.last = this.chat.talk.id;
    if (location.hash.length > 1) return this.addresses.arrive();
    this.addresses.mend(this.talk);
    titled(this.chat.talk.title);
  }

  talked(talk) {
    const place = conversed(talk);
    const same = this.last === talk.id;
    this.last = talk.id;
    if (same && this.reader.shown) return;
    this.reader.close();
    titled(talk.title);
    if (!same) this.addresses.go(place);
    else if (this.addresses.here.note === undefined) this.addresses.mend(place);
  }

  // A citation names its source as well, for who does not have the conversation.
  citation(item, from) {
    return { ...this.talk, turn: from?.closest(".turn")?.dataset.turn, note: item.number, source: item.path, at: item.span };
  }

  cited(item, from, stepped) {
    const place = this.citation(item, from);
    if (stepped) this.addresses.mend(place);
    else this.addresses.go(place);
  }

  // Opens a source as a whole.
  async read(place) {
    this.addresses.go(place);
    await this.open(place);
  }

  async open(place) {
    if (this.evidence.node.matches(":modal")) this.evidence.close();
    const name = await this.reader.open(place);
    if (name) this.name(place);
  }

  // The place in a source that is read now.
  moved(place) {
    if (!this.reader.shown) return;
    this.addresses.mend(place);
    this.name(place);
  }

  name({ page }) {
    const { told } = this.reader;
    titled([nameOf(told), page > 1 && t("page {number}", { number: told.labels[page - 1] || page })].filter(Boolean).join(", "));
  }

  // Back to the conversation.
  async close() {
    this.reader.close();
    titled(this.chat.talk.title);
    this.chat.composer.focus();
    await this.addresses.leave(this.talk);
  }

  async follow(place) {
    const kept = place.talk && store.all().find((each) => each.id === place.talk);
    if (place.talk && !kept && place.talk !== this.chat.talk.id) return this.strange(place);
    if (place.talk) return this.converse(place, kept);
    if (place.source) return this.open(place);
    if (place.sources !== undefined) return (titled(t("Sources")), this.onsources());
    this.reader.close();
    if (this.chat.talk.turns.length) this.chat.open(store.fresh());
    titled("");
  }

  converse(place, kept) {
    const within = this.chat.talk.id === place.talk;
    this.reader.close();
    if (!within) this.chat.open(kept);
    titled(this.chat.talk.title);
    const turn = this.turnOf(place);
    if (turn) this.chat.turnTo(turn);
    const node = turn ? this.chat.nodeOf(turn) : this.chat.log.querySelector(".turn.last");
    const chip = place.note && node?.querySelector(`.chip[data-number="${place.note}"]`);
    if (place.turn) node?.scrollIntoView({ block: "start" });
    if (chip) return chip.click();
    if (place.note && place.source) return this.open({ source: place.source, at: place.at });
    if (!wide.matches) this.evidence.close();
    else if (within && node) this.chat.showFirst(node);
  }

  // The turn that an address names: by its id, and in an older address by its number.
  turnOf(place) {
    const { talk } = this.chat;
    const number = Number(place.turn);
    return talk.turns.find((turn) => turn.id === place.turn) ?? (number ? path(talk)[number - 1] : undefined);
  }

  // Somebody else's conversation: what it cites, or the sources.
  async strange({ source, at }) {
    say(ELSEWHERE);
    if (source) {
      this.addresses.replace({ source, at });
      return this.open({ source, at });
    }
    this.addresses.replace({ sources: "" });
    titled(t("Sources"));
    await this.onsources();
    this.ontell(`${ELSEWHERE} ${t("These are the sources you can ask.")}`);
  }
}
