import { describe, expect, test } from "vitest";
import { clause, filterable, filterText, operatorsFor } from "./filter";
import { attributesOf } from "../schema";

describe("a filter", () => {
  test.each([
    ["user", { attribute: "department", operator: "eq", value: "Sales" }, "department eq 'Sales'"],
    ["user", { attribute: "displayName", operator: "startswith", value: "O'Hara" }, "startswith(displayName,'O''Hara')"],
    ["user", { attribute: "accountEnabled", operator: "eq", value: "false" }, "accountEnabled eq false"],
    ["user", { attribute: "employeeId", operator: "empty", value: "" }, "employeeId eq null"],
    ["user", { attribute: "businessPhones", operator: "any", value: "1" }, "businessPhones/any(x:x eq '1')"],
    ["managedDevice", { attribute: "complianceState", operator: "ne", value: "compliant" }, "complianceState ne 'compliant'"],
    ["managedDevice", { attribute: "lastSyncDateTime", operator: "le", value: "2026-11-21T08:00:00Z" }, "lastSyncDateTime le 2026-11-21T08:00:00.000Z"],
    ["managedDevice", { attribute: "totalStorageSpaceInBytes", operator: "ge", value: "many" }, undefined],
    ["user", { attribute: "department", operator: "eq", value: " " }, undefined],
    ["user", { attribute: "passwordVerifier", operator: "eq", value: "x" }, undefined],
  ] as const)("of %s %o is written %s", (kind, condition, expected) => {
    expect(clause(kind, { ...condition })).toBe(expected);
  });

  test("joins what is complete and leaves out what is not", () => {
    const conditions = [
      { attribute: "department", operator: "eq", value: "Sales" },
      { attribute: "city", operator: "eq", value: "" },
      { attribute: "accountEnabled", operator: "eq", value: "true" },
    ] as const;
    expect(filterText("user", conditions.map((condition) => ({ ...condition })))).toBe("department eq 'Sales' and accountEnabled eq true");
  });

  test("offers no comparison that Graph refuses for directory objects", () => {
    const name = attributesOf("user").find((attribute) => attribute.name === "displayName")!;
    expect(operatorsFor("user", name)).not.toContain("contains");
    const device = attributesOf("managedDevice").find((attribute) => attribute.name === "deviceName")!;
    expect(operatorsFor("managedDevice", device)).toContain("contains");
  });

  test("never offers what is never shown", () => {
    expect(filterable("user").map((attribute) => attribute.name)).not.toContain("passwordVerifier");
    expect(filterable("user").map((attribute) => attribute.name)).toContain("department");
  });
});
