import { expect, test } from "vitest";
import { speech } from "../words";
import { de } from "../words/de";
import { filterOf, reasonOf, resultOf } from "./signInResult";

const { t } = speech("de", de, () => undefined);

test.each([
  [{ errorCode: 0, failureReason: "Other." }, "success", ""],
  [{ errorCode: 50126, failureReason: "wrong" }, "failure", de["aadsts.50126"]],
  [{ errorCode: 50076 }, "interrupted", de["aadsts.50076"]],
  [{ errorCode: 9900002, failureReason: "a nonce is needed" }, "failure", "a nonce is needed"],
  [null, "success", ""],
])("%j ended as %s", (status, result, why) => {
  expect(resultOf(status)).toBe(result);
  expect(reasonOf(status, t)).toBe(why);
});

test("what is neither success nor interruption is failure, to the filter as well", () => {
  expect(filterOf("success")).toContain("eq 0");
  expect(filterOf("failure")).toContain(`not (${filterOf("interrupted")})`);
});
