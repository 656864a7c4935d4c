// What stood open when the session ended in the middle of it: who was sent to sign in and came back finds it open again, with what
// they typed (`drafts.ts`).

import { useState } from "react";
import { cameBack } from "../session/session";
import { keptIds } from "./drafts";

const PREFIX = "castellan.tab.";

/** The id of the object that a dialog is about; drafts of it are kept at `prefix` and the id. */
export function useOpened(prefix: string): [string | null, (id: string | null) => void] {
  return useState<string | null>(() => (cameBack() ? (keptIds(prefix)[0] ?? null) : null));
}

/** The tab of a page at an address. */
export function useTab(address: string, first: string): [string, (tab: string) => void] {
  const [tab, setTab] = useState(() => (cameBack() ? (sessionStorage.getItem(PREFIX + address) ?? first) : first));
  return [
    tab,
    (next) => {
      sessionStorage.setItem(PREFIX + address, next);
      setTab(next);
    },
  ];
}
