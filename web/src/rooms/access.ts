// What the menu lists: Conditional Access, roles, consent.

import type { Room } from "./rooms";

const roles = "roleManagement/directory";

export const access: Room = {
  name: "access",
  entries: [
    {
      key: "policies",
      path: "identity/conditionalAccess/policies",
      kind: "conditionalAccessPolicy",
      columns: ["displayName", "state", "modifiedDateTime", "createdDateTime"],
      search: ["displayName"],
      form: [],
      edit: [],
      canDelete: true,
    },
    { key: "whatIf", story: true },
    { key: "caMap", story: true },
    {
      key: "namedLocations",
      path: "identity/conditionalAccess/namedLocations",
      kind: "namedLocation",
      columns: ["displayName", "createdDateTime", "modifiedDateTime"],
      form: ["displayName", "isTrusted", "ipRanges", "countriesAndRegions", "includeUnknownCountriesAndRegions"],
      canDelete: true,
    },
    {
      key: "roles",
      path: `${roles}/roleDefinitions`,
      kind: "unifiedRoleDefinition",
      columns: ["displayName", "description", "isBuiltIn", "isPrivileged"],
      wide: ["description"],
      orderBy: "displayName",
      search: ["displayName"],
      form: ["displayName", "description", "isEnabled", "rolePermissions"],
      canDelete: true,
    },
    {
      key: "roleAssignments",
      path: `${roles}/roleAssignments`,
      kind: "unifiedRoleAssignment",
      title: "principal/displayName",
      columns: ["principal/displayName", "roleDefinition/displayName", "directoryScopeId"],
      expand: "principal,roleDefinition",
      form: ["principalId", "roleDefinitionId", "directoryScopeId"],
      edit: [],
      canDelete: true,
    },
    {
      key: "permissionGrants",
      path: "oauth2PermissionGrants",
      kind: "oAuth2PermissionGrant",
      title: "scope",
      columns: ["scope", "consentType", "clientId", "principalId"],
      canDelete: true,
    },
    {
      key: "authorizationPolicy",
      path: "policies/authorizationPolicy",
      kind: "authorizationPolicy",
      columns: [],
      edit: ["allowInvitesFrom", "allowedToUseSSPR", "allowUserConsentForRiskyApps", "guestUserRoleId", "permissionGrantPolicyIdsAssignedToDefaultUserRole", "defaultUserRolePermissions"],
      isSingleton: true,
    },
    {
      key: "consentRequests",
      path: "identityGovernance/appConsent/appConsentRequests",
      kind: "appConsentRequest",
      title: "appDisplayName",
      columns: ["appDisplayName", "appId", "pendingScopes"],
    },
    {
      key: "consentPolicy",
      path: "policies/adminConsentRequestPolicy",
      kind: "adminConsentRequestPolicy",
      columns: [],
      isSingleton: true,
    },
    {
      key: "authenticationContexts",
      path: "identity/conditionalAccess/authenticationContextClassReferences",
      kind: "authenticationContextClassReference",
      columns: ["displayName", "id", "isAvailable"],
      form: ["id", "displayName", "description", "isAvailable"],
      canDelete: true,
    },
  ],
};
