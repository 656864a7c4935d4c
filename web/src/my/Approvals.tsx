// What others asked for and this person decides.

import { Button, Field, Text, Textarea } from "@fluentui/react-components";
import { type Entity, graph, type Page as GraphPage } from "../graph/client";
import { again } from "../graph/queries";
import { useDraft } from "../parts/drafts";
import { Failure } from "../parts/Failure";
import { Answered, Empty, Page, Section } from "../parts/page";
import { Moment, useDuration } from "../parts/Value";
import { useWords } from "../words";
import { approvalPath, roleApprovalPath, useMyApprovals, useMyRoleApprovals } from "./mine";
import { useMutation, useQueryClient } from "@tanstack/react-query";

export default function Approvals() {
  const { t } = useWords();
  const waiting = useMyApprovals();
  const roles = useMyRoleApprovals();
  const all = [...(waiting.data?.value ?? []).map((request) => ({ request, path: approvalPath })), ...(roles.data?.value ?? []).map((request) => ({ request, path: roleApprovalPath }))];
  return (
    <Page title={t("my.approvals")} subtitle={t("my.approvalsAbout")} isNarrow>
      {all.map(({ request, path }) => <One key={request.id} request={request} path={path} />)}
      <Answered query={waiting}>{() => <Answered query={roles}>{() => all.length === 0 && <Empty title={t("my.noApprovals")} />}</Answered>}</Answered>
    </Page>
  );
}

function One({ request, path }: { request: Entity; path: string }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [draft, setDraft, forget] = useDraft(`my.decide.${request.id}`, { why: "" });
  const who = (request.requestor ?? request.principal) as { displayName?: string; principalName?: string } | null;
  const what = (request.accessPackage ?? request.roleDefinition) as { displayName?: string; description?: string } | null;
  const span = ((request.scheduleInfo as { expiration?: { duration?: string } } | null)?.expiration?.duration ?? "");
  const lasts = useDuration(span);
  const decide = useMutation({
    mutationFn: async (result: "Approve" | "Deny") => {
      const stages = await graph<GraphPage<Entity>>(`${path}/${request.id}/stages`);
      const open = stages.value.find((stage) => stage.assignedToMe !== false && (!stage.reviewResult || stage.reviewResult === "NotReviewed"));
      if (!open) throw new Error(t("my.decidedAlready"));
      await graph(`${path}/${request.id}/stages/${open.id}`, { method: "PATCH", body: { reviewResult: result, justification: draft.why.trim() || null } });
    },
    onSuccess: () => {
      forget();
      return again(cache);
    },
  });
  return (
    <Section title={t(path === roleApprovalPath ? "my.wantsRole" : "my.wants", { who: who?.displayName ?? who?.principalName ?? "", what: what?.displayName ?? "" })}>
      {what?.description && <Text>{what.description}</Text>}
      {Boolean(request.justification) && <Text italic>{String(request.justification)}</Text>}
      {lasts && <Text>{t("my.forSpan", { time: lasts })}</Text>}
      <Text size={200}><Moment value={String(request.createdDateTime)} /></Text>
      <Field label={t("my.reason")}>
        <Textarea value={draft.why} maxLength={1000} onChange={(_, data) => setDraft({ why: data.value })} />
      </Field>
      {decide.error && <Failure why={decide.error} />}
      <div style={{ display: "flex", gap: "8px" }}>
        <Button appearance="primary" disabled={decide.isPending} onClick={() => decide.mutate("Approve")}>{t("my.approve")}</Button>
        <Button disabled={decide.isPending} onClick={() => decide.mutate("Deny")}>{t("my.deny")}</Button>
      </div>
    </Section>
  );
}
