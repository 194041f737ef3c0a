// A conversation as a tree: a turn may have several versions, and what was asked after each of them stays with it.
// `turns` holds all of them, each with its `id` and the id of its `parent`; `shown` is the last turn that is on the page.

export const identity = () => crypto.randomUUID?.() ?? String(Math.random()).slice(2);

// What a turn has come to; one that has not is still being answered, or was when its page went away.
export const settled = (turn) => Boolean(turn.answer || turn.stopped || turn.problem);

// The turns that are on the page, first to last.
export function path(talk) {
  const known = new Map(talk.turns.map((turn) => [turn.id, turn]));
  const found = [];
  for (let turn = known.get(talk.shown); turn && !found.includes(turn); turn = known.get(turn.parent)) found.unshift(turn);
  return found;
}

// The versions of a turn, itself among them: those that say something.
export function versions(talk, turn) {
  return talk.turns.filter((each) => each === turn || (each.parent === turn.parent && (each.answer || each.said)));
}

// Puts a question behind `parent`, the id of a turn or null, and shows it.
export function add(talk, question, parent, paths) {
  const turn = { id: identity(), parent, question, answer: null, said: "", paths };
  talk.turns.push(turn);
  talk.shown = turn.id;
  return turn;
}

// Shows a turn with what was asked after it, the newest of several.
export function show(talk, turn) {
  talk.shown = turn.id;
  for (;;) {
    const after = talk.turns.findLast((each) => each.parent === talk.shown && settled(each));
    if (!after) return;
    talk.shown = after.id;
  }
}

// A conversation as it is kept now; those of earlier pages were a list without versions.
export function takenOver(talk) {
  if (talk.turns.every((turn) => turn.id)) return talk;
  const turns = talk.turns.map((turn, at) => ({
    ...turn,
    id: `${talk.id}-${at}`, // the same in every tab
    parent: at ? `${talk.id}-${at - 1}` : null,
  }));
  return { ...talk, turns, shown: turns.at(-1)?.id };
}

// Adds to a conversation what another tab has kept of it; whether there was anything.
export function merge(talk, kept) {
  const mine = new Map(talk.turns.map((turn) => [turn.id, turn]));
  let changed = talk.title !== kept.title;
  talk.title = kept.title || talk.title;
  for (const turn of kept.turns) {
    const own = mine.get(turn.id);
    if (!own) talk.turns.push(turn);
    else if (settled(turn) && !settled(own)) Object.assign(own, turn);
    else continue;
    changed = true;
  }
  const last = talk.turns.find((turn) => turn.id === talk.shown);
  if (last && settled(last)) show(talk, last);
  return changed;
}
