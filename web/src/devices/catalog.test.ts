import { describe, expect, test } from "vitest";
import { begun, Catalog, type Definition, found, problemIn, problemOf, sent, simple, told, toldValue, withDistributions } from "./catalog";

const KIND = "#microsoft.graph.deviceManagementConfiguration";
const forward: Definition = {
  "@odata.type": `${KIND}ChoiceSettingDefinition`, id: "linux.forward", displayName: "Forward packets", description: "Between networks.", categoryId: "net",
  options: [{ itemId: "linux.forward_true", name: "true", displayName: "On" }, { itemId: "linux.forward_false", name: "false", displayName: "Off" }], defaultOptionId: "linux.forward_false",
};
const length: Definition = { "@odata.type": `${KIND}SimpleSettingDefinition`, id: "linux.length", displayName: "Shortest password", categoryId: "pw", valueDefinition: { "@odata.type": `${KIND}IntegerSettingValueDefinition`, minimumValue: 1, maximumValue: 128 } };
const notice: Definition = { "@odata.type": `${KIND}SimpleSettingDefinition`, id: "linux.notice", displayName: "Notice", categoryId: "pw", valueDefinition: { "@odata.type": `${KIND}StringSettingValueDefinition`, minimumLength: 2, maximumLength: 5 } };
const wifiName: Definition = { ...notice, id: "linux.wifi_name", displayName: "Name" };
const wifiNote: Definition = { ...notice, id: "linux.wifi_note", displayName: "Note" };
const wifi: Definition = { "@odata.type": `${KIND}SettingGroupCollectionDefinition`, id: "linux.wifi", displayName: "Wi-Fi networks", categoryId: "net", childIds: ["linux.wifi_name", "linux.wifi_note"], minimumCount: 1, maximumCount: 2 };
const catalog = new Catalog([forward, length, notice, wifi, wifiName, wifiNote], [{ id: "net", displayName: "Network" }, { id: "pw", displayName: "Passwords" }]);

test.each([
  [length, 0, "below"], [length, 129, "above"], [length, 8, undefined], [length, "x", "missing"],
  [notice, "", "missing"], [notice, "a", "tooShort"], [notice, "abcdef", "tooLong"], [notice, "abc", undefined],
] as const)("a value is held to the limits of its definition: %#", (definition, value, expected) => {
  expect(problemOf(definition, value)?.is).toBe(expected);
});

describe("a setting", () => {
  test("begins with what the definition says", () => {
    expect(told(begun(forward, catalog), catalog)).toBe("Off");
    expect(begun(length, catalog).simpleSettingValue?.value).toBe(1);
  });

  test("that is a secret is sent as one, and one that is kept is neither judged nor shown", () => {
    const secret: Definition = { ...notice, id: "linux.psk", valueDefinition: { ...notice.valueDefinition, isSecret: true } };
    const known = new Catalog([secret], []);
    const typed = { ...begun(secret, known), simpleSettingValue: simple(secret, "abc") };
    expect(typed.simpleSettingValue.valueState).toBe("notEncrypted");
    expect(told(typed, known)).not.toContain("abc");
    const kept = { ...typed, simpleSettingValue: { ...typed.simpleSettingValue, value: "3f2a9c1d-0000-4000-8000-000000000001", valueState: "encryptedValueToken" as const } };
    expect(problemIn(kept, known)).toBeUndefined();
    expect(told(kept, known)).not.toContain("3f2a");
    expect(problemIn({ ...typed, simpleSettingValue: simple(secret, "a") }, known)?.is).toBe("tooShort");
  });

  test("that is a group is right when each member is, and is sent without what was left empty", () => {
    const group = begun(wifi, catalog);
    expect(problemIn(group, catalog)?.is).toBe("missing");
    group.groupSettingCollectionValue![0]!.children[0]!.simpleSettingValue!.value = "lab";
    expect(problemIn(group, catalog)).toBeUndefined();
    expect(sent(group, catalog).groupSettingCollectionValue![0]!.children.map((child) => child.settingDefinitionId)).toEqual(["linux.wifi_name"]);
    group.groupSettingCollectionValue!.push(...[0, 1].map(() => structuredClone(group.groupSettingCollectionValue![0]!)));
    expect(problemIn(group, catalog)).toEqual({ is: "tooMany", limit: 2 });
  });

  test("is found by any of its words, and members of a group are not offered by themselves", () => {
    expect(found(catalog, "NETWORK packets").map((one) => one.id)).toEqual(["linux.forward"]);
    expect(found(catalog, "").map((one) => one.id)).toEqual(["linux.forward", "linux.length", "linux.notice", "linux.wifi"]);
    expect(found(catalog, "", "pw").map((one) => one.id)).toEqual(["linux.length", "linux.notice"]);
  });

  test("is told in the words of its option", () => {
    expect([toldValue(forward, "true"), toldValue(length, "8"), toldValue(undefined, null)]).toEqual(["On", "8", "–"]);
  });
});

test("distributions are demanded in a group", () => {
  const items = ["$type", "minimumversion"].map((name) => ({ ...notice, id: `linux_distribution_alloweddistros_item_${name}` }));
  const all = withDistributions([length, ...items], "Distributions");
  expect(all.map((one) => one.id)).toEqual(["linux.length", "linux_distribution_alloweddistros", ...items.map((one) => one.id)]);
  expect(new Catalog(all, []).roots.map((one) => one.id)).toEqual(["linux.length", "linux_distribution_alloweddistros"]);
});
