// The rooms of the house as the menu shows them, and what each lists: a table. A new kind with a list, a form and a page of
// its own facts is one row here; a page with an opinion is named in `pages/opinions.ts`.
//
// Deliberately absent: columns' types and forms' fields, which the printed schema knows.

import type { Key } from "../words";

export type RoomName =
  | "identity"
  | "signin"
  | "access"
  | "governance"
  | "provisioning"
  | "devices"
  | "apps"
  | "monitor";

/** What a list shows. Paths as `status/errorCode` reach into records, and into what was expanded. */
export interface Collection {
  /** The last part of the address, and the key of its title in the words. */
  key: string;
  /** The path below the API's version. */
  path: string;
  kind: string;
  columns: string[];
  /** The column that names a row and leads to it. */
  title?: string;
  expand?: string;
  orderBy?: string;
  /** A filter that is always there. */
  filter?: string;
  /** Searched in these: by `$search` over the directory, elsewhere by `contains`. */
  search?: string[];
  /** What a form for a new one asks for, in this order; without it nothing is made here. */
  form?: string[];
  /** What a form for a known one shows, when not what the one for a new one asks. */
  edit?: string[];
  canDelete?: boolean;
  /** The one object of its kind: no list, its facts at once. */
  isSingleton?: boolean;
  /** Newest first and of a journal: no counting, no sorting. */
  isJournal?: boolean;
}

/** A page that is no list. */
export interface Story {
  key: string;
  story: true;
}

export interface Room {
  name: RoomName;
  entries: (Collection | Story)[];
}

const governance = "identityGovernance/entitlementManagement";
const roles = "roleManagement/directory";

export const rooms: Room[] = [
  {
    name: "identity",
    entries: [
      {
        key: "users",
        path: "users",
        kind: "user",
        columns: ["displayName", "userPrincipalName", "accountEnabled", "department", "jobTitle", "employeeId"],
        search: ["displayName", "userPrincipalName", "mail", "employeeId"],
        form: ["displayName", "userPrincipalName", "mailNickname", "passwordProfile", "accountEnabled"],
        edit: [
          "accountEnabled", "displayName", "givenName", "surname", "userPrincipalName", "mailNickname", "mail", "jobTitle",
          "department", "companyName", "employeeId", "employeeType", "employeeHireDate", "employeeLeaveDateTime",
          "officeLocation", "streetAddress", "postalCode", "city", "state", "country", "usageLocation", "mobilePhone",
          "businessPhones", "otherMails", "preferredLanguage", "userType",
        ],
        canDelete: true,
      },
      {
        key: "groups",
        path: "groups",
        kind: "group",
        columns: ["displayName", "groupTypes", "membershipRule", "securityEnabled", "createdDateTime"],
        search: ["displayName", "description", "mail"],
        form: ["displayName", "description", "mailNickname", "membershipRule"],
        edit: ["displayName", "description", "mailNickname"],
        canDelete: true,
      },
      {
        key: "applications",
        path: "applications",
        kind: "application",
        columns: ["displayName", "appId", "signInAudience", "createdDateTime"],
        search: ["displayName"],
        form: ["displayName", "description", "signInAudience", "web", "spa", "publicClient"],
        canDelete: true,
      },
      {
        key: "servicePrincipals",
        path: "servicePrincipals",
        kind: "servicePrincipal",
        columns: ["displayName", "appId", "accountEnabled", "servicePrincipalType"],
        search: ["displayName"],
        form: ["appId", "displayName", "accountEnabled"],
        edit: ["displayName", "accountEnabled", "appRoleAssignmentRequired", "homepage", "loginUrl", "description", "notes"],
        canDelete: true,
      },
      {
        key: "administrativeUnits",
        path: "administrativeUnits",
        kind: "administrativeUnit",
        columns: ["displayName", "description", "visibility"],
        search: ["displayName"],
        form: ["displayName", "description", "visibility"],
        canDelete: true,
      },
      {
        key: "licences",
        path: "subscribedSkus",
        kind: "subscribedSku",
        title: "skuPartNumber",
        columns: ["skuPartNumber", "consumedUnits", "prepaidUnits/enabled", "capabilityStatus"],
      },
      {
        key: "domains",
        path: "domains",
        kind: "domain",
        title: "id",
        columns: ["id", "isDefault", "isVerified", "authenticationType"],
        form: ["id"],
        canDelete: true,
      },
      {
        key: "organization",
        path: "organization",
        kind: "organization",
        columns: ["displayName", "tenantType", "preferredLanguage", "createdDateTime"],
        edit: [
          "displayName", "preferredLanguage", "technicalNotificationMails", "securityComplianceNotificationMails",
          "securityComplianceNotificationPhones", "privacyProfile", "street", "postalCode", "city", "state", "country",
        ],
      },
      {
        key: "deletedItems",
        path: "directory/deletedItems",
        kind: "directoryObject",
        columns: ["displayName", "deletedDateTime"],
      },
    ],
  },
  {
    name: "signin",
    entries: [
      {
        key: "methodsPolicy",
        path: "policies/authenticationMethodsPolicy",
        kind: "authenticationMethodsPolicy",
        columns: [],
        isSingleton: true,
      },
      {
        key: "strengths",
        path: "policies/authenticationStrengthPolicies",
        kind: "authenticationStrengthPolicy",
        columns: ["displayName", "policyType", "requirementsSatisfied", "allowedCombinations"],
        form: ["displayName", "description", "allowedCombinations"],
        edit: ["displayName", "description"],
        canDelete: true,
      },
      {
        key: "riskyUsers",
        path: "identityProtection/riskyUsers",
        kind: "riskyUser",
        title: "userDisplayName",
        columns: ["userDisplayName", "userPrincipalName", "riskLevel", "riskState", "riskLastUpdatedDateTime"],
      },
      {
        key: "riskDetections",
        path: "identityProtection/riskDetections",
        kind: "riskDetection",
        title: "riskEventType",
        columns: ["riskEventType", "userDisplayName", "riskLevel", "riskState", "ipAddress", "detectedDateTime"],
        isJournal: true,
      },
      {
        key: "tokenLifetimePolicies",
        path: "policies/tokenLifetimePolicies",
        kind: "tokenLifetimePolicy",
        columns: ["displayName", "definition", "isOrganizationDefault"],
        form: ["displayName", "definition", "isOrganizationDefault"],
        canDelete: true,
      },
      {
        key: "claimsMappingPolicies",
        path: "policies/claimsMappingPolicies",
        kind: "claimsMappingPolicy",
        columns: ["displayName", "definition", "isOrganizationDefault"],
        form: ["displayName", "definition", "isOrganizationDefault"],
        canDelete: true,
      },
    ],
  },
  {
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
        key: "authenticationContexts",
        path: "identity/conditionalAccess/authenticationContextClassReferences",
        kind: "authenticationContextClassReference",
        columns: ["displayName", "id", "isAvailable"],
        form: ["id", "displayName", "description", "isAvailable"],
        canDelete: true,
      },
    ],
  },
  {
    name: "governance",
    entries: [
      {
        key: "accessPackages",
        path: `${governance}/accessPackages`,
        kind: "accessPackage",
        columns: ["displayName", "description", "catalog/displayName", "createdDateTime"],
        expand: "catalog",
        search: ["displayName"],
        form: ["displayName", "description", "catalogId", "isHidden"],
        canDelete: true,
      },
      {
        key: "assignmentRequests",
        path: `${governance}/assignmentRequests`,
        kind: "accessPackageAssignmentRequest",
        title: "requestor/displayName",
        columns: ["requestor/displayName", "accessPackage/displayName", "requestType", "state", "createdDateTime"],
        expand: "requestor,accessPackage",
        orderBy: "createdDateTime desc",
      },
      {
        key: "assignments",
        path: `${governance}/assignments`,
        kind: "accessPackageAssignment",
        title: "target/displayName",
        columns: ["target/displayName", "accessPackage/displayName", "state", "expiredDateTime"],
        expand: "target,accessPackage",
      },
      {
        key: "assignmentPolicies",
        path: `${governance}/assignmentPolicies`,
        kind: "accessPackageAssignmentPolicy",
        columns: ["displayName", "accessPackage/displayName", "allowedTargetScope", "expiration/duration"],
        expand: "accessPackage",
        canDelete: true,
      },
      {
        key: "catalogs",
        path: `${governance}/catalogs`,
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
        edit: ["displayName", "description", "isEnabled", "isSchedulingEnabled"],
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
  },
  {
    name: "provisioning",
    entries: [
      { key: "hrImport", story: true },
      {
        key: "provisioningLog",
        path: "auditLogs/provisioning",
        kind: "provisioningObjectSummary",
        title: "sourceIdentity/displayName",
        columns: [
          "sourceIdentity/displayName", "sourceIdentity/id", "provisioningAction", "provisioningStatusInfo/status",
          "activityDateTime",
        ],
        isJournal: true,
      },
    ],
  },
  {
    name: "devices",
    entries: [
      {
        key: "managedDevices",
        path: "deviceManagement/managedDevices",
        kind: "managedDevice",
        title: "deviceName",
        columns: [
          "deviceName", "userPrincipalName", "complianceState", "operatingSystem", "osVersion", "lastSyncDateTime",
          "managementState",
        ],
        search: ["deviceName", "serialNumber", "userPrincipalName"],
        edit: ["managedDeviceName", "managedDeviceOwnerType", "notes"],
        canDelete: true,
      },
      {
        key: "directoryDevices",
        path: "devices",
        kind: "device",
        columns: ["displayName", "accountEnabled", "operatingSystem", "trustType", "isCompliant", "approximateLastSignInDateTime"],
        search: ["displayName"],
        edit: ["displayName", "accountEnabled"],
        canDelete: true,
      },
      {
        key: "compliancePolicies",
        path: "deviceManagement/compliancePolicies",
        kind: "deviceManagementCompliancePolicy",
        title: "name",
        columns: ["name", "platforms", "settingCount", "isAssigned", "lastModifiedDateTime"],
        form: [],
        edit: [],
        canDelete: true,
      },
      {
        key: "configurationPolicies",
        path: "deviceManagement/configurationPolicies",
        kind: "deviceManagementConfigurationPolicy",
        title: "name",
        columns: ["name", "platforms", "settingCount", "isAssigned", "lastModifiedDateTime"],
        form: [],
        edit: [],
        canDelete: true,
      },
      {
        key: "settings",
        path: "deviceManagement/configurationSettings",
        kind: "deviceManagementConfigurationSettingDefinition",
        columns: ["displayName", "categoryId", "id", "description"],
      },
      {
        key: "assignmentFilters",
        path: "deviceManagement/assignmentFilters",
        kind: "deviceAndAppManagementAssignmentFilter",
        columns: ["displayName", "platform", "rule", "createdDateTime"],
        form: ["displayName", "description", "platform", "rule"],
        edit: ["displayName", "description", "rule"],
        canDelete: true,
      },
      {
        key: "registrationPolicy",
        path: "policies/deviceRegistrationPolicy",
        kind: "deviceRegistrationPolicy",
        columns: [],
        isSingleton: true,
      },
    ],
  },
  {
    name: "apps",
    entries: [
      {
        key: "mobileApps",
        path: "deviceAppManagement/mobileApps",
        kind: "mobileApp",
        columns: ["displayName", "publisher", "publishingState", "isAssigned", "createdDateTime"],
        search: ["displayName"],
        edit: ["displayName", "description", "publisher", "owner", "notes", "isFeatured", "informationUrl", "privacyInformationUrl"],
        canDelete: true,
      },
      {
        key: "appCategories",
        path: "deviceAppManagement/mobileAppCategories",
        kind: "mobileAppCategory",
        columns: ["displayName", "lastModifiedDateTime"],
        form: ["displayName"],
        canDelete: true,
      },
    ],
  },
  {
    name: "monitor",
    entries: [
      {
        key: "signIns",
        path: "auditLogs/signIns",
        kind: "signIn",
        title: "createdDateTime",
        columns: [
          "createdDateTime", "userDisplayName", "appDisplayName", "status/errorCode", "conditionalAccessStatus", "ipAddress",
          "deviceDetail/displayName",
        ],
        isJournal: true,
      },
      {
        key: "audits",
        path: "auditLogs/directoryAudits",
        kind: "directoryAudit",
        title: "activityDisplayName",
        columns: ["activityDisplayName", "activityDateTime", "initiatedBy", "targetResources", "result"],
        isJournal: true,
      },
      { key: "explain", story: true },
      { key: "integrity", story: true },
    ],
  },
];

export function isCollection(entry: Collection | Story): entry is Collection {
  return !("story" in entry);
}

export function collectionOf(room: string, key: string): Collection | undefined {
  const entries = rooms.find((known) => known.name === room)?.entries ?? [];
  return entries.filter(isCollection).find((entry) => entry.key === key);
}

/** Where an object of a kind has its page. */
export function placeOf(kind: string | undefined, id: string): string | undefined {
  for (const room of rooms) {
    for (const entry of room.entries) {
      if (isCollection(entry) && !entry.isSingleton && entry.kind === kind) {
        return `/admin/${room.name}/${entry.key}/${encodeURIComponent(id)}`;
      }
    }
  }
  return undefined;
}

/** The key of a title in the words. */
export function titleKey(key: string): Key {
  return `list.${key}` as Key;
}
