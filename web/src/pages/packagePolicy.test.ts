import { expect, test } from "vitest";
import type { Entity } from "../graph/client";
import { merge } from "../parts/merge";
import { draftOf, EMPTY, lacksOf, type PackagePolicyDraft, policyBody } from "./packagePolicy";

const group = { "@odata.type": "#microsoft.graph.groupMembers", groupId: "g" };
const ada = { "@odata.type": "#microsoft.graph.singleUser", userId: "u" };
const manager = { "@odata.type": "#microsoft.graph.targetManager", managerLevel: 2 };

test.each<[string, Partial<PackagePolicyDraft>]>([
  ["a manager decides, for ninety days", {}],
  ["nobody decides, for ever", { decides: "nobody", ends: "never", alsoExtend: false, wait: "P14D", managerLevel: 1 }],
  ["some decide, for some, until a day", { decides: "some", approvers: [ada], scope: "specificDirectoryUsers", targets: [group], ends: "on", endsAt: "2027-03-31T21:59:59Z" }],
  ["the manager's manager, with somebody in place of them", { managerLevel: 2, fallback: [group], deciderSays: true, mayExtend: false }],
  ["for hours, with weeks to decide", { lasts: "PT8H", wait: "P2W" }],
])("what is sent of a new policy reads back as what was drafted: %s", (_, part) => {
  const draft = { ...EMPTY, displayName: "A policy", ...part };
  expect({ ...draftOf({ id: "p", ...policyBody(draft) }), known: null }).toEqual(draft);
});

/** Made elsewhere, with much that the form does not show. */
const first = { durationBeforeAutomaticDenial: "PT36H", isApproverJustificationRequired: true, approverInformationVisibility: "visible", primaryApprovers: [manager, ada], fallbackPrimaryApprovers: [group], escalationApprovers: [ada] };
const second = { durationBeforeAutomaticDenial: "P3D", primaryApprovers: [group] };
const approval = { isApprovalRequiredForAdd: true, isApprovalRequiredForUpdate: false, isRequestorJustificationRequired: true, stages: [first, second] };
const requestor = { enableTargetsToSelfAddAccess: false, enableTargetsToSelfRemoveAccess: false, enableOnBehalfRequestorsToAddAccess: true, onBehalfRequestors: [group], allowCustomAssignmentSchedule: false };
const policy: Entity = {
  id: "p", displayName: "Guests", description: null, allowedTargetScope: "allExternalUsers", specificAllowedTargets: [group], expiration: { type: "notSpecified" }, canExtend: true,
  requestorSettings: requestor, requestApprovalSettings: approval, notificationSettings: { isAssignmentNotificationDisabled: true },
};

test.each<[Partial<PackagePolicyDraft>, Record<string, unknown>]>([
  [{}, {}],
  [{ displayName: "Visitors" }, { displayName: "Visitors" }],
  [{ mayExtend: false }, { canExtend: false, requestorSettings: { ...requestor, enableTargetsToSelfUpdateAccess: false } }],
  [{ scope: "allMemberUsers" }, { allowedTargetScope: "allMemberUsers", requestorSettings: { ...requestor, enableTargetsToSelfAddAccess: true } }],
  [{ wait: "P7D" }, { requestApprovalSettings: { ...approval, stages: [{ ...first, durationBeforeAutomaticDenial: "P7D" }, second] } }],
  [{ managerLevel: 1 }, { requestApprovalSettings: { ...approval, stages: [{ ...first, primaryApprovers: [{ ...manager, managerLevel: 1 }, ada] }, second] } }],
  [{ decides: "some" }, { requestApprovalSettings: { ...approval, stages: [{ ...first, primaryApprovers: [ada] }, second] } }],
  [{ askerSays: false }, { requestApprovalSettings: { ...approval, isRequestorJustificationRequired: false } }],
  [{ decides: "nobody" }, { requestApprovalSettings: { ...approval, isApprovalRequiredForAdd: false } }],
  [{ ends: "after" }, { expiration: { type: "afterDuration", duration: "P90D" } }],
])("of a known policy only what was touched is sent, over what is there: %o", (part, expected) => {
  expect(policyBody({ ...draftOf(policy), ...part })).toEqual(expected);
});

test("what others did to a part that the form does not show is kept by one's own save", () => {
  const theirs = { ...policy, requestApprovalSettings: { ...approval, stages: [first, { ...second, primaryApprovers: [ada] }] } };
  const mine = { ...draftOf(policy), wait: "P7D" };
  const { value, clashes } = merge(draftOf(policy), mine, draftOf(theirs));
  expect(clashes).toEqual([]);
  expect(policyBody(value)).toEqual({ requestApprovalSettings: { ...approval, stages: [{ ...first, durationBeforeAutomaticDenial: "P7D" }, { ...second, primaryApprovers: [ada] }] } });
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
