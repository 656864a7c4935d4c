import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Answer, serve, show } from "../served";
import { DeviceApps, isComing, type Offered } from "./DeviceApps";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me" }) }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

const editor: Offered = {
  id: "editor", displayName: "XYZ Editor", description: null, publisher: "XYZ", displayVersion: "2.0", largeIcon: null, installState: "notInstalled",
  error: null, requestedAction: null, isInstallAllowed: true, isUninstallAllowed: false, notApplicableReason: null,
};

test("an application that is offered is asked for on the device, and is seen to come", async () => {
  const asked: unknown[] = [];
  let app = editor;
  serve(({ path, method, body }) => {
    if (path.endsWith("/availableApps")) return { value: [app] };
    if (method !== "POST") return { value: [{ id: "d", deviceName: "amirs-laptop" }] };
    asked.push([path, body]);
    app = { ...editor, requestedAction: "install", installState: "pendingInstall" };
    return new Answer(204);
  });
  show(<DeviceApps />);
  fireEvent.click(await screen.findByRole("button", { name: "Install XYZ Editor" }));
  await waitFor(() => expect(screen.getByText("Is being installed")).toBeTruthy());
  expect(asked).toEqual([["/me/managedDevices/d/installApp", { mobileAppId: "editor" }]]);
  expect(screen.queryByRole("button", { name: "Install XYZ Editor" })).toBeNull();
});

test.each([
  [{ ...editor, installState: "failed", requestedAction: "install" as const, error: "the disk is full" }, "Install XYZ Editor once more", "the disk is full"],
  [{ ...editor, installState: "installed", requestedAction: "install" as const, isUninstallAllowed: true }, "Remove XYZ Editor", "Installed"],
  [{ ...editor, isInstallAllowed: false, notApplicableReason: "it needs 4096 MB of memory" }, null, "it needs 4096 MB of memory"],
])("an application says how it stands and what can be done: %#", async (app, button, text) => {
  serve(({ path }) => ({ value: path.endsWith("/availableApps") ? [app] : [{ id: "d", deviceName: "amirs-laptop" }] }));
  show(<DeviceApps />);
  expect(await screen.findByText(text)).toBeTruthy();
  expect(screen.queryAllByRole("button").map((one) => one.getAttribute("aria-label"))).toEqual(button ? [button] : []);
});

test("nothing comes that was not asked for, or that has ended", () => {
  expect(isComing(editor)).toBe(false);
  expect(isComing({ ...editor, requestedAction: "install", installState: "pendingInstall" })).toBe(true);
  expect(isComing({ ...editor, requestedAction: "install", installState: "failed" })).toBe(false);
  expect(isComing({ ...editor, requestedAction: "uninstall", installState: "installed" })).toBe(true);
});
