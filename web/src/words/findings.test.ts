import { describe, expect, test } from "vitest";
import { findings as ar } from "./ar/findings";
import { findings as de } from "./de/findings";
import { ar as arabic } from "./ar";
import { de as german } from "./de";
import * as arNames from "./ar/schema";
import * as deNames from "./de/schema";
import { finding } from "./findings";
import { type Names, speech } from "./index";
import type { Words } from "./en";

const sources = Object.values(import.meta.glob<string>(["../../../devices/src/compliance/checks.rs", "../../../devices/src/compliance/windows.rs", "../../../devices/src/compliance/judge.rs"], { query: "?raw", import: "default", eager: true }))
  .map((source) => source.split("#[cfg(test)]")[0] ?? "");

/** What the server tells people to do: sentences that begin so. */
const ADVICE = /"((?:turn|install|ask an?|ask for a|encrypt the|let the|update the|use a|set a|restart the|see in|remove or|connect the|enrol the|this version|nothing: ) ?[^"{]*)"/g;

describe.each([
  ["de", de, german as Words, deNames as Names],
  ["ar", ar, arabic as Words, arNames as Names],
] as const)("%s", (language, findings, words, names) => {
  test("knows every advice that compliance gives", () => {
    const advices = [...new Set(sources.flatMap((source) => [...source.matchAll(ADVICE)].map((found) => found[1] ?? "")))];
    expect(advices.length).toBeGreaterThan(20);
    expect(advices.filter((advice) => !findings[advice]).join()).toBe("");
  });
  test("has a name for every rule", () => {
    const rules = sources.flatMap((source) => [...source.matchAll(/\("([A-Za-z_0-9]+)", [a-z_:]+\),|None, "(Require\w+)"/g)].map((found) => found[1] ?? found[2] ?? ""));
    expect(rules.length).toBeGreaterThan(50);
    const own = words as Record<string, string>;
    expect(rules.filter((rule) => !own[`name.${rule}`] && !names.schema[rule])).toEqual([]);
  });
  test("says forms as the other says them", () => {
    expect(Object.keys(findings)).toEqual(Object.keys(de));
    const spoken = speech(language, words, () => {}, names);
    expect(spoken.finding("not on")).not.toContain("not");
  });
});

test.each([
  ["at least 12", "mindestens 12"],
  ["not on", "nicht an"],
  ["not encrypted: /home, /srv", "nicht verschlüsselt: /home, /srv"],
  ["at most low", "höchstens niedrig"],
  ["debian from 12 to 13, or ubuntu without a version", "debian from 12 to 13 oder ubuntu ohne Version"],
  ["cannot be told: the script did not print `Kernel`", "lässt sich nicht sagen: das Skript hat „Kernel“ nicht ausgegeben"],
  ["what the organization says itself", "what the organization says itself"],
])("%s in German", (text, expected) => {
  expect(finding(text, de)).toBe(expected);
});
