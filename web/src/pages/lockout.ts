// Whether a draft of a Conditional Access policy would keep the administrators out, seen from the draft alone. What all policies
// together come to only the server knows, which is asked besides (`PolicyWarnings.tsx`).
//
// Deliberately absent: demands that a person can always meet. Asking administrators for a second factor locks out nobody who
// has one, so that is called a demand and not a lock-out.

import { adminClientId } from "../settings";
import type { PolicyDraft, UserList } from "./policy";
import { isAbout, narrows } from "./protection";

/** The role that can mend everything (its template, the same everywhere). */
export const GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10";

/** Who writes the draft: what a policy can name them by. */
export interface Self {
  id: string;
  groups: string[];
  roles: string[];
}

export interface Lockout {
  /** `block`: nobody it is about gets in. `demand`: only with what it asks for. */
  how: "block" | "demand";
  /** Every administrator is meant. */
  isEveryAdministrator: boolean;
  /** Somebody is left out, who can mend it. */
  hasBreakGlass: boolean;
  /** Who writes it is meant. */
  isSelf: boolean;
}

const LEAVES_OUT: UserList[] = ["excludeUsers", "excludeGroups", "excludeRoles"];

/** What the draft would do to those who administer; nothing where it leaves them alone. */
export function lockout(draft: PolicyDraft, self: Self): Lockout | undefined {
  const { users } = draft.conditions;
  const controls = draft.grantControls?.builtInControls ?? [];
  const asks = controls.length > 0 || Boolean(draft.grantControls?.authenticationStrength) || isFilled(draft.grantControls?.termsOfUse);
  if (!asks || !isAbout({ ...draft, id: "" }, adminClientId)) return undefined;
  // A condition leaves another way in: from another place, with another system.
  if (narrows(draft).some((key) => !key.startsWith("exclude"))) return undefined;
  const isEveryAdministrator = has(users.includeUsers, ["All"]) || has(users.includeRoles, [GLOBAL_ADMINISTRATOR]);
  const isSelf = isNamed(users, "include", self) && !isNamed(users, "exclude", self);
  if (!isEveryAdministrator && !isSelf) return undefined;
  const hasBreakGlass = LEAVES_OUT.some((list) => isFilled(users[list]));
  if (hasBreakGlass && !isSelf) return undefined;
  return { how: controls.includes("block") ? "block" : "demand", isEveryAdministrator, hasBreakGlass, isSelf };
}

function isNamed(users: PolicyDraft["conditions"]["users"], side: "include" | "exclude", self: Self): boolean {
  return has(users[`${side}Users`], ["All", self.id]) || has(users[`${side}Groups`], self.groups) || has(users[`${side}Roles`], self.roles);
}

function has(list: string[] | undefined, some: string[]): boolean {
  return (list ?? []).some((one) => some.some((known) => known.toLowerCase() === one.toLowerCase()));
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
