import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { serve, show } from "../served";
import { isByRule, ruleChange } from "./Group";
import { Runs } from "./Workflow";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me" }) }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

test("runs of a workflow are the newest, as the server orders them, and the earlier ones can be had", async () => {
  const all = Array.from({ length: 70 }, (_, index) => ({ id: String(index), startedDateTime: `2027-01-01T00:00:${String(index % 60).padStart(2, "0")}Z`, subject: { id: `u${index}`, displayName: `Person ${index}` }, processingStatus: "completed" }));
  const asked = serve(({ path }) => {
    const isNewest = path.includes("$orderby=startedDateTime desc");
    const top = Number(/\$top=(\d+)/.exec(path)?.[1]);
    const value = (isNewest ? [...all].reverse() : all).slice(0, top);
    return { value: path.includes("/runs") ? [] : value, ...(top < all.length && { "@odata.nextLink": "https://castellan.test/beta/next" }) };
  });
  show(<Runs path="/workflows/w" workflow={{ id: "w" }} />);
  expect(await screen.findByText("Person 69")).toBeTruthy();
  expect(screen.queryByText("Person 0")).toBeNull();
  fireEvent.click(screen.getAllByRole("button", { name: "Earlier ones" }).at(-1)!);
  expect(await screen.findByText("Person 0")).toBeTruthy();
  expect(asked.every(({ path }) => path.includes("$orderby"))).toBe(true);
});

test("a rule leaves what else a group is, and a pause, alone", () => {
  const byHand = { id: "g", groupTypes: ["Unified"] };
  expect(ruleChange(byHand, "x").ask.body).toEqual({ groupTypes: ["Unified", "DynamicMembership"], membershipRule: "x", membershipRuleProcessingState: "On" });
  const byRule = { id: "g", groupTypes: ["DynamicMembership"], membershipRuleProcessingState: "Paused" };
  expect(isByRule(byRule)).toBe(true);
  expect(ruleChange(byRule, "x").ask.body).toEqual({ membershipRule: "x" });
});
