import { describe, expect, test } from "vitest";
import { collectionOf } from "../rooms/rooms";
import { cell, pathFor, searchText } from "./rows";

const asked = (room: string, key: string, wish = {}) => decodeURIComponent(pathFor(collectionOf(room, key)!, wish));

describe("the rows of a list", () => {
  test("are asked for with the columns that are shown and nothing else", () => {
    expect(asked("identity", "users", { columns: "displayName,city" })).toBe("/users?$select=id,displayName,city&$top=100&$count=true");
  });
  test("are searched over the directory by $search, which keeps its own order", () => {
    const path = asked("identity", "users", { q: 'a"b', sort: "displayName" });
    expect(path).toContain('$search="displayName:a\\"b" OR "userPrincipalName:a\\"b"');
    expect(path).not.toContain("$orderby");
  });
  test("are searched elsewhere by what may contain the word, beside the filter", () => {
    const path = asked("devices", "managedDevices", { q: "lap'top", filter: "complianceState eq 'compliant'" });
    expect(path).toContain("(complianceState eq 'compliant') and (contains(deviceName,'lap''top') or");
  });
  test("of a journal are not counted", () => {
    expect(asked("monitor", "signIns")).not.toContain("$count");
  });
  test("reach into what is expanded", () => {
    const path = asked("access", "roleAssignments");
    expect(path).toContain("$select=id,directoryScopeId&");
    expect(path).toContain("$expand=principal,roleDefinition");
  });
});

describe("a cell of an export", () => {
  test.each([
    ["plain", '"plain"'],
    ['say "hi"', '"say ""hi"""'],
    ["=HYPERLINK(1)", "\"'=HYPERLINK(1)\""],
    ["-1", "\"'-1\""],
    ["@x", "\"'@x\""],
  ])("%s is written %s", (text, expected) => {
    expect(cell(text)).toBe(expected);
  });
});

test("what is searched for cannot end its quotes", () => {
  expect(searchText('x" OR "y', ["displayName"])).toBe('"displayName:x\\" OR \\"y"');
});
