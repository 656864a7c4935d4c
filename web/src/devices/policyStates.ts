// How a configuration policy stands on a device: the overview's counts, our words for them and Graph's.

import type { Count } from "../parts/Results";

export const POLICY_STATES: [count: string, word: string, status: string, tone?: Count["tone"]][] = [
  ["errorCount", "error", "error", "bad"],
  ["conflictCount", "conflict", "conflict", "bad"],
  ["pendingCount", "pending", "unknown", "warn"],
  ["successCount", "succeeded", "compliant", "good"],
  ["notApplicableCount", "notApplicable", "notApplicable"],
];

/** A status of Graph's in the word for it here: a configuration is not complied with, it is carried out. */
export const wordOf = (status: string) => POLICY_STATES.find(([, , theirs]) => theirs === status)?.[1] ?? status;
