// A Conditional Access policy as its editor changes it: what is not known here stays as it was.

export interface PolicyDraft {
  id?: string;
  displayName: string;
  state: string;
  conditions: {
    users: Record<UserList, string[]> & Record<string, unknown>;
    applications: { includeApplications: string[]; excludeApplications: string[] } & Record<string, unknown>;
    clientAppTypes: string[];
    platforms?: { includePlatforms?: string[]; excludePlatforms?: string[] } | null;
    locations?: { includeLocations?: string[]; excludeLocations?: string[] } | null;
    signInRiskLevels?: string[];
    userRiskLevels?: string[];
  } & Record<string, unknown>;
  grantControls: ({ operator: string; builtInControls: string[]; authenticationStrength?: { id: string } | null } & Record<string, unknown>) | null;
  sessionControls: ({ signInFrequency?: Record<string, unknown> | null; persistentBrowser?: Record<string, unknown> | null } & Record<string, unknown>) | null;
}

type Platforms = PolicyDraft["conditions"]["platforms"];
type Locations = PolicyDraft["conditions"]["locations"];
type Session = PolicyDraft["sessionControls"];

export type UserList = "includeUsers" | "excludeUsers" | "includeGroups" | "excludeGroups" | "includeRoles" | "excludeRoles";

export const STATES = ["enabledForReportingButNotEnforced", "enabled", "disabled"];
export const CONTROLS = ["mfa", "compliantDevice", "domainJoinedDevice", "passwordChange"];
export const PLATFORMS = ["android", "iOS", "windows", "macOS", "linux"];
export const RISKS = ["high", "medium", "low"];

/** A new policy: it reports until somebody decides that it is right. */
export function emptyPolicy(self?: string): PolicyDraft {
  return {
    displayName: "",
    state: "enabledForReportingButNotEnforced",
    conditions: {
      // Whoever writes it is not locked out by it.
      users: { includeUsers: ["All"], excludeUsers: self ? [self] : [], includeGroups: [], excludeGroups: [], includeRoles: [], excludeRoles: [] },
      applications: { includeApplications: ["All"], excludeApplications: [] },
      clientAppTypes: ["all"],
    },
    grantControls: { operator: "OR", builtInControls: ["mfa"] },
    sessionControls: null,
  };
}

/** What is edited of a policy: without what the server adds. */
export function draftOf(policy: Record<string, unknown>): PolicyDraft {
  const { displayName, state, conditions, grantControls, sessionControls } = policy as unknown as PolicyDraft;
  return { displayName, state, conditions, grantControls, sessionControls };
}

/** What a draft lacks before it can be tried. */
export function lacks(draft: PolicyDraft): "name" | "who" | "what" | "demand" | undefined {
  const { users, applications } = draft.conditions;
  const has = (list: unknown) => Array.isArray(list) && list.length > 0;
  if (!draft.displayName.trim()) return "name";
  if (!has(users.includeUsers) && !has(users.includeGroups) && !has(users.includeRoles) && !users.includeGuestsOrExternalUsers) return "who";
  if (!has(applications.includeApplications) && !has(applications.includeUserActions) && !has(applications.includeAuthenticationContextClassReferences)) return "what";
  const grant = draft.grantControls;
  const demands = grant && (has(grant.builtInControls) || grant.authenticationStrength || has(grant.termsOfUse));
  return demands || limits(draft.sessionControls) ? undefined : "demand";
}

/** Systems that a policy is about; those that it is not about stay. */
export function withPlatforms(known: Platforms, part: Partial<NonNullable<Platforms>>): Platforms {
  const next = { ...known, ...part };
  const included = next.includePlatforms?.length ? next.includePlatforms : next.excludePlatforms?.length ? ["all"] : [];
  return included.length ? { ...next, includePlatforms: included, excludePlatforms: next.excludePlatforms ?? [] } : null;
}

/** Places, in the same way. */
export function withLocations(known: Locations, part: Partial<NonNullable<Locations>>): Locations {
  const next = { ...known, ...part };
  const included = next.includeLocations?.length ? next.includeLocations : next.excludeLocations?.length ? ["All"] : [];
  return included.length ? { ...next, includeLocations: included, excludeLocations: next.excludeLocations ?? [] } : null;
}

/** How often is asked again; what else limits the session stays. */
export function withFrequency(session: Session, signInFrequency: Record<string, unknown> | null): Session {
  const next = { ...session, signInFrequency };
  return limits(next) ? next : null;
}

function limits(session: Session): boolean {
  return session !== null && Object.entries(session).some(([key, value]) => !key.startsWith("@") && value !== null && value !== undefined);
}

/** What is sent: without what the server adds. */
export function bodyOf(draft: PolicyDraft): Record<string, unknown> {
  const { displayName, state, conditions, grantControls, sessionControls } = draft;
  const controls = grantControls && {
    ...grantControls,
    ...(grantControls.authenticationStrength ? { authenticationStrength: { id: grantControls.authenticationStrength.id } } : {}),
  };
  return { displayName, state, conditions, grantControls: controls, sessionControls };
}
