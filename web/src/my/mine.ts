// What is somebody's own, as the API says it: their devices, packages, requests, approvals and roles.

import { at, type Entity, everything, type Page, quoted } from "../graph/client";
import { usePages } from "../graph/pages";
import { useRead } from "../graph/queries";
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
  return useRead<Page<Entity>>(at(`${governance}/assignments`, { $filter: `target/objectId eq '${person().id}'`, $expand: "accessPackage,assignmentPolicy" }));
}

export function useMyRequests() {
  return useRead<Page<Entity>>(at(`${governance}/assignmentRequests`, { $filter: `requestor/objectId eq '${person().id}'`, $expand: "accessPackage", $orderby: "createdDateTime desc", $top: 20 }));
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

/** Applications that have a page to open, and that the person may use. */
export async function myApps(): Promise<Entity[]> {
  const [principals, assigned] = await Promise.all([
    everything<Entity>(at("/servicePrincipals", { $select: "id,displayName,homepage,loginUrl,accountEnabled,appRoleAssignmentRequired,description", $top: 500 })),
    everything<Entity>("/me/appRoleAssignments"),
  ]);
  const own = new Set(assigned.map((assignment) => assignment.resourceId));
  // The two portals are where one is already, and in the menu of one's own.
  const portals = new Set(["/my", "/admin"].map((path) => location.origin + path));
  const isOpen = (app: Entity) => app.accountEnabled !== false && (app.homepage || app.loginUrl) && !portals.has(String(app.homepage));
  return principals.filter((app) => isOpen(app) && (!app.appRoleAssignmentRequired || own.has(app.id)));
}

export const packagesPath = `${governance}/accessPackages`;
export const requestPath = `${governance}/assignmentRequests`;
export const roleApprovalPath = `${roles}/roleAssignmentApprovals`;
export const approvalPath = `${governance}/accessPackageAssignmentApprovals`;
export const activationPath = `${roles}/roleAssignmentScheduleRequests`;
