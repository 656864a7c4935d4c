import { describe, expect, test } from "vitest";
import { emptyPolicy, type PolicyDraft } from "./policy";
import { conflicts, type KnownPolicy, neverApplies, type Sort, undone } from "./policyConflicts";

interface Part {
  users?: object;
  apps?: object;
  controls?: string[];
  operator?: string;
  session?: PolicyDraft["sessionControls"];
  state?: string;
  conditions?: object;
}

/** Everybody, every application, always: a second factor. */
function policy(part: Part = {}, id = "other"): KnownPolicy {
  const empty = emptyPolicy();
  return {
    ...empty,
    id,
    displayName: id,
    state: part.state ?? "enabled",
    conditions: {
      ...empty.conditions,
      ...part.conditions,
      users: { ...empty.conditions.users, ...part.users },
      applications: { ...empty.conditions.applications, ...part.apps },
    },
    grantControls: part.controls?.length === 0 ? null : { operator: part.operator ?? "OR", builtInControls: part.controls ?? ["mfa"] },
    sessionControls: part.session ?? null,
  };
}

const kept = (mode: string) => ({ persistentBrowser: { isEnabled: true, mode } });
const block = ["block"];
const legacy = { clientAppTypes: ["exchangeActiveSync", "other"] };

describe("a draft and another policy", () => {
  test.each<[string, Part, Part, Sort[]]>([
    ["what it would let in, another refuses", {}, { controls: block }, ["refusedBy"]],
    ["it refuses what another would let in", { controls: block }, {}, ["refuses"]],
    ["the same twice", {}, {}, ["duplicate"]],
    ["the same twice, in another order", { controls: ["mfa", "compliantDevice"] }, { controls: ["compliantDevice", "mfa"] }, ["duplicate"]],
    ["one or all of the same are two things", { controls: ["mfa", "compliantDevice"] }, { controls: ["mfa", "compliantDevice"], operator: "AND" }, []],
    ["a wider one demands it already", { apps: { includeApplications: ["mail"] } }, {}, ["contained"]],
    ["but not one that only reports", { apps: { includeApplications: ["mail"] } }, { state: "enabledForReportingButNotEnforced" }, []],
    ["nor one that would take something else", { apps: { includeApplications: ["mail"] } }, { controls: ["mfa", "compliantDevice"] }, []],
    ["nor where the draft limits the session besides", { apps: { includeApplications: ["mail"] }, session: { signInFrequency: { isEnabled: true, type: "hours", value: 1 } } }, {}, []],
    ["refusing old programs is no conflict with a second factor", {}, { controls: block, conditions: legacy }, []],
    ["nor the other way round", { controls: block, conditions: legacy }, {}, []],
    ["who the other leaves out is still let in", {}, { controls: block, users: { excludeUsers: ["glass"] } }, []],
    ["unless it leaves them out as well", { users: { excludeUsers: ["GLASS"] } }, { controls: block, users: { excludeUsers: ["glass"] } }, ["refusedBy"]],
    ["or never meant them", { users: { includeUsers: ["ines"] } }, { controls: block, users: { excludeUsers: ["glass"] } }, ["refusedBy"]],
    ["or means only them", { users: { includeUsers: ["glass"] } }, { controls: block, users: { excludeUsers: ["glass"] } }, []],
    ["a group may hold whoever is left out", { users: { includeUsers: [], includeGroups: ["g"] } }, { controls: block, users: { excludeUsers: ["glass"] } }, []],
    ["one of its groups", { users: { includeUsers: [], includeGroups: ["g"] } }, { controls: block, users: { includeUsers: [], includeGroups: ["g", "h"] } }, ["refusedBy"]],
    ["an application that the other leaves out", { apps: { includeApplications: ["mail"] } }, { controls: block, apps: { excludeApplications: ["mail"] } }, []],
    ["names for several applications are not looked into", { apps: { includeApplications: ["mail"] } }, { controls: block, apps: { excludeApplications: ["Office365"] } }, []],
    ["user actions are no applications", { apps: { includeApplications: [], includeUserActions: ["urn:user:registerdevice"] } }, { controls: block }, []],
    ["fewer systems than the other refuses", { conditions: { platforms: { includePlatforms: ["linux"], excludePlatforms: [] } } }, { controls: block, conditions: { platforms: { includePlatforms: ["linux", "macOS"], excludePlatforms: [] } } }, ["refusedBy"]],
    ["another system", { conditions: { platforms: { includePlatforms: ["windows"], excludePlatforms: [] } } }, { controls: block, conditions: { platforms: { includePlatforms: ["linux"], excludePlatforms: [] } } }, []],
    ["from elsewhere than where the other refuses", {}, { controls: block, conditions: { locations: { includeLocations: ["All"], excludeLocations: ["AllTrusted"] } } }, []],
    ["another rule for devices", { conditions: { devices: { deviceFilter: { mode: "include", rule: "a" } } } }, { controls: block, conditions: { devices: { deviceFilter: { mode: "include", rule: "b" } } } }, []],
    ["people and programs of their own", {}, { controls: block, users: { includeUsers: ["None"] }, conditions: { clientApplications: { includeServicePrincipals: ["ServicePrincipalsInMyTenant"] } } }, []],
    ["kept signed in, and never", { session: kept("always") }, { session: kept("never"), controls: [] }, ["session"]],
    ["kept signed in by both", { session: kept("always") }, { session: kept("always"), controls: [] }, []],
    ["kept signed in, and never, of other people", { session: kept("always"), users: { includeUsers: ["a"] } }, { session: kept("never"), users: { includeUsers: ["b"] } }, []],
    ["one that is off", {}, { controls: block, state: "disabled" }, []],
    ["one that never applies", {}, { users: { includeUsers: ["None"] } }, []],
  ])("%s", (_, draft, other, expected) => {
    const found = conflicts(policy(draft, "mine"), [policy(other), policy({}, "mine")]);
    expect(found.map(({ sort }) => sort)).toEqual(expected);
    expect(found.every((conflict) => conflict.with.id === "other")).toBe(true);
  });
});

test.each<[string, Part, ReturnType<typeof neverApplies>]>([
  ["nobody", { users: { includeUsers: ["None"] } }, "users"],
  ["somebody who is left out again", { users: { includeUsers: ["a"], excludeUsers: ["A"] } }, "users"],
  ["one of two left out", { users: { includeUsers: ["a", "b"], excludeUsers: ["a"] } }, undefined],
  ["a group beside somebody left out", { users: { includeUsers: ["a"], includeGroups: ["g"], excludeUsers: ["a"] } }, undefined],
  ["an application left out again", { apps: { includeApplications: ["mail"], excludeApplications: ["mail"] } }, "application"],
  ["a system that it is not for", { conditions: { platforms: { includePlatforms: ["linux"], excludePlatforms: ["linux"] } } }, "devicePlatform"],
  ["every system but one", { conditions: { platforms: { includePlatforms: ["all"], excludePlatforms: ["linux"] } } }, undefined],
  ["nowhere", { conditions: { locations: { includeLocations: ["AllTrusted"], excludeLocations: ["AllTrusted"] } } }, "location"],
  ["anywhere but trusted places", { conditions: { locations: { includeLocations: ["All"], excludeLocations: ["AllTrusted"] } } }, undefined],
  ["programs, of which it says nothing about people", { users: { includeUsers: ["None"] }, conditions: { clientApplications: { includeServicePrincipals: ["x"] } } }, undefined],
])("a policy for %s never applies because of: %s", (_, part, expected) => {
  expect(neverApplies(policy(part))).toBe(expected);
});

test("what undoes itself is said", () => {
  expect(undone(policy({ controls: block, session: kept("never") }))).toBe("blockedSession");
  expect(undone(policy({ session: { ...kept("always"), signInFrequency: { isEnabled: true, frequencyInterval: "everyTime" } } }))).toBe("everyTimeKept");
  expect(undone(policy({ session: kept("always") }))).toBeUndefined();
});
