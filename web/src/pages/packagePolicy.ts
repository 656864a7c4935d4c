// An assignment policy of an access package as its form changes it: who may ask, who decides, how long it lasts. What the form
// does not know stays as it was.

import type { Entity } from "../graph/client";
import { type SubjectSet, sortOf } from "../parts/Subjects";
import type { Key } from "../words";

export const SCOPES = ["allMemberUsers", "allDirectoryUsers", "specificDirectoryUsers", "notSpecified"] as const;
export type PackageScope = (typeof SCOPES)[number];

export interface PackagePolicyDraft {
  displayName: string;
  description: string;
  scope: PackageScope;
  targets: SubjectSet[];
  decides: "nobody" | "manager" | "some";
  managerLevel: number;
  approvers: SubjectSet[];
  fallback: SubjectSet[];
  /** Lengths and moments are kept as they were given, whatever the form can show of them. */
  wait: string;
  deciderSays: boolean;
  askerSays: boolean;
  alsoExtend: boolean;
  ends: "never" | "after" | "on";
  lasts: string;
  endsAt: string;
  mayExtend: boolean;
}

export const EMPTY: PackagePolicyDraft = {
  displayName: "", description: "", scope: "allMemberUsers", targets: [], decides: "manager", managerLevel: 1, approvers: [], fallback: [],
  wait: "P14D", deciderSays: false, askerSays: true, alsoExtend: true, ends: "after", lasts: "P90D", endsAt: "", mayExtend: true,
};

interface Stage {
  durationBeforeAutomaticDenial?: string;
  isApproverJustificationRequired?: boolean;
  primaryApprovers?: SubjectSet[];
  fallbackPrimaryApprovers?: SubjectSet[];
}

const isManager = (set: SubjectSet) => ["requestorManager", "targetManager"].includes(sortOf(set));

export function draftOf(policy: Entity): PackagePolicyDraft {
  const approval = (policy.requestApprovalSettings ?? {}) as { isApprovalRequiredForAdd?: boolean; isApprovalRequiredForUpdate?: boolean; isRequestorJustificationRequired?: boolean; stages?: Stage[] };
  const stage = approval.stages?.[0];
  const primary = stage?.primaryApprovers ?? [];
  const manager = primary.find(isManager);
  const expiration = (policy.expiration ?? {}) as { type?: string; duration?: string; endDateTime?: string };
  return {
    displayName: String(policy.displayName ?? ""),
    description: String(policy.description ?? ""),
    scope: SCOPES.find((known) => known === policy.allowedTargetScope) ?? "notSpecified",
    targets: (policy.specificAllowedTargets ?? []) as SubjectSet[],
    decides: !approval.isApprovalRequiredForAdd ? "nobody" : manager ? "manager" : "some",
    managerLevel: manager?.managerLevel ?? 1,
    approvers: primary.filter((set) => !isManager(set)),
    fallback: stage?.fallbackPrimaryApprovers ?? [],
    wait: stage?.durationBeforeAutomaticDenial ?? EMPTY.wait,
    deciderSays: stage?.isApproverJustificationRequired ?? false,
    askerSays: approval.isRequestorJustificationRequired ?? false,
    alsoExtend: approval.isApprovalRequiredForUpdate ?? false,
    ends: expiration.type === "afterDuration" ? "after" : expiration.type === "afterDateTime" ? "on" : "never",
    lasts: expiration.duration ?? EMPTY.lasts,
    endsAt: expiration.endDateTime ?? "",
    mayExtend: policy.canExtend !== false,
  };
}

/** What is missing before it can be saved. */
export function lacksOf(draft: PackagePolicyDraft): Key | undefined {
  if (!draft.displayName.trim()) return "packagePolicy.needsName";
  if (draft.scope === "specificDirectoryUsers" && !draft.targets.length) return "packagePolicy.needsWho";
  if (draft.decides === "some" && !draft.approvers.length) return "packagePolicy.needsApprover";
  if (draft.ends === "on" && !draft.endsAt) return "packagePolicy.needsDay";
  return undefined;
}

/** What is sent. */
export function policyBody(draft: PackagePolicyDraft): Record<string, unknown> {
  const manager = { "@odata.type": "#microsoft.graph.requestorManager", managerLevel: draft.managerLevel };
  const stage = {
    durationBeforeAutomaticDenial: draft.wait,
    isApproverJustificationRequired: draft.deciderSays,
    primaryApprovers: draft.decides === "manager" ? [manager] : draft.approvers,
    fallbackPrimaryApprovers: draft.decides === "manager" ? draft.fallback : [],
  };
  const expiration =
    draft.ends === "after" ? { type: "afterDuration", duration: draft.lasts }
    : draft.ends === "on" ? { type: "afterDateTime", endDateTime: draft.endsAt }
    : { type: "noExpiration" };
  return {
    displayName: draft.displayName.trim(),
    description: draft.description.trim(),
    allowedTargetScope: draft.scope,
    specificAllowedTargets: draft.scope === "specificDirectoryUsers" ? draft.targets : [],
    expiration,
    canExtend: draft.mayExtend,
    requestorSettings: { enableTargetsToSelfAddAccess: draft.scope !== "notSpecified", enableTargetsToSelfUpdateAccess: draft.mayExtend, enableTargetsToSelfRemoveAccess: true },
    requestApprovalSettings: {
      isApprovalRequiredForAdd: draft.decides !== "nobody",
      isApprovalRequiredForUpdate: draft.decides !== "nobody" && draft.alsoExtend,
      isRequestorJustificationRequired: draft.askerSays,
      stages: draft.decides === "nobody" ? [] : [stage],
    },
  };
}
