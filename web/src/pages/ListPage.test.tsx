import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { BulkAction } from "../devices/BulkAction";
import { isSortable } from "../parts/List";
import { Answer, refused, serve, show } from "../served";
import { Acting } from "./ListPage";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me" }) }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

describe("an act on many", () => {
  test("that breaks off says so and how far it came, can be closed, and goes on from there", async () => {
    let isAway = true;
    const asked = serve(({ path }) => (isAway && path === "/users/25" ? refused(500, "x") : new Answer(204)));
    const real = globalThis.fetch;
    vi.stubGlobal("fetch", async (address: string, init: { body?: string }) => {
      if (isAway && init.body?.includes("/users/25")) throw new TypeError("Failed to fetch");
      return real(address, init as never);
    });
    const rows = Array.from({ length: 30 }, (_, index) => ({ id: String(index), displayName: `u${index}` }));
    const onClose = vi.fn();
    const act = { key: "revoke", label: "person.revoke" as const, icon: null, ask: (row: { id: string }) => ({ path: `/users/${row.id}`, ask: { method: "POST" as const, body: {} } }) };
    show(<Acting act={act} rows={rows} collection={{ key: "users", path: "users", kind: "user", columns: [] } as never} onClose={onClose} />);
    const dialog = within(await screen.findByRole("alertdialog"));
    const [cancel, go] = dialog.getAllByRole("button");
    fireEvent.click(go!);
    expect(await dialog.findByText(/cannot be reached/)).toBeTruthy();
    expect(dialog.getByRole("status").textContent).toContain("20");
    fireEvent.click(cancel!);
    expect(onClose).toHaveBeenCalledOnce();
    onClose.mockClear();
    isAway = false;
    fireEvent.click(go!);
    await vi.waitFor(() => expect(onClose).toHaveBeenCalledOnce(), 15_000);
    expect(asked.map(({ path }) => path)).toEqual(rows.map(({ id }) => `/users/${id}`));
  });

  test("on devices that the brake stops midway shows what is under way, and is not offered again", async () => {
    let requests = 0;
    serve(({ path }) => {
      if (path.endsWith("executeAction")) return ++requests > 1 ? refused(429, "too many at once") : { successfulDeviceIds: [], failedDeviceIds: [], notFoundDeviceIds: [], notSupportedDeviceIds: [], bulkDeviceActionId: "b1", operationApprovalRequestId: null };
      return { value: [{ id: "1", actionState: "done", deviceDisplayName: "d0", managedDeviceId: "0" }, { id: "2", actionState: "pending", deviceDisplayName: "d1", managedDeviceId: "1" }] };
    });
    const devices = Array.from({ length: 150 }, (_, index) => ({ id: String(index), deviceName: `d${index}` }));
    show(<BulkAction act={{ action: "syncDevice", label: "device.sync" } as never} devices={devices} onClose={() => {}} />);
    const dialog = within(await screen.findByRole("alertdialog"));
    fireEvent.click(dialog.getAllByRole("button").at(-1)!);
    expect(await dialog.findByText(/too many at once/)).toBeTruthy();
    expect(await dialog.findByText("50 devices were not told. Choose them again for another try.")).toBeTruthy();
    expect(await dialog.findByRole("progressbar")).toBeTruthy();
    expect(dialog.getAllByRole("button").map((button) => button.textContent)).not.toContain("Sync");
    expect(dialog.getByRole("button", { name: "Close" })).toBeTruthy();
  });
});

test.each([["group", "displayName", true], ["group", "groupTypes", false], ["accessPackageAssignmentRequest", "requestor", false], ["signIn", "status/errorCode", false]])("a list of %s is put in order by %s: %s", (kind, column, is) => {
  expect(isSortable(kind, column)).toBe(is);
});
