import { expect, test } from "vitest";
import { mappingLacks, mappingsOf, schemaBody } from "./mapping";

test("without a schema the built-in mappings are what one begins with, matched by the employee id", () => {
  const { mappings, isOwn } = mappingsOf({ id: "job", schema: null });
  expect(isOwn).toBe(false);
  expect(mappings.filter((one) => one.isMatch).map((one) => one.target)).toEqual(["employeeId"]);
  expect(mappingLacks(mappings)).toBeUndefined();
});

test("what is written reads back as it was, with what the editor does not know", () => {
  const { mappings } = mappingsOf({ id: "job", schema: null });
  const drafted = [...mappings, { target: "city", expression: "ToUpper([city])", isOnlyNew: true, isMatch: false, rest: { defaultValue: "Graz" } }];
  const again = mappingsOf({ id: "job", ...schemaBody(drafted) } as never);
  expect(again).toEqual({ mappings: drafted, isOwn: true });
});

test.each([
  [{ source: { type: "Constant", name: 'say "hi"' } }, '"say \\"hi\\""'],
  [{ source: { type: "Attribute", name: "title" } }, "[title]"],
  [{ source: { expression: "Now()" } }, "Now()"],
])("%o is the expression %s", (given, expected) => {
  const schema = { synchronizationRules: [{ objectMappings: [{ attributeMappings: [{ targetAttributeName: "jobTitle", ...given }] }] }] };
  expect(mappingsOf({ id: "job", schema }).mappings[0]?.expression).toBe(expected);
});

test("nothing is saved that could not match records with people", () => {
  expect(mappingLacks([{ target: "city", expression: "[city]", isOnlyNew: false, isMatch: false, rest: {} }])).toBe("mapping.needsMatch");
  expect(mappingLacks([{ target: "city", expression: " ", isOnlyNew: false, isMatch: true, rest: {} }])).toBe("mapping.needsTarget");
});
