// What activating a role demands of whoever is eligible for it, and how long anybody may be: the role's management policy.

import { Button, Checkbox, Field, MessageBar, MessageBarBody, SpinButton, Switch, Text } from "@fluentui/react-components";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { at, batch, type Entity, GraphFailure, type Page as GraphPage } from "../graph/client";
import { again, useRead } from "../graph/queries";
import { Failure } from "../parts/Failure";
import { Answered, Columns, Section } from "../parts/page";
import { Subjects, type SubjectSet } from "../parts/Subjects";
import { useWords } from "../words";

/** No activation lasts longer, whatever a policy says (`governance/src/role/policy.rs`). */
const HOURS_MAX = 24;
const DAYS_MAX = 3650;

interface Rule extends Entity {
  maximumDuration?: string;
  isExpirationRequired?: boolean;
  enabledRules?: string[];
  setting?: { isApprovalRequired?: boolean; approvalStages?: { primaryApprovers?: SubjectSet[] }[] } & Record<string, unknown>;
}

export function RoleRules({ role }: { role: Entity }) {
  const { t } = useWords();
  const ties = useRead<GraphPage<Entity>>(at("/policies/roleManagementPolicyAssignments", { $filter: `roleDefinitionId eq '${role.id}'` }));
  const policy = ties.data?.value[0]?.policyId;
  const rules = useRead<GraphPage<Rule>>(policy ? `/policies/roleManagementPolicies/${String(policy)}/rules` : null);
  if (ties.data && !policy) return <Text>{t("facts.none")}</Text>;
  return <Answered query={rules}>{({ value }) => <Editing key={String(policy)} path={`/policies/roleManagementPolicies/${String(policy)}/rules`} rules={value} />}</Answered>;
}

function Editing({ path, rules }: { path: string; rules: Rule[] }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const find = (id: string) => rules.find((rule) => rule.id === id);
  const [expiration, enablement, approval, eligibility] = ["Expiration_EndUser_Assignment", "Enablement_EndUser_Assignment", "Approval_EndUser_Assignment", "Expiration_Admin_Eligibility"].map(find);
  const stage = approval?.setting?.approvalStages?.[0];
  const [hours, setHours] = useState(Number(/^PT(\d+)H$/.exec(expiration?.maximumDuration ?? "")?.[1] ?? 8));
  const [demands, setDemands] = useState(enablement?.enabledRules ?? []);
  const [needsApproval, setNeedsApproval] = useState(approval?.setting?.isApprovalRequired ?? false);
  const [approvers, setApprovers] = useState<SubjectSet[]>(stage?.primaryApprovers ?? []);
  const [mustEnd, setMustEnd] = useState(eligibility?.isExpirationRequired ?? false);
  const [days, setDays] = useState(Number(/^P(\d+)D$/.exec(eligibility?.maximumDuration ?? "")?.[1] ?? 365));
  const save = useMutation({
    mutationFn: async () => {
      const changed = (rule: Rule | undefined, part: object) => (rule ? [{ path: `${path}/${rule.id}`, ask: { method: "PATCH" as const, body: { "@odata.type": rule["@odata.type"], id: rule.id, ...part } } }] : []);
      const answers = await batch([
        ...changed(expiration, { isExpirationRequired: true, maximumDuration: `PT${hours}H` }),
        ...changed(enablement, { enabledRules: demands }),
        ...changed(approval, { setting: { ...approval?.setting, isApprovalRequired: needsApproval, approvalStages: needsApproval ? [{ ...stage, primaryApprovers: approvers }] : [] } }),
        ...changed(eligibility, { isExpirationRequired: mustEnd, maximumDuration: `P${days}D` }),
      ]);
      const failed = answers.find((answer) => answer instanceof GraphFailure);
      if (failed) throw failed;
      await again(cache);
    },
  });
  const demand = (word: string, label: string) => (
    <Checkbox label={label} checked={demands.includes(word)} onChange={(_, data) => setDemands(data.checked ? [...demands, word] : demands.filter((one) => one !== word))} />
  );
  return (
    <>
      <Columns>
        <Section title={t("pim.rules")}>
          <Text>{t("pim.rulesAbout")}</Text>
          <Field label={t("pim.longest")} style={{ maxWidth: "280px" }}><SpinButton min={1} max={HOURS_MAX} value={hours} onChange={(_, data) => setHours(Math.min(Math.max(Math.round(data.value ?? (Number(data.displayValue) || hours)), 1), HOURS_MAX))} /></Field>
          <div role="group" aria-label={t("pim.rules")} style={{ display: "flex", flexDirection: "column" }}>
            {demand("MultiFactorAuthentication", t("pim.strong"))}
            {demand("Justification", t("pim.reason"))}
            {demand("Ticketing", t("pim.ticket"))}
          </div>
          <Switch label={t("pim.approval")} checked={needsApproval} onChange={(_, data) => setNeedsApproval(data.checked)} />
          {needsApproval && <Subjects label={t("pim.approvers")} sets={approvers} onSets={setApprovers} />}
        </Section>
        <Section title={t("role.eligible")}>
          <Switch label={t("pim.eligibleEnds")} checked={mustEnd} onChange={(_, data) => setMustEnd(data.checked)} />
          {mustEnd && <Field label={t("pim.eligibleLongest")} style={{ maxWidth: "280px" }}><SpinButton min={1} max={DAYS_MAX} value={days} onChange={(_, data) => setDays(Math.min(Math.max(Math.round(data.value ?? (Number(data.displayValue) || days)), 1), DAYS_MAX))} /></Field>}
        </Section>
      </Columns>
      {save.error && <Failure why={save.error} />}
      {save.isSuccess && <MessageBar intent="success"><MessageBarBody>{t("pim.saved")}</MessageBarBody></MessageBar>}
      <div><Button appearance="primary" disabled={save.isPending} onClick={() => save.mutate()}>{t("save")}</Button></div>
    </>
  );
}
