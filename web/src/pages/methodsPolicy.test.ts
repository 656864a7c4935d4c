import { describe, expect, test } from "vitest";
import { en } from "../words/en";
import { speech } from "../words";
import { audience, forEverybody } from "../parts/audience";
import { campaignMethod, type Configuration, difference, settingsInWords } from "./methodsPolicy";

const { t } = speech("en", en, () => undefined);
const nameOf = (id: string) => ({ g1: "Sales", g2: "Guests" })[id] ?? id;

describe("whom a method is for", () => {
  test.each([
    [{ includeTargets: [{ id: "all_users" }] }, "everybody"],
    [{ includeTargets: [{ id: "g1" }] }, "Sales"],
    [{ includeTargets: [] }, "nobody"],
    [{ includeTargets: [{ id: "All_Users" }], excludeTargets: [{ id: "g2" }] }, "everybody except Guests"],
  ])("%j", (targeted, said) => expect(audience(targeted, nameOf, t)).toBe(said));

  test("choosing everybody keeps what a target says besides, and choosing some begins with nobody", () => {
    const some = { includeTargets: [{ id: "g1", targetType: "group", isRegistrationRequired: true }] };
    const all = forEverybody(some, true);
    expect(all.includeTargets).toEqual([{ id: "all_users", targetType: "group", isRegistrationRequired: true }]);
    expect(forEverybody(all, false).includeTargets).toEqual([]);
  });
});

describe("what settings say", () => {
  const of = (id: string, more: object): Configuration => ({ id, "@odata.type": "", ...more });
  test("a pass: how long, how often, how many signs", () => {
    const said = settingsInWords(of("TemporaryAccessPass", { defaultLifetimeInMinutes: 60, minimumLifetimeInMinutes: 60, maximumLifetimeInMinutes: 480, defaultLength: 8, isUsableOnce: true }), t);
    expect(said).toHaveLength(3);
    expect(said[0]).toContain("480");
  });
  test("a passkey's makes count only where they are enforced", () => {
    const keys = (isEnforced: boolean) => settingsInWords(of("Fido2", { keyRestrictions: { isEnforced, enforcementType: "allow", aaGuids: ["a", "b"] } }), t);
    expect(keys(false)).toHaveLength(1);
    expect(keys(true)[1]).toContain("2");
  });
  test("what has no settings says nothing", () => expect(settingsInWords(of("SoftwareOath", {}), t)).toEqual([]));
});

test("only what is other is sent, and what was there takes it back", () => {
  const { now, back } = difference<Record<string, unknown>>({ state: "enabled", a: 1, list: [1] }, { state: "disabled", a: 1, list: [1] });
  expect([now, back]).toEqual([{ state: "disabled" }, { state: "enabled" }]);
  expect(difference<Record<string, unknown>>({}, { a: 1 }).back).toEqual({ a: null });
});

test("a campaign asks for the method that its first target names", () => {
  expect(campaignMethod({ includeTargets: [{ id: "all_users", targetedAuthenticationMethod: "SoftwareOath" }] })).toBe("SoftwareOath");
  expect(campaignMethod({})).toBe("Fido2");
});
