// Which policies are about which application, and whether they hold for everybody and always. Policies that leave something out
// are not weighed against each other: together they may cover everything, but that is not claimed here.

import type { Entity } from "../graph/client";
import { adminClientId } from "../settings";
import type { PolicyDraft } from "./policy";

type Known = PolicyDraft & { id: string };

export interface Protection {
  id: string | null;
  appId: string;
  name: string;
  policies: Known[];
  /** Whether a policy in force demands something of everybody: always, or only where something more is so as well. */
  protected: "whole" | "part" | "no";
}

/** Names that stand for several applications, of which only our own is known here. */
const BUNDLES: Record<string, string[]> = { Office365: [], MicrosoftAdminPortals: [adminClientId] };

export function isAbout(policy: Known, appId: string): boolean {
  const { includeApplications = [], excludeApplications = [] } = policy.conditions.applications;
  const named = (list: string[]) => list.some((one) => one.toLowerCase() === appId.toLowerCase() || BUNDLES[one]?.includes(appId));
  return (includeApplications.includes("All") || named(includeApplications)) && !named(excludeApplications);
}

/** Conditions that say the same as if they were not there. */
const ANYWHERE: Record<string, (value: unknown) => boolean> = {
  clientAppTypes: (value) => (value as string[]).includes("all"),
  platforms: (value) => isAll(value, "includePlatforms", "excludePlatforms"),
  locations: (value) => isAll(value, "includeLocations", "excludeLocations"),
};
/** Of the users and the applications these say that there is more, not less. */
const WIDENS = /^include/;

/** What of a policy's conditions leaves somebody or something out: names as the API has them. Whatever is not known here does. */
export function narrows({ conditions }: PolicyDraft): string[] {
  const { users, applications, ...others } = conditions;
  const left = (part: Record<string, unknown>) => Object.keys(part).filter((key) => !WIDENS.test(key) && !isEmpty(part[key]));
  const isLimit = (key: string) => !isEmpty(others[key]) && !ANYWHERE[key]?.(others[key]);
  // Excluded applications are left out one by one, by `isAbout`.
  return [...left(users), ...left(applications).filter((key) => key !== "excludeApplications"), ...Object.keys(others).filter(isLimit)];
}

/** Whether a policy in force lets nobody in without something. */
export function demands({ state, grantControls: grant, conditions }: PolicyDraft): boolean {
  const asks = grant && (!isEmpty(grant.builtInControls) || !isEmpty(grant.authenticationStrength) || !isEmpty(grant.termsOfUse) || !isEmpty(grant.customAuthenticationFactors));
  return state === "enabled" && Boolean(asks) && (conditions.users.includeUsers?.includes("All") ?? false);
}

function isAll(value: unknown, include: string, exclude: string): boolean {
  const part = value as Record<string, string[] | undefined>;
  return (part[include]?.some((one) => one.toLowerCase() === "all") ?? false) && isEmpty(part[exclude]);
}

export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.entries(value).every(([key, inner]) => key.startsWith("@") || isEmpty(inner));
}

export function protections(apps: Entity[], policies: Known[]): Protection[] {
  const live = policies.filter((policy) => policy.state !== "disabled");
  const bundles = Object.keys(BUNDLES).filter((bundle) => live.some((policy) => policy.conditions.applications.includeApplications?.includes(bundle)));
  const rows = [...apps.map((app) => ({ id: app.id as string | null, appId: String(app.appId), name: String(app.displayName) })), ...bundles.map((bundle) => ({ id: null, appId: bundle, name: bundle }))];
  return rows
    .map((row) => {
      const about = live.filter((policy) => isAbout(policy, row.appId));
      const inForce = about.filter(demands);
      return { ...row, policies: about, protected: inForce.some((policy) => !narrows(policy).length) ? ("whole" as const) : inForce.length ? ("part" as const) : ("no" as const) };
    })
    .sort((one, other) => one.name.localeCompare(other.name));
}
