// How a sign-in ended, in a person's words: by the number that the log has of it (AADSTS…).

import type { Key, Speech } from "../words";
import { en } from "../words/en";

export type Result = "success" | "interrupted" | "failure";

/** Numbers that say that somebody was asked for one thing more, and may have gone on from there. */
export const INTERRUPTED = [
  16000, 50055, 50058, 50072, 50074, 50076, 50079, 50097, 50125, 50127, 50129, 50140, 50143, 50144, 50158, 50203, 51006, 65001, 90094,
];

export interface Status {
  errorCode?: number;
  failureReason?: string | null;
  additionalDetails?: string | null;
}

export function codeOf(status: unknown): number {
  return (status as Status | null | undefined)?.errorCode ?? 0;
}

export function resultOf(status: unknown): Result {
  const code = codeOf(status);
  if (code === 0) return "success";
  return INTERRUPTED.includes(code) ? "interrupted" : "failure";
}

/** Why it ended so; nothing of what succeeded. What no language has words for is said in the server's own. */
export function reasonOf(status: unknown, t: Speech["t"]): string {
  const code = codeOf(status);
  if (code === 0) return "";
  const key = `aadsts.${code}`;
  return key in en ? t(key as Key) : ((status as Status).failureReason ?? "");
}

/** The `$filter` of those that ended so. */
export function filterOf(result: Result): string {
  const codes = INTERRUPTED.join(",");
  switch (result) {
    case "success":
      return "status/errorCode eq 0";
    case "interrupted":
      return `status/errorCode in (${codes})`;
    case "failure":
      return `status/errorCode ne 0 and not (status/errorCode in (${codes}))`;
  }
}
