import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Answer, serve, show } from "../served";
import { Activation, lengthsUpTo } from "./Roles";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me" }) }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

test("activating a role asks for what the role demands: here a ticket and no reason, for two hours at most", async () => {
  const rules = [{ id: "Expiration_EndUser_Assignment", maximumDuration: "PT2H" }, { id: "Enablement_EndUser_Assignment", enabledRules: ["Ticketing"] }];
  const asked = serve(({ method, path }) => {
    if (method === "POST") return new Answer(201, { id: "r" });
    if (path.startsWith("/policies/roleManagementPolicyAssignments")) return { value: [{ id: "t", policyId: "p" }] };
    if (path === "/policies/roleManagementPolicies/p/rules") return { value: rules };
    return { id: "p" };
  });
  show(<Activation item={{ id: "e", roleDefinitionId: "r1", directoryScopeId: "/" }} title="Helpdesk" onClose={() => {}} />);
  const ticket = await screen.findByLabelText(/^Ticket/);
  const go = screen.getByRole<HTMLButtonElement>("button", { name: "Activate" });
  expect(go.disabled).toBe(true);
  fireEvent.change(ticket, { target: { value: "INC-7" } });
  expect(go.disabled).toBe(false);
  fireEvent.click(go);
  await vi.waitFor(() => expect(asked.some(({ method }) => method === "POST")).toBe(true));
  expect(asked.find(({ method }) => method === "POST")?.body).toMatchObject({ ticketInfo: { ticketNumber: "INC-7", ticketSystem: null }, justification: null, scheduleInfo: { expiration: { duration: "PT1H" } } });
});

test.each([["PT8H", ["PT30M", "PT1H", "PT2H", "PT4H", "PT8H"]], ["PT45M", ["PT30M", "PT45M"]], ["PT15M", ["PT15M"]]])("of at most %s are offered %o", (longest, offered) => {
  expect(lengthsUpTo(longest)).toEqual(offered);
});
