import { describe, expect, test } from "vitest";
import { ar } from "./ar";
import { de } from "./de";
import { en } from "./en";
import { formsOf, spaced, speech } from "./index";

const holes = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[|}]/g)].map((found) => found[1]))].sort();
const plurals = (text: string) => [...text.matchAll(/\{\w+\|([^{}]*)\}/g)].map((found) => formsOf(found[1] ?? ""));

describe.each([["German", de], ["Arabic", ar]] as const)("%s", (_, words) => {
  test("says everything that English says, with the same values in it", () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      expect(words[key as keyof typeof en].trim(), key).not.toBe("");
      expect(holes(words[key as keyof typeof en]), key).toEqual(holes(text));
    }
  });
});

describe.each([["en", en], ["de", de], ["ar", ar]] as const)("plurals of %s", (language, words) => {
  const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories.slice().sort();
  const counted = Object.entries(words).filter(([, text]) => text.includes("|one:"));
  test("have every form that the language needs, and no other", () => {
    expect(counted.length).toBeGreaterThan(40);
    for (const [key, text] of counted) for (const forms of plurals(text)) {
      expect([...forms.keys()].sort(), key).toEqual(needed);
      for (const form of forms.values()) expect(form.trim(), key).not.toBe("");
    }
  });
});

test("no English text puts a number before a plural that does not follow it", () => {
  const rigid = Object.entries(en).filter(([, text]) => /\{(?!name|who)\w+\} (people|[a-z]+s)\b/.test(text));
  expect(rigid).toEqual([]);
});

test.each([
  ["en", en, 1, "1 rule fails"],
  ["en", en, 1_200, "1,200 rules fail"],
  ["de", de, 1, "1 Regel ist verletzt"],
  ["de", de, 0, "0 Regeln sind verletzt"],
  ["ar", ar, 0, "كل القواعد محققة"],
  ["ar", ar, 1, "قاعدة واحدة غير محققة"],
  ["ar", ar, 2, "قاعدتان غير محققتين"],
  ["ar", ar, 3, "3 قواعد غير محققة"],
  ["ar", ar, 11, "11 قاعدة غير محققة"],
  ["ar", ar, 100, "100 قاعدة غير محققة"],
] as const)("%s counts %#", (language, words, count, expected) => {
  expect(speech(language, words, () => {}).t("my.todoDeviceHint", { count })).toBe(expected);
});

test.each([
  ["deviceRegistrationPolicy", "Device registration policy"],
  ["isMFAEnabled", "Is MFA enabled"],
  ["linux_firewall", "Linux firewall"],
  ["iOS", "iOS"],
  ["macOS", "macOS"],
  ["iosLobApp", "iOS lob app"],
  ["macOSLobApp", "macOS lob app"],
  ["macOsLobAppAssignmentSettings", "macOS lob app assignment settings"],
  ["iOSMobileApplicationManagement", "iOS mobile application management"],
  ["iPadOSMinimumVersion", "iPadOS minimum version"],
  ["rotateBitLockerKeys", "Rotate BitLocker keys"],
  ["radios", "Radios"],
  ["windows10", "Windows10"],
])("%s is spelt apart as %s", (word, expected) => {
  expect(spaced(word)).toBe(expected);
});

test("numbers stand in texts as the language writes them", () => {
  expect(speech("de", de, () => {}).t("list.count", { count: 10_000 })).toBe("10.000 insgesamt");
  expect(speech("en", en, () => {}).t("list.count", { count: 10_000 })).toBe("10,000 in all");
});
