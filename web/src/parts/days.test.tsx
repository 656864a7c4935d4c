import { render, screen, cleanup } from "@testing-library/react";
import { FluentProvider, webLightTheme } from "@fluentui/react-components";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { WordsProvider } from "../words";
import { clause } from "./filter";
import { Facts } from "./Value";

beforeAll(() => void vi.stubEnv("TZ", "America/New_York"));
afterAll(() => vi.unstubAllEnvs());
afterEach(cleanup);

test.each([
  ["employeeHireDate", "2026-01-04T00:00:00Z", "Jan 4, 2026"],
  ["employeeLeaveDateTime", "2026-01-04T00:00:00.000Z", "Jan 4, 2026"],
  ["employeeLeaveDateTime", "2026-01-04T22:00:00Z", "Jan 4, 2026, 5:00 PM"],
  ["createdDateTime", "2026-01-04T00:00:00Z", "Jan 3, 2026, 7:00 PM"],
])("west of Greenwich %s of %s is %s", async (name, value, expected) => {
  render(<WordsProvider initial="en"><FluentProvider theme={webLightTheme}><Facts facts={[{ name, type: "DateTimeOffset", value }]} /></FluentProvider></WordsProvider>);
  expect((await screen.findByRole("time")).textContent?.replace("\u202f", " ")).toBe(expected);
});

test("a day is compared as the day that it is", () => {
  expect(clause("user", { attribute: "employeeHireDate", operator: "ge", value: "2026-01-04" })).toBe("employeeHireDate ge 2026-01-04T00:00:00Z");
  expect(clause("user", { attribute: "createdDateTime", operator: "ge", value: "2026-01-04T00:00" })).toBe("createdDateTime ge 2026-01-04T05:00:00.000Z");
});
