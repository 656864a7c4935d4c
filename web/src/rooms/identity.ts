// What the menu lists: people, groups and what belongs to them.

import type { Room } from "./rooms";

export const identity: Room = {
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
};
