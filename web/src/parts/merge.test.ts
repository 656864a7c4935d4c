import { describe, expect, test } from "vitest";
import { merge, put, valueAt } from "./merge";

describe("of two people's changes", () => {
  test.each<[string, unknown, unknown, unknown, unknown, string[][]]>([
    ["each one's own field is kept", { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 3 }, { a: 2, b: 3 }, []],
    ["fields within fields too", { a: { b: 1, c: 1 } }, { a: { b: 2, c: 1 } }, { a: { b: 1, c: 3 } }, { a: { b: 2, c: 3 } }, []],
    ["what both changed alike is no matter", { a: 1 }, { a: 2 }, { a: 2 }, { a: 2 }, []],
    ["what both changed differently is named", { a: { b: 1 } }, { a: { b: 2 } }, { a: { b: 3 } }, { a: { b: 2 } }, [["a", "b"]]],
    ["words are added and taken away by both", { a: ["x", "y"] }, { a: ["y", "z"] }, { a: ["x", "y", "w"] }, { a: ["y", "w", "z"] }, []],
    ["a field that another added is there", { a: 1 }, { a: 2 }, { a: 1, b: 1 }, { b: 1, a: 2 }, []],
    ["what one took away is gone", { a: { x: 1 }, b: 1 }, { a: null, b: 1 }, { a: { x: 1 }, b: 2 }, { a: null, b: 2 }, []],
    ["things with a name are merged one by one", [{ target: "g", intent: "a" }], [{ target: "g", intent: "a" }, { target: "h", intent: "a" }], [{ target: "g", intent: "b" }], [{ target: "g", intent: "b" }, { target: "h", intent: "a" }], []],
    ["a thing that one took away and the other left alone is gone", [{ id: 1 }, { id: 2 }], [{ id: 2 }], [{ id: 1 }, { id: 2 }, { id: 3 }], [{ id: 2 }, { id: 3 }], []],
    ["steps in an order are one value", { a: [{ s: 1 }] }, { a: [{ s: 2 }] }, { a: [{ s: 1 }, { s: 3 }] }, { a: [{ s: 2 }] }, [["a"]]],
  ])("%s", (_, base, mine, theirs, value, clashes) => {
    expect(merge(base, mine, theirs)).toEqual({ value, clashes });
  });
});

test("a value is found and put at a path", () => {
  const whole = { a: { b: 1, c: 2 } };
  expect(valueAt(whole, ["a", "b"])).toBe(1);
  expect(put(whole, ["a", "b"], 3)).toEqual({ a: { b: 3, c: 2 } });
});
