import { expect, test } from "vitest";
import { actsFor } from "./RiskActs";

test.each([
  ["atRisk", ["confirmSafe", "dismiss", "confirmCompromised"]],
  ["confirmedCompromised", ["confirmSafe", "dismiss"]],
  ["dismissed", ["confirmCompromised"]],
  ["remediated", ["confirmCompromised"]],
  ["none", ["confirmCompromised"]],
  [undefined, ["confirmCompromised"]],
])("of an account that is %s can be said: %s", (state, expected) => {
  expect(actsFor(state)).toEqual(expected);
});
