// Conversations, kept in this browser only.

// Where people sign in, each finds only their own.
export const user = document.querySelector('meta[name="user"]')?.content ?? "";
const KEY = user ? `footnote.conversations.${user}` : "footnote.conversations";
const MOST = 40;

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(found) ? found.filter((each) => each && each.id && Array.isArray(each.turns)) : [];
  } catch {
    return [];
  }
}

function write(all) {
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
  write([kept, ...read().filter((each) => each.id !== conversation.id)].slice(0, MOST));
}

export function rename(id, title) {
  write(read().map((each) => (each.id === id ? { ...each, title } : each)));
}

export function remove(id) {
  write(read().filter((each) => each.id !== id));
}

// A setting of this browser; without a value it is read. Where nothing may be stored it is simply forgotten.
export function setting(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`footnote.${name}`);
    localStorage.setItem(`footnote.${name}`, value);
  } catch {
    return null;
  }
  return value;
}
