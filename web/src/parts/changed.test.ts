import { expect, test } from "vitest";
import { difference, idsIn, type Speaker } from "./changed";

const ID = "01a20406-2680-7a39-a62f-868df2ca82c8";
const OTHER = "7c0b1c9e-5a0e-4f0f-9c55-2f2f0a7b1e02";
const speaker: Speaker = {
  called: (id) => ({ [ID]: "Lena Fischer", [OTHER]: "XYZ_SALES" })[id],
  name: (word) => word.toUpperCase(),
  moment: (value) => `on ${value.slice(0, 10)}`,
  yes: "Yes",
  no: "No",
};
const licence = (skuId: string) => ({ disabledPlans: [], skuId });

test.each([
  ["a text", '"Sales"', '"Engineering"', ["Sales"], ["Engineering"]],
  ["an id by its name", null, `"${ID}"`, [], ["Lena Fischer"]],
  ["an id of nobody as it is", null, '"01a20406-0000-7a39-a62f-868df2ca82c8"', [], ["01a20406-0000-7a39-a62f-868df2ca82c8"]],
  ["of a list only what differs", JSON.stringify([licence(ID), licence(OTHER)]), JSON.stringify([licence(ID)]), ["XYZ_SALES"], []],
  ["whether it holds", "true", "false", ["Yes"], ["No"]],
  ["a moment", null, '"2026-11-22T16:10:41.809292Z"', [], ["on 2026-11-22"]],
  ["a record with its fields", null, '{"state":"on","days":3}', [], ["STATE: on, DAYS: 3"]],
  ["what is no JSON as it stands", "half {", null, ["half {"], []],
])("%s is told", (_, before, after, gone, come) => {
  expect(difference(before, after, speaker)).toEqual({ gone, come });
});

test("the ids in a value are found however deep they lie", () => {
  expect(idsIn(JSON.stringify([licence(OTHER), { by: { id: ID } }]))).toEqual([OTHER, ID]);
  expect(idsIn('"no id"')).toEqual([]);
});
