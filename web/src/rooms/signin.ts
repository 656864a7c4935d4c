// What the menu lists: how people sign in.

import type { Room } from "./rooms";

export const signin: Room = {
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
      key: "registrations",
      path: "reports/authenticationMethods/userRegistrationDetails",
      kind: "userRegistrationDetails",
      title: "userDisplayName",
      columns: ["userDisplayName", "userPrincipalName", "isMfaCapable", "isPasswordlessCapable", "isSsprCapable", "methodsRegistered", "isAdmin"],
      words: ["methodsRegistered"],
      isReport: true,
      leadsTo: "user",
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
};
