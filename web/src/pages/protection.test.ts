import { describe, expect, test } from "vitest";
import { adminClientId } from "../settings";
import { emptyPolicy, type PolicyDraft } from "./policy";
import { isAbout, narrows, protections } from "./protection";

const policy = (applications: object, part: Partial<PolicyDraft> = {}) => {
  const empty = { ...emptyPolicy(), id: "p", state: "enabled", ...part };
  return { ...empty, conditions: { ...empty.conditions, applications: { includeApplications: [], excludeApplications: [], ...applications } } };
};

describe("a policy is about an application", () => {
  test.each([
    [{ includeApplications: ["All"] }, "mail", true],
    [{ includeApplications: ["All"], excludeApplications: ["MAIL"] }, "mail", false],
    [{ includeApplications: ["mail"] }, "mail", true],
    [{ includeApplications: ["mail"] }, "files", false],
    [{ includeApplications: ["None"] }, "mail", false],
    [{ includeApplications: ["MicrosoftAdminPortals"] }, adminClientId, true],
    [{ includeApplications: ["All"], excludeApplications: ["MicrosoftAdminPortals"] }, adminClientId, false],
  ])("%o and %s: %s", (applications, app, expected) => {
    expect(isAbout(policy(applications), app)).toBe(expected);
  });
});

const apps = [{ id: "1", appId: "mail", displayName: "Mail" }];
const all = { includeApplications: ["All"] };
const is = (known: ReturnType<typeof policy>) => protections(apps, [known])[0]?.protected;

test("protected is what a policy in force demands something of everybody for", () => {
  expect(is(policy(all))).toBe("whole");
  expect(is(policy(all, { state: "enabledForReportingButNotEnforced" }))).toBe("no");
  expect(is(policy(all, { grantControls: null }))).toBe("no");
  expect(is(policy(all, { grantControls: { operator: "OR", builtInControls: [] } }))).toBe("no");
  expect(protections(apps, [policy(all, { state: "disabled" })])[0]?.policies).toEqual([]);
  expect(protections(apps, [policy({ includeApplications: ["Office365"] })]).map((one) => one.name)).toEqual(["Mail", "Office365"]);
});

describe("a policy with a condition protects in part, and says what it leaves out", () => {
  test.each<[object, string[]]>([
    [{ signInRiskLevels: ["high"] }, ["signInRiskLevels"]],
    [{ platforms: { includePlatforms: ["windows"], excludePlatforms: [] } }, ["platforms"]],
    [{ platforms: { includePlatforms: ["all"], excludePlatforms: ["iOS"] } }, ["platforms"]],
    [{ locations: { includeLocations: ["All"], excludeLocations: ["AllTrusted"] } }, ["locations"]],
    [{ clientAppTypes: ["browser"] }, ["clientAppTypes"]],
    [{ devices: { deviceFilter: { mode: "include", rule: "device.isCompliant -eq True" } } }, ["devices"]],
    [{ users: { includeUsers: ["All"], excludeGroups: ["g"] } }, ["excludeGroups"]],
    [{ users: { includeUsers: ["All"], excludeGuestsOrExternalUsers: { guestOrExternalUserTypes: "b2bCollaborationGuest" } } }, ["excludeGuestsOrExternalUsers"]],
    [{ applications: { includeApplications: ["All"], applicationFilter: { mode: "exclude", rule: "x" } } }, ["applicationFilter"]],
    [{ somethingNew: ["x"] }, ["somethingNew"]],
  ])("%o", (conditions, by) => {
    const known = policy(all);
    const narrowed = { ...known, conditions: { ...known.conditions, ...conditions } } as typeof known;
    expect(narrows(narrowed)).toEqual(by);
    expect(is(narrowed)).toBe("part");
  });
  test("but one whose conditions are all there is does not", () => {
    const known = policy(all);
    const users = { ...known.conditions.users, includeUsers: ["All"], includeGuestsOrExternalUsers: null };
    const wide = { ...known.conditions, users, platforms: { includePlatforms: ["all"], excludePlatforms: [] }, locations: { includeLocations: ["All"] }, signInRiskLevels: [], devices: null, clientApplications: { includeServicePrincipals: [] } };
    expect(is({ ...known, conditions: wide } as typeof known)).toBe("whole");
  });
});
