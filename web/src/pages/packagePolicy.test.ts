import { expect, test } from "vitest";
import { draftOf, EMPTY, lacksOf, type PackagePolicyDraft, policyBody } from "./packagePolicy";

const group = { "@odata.type": "#microsoft.graph.groupMembers", groupId: "g" };
const ada = { "@odata.type": "#microsoft.graph.singleUser", userId: "u" };

test.each<[string, Partial<PackagePolicyDraft>]>([
  ["a manager decides, for ninety days", {}],
  ["nobody decides, for ever", { decides: "nobody", ends: "never", alsoExtend: false, wait: "P14D", managerLevel: 1 }],
  ["some decide, for some, until a day", { decides: "some", approvers: [ada], scope: "specificDirectoryUsers", targets: [group], ends: "on", endsAt: "2027-03-31T21:59:59Z" }],
  ["the manager's manager, with somebody in place of them", { managerLevel: 2, fallback: [group], deciderSays: true, mayExtend: false }],
  ["for hours, with weeks to decide", { lasts: "PT8H", wait: "P2W" }],
])("what is sent reads back as what was drafted: %s", (_, part) => {
  const draft = { ...EMPTY, displayName: "A policy", ...part };
  expect(draftOf({ id: "p", ...policyBody(draft) })).toEqual(draft);
});

test.each<[Partial<PackagePolicyDraft>, string | undefined]>([
  [{ displayName: " " }, "packagePolicy.needsName"],
  [{ scope: "specificDirectoryUsers" }, "packagePolicy.needsWho"],
  [{ decides: "some" }, "packagePolicy.needsApprover"],
  [{ ends: "on" }, "packagePolicy.needsDay"],
  [{}, undefined],
])("%o lacks %s", (part, expected) => {
  expect(lacksOf({ ...EMPTY, displayName: "A policy", ...part })).toBe(expected);
});
