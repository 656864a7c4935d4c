import { describe, expect, test } from "vitest";
import { adminClientId } from "../settings";
import { GLOBAL_ADMINISTRATOR, lockout } from "./lockout";
import { emptyPolicy, type PolicyDraft } from "./policy";

const me = { id: "me", groups: ["staff"], roles: [GLOBAL_ADMINISTRATOR] };

const draft = (users: object, controls: string[] = ["block"], conditions: object = {}): PolicyDraft => {
  const empty = emptyPolicy();
  return { ...empty, conditions: { ...empty.conditions, ...conditions, users: { ...empty.conditions.users, includeUsers: [], ...users } }, grantControls: { operator: "OR", builtInControls: controls } };
};
const all = { includeUsers: ["All"] };

describe("a draft that keeps administrators out is seen before it is saved", () => {
  test.each<[string, PolicyDraft, object | undefined]>([
    ["everybody blocked", draft(all), { how: "block", isEveryAdministrator: true, hasBreakGlass: false, isSelf: true }],
    ["everybody asked for more", draft(all, ["mfa"]), { how: "demand", isEveryAdministrator: true, hasBreakGlass: false, isSelf: true }],
    ["all who hold the role", draft({ includeRoles: [GLOBAL_ADMINISTRATOR.toUpperCase()] }), { how: "block", isEveryAdministrator: true, isSelf: true }],
    ["a break-glass account is left out, but who writes it is not", draft({ ...all, excludeUsers: ["glass"] }), { how: "block", hasBreakGlass: true, isSelf: true }],
    ["who writes it is left out", draft({ ...all, excludeUsers: ["me"] }), undefined],
    ["who writes it is left out by a group", draft({ ...all, excludeGroups: ["staff"] }), undefined],
    ["only who writes it, by a group", draft({ includeGroups: ["staff"] }), { isEveryAdministrator: false, isSelf: true }],
    ["somebody else", draft({ includeUsers: ["other"] }), undefined],
    ["only from somewhere", draft(all, ["block"], { locations: { includeLocations: ["x"], excludeLocations: [] } }), undefined],
    ["not from everywhere", draft(all, ["block"], { locations: { includeLocations: ["All"], excludeLocations: ["AllTrusted"] } }), undefined],
    ["only one application", draft(all, ["block"], { applications: { includeApplications: ["mail"], excludeApplications: [] } }), undefined],
    ["the portals by their name", draft(all, ["block"], { applications: { includeApplications: ["MicrosoftAdminPortals"], excludeApplications: [] } }), { how: "block" }],
    ["everything but the admin center", draft(all, ["block"], { applications: { includeApplications: ["All"], excludeApplications: [adminClientId] } }), undefined],
    ["nothing asked", draft(all, []), undefined],
  ])("%s", (_, given, expected) => {
    if (expected) expect(lockout(given, me)).toMatchObject(expected);
    else expect(lockout(given, me)).toBeUndefined();
  });
});
