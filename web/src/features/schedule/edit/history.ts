/** Undo and redo as two stacks. An entry is whatever the caller can run; running it is the caller's business. */

export interface History<Entry> {
  /** Newest last. */
  readonly done: readonly Entry[];
  readonly undone: readonly Entry[];
}

const MAX_ENTRIES = 100;

export function emptyHistory<Entry>(): History<Entry> {
  return { done: [], undone: [] };
}

/** A new deed: what was undone before can't be redone any more. */
export function recorded<Entry>(history: History<Entry>, entry: Entry): History<Entry> {
  return { done: [...history.done, entry].slice(-MAX_ENTRIES), undone: [] };
}

export function nextUndo<Entry>(history: History<Entry>): Entry | null {
  return history.done.at(-1) ?? null;
}

export function nextRedo<Entry>(history: History<Entry>): Entry | null {
  return history.undone.at(-1) ?? null;
}

/** After the newest deed was undone; `replacement` carries what redoing needs now (new versions, new ids). */
export function afterUndo<Entry>(history: History<Entry>, replacement: Entry): History<Entry> {
  return { done: history.done.slice(0, -1), undone: [...history.undone, replacement] };
}

export function afterRedo<Entry>(history: History<Entry>, replacement: Entry): History<Entry> {
  return { done: [...history.done, replacement], undone: history.undone.slice(0, -1) };
}

/** When the server refuses to undo, the entry is of no more use. */
export function withoutUndo<Entry>(history: History<Entry>): History<Entry> {
  return { done: history.done.slice(0, -1), undone: history.undone };
}

export function withoutRedo<Entry>(history: History<Entry>): History<Entry> {
  return { done: history.done, undone: history.undone.slice(0, -1) };
}
