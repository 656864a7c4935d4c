// Parts of a Conditional Access policy that few policies have: each is set or taken out, and whatever stands beside it stays.

import type { PolicyDraft } from "./policy";
import { isEmpty } from "./protection";

type Conditions = PolicyDraft["conditions"];
type Applications = Conditions["applications"];
type Session = PolicyDraft["sessionControls"];

/** What a policy is about: applications, or what somebody does, or what an application calls for. Only one of them at a time. */
export type About = "all" | "some" | "actions" | "contexts";

export const USER_ACTIONS = ["urn:user:registersecurityinfo", "urn:user:registerdevice"];
export const GUESTS = ["internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember", "b2bDirectConnectUser", "otherExternalUser", "serviceProvider"];
export const FLOWS = ["deviceCodeFlow", "authenticationTransfer"];

export function aboutOf(applications: Applications): About {
  if (!isEmpty(applications.includeUserActions)) return "actions";
  if (!isEmpty(applications.includeAuthenticationContextClassReferences)) return "contexts";
  return applications.includeApplications?.includes("All") ? "all" : "some";
}

/** `contexts`: the authentication contexts that there are, of which the first is taken. */
export function withAbout(applications: Applications, about: About, contexts: string[]): Applications {
  return {
    ...applications,
    includeApplications: about === "all" ? ["All"] : [],
    // What is left out is left out of applications.
    ...(about === "actions" || about === "contexts" ? { excludeApplications: [] } : {}),
    includeUserActions: about === "actions" ? USER_ACTIONS.slice(0, 1) : [],
    includeAuthenticationContextClassReferences: about === "contexts" ? contexts.slice(0, 1) : [],
  };
}

/** The members of a set of flags, as `one,other`. */
export function flagsOf(flags: unknown): string[] {
  return typeof flags === "string" ? flags.split(",").map((one) => one.trim()).filter((one) => one && one !== "none") : [];
}

export function guestsOf(conditions: Conditions, side: "include" | "exclude"): string[] {
  return flagsOf((conditions.users[`${side}GuestsOrExternalUsers`] as { guestOrExternalUserTypes?: string } | null | undefined)?.guestOrExternalUserTypes);
}

/** Whichever tenants were named stay named. */
export function withGuests(conditions: Conditions, side: "include" | "exclude", types: string[]): Conditions {
  const key = `${side}GuestsOrExternalUsers` as const;
  const known = conditions.users[key] as object | null | undefined;
  return { ...conditions, users: { ...conditions.users, [key]: types.length ? { ...known, guestOrExternalUserTypes: types.join(",") } : null } };
}

export interface DeviceFilter {
  mode: string;
  rule: string;
}

export function filterOf(conditions: Conditions): DeviceFilter | null {
  return ((conditions.devices as { deviceFilter?: DeviceFilter | null } | null | undefined)?.deviceFilter ?? null);
}

export function withFilter(conditions: Conditions, deviceFilter: DeviceFilter | null): Conditions {
  const devices = { ...(conditions.devices as object | null | undefined), deviceFilter };
  return { ...conditions, devices: isEmpty(devices) ? null : devices };
}

export function flowsOf(conditions: Conditions): string[] {
  return flagsOf((conditions.authenticationFlows as { transferMethods?: string } | null | undefined)?.transferMethods);
}

export function withFlows(conditions: Conditions, flows: string[]): Conditions {
  return { ...conditions, authenticationFlows: flows.length ? { ...(conditions.authenticationFlows as object | null | undefined), transferMethods: flows.join(",") } : null };
}

/** One control of a session; with the last of them the session's controls go. */
export function withControl(session: Session, name: string, control: Record<string, unknown> | null): Session {
  const next = { ...session, [name]: control };
  return Object.entries(next).some(([key, value]) => !key.startsWith("@") && value !== null && value !== undefined) ? next : null;
}

/** What a control is set to; nothing where it is off. */
export function modeOf(session: Session, name: string): string | undefined {
  const control = session?.[name] as { isEnabled?: boolean; mode?: string } | null | undefined;
  if (!control || control.isEnabled === false) return undefined;
  return control.mode ?? "on";
}
