// What somebody typed and did not send yet, kept for this window: nothing is lost when a session ends in mid-form and the
// sign-in pages stand in between.
//
// Deliberately absent: secrets. A password is typed again.

import { useCallback, useEffect, useState } from "react";

const PREFIX = "castellan.draft.";

export function useDraft<T extends object>(key: string, initial: T): [T, (next: T) => void, () => void, boolean] {
  const place = PREFIX + key;
  const [draft, setDraft] = useState<T>(() => read(place) ?? initial);
  const [isKept] = useState(() => read(place) !== null);
  useEffect(() => {
    if (JSON.stringify(draft) === JSON.stringify(initial)) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, JSON.stringify(draft, withoutSecrets));
  }, [place, draft, initial]);
  const forget = useCallback(() => sessionStorage.removeItem(place), [place]);
  return [draft, setDraft, forget, isKept];
}

function read<T>(place: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? "null") as T | null;
  } catch {
    return null;
  }
}

export function withoutSecrets(name: string, value: unknown): unknown {
  return /password|secret/i.test(name) && typeof value === "string" ? undefined : value;
}
