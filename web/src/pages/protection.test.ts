import { describe, expect, test } from "vitest";
import { adminClientId } from "../settings";
import { emptyPolicy, type PolicyDraft } from "./policy";
import { isAbout, protections } from "./protection";

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

test("protected is what a policy in force demands something of everybody for", () => {
  const apps = [{ id: "1", appId: "mail", displayName: "Mail" }];
  const all = { includeApplications: ["All"] };
  const is = (known: ReturnType<typeof policy>) => protections(apps, [known])[0]?.isProtected;
  expect(is(policy(all))).toBe(true);
  expect(is(policy(all, { state: "enabledForReportingButNotEnforced" }))).toBe(false);
  expect(is(policy(all, { grantControls: null }))).toBe(false);
  expect(protections(apps, [policy(all, { state: "disabled" })])[0]?.policies).toEqual([]);
  expect(protections(apps, [policy({ includeApplications: ["Office365"] })]).map((one) => one.name)).toEqual(["Mail", "Office365"]);
});
