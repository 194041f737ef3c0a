// Conversations, kept in this browser only, and where people sign in only until they sign out.

import { identity, merge, takenOver } from "./branches.js";
import { collection, home } from "./collection.js";

const signedIn = document.querySelector('meta[name="user"]');
export const user = signedIn?.content ?? "";
export const leaves = Boolean(user) && !("stays" in signedIn.dataset); // where a proxy knows people, only it lets them go
const PROGRAM = "footnote";
const HERE = collection ? `${PROGRAM}@${collection.name}` : PROGRAM; // what is kept of a collection is apart from all else
const keyOf = (name) => (user ? `${HERE}.${name}.${user}` : `${HERE}.${name}`);
const KEY = keyOf("conversations");
export const RECORD = keyOf("kept"); // what kept.js knows of them
const TYPED = `${HERE}.typed.${user}`;
const OWNED = /^footnote(?:@[^.]+)?\.(?:conversations|kept|typed)\.(.*)$/s; // no name of a collection has a dot
const CURRENT = /^footnote(?:@[^.]+)?\.current$/;
const EVERYWHERE = ["theme"]; // settings that are the same in all collections
let mirrored = null; // who is told of what is written and removed
let forgotten = false; // whoever has signed out leaves nothing behind, not even what is written while the page goes
let full = () => {};

// What a browser that lets nothing be stored refuses is simply not there.
export function attempt(act, otherwise) {
  try {
    return act();
  } catch {
    return otherwise;
  }
}

// Where people sign in, each finds only their own; nobody leaves theirs to the next one.
function clear(place, theirs) {
  attempt(() => Object.keys(place()).filter(theirs).forEach((key) => place().removeItem(key)));
}

// Whose a key is; undefined for what is of nobody in particular.
const ownerOf = (key) => OWNED.exec(key)?.[1];
const browser = () => localStorage;
const tab = () => sessionStorage;

if (user) {
  const others = (key) => ![undefined, user].includes(ownerOf(key));
  clear(browser, others);
  clear(tab, others);
  addEventListener("storage", (event) => {
    if (event.key !== KEY || event.newValue !== null) return;
    forgotten = true; // signed out in another tab
    location.replace(`${home}login`); // not loaded again: the session may last a moment longer than what was kept here
  });
}

// On signing out: the conversations of this person, in all collections, and which one was open.
export function forget() {
  forgotten = true;
  clear(browser, (key) => ownerOf(key) === user || CURRENT.test(key));
  clear(tab, (key) => /^footnote[.@]/.test(key));
}

// What this browser keeps of a collection that has been deleted, asked alone or with others.
export function discard(name) {
  const ofIt = (key) => /^footnote@([^.]+)\./.exec(key)?.[1].split("+").includes(name);
  clear(browser, ofIt);
  clear(tab, ofIt);
}

// All that this browser keeps for the page, in a collection what it keeps of that. Other tabs are told as they are of any deletion.
export function erase() {
  write([]);
  forgotten = true;
  clear(browser, (key) => key.startsWith(`${HERE}.`) && key !== KEY);
  clear(tab, (key) => key.startsWith(`${HERE}.`));
}

export const left = () => forgotten;

// {written(), removed(id)} are called from now on.
export function mirror(told) {
  mirrored = told;
}

const listed = () => dispatchEvent(new Event("kept")); // whoever lists them lists them anew

// onchange(): another tab has kept, renamed or deleted something; onfull(): there is no room for more.
export function watch(onchange, onfull) {
  full = onfull;
  addEventListener("storage", (event) => event.key === KEY && !forgotten && (onchange(), listed()));
}

export function all() {
  const found = attempt(() => JSON.parse(localStorage.getItem(KEY)));
  return Array.isArray(found) ? found.filter((each) => each && each.id && Array.isArray(each.turns)).map(takenOver) : [];
}

function write(conversations) {
  if (forgotten) return;
  queueMicrotask(listed);
  try {
    localStorage.setItem(KEY, JSON.stringify(conversations));
  } catch {
    full(); // nothing kept earlier is given up for it unasked
  }
}

export const fresh = () => ({ id: identity(), title: "", at: Date.now(), turns: [], shown: null });

export const find = (id) => all().find((each) => each.id === id);

// Keeps a conversation, with what another tab may have added to it; `at` says when it was last asked something.
export function save(conversation, at = Date.now()) {
  if (!conversation.turns.length) return;
  const others = all();
  const known = others.find((each) => each.id === conversation.id);
  const kept = { ...conversation, turns: [...conversation.turns], at };
  if (known) merge(kept, { ...known, title: conversation.title });
  put({ ...kept, shown: conversation.shown });
  mirrored?.written();
}

// A conversation as another machine has it: what it has more is added to what is here, and its name and place count
// unless something was asked here since.
export function join(conversation) {
  const theirs = takenOver(conversation);
  const known = find(theirs.id);
  if (!known) return put(theirs);
  const [older, newer] = theirs.at >= known.at ? [known, theirs] : [theirs, known];
  const both = { ...newer, turns: [...newer.turns] };
  merge(both, { ...older, title: newer.title });
  put({ ...both, shown: newer.shown });
}

function put(conversation) {
  write([conversation, ...all().filter((each) => each.id !== conversation.id)].sort((one, other) => other.at - one.at));
}

export function rename(id, title) {
  write(all().map((each) => (each.id === id ? { ...each, title } : each)));
  mirrored?.written();
}

export function drop(id) {
  write(all().filter((each) => each.id !== id));
}

export function remove(id) {
  drop(id);
  mirrored?.removed(id);
}

// What belongs to this tab and outlives a reload: the text being typed, the limit to sources. Without a value it is read.
export function held(name, value) {
  const kept = attempt(() => JSON.parse(sessionStorage.getItem(TYPED))) ?? {};
  if (value === undefined || forgotten) return kept[name];
  attempt(() => sessionStorage.setItem(TYPED, JSON.stringify({ ...kept, [name]: value })));
  return value;
}

// Which conversation is open: in this tab, else the last one of the browser. With an id it is noted.
export function current(id) {
  if (id === undefined) return find(held("current")) ?? find(setting("current"));
  held("current", id);
  setting("current", id);
  return undefined;
}

// A setting of this browser; without a value it is read. Where nothing may be stored it is simply forgotten.
export function setting(name, value) {
  const key = `${EVERYWHERE.includes(name) ? PROGRAM : HERE}.${name}`;
  if (value === undefined) return attempt(() => localStorage.getItem(key), null);
  if (!forgotten) attempt(() => localStorage.setItem(key, value));
  return value;
}
