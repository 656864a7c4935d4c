// What somebody typed and did not send yet, kept for this window: nothing is lost when a session ends in mid-form and the
// sign-in pages stand in between. What it began from is kept beside it, so that one's own changes can be told from others'.
//
// Deliberately absent: secrets. A password is typed again.

import { useCallback, useEffect, useState } from "react";

const PREFIX = "castellan.draft.";

export interface Kept<T> {
  base: T;
  draft: T;
}

/** A draft of something new. What is there already is edited by `useEditing`. */
export function useDraft<T extends object>(key: string, initial: T): [T, (next: T) => void, () => void, boolean] {
  const [draft, setDraft] = useState<T>(() => keptDraft<T>(key)?.draft ?? initial);
  const [isKept] = useState(() => keptDraft(key) !== null);
  useEffect(() => {
    if (JSON.stringify(draft) === JSON.stringify(initial)) forgetDraft(key);
    else keepDraft(key, { base: initial, draft });
  }, [key, draft, initial]);
  const forget = useCallback(() => forgetDraft(key), [key]);
  return [draft, setDraft, forget, isKept];
}

export function keptDraft<T>(key: string): Kept<T> | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PREFIX + key) ?? "null") as Kept<T> | null;
    return kept && "base" in kept && "draft" in kept ? kept : null;
  } catch {
    return null;
  }
}

/** Of which objects a draft is kept below `prefix`. */
export function keptIds(prefix: string): string[] {
  const start = PREFIX + prefix;
  return Object.keys(sessionStorage).flatMap((key) => (key.startsWith(start) ? [key.slice(start.length)] : []));
}

export function keepDraft(key: string, kept: Kept<unknown>): void {
  sessionStorage.setItem(PREFIX + key, JSON.stringify(kept, withoutSecrets));
}

export function forgetDraft(key: string): void {
  sessionStorage.removeItem(PREFIX + key);
}

export function withoutSecrets(name: string, value: unknown): unknown {
  return /password|secret/i.test(name) && typeof value === "string" ? undefined : value;
}
