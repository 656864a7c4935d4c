import { expect, test } from "vitest";
import { type LoggedSignIn, reported, reportedSince } from "./policyReport";

const row = (id: string, user: string | null, results: Record<string, string>, more: Partial<LoggedSignIn> = {}): LoggedSignIn => ({
  id, createdDateTime: "2026-03-01T08:00:00Z", userId: user, userDisplayName: user, appliedConditionalAccessPolicies: Object.entries(results).map(([policy, result]) => ({ id: policy, result })), ...more,
});

test("what a policy said of each sign-in is counted, and who would have been refused is told, the most first", () => {
  const said = reported("p", [
    row("1", "Ines", { p: "reportOnlyFailure", q: "success" }),
    row("2", "Omar", { p: "reportOnlyFailure" }),
    row("3", "Omar", { p: "reportOnlyFailure" }),
    row("4", "Omar", { p: "reportOnlySuccess" }),
    row("5", "Ada", { p: "reportOnlyInterrupted" }),
    row("6", "Ada", { p: "notApplied" }),
    row("7", "Ada", { p: "failure" }),
    row("8", "Ada", { q: "reportOnlyFailure" }),
    row("9", null, { p: "reportOnlyFailure" }, { userDisplayName: null, servicePrincipalId: "sp", servicePrincipalName: "Nightly" }),
    row("10", "Ada", {}, { appliedConditionalAccessPolicies: null }),
  ]);
  expect([said.letIn, said.asked, said.refused]).toEqual([1, 1, 4]);
  expect(said.whoRefused.map(({ name, count, isProgram, last }) => [name, count, isProgram, last.id])).toEqual([["Omar", 2, false, "2"], ["Ines", 1, false, "1"], ["Nightly", 1, true, "9"]]);
  expect(said.whoAsked.map(({ name }) => name)).toEqual(["Ada"]);
});

test("what was said before the policy was changed is not counted", () => {
  const now = new Date("2026-03-10T00:00:00Z");
  expect(reportedSince(7, "2026-03-09T00:00:00Z", now)).toBe("2026-03-09T00:00:00Z");
  expect(reportedSince(7, "2026-01-09T00:00:00Z", now)).toBe("2026-03-03T00:00:00.000Z");
  expect(reportedSince(7, null, now)).toBe("2026-03-03T00:00:00.000Z");
});
