import { describe, expect, test } from "vitest";
import { ar } from "./ar";
import { de } from "./de";
import { en } from "./en";
import { spaced, speech } from "./index";

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

describe.each([["German", de], ["Arabic", ar]] as const)("%s", (_, words) => {
  test("says everything that English says, with the same values in it", () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      expect(words[key as keyof typeof en].trim(), key).not.toBe("");
      expect(holes(words[key as keyof typeof en]), key).toEqual(holes(text));
    }
  });
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
