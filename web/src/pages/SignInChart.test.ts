import { expect, test } from "vitest";
import { hoursOf, signInsOf } from "./SignInChart";

const now = Date.parse("2026-11-22T16:30:00Z");
const row = (createdDateTime: string, errorCode = 0) => ({ createdDateTime, status: { errorCode } });

test("sign-ins are counted by the hour in which they were, of the last day alone, and who was asked for more only once", () => {
  const hours = hoursOf([row("2026-11-22T16:01:00Z"), row("2026-11-22T16:59:59Z", 50126), row("2026-11-22T15:59:59Z", 50076), row("2026-11-21T16:59:00Z"), row("2026-11-21T17:00:00Z")], now);
  expect(hours.length).toBe(24);
  expect(hours.filter(({ good, bad }) => good + bad)).toEqual([{ hour: Date.parse("2026-11-21T17:00:00Z") / 3_600_000, good: 1, bad: 0 }, { hour: Date.parse("2026-11-22T16:00:00Z") / 3_600_000, good: 1, bad: 1 }]);
});

test("a number leads to the sign-ins that it counts", () => {
  const hour = Date.parse("2026-11-22T16:00:00Z") / 3_600_000;
  expect(decodeURIComponent(signInsOf(hour, hour + 1, "success"))).toBe("/admin/monitor/signIns?filter=createdDateTime ge 2026-11-22T16:00:00Z and createdDateTime lt 2026-11-22T17:00:00Z and status/errorCode eq 0");
});
