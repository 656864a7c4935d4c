import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Answer, serve, show } from "../served";
import { aimed } from "./assignment";
import { AssignmentsTab } from "./AssignmentsTab";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

test("a background read takes nobody's unsaved assignments away, and a save has both", async () => {
  let known = [{ id: "1", target: aimed("group", "g1") }];
  let version = 1;
  const asked = serve(({ path }) => {
    if (path === "/scripts/s/assign") return new Answer(204);
    if (path === "/scripts/s/assignments") return { value: known };
    if (path.startsWith("/scripts/s?")) return new Answer(200, { id: "s" }, { etag: `W/"${version}"` });
    if (path === "/deviceManagement/previewAssignments") return { managedDeviceCount: 0, deviceCount: 0, userCount: 0, assignments: [], devices: [] };
    return { value: [] };
  });
  const { cache } = show(<AssignmentsTab path="/scripts/s" />);
  fireEvent.click(await screen.findByRole("button", { name: /all devices/i }));
  await screen.findByRole("button", { name: "Save" });
  known = [...known, { id: "2", target: aimed("group", "g2") }];
  version = 2;
  await act(() => cache.invalidateQueries());
  fireEvent.click(await screen.findByRole("button", { name: "Save" }));
  await vi.waitFor(() => expect(asked.some(({ path }) => path === "/scripts/s/assign")).toBe(true));
  const sent = asked.find(({ path }) => path === "/scripts/s/assign");
  expect(sent?.headers["if-match"]).toBe('W/"2"');
  const targets = (sent?.body as { assignments: { target: { "@odata.type": string; groupId?: string } }[] }).assignments.map(({ target }) => target.groupId ?? target["@odata.type"]);
  expect(targets).toEqual(["g1", "g2", "#microsoft.graph.allDevicesAssignmentTarget"]);
});
