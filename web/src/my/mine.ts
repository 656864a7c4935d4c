// What is somebody's own, as the API says it: their devices, packages, requests, approvals and roles.

import { useQuery } from "@tanstack/react-query";
import { at, type Entity, everything, graph, type Page, quoted } from "../graph/client";
import { usePages } from "../graph/pages";
import { useRead } from "../graph/queries";
import { searchText } from "../parts/rows";
import { person } from "../session/session";

const governance = "/identityGovernance/entitlementManagement";
const roles = "/roleManagement/directory";

export function useMyDevices(every?: number) {
  return useRead<Page<Entity>>(
    at("/me/managedDevices", { $select: "id,deviceName,operatingSystem,osVersion,complianceState,complianceGracePeriodExpirationDateTime,lastSyncDateTime,managementState,isEncrypted,serialNumber,model,manufacturer,complianceResults,managedDeviceOwnerType,deviceActionResults,azureADDeviceId" }),
    every,
  );
}

export function useMyAssignments() {
  return useRead<Page<Entity>>(at(`${governance}/assignments/filterByCurrentUser(on='target')`, { $expand: "accessPackage,assignmentPolicy" }));
}

export function useMyRequests() {
  return useRead<Page<Entity>>(at(`${governance}/assignmentRequests/filterByCurrentUser(on='createdBy')`, { $expand: "accessPackage", $orderby: "createdDateTime desc", $top: 20 }));
}

/** What they may ask for; `text` is a part of the name. */
export function usePackages(text: string) {
  const named = text ? ` and contains(displayName,${quoted(text)})` : "";
  return usePages<Entity>(at(`${packagesPath}/filterByCurrentUser(on='allowedRequestor')`, { $filter: `isHidden ne true${named}`, $expand: "assignmentPolicies", $top: 50 }));
}

/** Requests that wait for this person's answer. */
export function useMyApprovals() {
  return useRead<Page<Entity>>(at(`${governance}/assignmentRequests/filterByCurrentUser(on='approver')`, { $filter: "state eq 'pendingApproval'", $expand: "requestor,accessPackage", $top: 100 }), 15_000);
}

/** Roles that others want to activate, and this person decides about. */
export function useMyRoleApprovals() {
  return useRead<Page<Entity>>(at(`${roles}/roleAssignmentScheduleRequests/filterByCurrentUser(on='approver')`, { $filter: "status eq 'PendingApproval'", $expand: "principal,roleDefinition", $top: 100 }), 15_000);
}

export function useMyEligibilities() {
  return useRead<Page<Entity>>(at(`${roles}/roleEligibilityScheduleInstances`, { $filter: `principalId eq '${person().id}'`, $expand: "roleDefinition" }));
}

export function useMyActiveRoles() {
  return useRead<Page<Entity>>(at(`${roles}/roleAssignmentScheduleInstances`, { $filter: `principalId eq '${person().id}'`, $expand: "roleDefinition" }), 15_000);
}

export function useMyGroups() {
  return useRead<Page<Entity>>(at("/me/transitiveMemberOf", { $top: 200 }));
}

/** What a tile shows, and what decides whether there is one. */
const TILE = "id,displayName,description,homepage,loginUrl,accountEnabled,tags";
/** So many applications that are for everybody are read at once, and so many of somebody's own at most. */
const OPEN = 60;
const GIVEN_MAX = 1000;
/** An application with this tag is on nobody's page. */
const HIDDEN = "HideApp";
const FOR_EVERYBODY = `accountEnabled ne false and appRoleAssignmentRequired ne true and (homepage ne null or loginUrl ne null) and not(tags/any(t:t eq '${HIDDEN}'))`;

/** Applications to open: what this person was given, then what is for everybody, as far as somebody goes on. */
export function useMyApps(text = "") {
  const given = useQuery({ queryKey: ["graph", "/me/appRoleAssignments", "apps"], queryFn: ({ signal }) => givenApps(signal) });
  const order = text ? { $search: searchText(text, ["displayName"]) } : { $orderby: "displayName" };
  const open = usePages<Entity>(at("/servicePrincipals", { $filter: FOR_EVERYBODY, ...order, $select: TILE, $top: OPEN, $count: true }));
  const own = given.data ?? [];
  const isNamed = (app: Entity) => String(app.displayName).toLowerCase().includes(text.toLowerCase());
  const others = (open.data?.value ?? []).filter((app) => isOpen(app) && !own.some(({ id }) => id === app.id));
  const refetch = () => Promise.all([given.refetch(), open.refetch()]);
  return { ...open, data: given.data && open.data && { ...open.data, value: [...own.filter(isNamed), ...others] }, error: given.error ?? open.error, isPending: given.isPending || open.isPending, refetch };
}

/** What was given to somebody, themselves or by a group. */
async function givenApps(signal: AbortSignal): Promise<Entity[]> {
  const assigned = await everything<{ resourceId: string }>(at("/me/appRoleAssignments", { $select: "resourceId" }), GIVEN_MAX, signal);
  const ids = [...new Set(assigned.map(({ resourceId }) => resourceId))].slice(0, GIVEN_MAX);
  if (!ids.length) return [];
  const { value } = await graph<Page<Entity>>(at("/servicePrincipals/getByIds", { $select: TILE }), { method: "POST", body: { ids }, signal });
  return value.filter(isOpen).sort((one, other) => String(one.displayName).localeCompare(String(other.displayName)));
}

function isOpen(app: Entity): boolean {
  // The two portals are where one is already, and in the menu of one's own.
  const isPortal = ["/my", "/admin"].some((path) => app.homepage === location.origin + path);
  return app.accountEnabled !== false && Boolean(app.homepage || app.loginUrl) && !isPortal && !((app.tags ?? []) as string[]).includes(HIDDEN);
}

export const packagesPath = `${governance}/accessPackages`;
export const requestPath = `${governance}/assignmentRequests`;
export const roleApprovalPath = `${roles}/roleAssignmentApprovals`;
export const approvalPath = `${governance}/accessPackageAssignmentApprovals`;
export const activationPath = `${roles}/roleAssignmentScheduleRequests`;
