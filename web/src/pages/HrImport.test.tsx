import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Answer, type Asked, refused, serve, show } from "../served";
import { readHr } from "./hr";
import HrImport from "./HrImport";
import { carryOut, leavers, type Line, type Sent } from "./hrUpload";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me" }) }));
afterEach(() => (cleanup(), vi.unstubAllGlobals()));

const JOBS = "/servicePrincipals/hr/synchronization/jobs";
const line = (id: string, status: string, reason?: string, modifiedProperties: Line["modifiedProperties"] = []): Line => ({
  changeId: id, provisioningAction: "create", sourceIdentity: { id, displayName: id }, provisioningStatusInfo: { status, errorInformation: reason ? { reason } : null }, modifiedProperties,
});
const ids = (asked: Asked) => (asked.body as { Operations: { data: { externalId: string } }[] }).Operations.map((one) => one.data.externalId);
const file = (count: number, row: (index: number) => string = () => "") => `employeeId,userName,active\n${Array.from({ length: count }, (_, index) => `${index},u${index},${row(index)}`).join("\n")}\n`;

/** A server that takes every request and refuses person 1. */
const server = (asked: Asked) => {
  if (asked.path.startsWith("/servicePrincipals?")) return { value: [{ id: "hr" }] };
  if (asked.path.startsWith(`${JOBS}/job?`)) return { id: "job" };
  if (asked.path === JOBS) return { value: [{ id: "job" }] };
  if (asked.path === "/$batch") return { isComplete: true, value: [], provisioning: [] };
  if (asked.path.endsWith("bulkUpload")) return new Answer(202, undefined, { location: `https://castellan.test/v1.0/auditLogs/provisioning?$filter=${encodeURIComponent(`cycleId eq '${ids(asked).join()}'`)}` });
  const sent = /'(.*)'/.exec(asked.path)?.[1]?.split(",") ?? [];
  return { value: sent.map((id) => line(id, id === "1" ? "failure" : "success", id === "1" ? "the name is taken" : undefined)) };
};

async function drop(text: string) {
  show(<HrImport />);
  const input = await screen.findByLabelText("Choose a file", { selector: "input" });
  await vi.waitFor(() => expect((screen.getByRole("button", { name: "Choose a file" }) as HTMLButtonElement).disabled).toBe(false));
  fireEvent.change(input, { target: { files: [{ text: async () => text }] } });
}

describe("an HR file", () => {
  test("says who was not taken in, and does not count them", async () => {
    serve(server);
    await drop(file(3));
    fireEvent.click(await screen.findByRole("button", { name: "Import 3 people" }));
    fireEvent.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Import" }));
    expect(await screen.findByText(/2 people were taken in\. 1 was not\./)).toBeTruthy();
    expect(screen.getByText("the name is taken")).toBeTruthy();
  });

  test("of more than was tried asks for a number to be typed, and counts who leaves by the file", async () => {
    const asked = serve(server);
    await drop(file(1200, (index) => (index >= 1000 && index < 1015 ? "false" : "true")));
    fireEvent.click(await screen.findByRole("button", { name: "Import 1,200 people" }));
    const dialog = within(await screen.findByRole("alertdialog"));
    expect(dialog.getByText(/At least 15 of them leave/)).toBeTruthy();
    const yes = dialog.getByRole("button", { name: "Import" }) as HTMLButtonElement;
    expect(yes.disabled).toBe(true);
    fireEvent.change(dialog.getByRole("textbox"), { target: { value: "15" } });
    expect(yes.disabled).toBe(false);
    expect(asked.some((one) => one.path.endsWith("bulkUpload"))).toBe(false);
  });
});

const nobody = { taken: 0, refused: [], untold: 0 };

test("what is refused as a whole names everybody in it, and the others go on", async () => {
  serve((asked) => (asked.path.endsWith("bulkUpload") && ids(asked).includes("0") ? refused(400, "no such column") : server(asked)));
  const told: Sent[] = [];
  const { people } = readHr(file(60));
  expect(await carryOut(`${JOBS}/job/bulkUpload`, { ...nobody, rest: people }, (sent) => told.push(sent))).toBeNull();
  expect(told.at(-1)).toMatchObject({ taken: 10, untold: 0, rest: [] });
  expect(told.at(-1)?.refused).toHaveLength(50);
  expect(told.at(-1)?.refused[0]).toMatchObject({ who: "u0", reason: "no such column" });
});

test("a server that goes away leaves the rest to be sent later", async () => {
  let requests = 0;
  serve((asked) => (asked.path.endsWith("bulkUpload") && ++requests > 1 ? refused(429, "later") : server(asked)));
  const told: Sent[] = [];
  const { people } = readHr(file(120));
  expect(await carryOut(`${JOBS}/job/bulkUpload`, { ...nobody, rest: people }, (sent) => told.push(sent))).toMatchObject({ status: 429 });
  expect(told.at(-1)).toMatchObject({ taken: 49, untold: 0 });
  expect(told.at(-1)?.rest).toHaveLength(70);
});

test("of whom the log says nothing, nothing is claimed", async () => {
  serve((asked) => (asked.path.startsWith("/auditLogs") ? refused(403, "no") : server(asked)));
  const told: Sent[] = [];
  await carryOut(`${JOBS}/job/bulkUpload`, { ...nobody, rest: readHr(file(3)).people }, (sent) => told.push(sent));
  expect(told).toEqual([{ taken: 0, refused: [], untold: 3, rest: [] }]);
});

test("who leaves is counted by the server's word, and beyond what was tried by the file's", () => {
  const off = [{ displayName: "accountEnabled", oldValue: "true", newValue: "false" }];
  const lines = [line("a", "success", undefined, off), line("b", "failure", "no", off), line("c", "success")];
  expect(leavers(lines, readHr(file(3)).people)).toEqual({ count: 1, isExact: true });
  const { people } = readHr("employeeId,leaveDate,active\n" + Array.from({ length: 1003 }, (_, index) => `${index},${index === 1000 ? "2027-01-31" : ""},${index < 10 || index === 1001 ? "false" : ""}`).join("\n"));
  expect(leavers(lines, people)).toEqual({ count: 3, isExact: false });
});
