import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Answer, serve, show } from "../served";
import { RoleRules } from "./RoleRules";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

const RULES = [
  { id: "Expiration_EndUser_Assignment", "@odata.type": "#expiration", maximumDuration: "PT30M", isExpirationRequired: true },
  { id: "Enablement_EndUser_Assignment", "@odata.type": "#enablement", enabledRules: [] },
  { id: "Approval_EndUser_Assignment", "@odata.type": "#approval", setting: { isApprovalRequired: false, approvalStages: [] } },
  { id: "Expiration_Admin_Eligibility", "@odata.type": "#expiration", maximumDuration: "P1DT12H", isExpirationRequired: true },
];

test("what a form of hours and days cannot show stays as it is, and only what was touched is sent", async () => {
  const asked = serve(({ method, path }) => {
    if (method === "PATCH") return new Answer(204);
    if (path.startsWith("/policies/roleManagementPolicyAssignments")) return { value: [{ id: "t", policyId: "p" }] };
    if (path === "/policies/roleManagementPolicies/p/rules") return { value: RULES };
    return new Answer(200, { id: "p" }, { etag: 'W/"7"' });
  });
  show(<RoleRules role={{ id: "r" }} />);
  expect((await screen.findByLabelText<HTMLInputElement>("At most so many hours", { selector: "input" })).value).toBe("30 minutes");
  expect(screen.getByDisplayValue("1 day 12 hours")).toBeTruthy();
  fireEvent.click(screen.getAllByRole("checkbox")[1]!);
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  await vi.waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  await screen.findByText(/saved|hold/i);
  const sent = asked.filter(({ method }) => method === "PATCH");
  expect(sent.map(({ path }) => path)).toEqual(["/policies/roleManagementPolicies/p/rules/Enablement_EndUser_Assignment"]);
  expect(sent[0]?.headers["if-match"]).toBe('W/"7"');
});

test("one that fails to be found is said, not waited for", async () => {
  serve(() => undefined);
  show(<RoleRules role={{ id: "r" }} />);
  expect(await screen.findByRole("alert")).toBeTruthy();
});
