// What is wrong with a draft of a Conditional Access policy, while it is drafted: whether it would lock administrators out, what
// it and other policies do to each other, and what of it can never happen.
//
// The lock-out is asked of the server, which tries the draft in force on a fork of the directory; before that answers, the draft
// itself says what is plain from it.

import { MessageBar, MessageBarBody, MessageBarTitle, Spinner } from "@fluentui/react-components";
import { CheckmarkCircleRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { at, type Entity, GraphFailure, whole } from "../graph/client";
import { type Change, useWhole } from "../graph/queries";
import { told } from "../parts/Failure";
import { Go } from "../parts/Go";
import { rehearse } from "../parts/Preview";
import { Section } from "../parts/page";
import { placeOf } from "../rooms/rooms";
import { person } from "../session/session";
import { type Key, useWords } from "../words";
import { useHeldRoles } from "./heldRoles";
import { lockout } from "./lockout";
import { bodyOf, draftOf, lacks, type PolicyDraft } from "./policy";
import { conflicts, type KnownPolicy, neverApplies, type Sort, undone } from "./policyConflicts";

/** The server is asked once whoever drafts pauses. */
const PAUSE_MS = 800;
/** So many conflicts are named; the rest is as well seen after the first are mended. */
const SHOWN_MAX = 6;

const INTENTS: Record<Sort, "warning" | "info"> = { refusedBy: "warning", refuses: "warning", session: "warning", duplicate: "info", contained: "info" };

export function PolicyWarnings({ draft, id }: { draft: PolicyDraft; id?: string }) {
  const { t } = useWords();
  const policies = useWhole<Entity>("/identity/conditionalAccess/policies");
  const never = neverApplies(draft);
  const isUndone = undone(draft);
  const known = (policies.data?.value ?? []).map((policy): KnownPolicy => ({ ...draftOf(policy), id: policy.id }));
  const found = lacks(draft) === undefined || lacks(draft) === "name" ? conflicts({ ...draft, id }, known) : [];
  const own = draft.displayName.trim() || t("warn.draft");
  return (
    <Section title={t("warn.title")}>
      <LockedOut draft={draft} id={id} />
      {never && <Bar intent="warning" title={t("warn.never")}>{t(`warn.never.${never}`)}</Bar>}
      {isUndone && <Bar intent="warning" title={t(`warn.${isUndone}`)}>{t(`warn.${isUndone}About`)}</Bar>}
      {found.slice(0, SHOWN_MAX).map(({ sort, with: other }) => (
        <Bar key={`${sort}${other.id}`} intent={INTENTS[sort]} title={t(`warn.${sort}` as Key)}>
          {t(`warn.${sort}About` as Key)}{" "}
          {id ? <Go inline href={placeOf("conditionalAccessPolicy", id) ?? ""}>{own}</Go> : own} · <Go inline href={placeOf("conditionalAccessPolicy", other.id) ?? ""}>{other.displayName}</Go>
        </Bar>
      ))}
      {found.length > SHOWN_MAX && <Bar intent="info" title={t("warn.more", { count: found.length - SHOWN_MAX })} />}
    </Section>
  );
}

function LockedOut({ draft, id }: { draft: PolicyDraft; id?: string }) {
  const words = useWords();
  const { t } = words;
  const plain = usePlainLockout(draft);
  const settled = useSettled(draft);
  const isWhole = lacks(settled) === undefined;
  const query = useQuery({
    queryKey: ["rehearsal", "policy", id, settled],
    enabled: isWhole,
    retry: false,
    gcTime: 0,
    queryFn: () => rehearse(inForce(settled, id)),
  });
  const isOld = settled !== draft;
  const why = isWhole && !isOld ? query.error : null;
  // Who may not read the audit is not told what would follow; the save asks the same question.
  const isUnknown = !isWhole || isOld || (why instanceof GraphFailure && why.isDenied);
  if (why && !isUnknown) {
    const isLockout = why.message.includes("isLockoutAccepted");
    return <Bar intent="error" title={t(isLockout ? "warn.lockedOut" : "warn.refused")}>{isLockout ? t("warn.noGlass") : <bdi lang="en">{told(why, words).detail}</bdi>}</Bar>;
  }
  return (
    <>
      {plain && (
        <Bar intent={plain.how === "block" ? "error" : "warning"} title={t(plain.isEveryAdministrator ? `warn.${plain.how}All` : `warn.${plain.how}You`)}>
          {t(plain.hasBreakGlass ? "warn.glassKept" : "warn.noGlass")}
        </Bar>
      )}
      {isWhole && !isOld && query.isFetching && <Spinner size="tiny" label={t("warn.asking")} labelPosition="after" style={{ justifyContent: "flex-start" }} />}
      {!isUnknown && query.data && (
        <div role="status" style={{ display: "flex", gap: "6px", alignItems: "center" }}><CheckmarkCircleRegular aria-hidden /> {t("warn.getsIn")}</div>
      )}
    </>
  );
}

/** The save as it would be with the draft in force. */
export function inForce(draft: PolicyDraft, id?: string): Change {
  const body = { ...bodyOf(draft), state: "enabled" };
  return { path: `/identity/conditionalAccess/policies${id ? `/${id}` : ""}`, ask: { method: id ? "PATCH" : "POST", body } };
}

function usePlainLockout(draft: PolicyDraft) {
  const self = person().id;
  const groups = useQuery({
    queryKey: ["graph", `/users/${self}/transitiveMemberOf`, "ids"],
    queryFn: ({ signal }) => whole<Entity>(at(`/users/${self}/transitiveMemberOf/microsoft.graph.group`, { $select: "id" }), undefined, signal),
  });
  const roles = useHeldRoles(self, "roleAssignments");
  return lockout(draft, { id: self, groups: (groups.data?.value ?? []).map((group) => group.id), roles: (roles.data ?? []).map(({ item }) => String(item.roleDefinitionId)) });
}

/** The last draft that stood still for a while. */
function useSettled(draft: PolicyDraft): PolicyDraft {
  const [settled, setSettled] = useState(draft);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(draft), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  return settled;
}

function Bar({ intent, title, children }: { intent: "error" | "warning" | "info"; title: string; children?: ReactNode }) {
  return (
    <MessageBar intent={intent} layout="multiline">
      <MessageBarBody><MessageBarTitle>{title}</MessageBarTitle> {children}</MessageBarBody>
    </MessageBar>
  );
}
