// What was done a moment ago and can be taken back: one act at a time, offered at the foot of the page for a while.

import type { Change } from "../graph/queries";

export interface Undoable {
  /** What was done, in words. */
  said: string;
  /** What takes it back. */
  change: Change;
}

/** It is offered for so long. */
export const UNDO_MS = 15_000;

let offered: Undoable | null = null;
const watchers = new Set<() => void>();

export function offerUndo(undoable: Undoable | null): void {
  offered = undoable;
  for (const watch of watchers) watch();
}

export function watchUndo(watch: () => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}

export function undoOffered(): Undoable | null {
  return offered;
}
