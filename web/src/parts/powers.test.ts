import { describe, expect, test } from "vitest";
import { everybody } from "../printed/roles";
import { isAny, powerRows, powersOf } from "./powers";

const GLOBAL = "62e90394-69f5-4237-9190-012177145e10";
const HELPDESK = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
const row = (roles: string[], list: string) => powerRows(roles.map((id) => powersOf(id) ?? [])).find((one) => one.list === list)!;

describe("what a role allows", () => {
  test("is everything for a global administrator", () => {
    for (const one of powerRows([powersOf(GLOBAL)!])) expect(one.cells.see, one.list).toBe(true);
  });
  test("is ending sessions and new passwords for the help desk, and no licences", () => {
    const users = row([HELPDESK], "users");
    expect(users.cells.act).toEqual(["revokeSignInSessions"]);
    expect(users.hasCredentials).toBe(true);
    expect(isAny(users.cells.remove)).toBe(false);
    expect(isAny(row([HELPDESK], "licences").cells.see)).toBe(false);
  });
  test("of several roles is what any of them allows", () => {
    const rows = powerRows([powersOf(HELPDESK)!, everybody.members!]);
    expect(rows.find((one) => one.list === "groups")?.cells.see).toBe(true);
    expect(rows.find((one) => one.list === "users")?.cells.act).toEqual(["revokeSignInSessions"]);
  });
  test("over an abstract kind is what is allowed of those that inherit from it", () => {
    expect(row([GLOBAL], "namedLocations").cells.make).toBe(true);
  });
});
