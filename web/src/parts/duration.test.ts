import { afterEach, expect, test } from "vitest";
import { countOf, dayOf, durationOf, endOfDay, secondsOf } from "./duration";

const { env } = (globalThis as unknown as { process: { env: Record<string, string | undefined> } }).process;
const zone = env.TZ;
afterEach(() => (zone === undefined ? delete env.TZ : (env.TZ = zone)));

test.each([
  ["P90D", "D", 90], ["P2W", "D", 14], ["PT24H", "D", 1], ["PT8H", "D", undefined], ["P1DT12H", "D", undefined],
  ["PT8H", "H", 8], ["P1D", "H", 24], ["PT30M", "H", undefined], ["P1M", "D", undefined], ["P", "D", undefined], ["", "D", undefined],
] as const)("%s in %s is %s", (duration, unit, count) => {
  expect(countOf(duration, unit)).toBe(count);
});

test("what is counted is written as it is read", () => {
  expect(secondsOf(durationOf(3, "D"))).toBe(259_200);
  expect(secondsOf(durationOf(3, "H"))).toBe(10_800);
});

test.each([["America/Los_Angeles", "2027-04-01T06:59:59Z"], ["Europe/Berlin", "2027-03-31T21:59:59Z"], ["UTC", "2027-03-31T23:59:59Z"]])("a day ends in %s when it ends there", (place, moment) => {
  env.TZ = place;
  expect(endOfDay("2027-03-31")).toBe(moment);
  expect(dayOf(moment)).toBe("2027-03-31");
});
