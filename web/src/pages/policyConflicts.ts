// What a draft of a Conditional Access policy and the other policies do to each other: one refuses all that the other would let
// in, one says again what the other says, or their limits on a session contradict; and what keeps a draft from ever applying.
//
// Only what is certain from the policies themselves is said. One policy covers another where everybody, every application and
// every condition of the other is its own as well; who is in a group or holds a role is not looked up.

import { isEmpty, narrows } from "./protection";
import type { PolicyDraft } from "./policy";

export type KnownPolicy = PolicyDraft & { id: string };

export type Sort =
  /** The other refuses all that this one would let in. */
  | "refusedBy"
  /** This one refuses all that the other would let in. */
  | "refuses"
  /** The same people, applications, conditions and demands. */
  | "duplicate"
  /** The other, which reaches further, demands all of it already. */
  | "contained"
  /** One keeps browsers signed in, the other never does. */
  | "session";

export interface Conflict {
  sort: Sort;
  with: { id: string; displayName: string };
}

/** Why a draft never applies to anybody, in the words of `whatIfAnalysisReasons`. */
export type Never = "users" | "application" | "devicePlatform" | "location";

/** What of a draft undoes itself: it limits the sessions of those whom it lets in nowhere; it keeps signed in whom it asks every time. */
export type Undone = "blockedSession" | "everyTimeKept";

export function conflicts(draft: PolicyDraft & { id?: string }, policies: KnownPolicy[]): Conflict[] {
  if (neverApplies(draft)) return [];
  const others = policies.filter((other) => other.id !== draft.id && other.state !== "disabled" && !neverApplies(other));
  return others.flatMap((other) => sortsOf(draft, other).map((sort) => ({ sort, with: { id: other.id, displayName: other.displayName } })));
}

function sortsOf(draft: PolicyDraft, other: PolicyDraft): Sort[] {
  const [isWithin, isAround] = [covers(other, draft), covers(draft, other)];
  if (isBlock(other) && !isBlock(draft) && isWithin) return ["refusedBy"];
  if (isBlock(draft) && !isBlock(other) && isAround) return ["refuses"];
  if (isWithin && isAround && same(asked(draft), asked(other))) return ["duplicate"];
  return [...(isWithin && demandsAllOf(other, draft) ? ["contained" as const] : []), ...((isWithin || isAround) && areOpposed(draft, other) ? ["session" as const] : [])];
}

/** What of a policy leaves nobody or nothing that it could apply to. */
export function neverApplies({ conditions }: PolicyDraft): Never | undefined {
  const { users, applications, platforms, locations } = conditions;
  const hasPeople = SUBJECTS.some((sort) => !isEmpty(users[`include${sort}`]));
  const isGuests = !isEmpty(users.includeGuestsOrExternalUsers) && !same(users.includeGuestsOrExternalUsers, users.excludeGuestsOrExternalUsers);
  if (!isWorkload(conditions) && hasPeople && !isGuests && SUBJECTS.every((sort) => isAllOut(users[`include${sort}`], users[`exclude${sort}`]))) return "users";
  if (!isEmpty(applications.includeApplications) && isAllOut(applications.includeApplications, applications.excludeApplications)) return "application";
  if (!isEmpty(platforms?.includePlatforms) && isAllOut(platforms?.includePlatforms, platforms?.excludePlatforms)) return "devicePlatform";
  if (!isEmpty(locations?.includeLocations) && isAllOut(locations?.includeLocations, locations?.excludeLocations)) return "location";
  return undefined;
}

/** What of a draft's own demands and limits undo each other. */
export function undone(draft: PolicyDraft): Undone | undefined {
  const session = draft.sessionControls;
  if (isBlock(draft) && !isEmpty(session)) return "blockedSession";
  return session?.signInFrequency?.frequencyInterval === "everyTime" && persistence(draft) === "always" ? "everyTimeKept" : undefined;
}

const SUBJECTS = ["Users", "Groups", "Roles"] as const;

const isWorkload = (conditions: PolicyDraft["conditions"]) => !isEmpty(conditions.clientApplications);

/** Whether everything that is meant is taken out again. */
function isAllOut(included: string[] | undefined, excluded: string[] | undefined): boolean {
  const out = lowered(excluded);
  return out.includes("all") || lowered(included).every((one) => one === "none" || out.includes(one));
}

/** Whether every sign-in that `inner` applies to is one that `outer` applies to. */
function covers(outer: PolicyDraft, inner: PolicyDraft): boolean {
  const [wide, narrow] = [outer.conditions, inner.conditions];
  if (isWorkload(wide) !== isWorkload(narrow)) return false;
  return coversPeople(wide.users, narrow.users) && coversTargets(wide.applications, narrow.applications) && coversConditions(outer, inner);
}

function coversPeople(wide: PolicyDraft["conditions"]["users"], narrow: PolicyDraft["conditions"]["users"]): boolean {
  const named = lowered(narrow.includeUsers);
  const isOnlyNamed = isEmpty(narrow.includeGroups) && isEmpty(narrow.includeRoles) && isEmpty(narrow.includeGuestsOrExternalUsers) && !named.some(isWord);
  const isStillIn = (sort: (typeof SUBJECTS)[number]) =>
    contains(narrow[`exclude${sort}`], wide[`exclude${sort}`]) || (sort === "Users" && isOnlyNamed && !lowered(wide.excludeUsers).some((one) => isWord(one) || named.includes(one)));
  if (!SUBJECTS.every(isStillIn)) return false;
  if (!isEmpty(wide.excludeGuestsOrExternalUsers) && !same(wide.excludeGuestsOrExternalUsers, narrow.excludeGuestsOrExternalUsers)) return false;
  if (lowered(wide.includeUsers).includes("all")) return true;
  if (!isEmpty(narrow.includeGuestsOrExternalUsers) && !same(wide.includeGuestsOrExternalUsers, narrow.includeGuestsOrExternalUsers)) return false;
  return SUBJECTS.every((sort) => contains(wide[`include${sort}`], narrow[`include${sort}`]));
}

function coversTargets(wide: PolicyDraft["conditions"]["applications"], narrow: PolicyDraft["conditions"]["applications"]): boolean {
  const others = (part: Record<string, unknown>) => Object.fromEntries(Object.entries(part).filter(([key, value]) => !key.startsWith("@") && !/^(in|ex)cludeApplications$/.test(key) && !isEmpty(value)));
  if (!same(others(wide), others(narrow))) return false;
  const isAll = lowered(wide.includeApplications).includes("all");
  // What is left out of the wider must not be meant by the narrower.
  const isLeftOut = (app: string) => !lowered(narrow.excludeApplications).includes(app) && (lowered(narrow.includeApplications).includes("all") || lowered(narrow.includeApplications).includes(app));
  if (lowered(wide.excludeApplications).some((app) => isLeftOut(app) || isWord(app))) return false;
  return isAll ? !isEmpty(narrow.includeApplications) : contains(wide.includeApplications, narrow.includeApplications);
}

/** What is no id stands for several, which may be among those that another names. */
const isWord = (one: string) => WORDS.has(one);
const WORDS = new Set(["all", "none", "guestsorexternalusers", "office365", "microsoftadminportals"]);

/** Conditions that are lists of what is meant. Every other one has to be the same, or not be there in the wider. */
const LISTS = ["clientAppTypes", "signInRiskLevels", "userRiskLevels", "servicePrincipalRiskLevels"];

function coversConditions(outer: PolicyDraft, inner: PolicyDraft): boolean {
  const asks = narrows(outer).filter((key) => key in outer.conditions);
  const asked = narrows(inner);
  return asks.every((key) => {
    const [wide, narrow] = [outer.conditions[key], inner.conditions[key]];
    if (!asked.includes(key)) return false;
    if (LISTS.includes(key)) return contains(wide as string[], narrow as string[]);
    if (key === "platforms" || key === "locations") return coversSides(wide, narrow, key === "platforms" ? "Platforms" : "Locations");
    return same(wide, narrow);
  });
}

function coversSides(wide: unknown, narrow: unknown, sort: string): boolean {
  const of = (part: unknown, side: string) => lowered((part as Record<string, string[] | undefined>)[`${side}${sort}`]);
  return (of(wide, "include").includes("all") || contains(of(wide, "include"), of(narrow, "include"))) && contains(of(narrow, "exclude"), of(wide, "exclude"));
}

/** Whether two policies want the opposite of the same session. */
function areOpposed(one: PolicyDraft, other: PolicyDraft): boolean {
  const modes = [persistence(one), persistence(other)];
  const checks = [one, other].map(({ sessionControls }) => String((sessionControls?.continuousAccessEvaluation as { mode?: string } | null | undefined)?.mode ?? ""));
  return (modes.includes("always") && modes.includes("never")) || (checks.includes("disabled") && checks.some((mode) => mode.startsWith("strict")));
}

function persistence({ sessionControls }: PolicyDraft): unknown {
  const control = sessionControls?.persistentBrowser;
  return control?.isEnabled === false ? undefined : control?.mode;
}

const isBlock = (policy: PolicyDraft) => policy.grantControls?.builtInControls?.includes("block") ?? false;

/** Everything that a policy demands and limits, in a form that can be compared. */
function asked({ grantControls: grant, sessionControls: session }: PolicyDraft) {
  const controls = demandsOf(grant);
  return { controls, operator: controls.length > 1 ? grant?.operator : undefined, session: isEmpty(session) ? null : withoutNothing(session) };
}

function demandsOf(grant: PolicyDraft["grantControls"]): string[] {
  const terms = (grant?.termsOfUse as string[] | undefined) ?? [];
  return [...(grant?.builtInControls ?? []), ...(grant?.authenticationStrength ? [grant.authenticationStrength.id] : []), ...terms].map((one) => one.toLowerCase()).sort();
}

/** Whether a policy in force asks for everything that the other asks for, and the other asks for nothing else. */
function demandsAllOf(wide: PolicyDraft, narrow: PolicyDraft): boolean {
  const [much, little] = [demandsOf(wide.grantControls), demandsOf(narrow.grantControls)];
  const isAnd = (policy: PolicyDraft, count: number) => count < 2 || policy.grantControls?.operator === "AND";
  return wide.state === "enabled" && little.length > 0 && isEmpty(narrow.sessionControls) && isAnd(wide, much.length) && isAnd(narrow, little.length) && contains(much, little);
}

function contains(all: string[] | undefined, some: string[] | undefined): boolean {
  const known = lowered(all);
  return lowered(some).every((one) => known.includes(one));
}

const lowered = (list: string[] | undefined) => (list ?? []).map((one) => one.toLowerCase());

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(withoutNothing(one)) === JSON.stringify(withoutNothing(other));
}

/** A value with its names and texts in order and without what says nothing. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing).sort();
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).filter(([key, inner]) => !key.startsWith("@") && !isEmpty(inner) && inner !== false).sort(([a], [b]) => a.localeCompare(b)).map(([key, inner]) => [key, withoutNothing(inner)]));
}
