// Conversations beyond this browser. Where people sign in the server keeps them: what is written here is sent there, and
// what another machine has kept is fetched. Finding and pinning work the same without it.

import { call } from "./api.js";
import * as store from "./store.js";

const PAUSE = 300; // milliseconds in which several changes become one
let changed = () => {};
let failed = () => {};
let later; // a timer
let turn = Promise.resolve(); // one thing is told to the server after the other

// By id: the version on the server, what was sent, whether pinned.
const record = () => store.attempt(() => JSON.parse(localStorage.getItem(store.RECORD))) ?? {};

function note(id, facts) {
  const known = record();
  if (facts) known[id] = { ...known[id], ...facts };
  else delete known[id];
  if (!store.left()) store.attempt(() => localStorage.setItem(store.RECORD, JSON.stringify(known)));
}

const mark = ({ title, at, turns }) => `${at} ${title} ${JSON.stringify(turns).length}`;

async function send(conversation) {
  const { id, title, at } = conversation;
  const { version = 0, pinned = false } = record()[id] ?? {};
  const answer = await call("keep", { id, title, at: Math.round(at), version, pinned, conversation });
  if (answer.version) return note(id, { version: answer.version, sent: mark(conversation) });
  // Another page was first: what it has is joined to ours. Where it was deleted, going on brings it back.
  note(id, { version: answer.kept?.version ?? 0, pinned: answer.kept?.pinned ?? pinned });
  if (answer.kept) store.join(answer.kept.conversation);
  return send(store.all().find((each) => each.id === id) ?? conversation);
}

async function sendChanges() {
  const known = record();
  for (const each of store.all()) if (known[each.id]?.sent !== mark(each)) await send(each);
}

async function fetchChanges() {
  const heads = await call("conversations");
  const [known, here] = [record(), new Map(store.all().map((each) => [each.id, each]))];
  for (const { id, version, pinned } of heads) {
    if (here.has(id) && known[id]?.version === version) note(id, { pinned });
    else {
      const { conversation } = await call("conversation", { id });
      const own = here.has(id) && known[id]?.sent !== mark(here.get(id)); // something that was not sent yet
      store.join(conversation);
      note(id, { version, pinned, sent: own ? "" : mark(conversation) });
    }
  }
  const there = new Set(heads.map((each) => each.id));
  for (const id of here.keys()) if (known[id]?.version && !there.has(id)) (store.drop(id), note(id)); // deleted elsewhere
}

// After what is being told already; what goes wrong is said and does not stop what comes next.
function inTurn(act) {
  turn = turn.then(act).then(() => changed(), (problem) => failed(problem.message));
  return turn;
}

// Begins to keep conversations on the server. onchange(): others are here now; onproblem(message).
export function keepOnServer(onchange, onproblem) {
  if (!store.user) return;
  [changed, failed] = [onchange, onproblem];
  store.mirror({
    written: () => (clearTimeout(later), (later = setTimeout(() => inTurn(sendChanges), PAUSE))),
    removed: (id) =>
      inTurn(async () => {
        if (record()[id]?.version)
          await call("discard", { id }).catch((problem) => {
            if (problem.message !== "Not found.") throw problem; // else another page has deleted it
          });
        note(id, { version: 0, sent: "" }); // brought back, it is as new, and pinned as it was
      }),
  });
  inTurn(async () => (await fetchChanges(), await sendChanges()));
}

// What was written is on the server, or it was said why not.
export function settled() {
  clearTimeout(later);
  return store.user ? inTurn(sendChanges) : turn;
}

// Everything that is kept of a person, here and on the server; the server first, so that nothing comes back from it.
export async function erase(feedback) {
  clearTimeout(later);
  const erased = turn.then(async () => {
    if (store.user) await call("discard-all");
    if (feedback) await call("forget");
    store.erase();
  });
  turn = erased.catch(() => {});
  return erased;
}

export const pinned = (id) => Boolean(record()[id]?.pinned);

export function pin(id, on) {
  note(id, { pinned: on });
  if (store.user) inTurn(async () => record()[id]?.version && (await call("pin", { id, pinned: on })));
}

const folded = (text) => text.normalize("NFKC").toLowerCase();
const said = ({ title, turns }) => folded([title, ...turns.map((turn) => `${turn.question} ${turn.answer?.markdown ?? ""}`)].join(" "));

// The conversations that hold every word of a text, the pinned ones first.
export function found(text) {
  const wanted = folded(text).split(/\s+/).filter(Boolean);
  const all = store.all().filter((each) => !wanted.length || wanted.every((word) => said(each).includes(word)));
  const known = record();
  const front = (each) => Boolean(known[each.id]?.pinned);
  return [...all.filter(front), ...all.filter((each) => !front(each))];
}
