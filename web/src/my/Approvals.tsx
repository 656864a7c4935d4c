// What others asked for and this person decides.

import { Button, Field, Text, Textarea } from "@fluentui/react-components";
import { useState } from "react";
import { type Entity, graph, type Page as GraphPage } from "../graph/client";
import { again } from "../graph/queries";
import { Failure } from "../parts/Failure";
import { Answered, Empty, Page, Section } from "../parts/page";
import { Moment } from "../parts/Value";
import { useWords } from "../words";
import { approvalPath, useMyApprovals } from "./mine";
import { useMutation, useQueryClient } from "@tanstack/react-query";

export default function Approvals() {
  const { t } = useWords();
  const waiting = useMyApprovals();
  return (
    <Page title={t("my.approvals")} subtitle={t("my.approvalsAbout")} isNarrow>
      <Answered query={waiting}>
        {({ value }) => (value.length ? value.map((request) => <One key={request.id} request={request} />) : <Empty title={t("my.noApprovals")} />)}
      </Answered>
    </Page>
  );
}

function One({ request }: { request: Entity }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [why, setWhy] = useState("");
  const who = request.requestor as { displayName?: string; principalName?: string } | null;
  const what = request.accessPackage as { displayName?: string; description?: string } | null;
  const decide = useMutation({
    mutationFn: async (result: "Approve" | "Deny") => {
      const stages = await graph<GraphPage<Entity>>(`${approvalPath}/${request.id}/stages`);
      const open = stages.value.find((stage) => stage.assignedToMe !== false && (!stage.reviewResult || stage.reviewResult === "NotReviewed"));
      if (!open) throw new Error(t("my.decidedAlready"));
      await graph(`${approvalPath}/${request.id}/stages/${open.id}`, { method: "PATCH", body: { reviewResult: result, justification: why.trim() || null } });
    },
    onSuccess: () => again(cache),
  });
  return (
    <Section title={t("my.wants", { who: who?.displayName ?? who?.principalName ?? "", what: what?.displayName ?? "" })}>
      {what?.description && <Text>{what.description}</Text>}
      {Boolean(request.justification) && <Text italic>{String(request.justification)}</Text>}
      <Text size={200}><Moment value={String(request.createdDateTime)} /></Text>
      <Field label={t("my.reason")}>
        <Textarea value={why} maxLength={1000} onChange={(_, data) => setWhy(data.value)} />
      </Field>
      {decide.error && <Failure why={decide.error} />}
      <div style={{ display: "flex", gap: "8px" }}>
        <Button appearance="primary" disabled={decide.isPending} onClick={() => decide.mutate("Approve")}>{t("my.approve")}</Button>
        <Button disabled={decide.isPending} onClick={() => decide.mutate("Deny")}>{t("my.deny")}</Button>
      </div>
    </Section>
  );
}
