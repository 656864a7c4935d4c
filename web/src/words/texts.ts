// Attributes whose type in Graph is text though they hold words of the API (`groupTypes`, `trustType`): shown in the person's
// own words, unlike a text that somebody wrote.

const WORDED = new Set([
  "ageGroup", "assignmentType", "authenticationType", "capabilityStatus", "category", "consentProvidedForMinor", "consentType",
  "deviceOwnership", "enrollmentType", "externalUserState", "groupTypes", "legalAgeGroupClassification", "managementType",
  "membershipRuleProcessingState", "membershipType", "memberType", "operationType", "principalType", "profileType",
  "provisioningStatus", "riskEventType", "riskEventTypes_v2", "servicePrincipalType", "signInAudience", "status", "trustType", "userType",
  "visibility",
]);

/** Whether the texts of this attribute are words of the API. */
export function isWorded(attribute: string): boolean {
  return WORDED.has(attribute);
}
