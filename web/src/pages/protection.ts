// Which policies are about which application.

import type { Entity } from "../graph/client";
import { adminClientId } from "../settings";
import type { PolicyDraft } from "./policy";

type Known = PolicyDraft & { id: string };

export interface Protection {
  id: string | null;
  appId: string;
  name: string;
  policies: Known[];
  /** Whether a policy in force demands something of everybody. */
  isProtected: boolean;
}

/** Names that stand for several applications, of which only our own is known here. */
const BUNDLES: Record<string, string[]> = { Office365: [], MicrosoftAdminPortals: [adminClientId] };

export function isAbout(policy: Known, appId: string): boolean {
  const { includeApplications = [], excludeApplications = [] } = policy.conditions.applications;
  const named = (list: string[]) => list.some((one) => one.toLowerCase() === appId.toLowerCase() || BUNDLES[one]?.includes(appId));
  return (includeApplications.includes("All") || named(includeApplications)) && !named(excludeApplications);
}

export function protections(apps: Entity[], policies: Known[]): Protection[] {
  const live = policies.filter((policy) => policy.state !== "disabled");
  const bundles = Object.keys(BUNDLES).filter((bundle) => live.some((policy) => policy.conditions.applications.includeApplications?.includes(bundle)));
  const rows = [...apps.map((app) => ({ id: app.id as string | null, appId: String(app.appId), name: String(app.displayName) })), ...bundles.map((bundle) => ({ id: null, appId: bundle, name: bundle }))];
  return rows
    .map((row) => {
      const about = live.filter((policy) => isAbout(policy, row.appId));
      return { ...row, policies: about, isProtected: about.some((policy) => policy.state === "enabled" && policy.grantControls !== null && policy.conditions.users.includeUsers?.includes("All")) };
    })
    .sort((one, other) => one.name.localeCompare(other.name));
}
