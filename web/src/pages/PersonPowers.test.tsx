import { cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { serve, show } from "../served";
import PersonPowers from "./PersonPowers";
import { lasting } from "./Role";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

const role = { id: "62e90394-69f5-4237-9190-012177145e10", templateId: "62e90394-69f5-4237-9190-012177145e10", displayName: "Global Administrator" };

test("what an administrator may do counts roles that they hold through a group, and says which", async () => {
  serve(({ path }) => {
    if (path.startsWith("/users/u/memberOf")) return { value: [{ id: "g", displayName: "Keepers", isAssignableToRole: true }, { id: "h", displayName: "Sales", isAssignableToRole: false }] };
    if (path.startsWith("/roleManagement/directory/roleAssignments?$filter=principalId in ('u','g')")) return { value: [{ id: "a", principalId: "g", directoryScopeId: "/", roleDefinition: role }] };
    return { value: [] };
  });
  show(<PersonPowers user={{ id: "u", displayName: "Ada" }} />);
  expect(await screen.findByText("Global Administrator")).toBeTruthy();
  expect(screen.getByText(/Keepers/)).toBeTruthy();
});

describe("who holds a role always", () => {
  const assigned = (id: string, principalId: string, directoryScopeId: string) => ({ id, principalId, directoryScopeId });
  test("is not who has activated it, and is who has it over something else besides", () => {
    const all = [assigned("1", "ada", "/"), assigned("2", "ada", "/administrativeUnits/x"), assigned("3", "bo", "/")];
    const active = { id: "i", principalId: "ada", directoryScopeId: "/" };
    expect(lasting(all, [active]).map(({ id }) => id)).toEqual(["2", "3"]);
    expect(lasting(all, [{ ...active, roleAssignmentOriginId: "1" }]).map(({ id }) => id)).toEqual(["2", "3"]);
  });
});
