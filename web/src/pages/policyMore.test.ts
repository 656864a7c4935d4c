import { describe, expect, test } from "vitest";
import { emptyPolicy } from "./policy";
import { aboutOf, filterOf, flowsOf, guestsOf, modeOf, withAbout, withControl, withFilter, withFlows, withGuests } from "./policyMore";

const { conditions } = emptyPolicy();

describe("what a policy is about", () => {
  test("is one thing at a time, and the other filters stay", () => {
    const applications = { ...conditions.applications, excludeApplications: ["mail"], applicationFilter: { mode: "exclude", rule: "x" } };
    expect(aboutOf(applications)).toBe("all");
    const actions = withAbout(applications, "actions", []);
    expect(aboutOf(actions)).toBe("actions");
    expect(actions).toMatchObject({ includeApplications: [], excludeApplications: [], applicationFilter: { mode: "exclude", rule: "x" } });
    const contexts = withAbout(actions, "contexts", ["c1", "c2"]);
    expect(contexts).toMatchObject({ includeUserActions: [], includeAuthenticationContextClassReferences: ["c1"] });
    expect(aboutOf(withAbout(contexts, "some", []))).toBe("some");
  });
});

test("guests are chosen by sort, of the tenants that were named", () => {
  const known = { ...conditions, users: { ...conditions.users, excludeGuestsOrExternalUsers: { guestOrExternalUserTypes: "internalGuest", externalTenants: { membershipKind: "all" } } } };
  const more = withGuests(known, "exclude", [...guestsOf(known, "exclude"), "serviceProvider"]);
  expect(more.users.excludeGuestsOrExternalUsers).toEqual({ guestOrExternalUserTypes: "internalGuest,serviceProvider", externalTenants: { membershipKind: "all" } });
  expect(guestsOf(more, "exclude")).toEqual(["internalGuest", "serviceProvider"]);
  expect(guestsOf(more, "include")).toEqual([]);
  expect(withGuests(more, "exclude", []).users.excludeGuestsOrExternalUsers).toBeNull();
});

test("a filter of devices comes and goes, and what else is said of devices stays", () => {
  const filter = { mode: "exclude", rule: "device.isCompliant -eq True" };
  expect(filterOf(withFilter(conditions, filter))).toEqual(filter);
  expect(withFilter(withFilter(conditions, filter), null).devices).toBeNull();
  expect(withFilter({ ...conditions, devices: { includeDevices: ["x"], deviceFilter: filter } }, null).devices).toEqual({ includeDevices: ["x"], deviceFilter: null });
});

test("ways of handing a sign-in on are flags", () => {
  const both = withFlows(conditions, ["deviceCodeFlow", "authenticationTransfer"]);
  expect(both.authenticationFlows).toEqual({ transferMethods: "deviceCodeFlow,authenticationTransfer" });
  expect(flowsOf(both)).toEqual(["deviceCodeFlow", "authenticationTransfer"]);
  expect(flowsOf(withFlows(both, []))).toEqual([]);
  expect(flowsOf({ ...conditions, authenticationFlows: { transferMethods: "none" } })).toEqual([]);
});

test("a control of the session leaves the others, and the last takes the session's controls with it", () => {
  const never = { isEnabled: true, mode: "never" };
  const both = withControl({ signInFrequency: { isEnabled: true } }, "persistentBrowser", never);
  expect(both).toEqual({ signInFrequency: { isEnabled: true }, persistentBrowser: never });
  expect(modeOf(both, "persistentBrowser")).toBe("never");
  expect(modeOf(both, "signInFrequency")).toBe("on");
  expect(modeOf({ persistentBrowser: { isEnabled: false, mode: "never" } }, "persistentBrowser")).toBeUndefined();
  expect(withControl(withControl(null, "secureSignInSession", { isEnabled: true }), "secureSignInSession", null)).toBeNull();
});
