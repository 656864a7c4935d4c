import { expect, test } from "vitest";
import { idsIn, readable } from "./evidence";

const SALES = "01a203f3-ad41-7722-864e-8e170d28ac44";
const names: Record<string, string> = { [SALES]: "Sales Team" };
const words: Record<string, string> = { all: "Everybody", linux: "Linux", mobileAppsAndDesktopClients: "Mobile apps and desktop clients" };

test.each([
  [`excluded: group ${SALES}`, "excluded: group Sales Team"],
  ["All, for 00000003-0000-0000-c000-000000000000", "Everybody: 00000003-0000-0000-c000-000000000000"],
  ["mobileAppsAndDesktopClients", "Mobile apps and desktop clients"],
  ["linux", "Linux"],
  ["203.0.113.7 (DE), not trusted", "203.0.113.7 (DE), not trusted"],
  ["All", "Everybody"],
  ["", ""],
])("`%s` is told as `%s`", (evidence, told) => {
  expect(readable(evidence, (id) => names[id], (word) => words[word] ?? word)).toBe(told);
});

test("ids are asked for once", () => {
  expect(idsIn([`group ${SALES}`, `user ${SALES}`, "linux"])).toEqual([SALES]);
});
