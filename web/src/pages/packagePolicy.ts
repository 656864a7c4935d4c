// An assignment policy of an access package as its form changes it: who may ask, who decides, how long it lasts.
//
// Only what somebody touched is sent, laid over what is there: later stages of approval, what others may ask on somebody's behalf
// and whatever else the form does not show stay exactly as they were.

import type { Entity } from "../graph/client";
import { same } from "../parts/merge";
import { type SubjectSet, sortOf } from "../parts/Subjects";
import type { Key } from "../words";

export const SCOPES = ["allMemberUsers", "allDirectoryUsers", "specificDirectoryUsers", "notSpecified"] as const;

export interface PackagePolicyDraft {
  displayName: string;
  description: string;
  /** One of `SCOPES`, or another that was there. */
  scope: string;
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
  /** The policy as it is, of which the form shows a part. A new one has none. */
  known: KnownPolicy | null;
}

export interface Stage {
  durationBeforeAutomaticDenial?: string;
  isApproverJustificationRequired?: boolean;
  primaryApprovers?: SubjectSet[];
  fallbackPrimaryApprovers?: SubjectSet[];
}

interface Approval {
  isApprovalRequiredForAdd?: boolean;
  isApprovalRequiredForUpdate?: boolean;
  isRequestorJustificationRequired?: boolean;
  stages?: Stage[];
}

interface KnownPolicy {
  displayName?: string | null;
  description?: string | null;
  allowedTargetScope?: string | null;
  specificAllowedTargets?: SubjectSet[] | null;
  expiration?: { type?: string; duration?: string | null; endDateTime?: string | null } | null;
  canExtend?: boolean | null;
  requestorSettings?: Record<string, unknown> | null;
  requestApprovalSettings?: Approval | null;
}

export const EMPTY: PackagePolicyDraft = {
  displayName: "", description: "", scope: "allMemberUsers", targets: [], decides: "manager", managerLevel: 1, approvers: [], fallback: [],
  wait: "P14D", deciderSays: false, askerSays: true, alsoExtend: true, ends: "after", lasts: "P90D", endsAt: "", mayExtend: true, known: null,
};

const isManager = (set: SubjectSet) => ["requestorManager", "targetManager"].includes(sortOf(set));

export function draftOf(policy: Entity): PackagePolicyDraft {
  const { displayName, description, allowedTargetScope, specificAllowedTargets, expiration, canExtend, requestorSettings, requestApprovalSettings } = policy as KnownPolicy;
  const known = { displayName, description, allowedTargetScope, specificAllowedTargets, expiration, canExtend, requestorSettings, requestApprovalSettings };
  return { ...shownOf(known), known };
}

/** What the form shows of a policy. */
function shownOf(known: KnownPolicy): Omit<PackagePolicyDraft, "known"> {
  const approval = known.requestApprovalSettings ?? {};
  const stage = approval.stages?.[0];
  const primary = stage?.primaryApprovers ?? [];
  const manager = primary.find(isManager);
  const { type, duration, endDateTime } = known.expiration ?? {};
  return {
    displayName: known.displayName ?? "",
    description: known.description ?? "",
    scope: known.allowedTargetScope ?? "notSpecified",
    targets: known.specificAllowedTargets ?? [],
    decides: !approval.isApprovalRequiredForAdd ? "nobody" : manager ? "manager" : "some",
    managerLevel: manager?.managerLevel ?? 1,
    approvers: primary.filter((set) => !isManager(set)),
    fallback: stage?.fallbackPrimaryApprovers ?? [],
    wait: stage?.durationBeforeAutomaticDenial ?? EMPTY.wait,
    deciderSays: stage?.isApproverJustificationRequired ?? false,
    askerSays: approval.isRequestorJustificationRequired ?? false,
    alsoExtend: approval.isApprovalRequiredForUpdate ?? false,
    ends: type === "afterDuration" ? "after" : type === "afterDateTime" ? "on" : "never",
    lasts: duration ?? EMPTY.lasts,
    endsAt: endDateTime ?? "",
    mayExtend: known.canExtend !== false,
  };
}

/** The stages that follow the one that the form changes. */
export function laterStages(draft: PackagePolicyDraft): Stage[] {
  return draft.decides === "nobody" ? [] : (draft.known?.requestApprovalSettings?.stages ?? []).slice(1);
}

/** What is missing before it can be saved. */
export function lacksOf(draft: PackagePolicyDraft): Key | undefined {
  if (!draft.displayName.trim()) return "packagePolicy.needsName";
  if (draft.scope === "specificDirectoryUsers" && !draft.targets.length) return "packagePolicy.needsWho";
  if (draft.decides === "some" && !draft.approvers.length) return "packagePolicy.needsApprover";
  if (draft.ends === "on" && !draft.endsAt) return "packagePolicy.needsDay";
  return undefined;
}

type Touched = (...parts: (keyof PackagePolicyDraft)[]) => boolean;

/** What is sent: of a new policy everything, of a known one what is another now. */
export function policyBody(draft: PackagePolicyDraft): Record<string, unknown> {
  const before = draft.known && shownOf(draft.known);
  const touched: Touched = (...parts) => !before || parts.some((part) => !same(draft[part], (before as Partial<PackagePolicyDraft>)[part]));
  const isOpen = draft.scope !== "notSpecified";
  return {
    ...(touched("displayName") && { displayName: draft.displayName.trim() }),
    ...(touched("description") && { description: draft.description.trim() }),
    ...(touched("scope") && { allowedTargetScope: draft.scope }),
    ...(draft.scope === "specificDirectoryUsers" && touched("targets") && { specificAllowedTargets: draft.targets }),
    ...(touched("ends", "lasts", "endsAt") && { expiration: expirationOf(draft) }),
    ...(touched("mayExtend") && { canExtend: draft.mayExtend }),
    ...(touched("scope", "mayExtend") && {
      requestorSettings: {
        enableTargetsToSelfRemoveAccess: true,
        ...draft.known?.requestorSettings,
        ...(touched("scope") && { enableTargetsToSelfAddAccess: isOpen }),
        ...(touched("mayExtend") && { enableTargetsToSelfUpdateAccess: draft.mayExtend }),
      },
    }),
    ...(touched("decides", "managerLevel", "approvers", "fallback", "wait", "deciderSays", "askerSays", "alsoExtend") && { requestApprovalSettings: approvalOf(draft, touched) }),
  };
}

function expirationOf({ ends, lasts, endsAt }: PackagePolicyDraft) {
  if (ends === "after") return { type: "afterDuration", duration: lasts };
  return ends === "on" ? { type: "afterDateTime", endDateTime: endsAt } : { type: "noExpiration" };
}

function approvalOf(draft: PackagePolicyDraft, touched: Touched): Approval {
  const known = draft.known?.requestApprovalSettings ?? {};
  const flags = { ...known, ...(touched("askerSays") && { isRequestorJustificationRequired: draft.askerSays }) };
  if (draft.decides === "nobody") return touched("decides") ? { ...flags, isApprovalRequiredForAdd: false, isApprovalRequiredForUpdate: false, stages: known.stages ?? [] } : flags;
  const [first = {}, ...later] = known.stages ?? [];
  const isByManager = draft.decides === "manager";
  const stage: Stage = {
    ...first,
    ...(touched("wait") && { durationBeforeAutomaticDenial: draft.wait }),
    ...(touched("deciderSays") && { isApproverJustificationRequired: draft.deciderSays }),
    ...(touched("decides", "managerLevel", "approvers") && { primaryApprovers: isByManager ? managersOf(draft, first) : draft.approvers }),
    ...(isByManager && touched("fallback") && { fallbackPrimaryApprovers: draft.fallback }),
  };
  return { ...flags, isApprovalRequiredForAdd: true, isApprovalRequiredForUpdate: draft.alsoExtend, stages: [stage, ...later] };
}

/** Whoever else decides beside a manager stays. */
function managersOf({ managerLevel }: PackagePolicyDraft, { primaryApprovers = [] }: Stage): SubjectSet[] {
  if (primaryApprovers.some(isManager)) return primaryApprovers.map((set) => (isManager(set) ? { ...set, managerLevel } : set));
  return [{ "@odata.type": "#microsoft.graph.requestorManager", managerLevel }];
}
