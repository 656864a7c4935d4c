// What the menu lists: packages, roles for a time, workflows.

import type { Room } from "./rooms";

const entitlements = "identityGovernance/entitlementManagement";
const roles = "roleManagement/directory";

export const governance: Room = {
  name: "governance",
  entries: [
    {
      key: "accessPackages",
      path: `${entitlements}/accessPackages`,
      kind: "accessPackage",
      columns: ["displayName", "description", "catalog/displayName", "createdDateTime"],
      wide: ["description"],
      expand: "catalog",
      search: ["displayName"],
      form: ["displayName", "description", "catalogId", "isHidden"],
      canDelete: true,
    },
    {
      key: "assignmentRequests",
      path: `${entitlements}/assignmentRequests`,
      kind: "accessPackageAssignmentRequest",
      title: "requestor/displayName",
      columns: ["requestor/displayName", "accessPackage/displayName", "requestType", "state", "createdDateTime"],
      expand: "requestor,accessPackage",
      orderBy: "createdDateTime desc",
    },
    {
      key: "assignments",
      path: `${entitlements}/assignments`,
      kind: "accessPackageAssignment",
      title: "target/displayName",
      columns: ["target/displayName", "accessPackage/displayName", "state", "schedule/expiration/endDateTime"],
      expand: "target,accessPackage",
    },
    {
      key: "assignmentPolicies",
      path: `${entitlements}/assignmentPolicies`,
      kind: "accessPackageAssignmentPolicy",
      columns: ["displayName", "accessPackage/displayName", "allowedTargetScope", "expiration/duration"],
      expand: "accessPackage",
      canDelete: true,
    },
    {
      key: "catalogs",
      path: `${entitlements}/catalogs`,
      kind: "accessPackageCatalog",
      columns: ["displayName", "description", "state"],
      form: ["displayName", "description", "isExternallyVisible"],
      canDelete: true,
    },
    {
      key: "eligibilities",
      path: `${roles}/roleEligibilityScheduleInstances`,
      kind: "unifiedRoleEligibilityScheduleInstance",
      title: "principal/displayName",
      columns: ["principal/displayName", "roleDefinition/displayName", "directoryScopeId", "endDateTime"],
      expand: "principal,roleDefinition",
    },
    {
      key: "roleRequests",
      path: `${roles}/roleAssignmentScheduleRequests`,
      kind: "unifiedRoleAssignmentScheduleRequest",
      title: "principal/displayName",
      columns: ["principal/displayName", "roleDefinition/displayName", "action", "status", "justification", "createdDateTime"],
      expand: "principal,roleDefinition",
    },
    {
      key: "activations",
      path: `${roles}/roleAssignmentScheduleInstances`,
      kind: "unifiedRoleAssignmentScheduleInstance",
      title: "principal/displayName",
      columns: ["principal/displayName", "roleDefinition/displayName", "assignmentType", "startDateTime", "endDateTime"],
      expand: "principal,roleDefinition",
    },
    {
      key: "workflows",
      path: "identityGovernance/lifecycleWorkflows/workflows",
      kind: "workflow",
      columns: ["displayName", "category", "isEnabled", "isSchedulingEnabled", "nextScheduleRunDateTime"],
      form: [],
      edit: [],
      canDelete: true,
    },
    {
      key: "agreements",
      path: "identityGovernance/termsOfUse/agreements",
      kind: "agreement",
      columns: ["displayName", "isViewingBeforeAcceptanceRequired", "isPerDeviceAcceptanceRequired"],
      edit: ["displayName", "isViewingBeforeAcceptanceRequired", "isPerDeviceAcceptanceRequired", "userReacceptRequiredFrequency"],
      canDelete: true,
    },
  ],
};
