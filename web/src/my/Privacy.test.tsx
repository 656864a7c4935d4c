import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { serve, show } from "../served";
import Privacy from "./Privacy";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me" }) }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

test("the owner of a personal device reads that scripts run on it and what they can read, and sees everything that is recorded", async () => {
  const device = { id: "d", deviceName: "amirs-laptop", managedDeviceOwnerType: "personal", azureADDeviceId: "7c1e", serialNumber: "S-1" };
  serve(({ path }) => (path.startsWith("/me/managedDevices") ? { value: [device] } : device));
  show(<Privacy />);
  expect(await screen.findByText("S-1")).toBeTruthy();
  expect(screen.getByText(/Run scripts with every right/)).toBeTruthy();
  expect(screen.getByText(/A script that it runs can read all of this/)).toBeTruthy();
  expect(screen.getByText(/recovery key of its disk/)).toBeTruthy();
  expect(screen.queryByText("7c1e")).toBeNull();
  fireEvent.click(screen.getByRole("switch"));
  expect(screen.getByText("7c1e")).toBeTruthy();
});
