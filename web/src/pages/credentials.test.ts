import { expect, test } from "vitest";
import { addressFault, type Client, ends, isRunningOut } from "./credentials";

const now = new Date("2026-03-01T00:00:00Z");

test.each([
  ["2026-02-28T00:00:00Z", "ended"],
  ["2026-03-01T00:00:00Z", "ended"],
  ["2026-03-31T00:00:00Z", "soon"],
  ["2026-04-01T00:00:00Z", "later"],
  [null, "never"],
])("a secret that is good until %s: %s", (endDateTime, expected) => {
  expect(ends({ keyId: "k", endDateTime }, now)).toBe(expected);
});

test("an application runs out when nothing that it has lasts", () => {
  const old = { keyId: "a", endDateTime: "2026-03-02T00:00:00Z" };
  const good = { keyId: "b", endDateTime: "2027-03-02T00:00:00Z" };
  expect(isRunningOut({ id: "1", passwordCredentials: [old] }, now)).toBe(true);
  expect(isRunningOut({ id: "1", passwordCredentials: [old], keyCredentials: [good] }, now)).toBe(false);
  expect(isRunningOut({ id: "1", passwordCredentials: [], keyCredentials: null }, now)).toBe(false);
});

test.each<[string, Client, ReturnType<typeof addressFault>]>([
  ["https://orders.xyz.example/signed-in", "web", undefined],
  ["http://localhost:8080/back", "spa", undefined],
  ["http://[::1]/back", "web", undefined],
  ["http://orders.xyz.example/", "web", "notHttps"],
  ["http://orders.xyz.example/", "publicClient", "notHttps"],
  ["orders://back", "publicClient", undefined],
  ["orders://back", "web", "notHttps"],
  ["javascript:alert(1)", "publicClient", "notHttps"],
  ["https://*.xyz.example/", "web", "wildcard"],
  ["https://orders.xyz.example/#here", "web", "fragment"],
  ["orders", "web", "noAddress"],
])("the address %s of a %s: %s", (address, client, expected) => {
  expect(addressFault(address, client)).toBe(expected);
});
