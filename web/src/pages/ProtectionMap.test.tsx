import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { serve, show } from "../served";
import { emptyPolicy } from "./policy";
import ProtectionMap from "./ProtectionMap";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

const policy = (conditions: object) => {
  const empty = emptyPolicy();
  return { ...empty, id: "p", displayName: "MFA", state: "enabled", conditions: { ...empty.conditions, ...conditions } };
};

const apps = (path: string) => (path.includes("$skiptoken") ? { value: [{ id: "2", appId: "b", displayName: "Files" }] } : { value: [{ id: "1", appId: "a", displayName: "Mail" }], "@odata.nextLink": "https://castellan.test/beta/servicePrincipals?$skiptoken=2" });

test("applications beyond the first page are looked at, and a policy for risky sign-ins protects none of them wholly", async () => {
  serve(({ path }) => (path.startsWith("/servicePrincipals") ? apps(path) : { value: [policy({ signInRiskLevels: ["high"] })] }));
  show(<ProtectionMap />);
  expect(await screen.findByText("Files")).toBeTruthy();
  expect(screen.queryByText(/Every application is protected/)).toBeNull();
  expect(screen.getByText(/2 only in part/)).toBeTruthy();
  expect(screen.getAllByLabelText("In part")).toHaveLength(2);
  expect(screen.getAllByText(/depends on: the risk of the sign-in/)).toHaveLength(2);
});

test("one for everybody and always protects them all", async () => {
  serve(({ path }) => (path.startsWith("/servicePrincipals") ? apps(path) : { value: [policy({})] }));
  show(<ProtectionMap />);
  expect(await screen.findByText(/Every application is protected/)).toBeTruthy();
});
