// What a policy that only reports said of the sign-ins of the last days: whom it would have let in, asked for more or refused.
// From the log alone, where every sign-in names the policies that were looked at and what each came to.

import type { Status } from "../parts/signInResult";

export interface LoggedSignIn {
  id: string;
  createdDateTime: string;
  userId?: string | null;
  userDisplayName?: string | null;
  servicePrincipalId?: string | null;
  servicePrincipalName?: string | null;
  appDisplayName?: string | null;
  status?: Status | null;
  appliedConditionalAccessPolicies?: { id: string; result: string }[] | null;
}

export interface Who {
  id: string;
  name: string;
  /** Whether it is a program that signs in as itself. */
  isProgram: boolean;
  count: number;
  /** The last of their sign-ins that it would have been. */
  last: LoggedSignIn;
}

export interface Reported {
  letIn: number;
  asked: number;
  refused: number;
  whoRefused: Who[];
  whoAsked: Who[];
}

/** The results of a policy that reports; of any other result it says nothing. */
const SAID: Record<string, "letIn" | "asked" | "refused"> = { reportOnlySuccess: "letIn", reportOnlyInterrupted: "asked", reportOnlyFailure: "refused" };

/** `rows`: newest first, as the log has them. */
export function reported(policy: string, rows: LoggedSignIn[]): Reported {
  const counts = { letIn: 0, asked: 0, refused: 0 };
  const who = { letIn: new Map<string, Who>(), asked: new Map<string, Who>(), refused: new Map<string, Who>() };
  for (const row of rows) {
    const applied = row.appliedConditionalAccessPolicies?.find(({ id }) => id === policy);
    const said = applied && SAID[applied.result];
    if (!said) continue;
    counts[said]++;
    const id = row.userId ?? row.servicePrincipalId ?? row.id;
    const known = who[said].get(id);
    if (known) known.count++;
    else who[said].set(id, { id, name: row.userDisplayName ?? row.servicePrincipalName ?? id, isProgram: !row.userId && Boolean(row.servicePrincipalId), count: 1, last: row });
  }
  const most = (found: Map<string, Who>) => [...found.values()].sort((one, other) => other.count - one.count || one.name.localeCompare(other.name));
  return { ...counts, whoRefused: most(who.refused), whoAsked: most(who.asked) };
}

/** From when on the log speaks of the policy as it is now: so many days back, or since it was last changed. */
export function reportedSince(days: number, changed: unknown, now: Date): string {
  const back = new Date(now.getTime() - days * 86_400_000).toISOString();
  return typeof changed === "string" && changed > back ? changed : back;
}
