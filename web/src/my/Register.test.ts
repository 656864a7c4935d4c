import { expect, test, vi } from "vitest";
import { joinCommand } from "./Register";
import { unmanaged } from "../parts/unmanaged";

vi.mock("../session/session", () => ({ token: async () => "a token", signIn: async () => undefined, person: () => ({ id: "me", userName: "amir@xyz.example", tenant: "t" }) }));

test.each([
  [true, false, "sudo castellan-agent join --server https://id.xyz.example --ca-file ca.pem --tenant xyz.example"],
  [false, true, "sudo castellan-agent join --server https://id.xyz.example --tenant xyz.example --personal"],
])("the command says which server and organization, whom to trust (%s) and whose it is (%s)", (isOwnAuthority, isPersonal, expected) => {
  expect(joinCommand("https://id.xyz.example", { userName: "amir@xyz.example", tenant: "t" }, isOwnAuthority, isPersonal)).toBe(expected);
});

test("an organization without a name in the user name is called by its id", () => {
  expect(joinCommand("https://id.xyz.example", { userName: "amir", tenant: "6f1d" }, false, false)).toMatch(/--tenant 6f1d$/);
});

test("registered devices are shown once, and not those that are managed", () => {
  const device = (id: string, deviceId: string) => ({ id, deviceId });
  const registered = [device("1", "AA"), device("2", "bb"), device("2", "bb")];
  expect(unmanaged(registered, [{ id: "m", azureADDeviceId: "aa" }]).map(({ id }) => id)).toEqual(["2"]);
});
