// Conversations, kept in this browser only, and where people sign in only until they sign out.

export const user = document.querySelector('meta[name="user"]')?.content ?? "";
const ALL = "footnote.conversations";
const KEY = user ? `${ALL}.${user}` : ALL;
const CURRENT = "footnote.current";
const KEPT = "footnote.kept";
export const RECORD = user ? `${KEPT}.${user}` : KEPT; // what kept.js knows of them
let mirrored = null; // who is told of what is written and removed
let forgotten = false; // whoever has signed out leaves nothing behind, not even what is written while the page goes

// Where people sign in, each finds only their own; nobody leaves theirs to the next one.
function clear(theirs) {
  try {
    for (const key of Object.keys(localStorage)) if (theirs(key)) localStorage.removeItem(key);
  } catch {
    // nothing may be stored here
  }
}

if (user) {
  clear((key) => (key.startsWith(`${ALL}.`) && key !== KEY) || (key.startsWith(`${KEPT}.`) && key !== RECORD));
  addEventListener("storage", (event) => {
    if (event.key !== KEY || event.newValue !== null) return;
    forgotten = true; // signed out in another tab
    location.reload();
  });
}

// On signing out: the conversations of this person, and which one was open.
export function forget() {
  forgotten = true;
  clear((key) => key === KEY || key === CURRENT || key === RECORD);
}

export const left = () => forgotten;

// {written(), removed(id)} are called from now on.
export function mirror(told) {
  mirrored = told;
}

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(found) ? found.filter((each) => each && each.id && Array.isArray(each.turns)) : [];
  } catch {
    return [];
  }
}

function write(all) {
  if (forgotten) return;
  queueMicrotask(() => dispatchEvent(new Event("kept"))); // whoever lists them lists them anew
  for (let kept = all; ; kept = kept.slice(0, -1)) {
    try {
      return localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      if (!kept.length) return; // nothing may be stored here
    } // full: the oldest goes
  }
}

export const fresh = () => ({
  id: crypto.randomUUID?.() ?? String(Math.random()).slice(2),
  title: "",
  at: Date.now(),
  turns: [],
});

export const all = () => read();

export function save(conversation) {
  if (!conversation.turns.length) return;
  const kept = { ...conversation, at: Date.now() };
  write([kept, ...read().filter((each) => each.id !== conversation.id)]);
  mirrored?.written();
}

// A conversation as another machine has it: of two the one that was asked last stays.
export function join(conversation) {
  const known = read().find((each) => each.id === conversation.id);
  if (known && known.at >= conversation.at) return;
  write([conversation, ...read().filter((each) => each.id !== conversation.id)].sort((one, other) => other.at - one.at));
}

export function rename(id, title) {
  write(read().map((each) => (each.id === id ? { ...each, title } : each)));
  mirrored?.written();
}

export function drop(id) {
  write(read().filter((each) => each.id !== id));
}

export function remove(id) {
  drop(id);
  mirrored?.removed(id);
}

// A setting of this browser; without a value it is read. Where nothing may be stored it is simply forgotten.
export function setting(name, value) {
  if (forgotten && value !== undefined) return value;
  try {
    if (value === undefined) return localStorage.getItem(`footnote.${name}`);
    localStorage.setItem(`footnote.${name}`, value);
  } catch {
    return null;
  }
  return value;
}
