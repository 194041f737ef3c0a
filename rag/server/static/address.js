// Where a person is on the page, as a link: a conversation, an answer, a citation, a source, a page or a place in it.

import { collection } from "./collection.js";
import { say } from "./dom.js";
import { t } from "./words.js";

const NAMES = ["talk", "turn", "note", "source", "page", "at", "sources"];
const OWN = [collection?.title, document.title].filter(Boolean).join(" – ");

// place: { talk, turn, note } of a conversation, { source, page, at: [start, end] } of a source, { sources: "" } for the list.
export function linkTo(place) {
  const given = NAMES.filter((name) => place[name] !== undefined && place[name] !== null);
  const said = given.map((name) => [name, name === "at" ? place.at.join("-") : String(place[name])]);
  return said.length ? `#${new URLSearchParams(said)}` : location.pathname;
}

function placeOf(hash) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const place = {};
  for (const name of NAMES) if (said.has(name)) place[name] = said.get(name);
  for (const name of ["note", "page"]) if (name in place) place[name] = Number.parseInt(place[name], 10) || undefined;
  if ("at" in place) {
    const found = /^(\d{1,9})-(\d{1,9})$/.exec(place.at);
    place.at = found ? [Number(found[1]), Number(found[2])] : undefined;
  }
  return place;
}

export const titled = (words) => (document.title = [words, OWN].filter(Boolean).join(" – "));

// Keeps the address bar, Back and Forward in step with what is shown. `follow(place)` shows a place.
export class Addresses {
  constructor(follow) {
    this.follow = follow;
    this.following = false; // what is shown on the way is no step of a person
    addEventListener("popstate", () => this.arrive());
  }

  get here() {
    return placeOf(location.hash);
  }

  async arrive() {
    this.following = true;
    try {
      await this.follow(this.here);
    } finally {
      this.following = false;
    }
  }

  // A step that Back takes back.
  go(place) {
    if (this.following) return;
    const link = linkTo(place);
    if (link === location.hash || (link === location.pathname && !location.hash)) return;
    const on = kind(place) && kind(this.here) === kind(place);
    const back = on ? history.state?.back && history.state.back + 1 : 1;
    history.pushState({ back: kind(place) ? back : 0 }, "", link);
  }

  // The same step, told more exactly.
  mend(place) {
    if (!this.following) this.replace(place);
  }

  replace(place) {
    history.replaceState(history.state, "", linkTo(place));
  }

  // What lay over a place is closed: as many steps back as were made over it, or on to that place.
  async leave(place) {
    if (this.following) return;
    if (!history.state?.back) return this.go(place);
    const there = new Promise((done) => addEventListener("popstate", done, { once: true }));
    history.go(-history.state.back);
    await there;
  }
}

// What lies over a conversation and is closed to get back to it.
const kind = (place) => (place.note ? "note" : place.source || place.sources !== undefined ? "source" : "");

// Copies a link, and says so.
export async function copyLink(link) {
  const copying = navigator.clipboard?.writeText(new URL(link, location.href).href) ?? Promise.reject();
  say(await copying.then(() => t("Link copied."), () => t("The link is in the address bar.")));
}
