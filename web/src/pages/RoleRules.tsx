// What activating a role demands of whoever is eligible for it, and how long anybody may be: the role's management policy.

import { Button, Checkbox, MessageBar, MessageBarBody, Switch, Text } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { at, type Entity, graph, type Page as GraphPage } from "../graph/client";
import { ownedList } from "../graph/queries";
import { Meanwhile, useEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { same } from "../parts/merge";
import { Answered, Columns, Section } from "../parts/page";
import { SpanField } from "../parts/SpanField";
import { Subjects, type SubjectSet } from "../parts/Subjects";
import { useWords } from "../words";

/** No activation lasts longer, whatever a policy says (`governance/src/role/policy.rs`). */
const HOURS_MAX = 24;
const DAYS_MAX = 3650;

export interface Rule extends Entity {
  maximumDuration?: string;
  isExpirationRequired?: boolean;
  enabledRules?: string[];
  setting?: { isApprovalRequired?: boolean; approvalStages?: { primaryApprovers?: SubjectSet[] }[] } & Record<string, unknown>;
}

interface Known {
  value: Rule[];
  etag?: string;
}

interface RulesDraft {
  activation: string;
  demands: string[];
  needsApproval: boolean;
  approvers: SubjectSet[];
  mustEnd: boolean;
  eligibility: string;
}

const ruleOf = (rules: Rule[], id: string) => rules.find((rule) => rule.id === id);
const IDS = { activation: "Expiration_EndUser_Assignment", demands: "Enablement_EndUser_Assignment", approval: "Approval_EndUser_Assignment", eligibility: "Expiration_Admin_Eligibility" };

function draftOf({ value, etag }: Known): { value: RulesDraft; etag?: string } {
  const approval = ruleOf(value, IDS.approval)?.setting;
  const eligibility = ruleOf(value, IDS.eligibility);
  return {
    etag,
    value: {
      activation: ruleOf(value, IDS.activation)?.maximumDuration ?? "PT8H",
      demands: ruleOf(value, IDS.demands)?.enabledRules ?? [],
      needsApproval: approval?.isApprovalRequired ?? false,
      approvers: approval?.approvalStages?.[0]?.primaryApprovers ?? [],
      mustEnd: eligibility?.isExpirationRequired ?? false,
      eligibility: eligibility?.maximumDuration ?? "P365D",
    },
  };
}

/** What is sent of each rule: those of which nothing was touched stay as they are. */
export function changesOf(rules: Rule[], base: RulesDraft, draft: RulesDraft): { id: string; body: object }[] {
  const isOther = (...keys: (keyof RulesDraft)[]) => keys.some((key) => !same(base[key], draft[key]));
  const setting = ruleOf(rules, IDS.approval)?.setting;
  const [stage, ...others] = setting?.approvalStages ?? [];
  const approvalStages = draft.needsApproval ? [{ ...stage, primaryApprovers: draft.approvers }, ...others] : [];
  const wanted: [string, boolean, object][] = [
    [IDS.activation, isOther("activation"), { isExpirationRequired: true, maximumDuration: draft.activation }],
    [IDS.demands, isOther("demands"), { enabledRules: draft.demands }],
    [IDS.approval, isOther("needsApproval", "approvers"), { setting: { ...setting, isApprovalRequired: draft.needsApproval, approvalStages } }],
    [IDS.eligibility, isOther("mustEnd", "eligibility"), { isExpirationRequired: draft.mustEnd, maximumDuration: draft.eligibility }],
  ];
  return wanted.flatMap(([id, is, part]) => {
    const rule = is && ruleOf(rules, id);
    return rule ? [{ id, body: { "@odata.type": rule["@odata.type"], id, ...part } }] : [];
  });
}

/** The rules of a role; `null` where it has none. Whoever may activate it reads them too. */
export function useRoleRules(role: string) {
  return useQuery<{ path: string; known: Known } | null>({
    queryKey: ["graph", `/policies/roleManagementPolicies?role=${role}`],
    queryFn: async ({ signal }) => {
      const ties = await graph<GraphPage<Entity>>(at("/policies/roleManagementPolicyAssignments", { $filter: `roleDefinitionId eq '${role}'` }), { signal });
      const policy = ties.value[0]?.policyId;
      if (!policy) return null;
      const path = `/policies/roleManagementPolicies/${String(policy)}`;
      return { path, known: await ownedList<Rule>(path, "rules", signal) };
    },
  });
}

/** What an activation demands, and how long it may last. */
export function activationOf(rules: Rule[]): { longest: string; demands: string[] } {
  const { activation, demands } = draftOf({ value: rules }).value;
  return { longest: activation, demands };
}

export function RoleRules({ role }: { role: Entity }) {
  const { t } = useWords();
  const query = useRoleRules(role.id);
  return <Answered query={query}>{(found) => (found ? <Editing key={found.path} {...found} /> : <Text>{t("facts.none")}</Text>)}</Answered>;
}

function Editing({ path, known }: { path: string; known: Known }) {
  const { t } = useWords();
  const editing = useEditing<RulesDraft>(draftOf(known), { keptAt: `${path}.rules`, read: async () => draftOf(await ownedList<Rule>(path, "rules")) });
  const { draft, base } = editing;
  const [isSaved, setSaved] = useState(false);
  const set = (part: Partial<RulesDraft>) => (setSaved(false), editing.setDraft({ ...draft, ...part }));
  const save = () =>
    editing.save(
      async (ifMatch) => {
        let headers = ifMatch;
        for (const { id, body } of changesOf(known.value, base, draft)) {
          await graph(`${path}/rules/${id}`, { method: "PATCH", body, headers });
          // The first makes a new version of the policy; the others follow it.
          headers = {};
        }
      },
      () => setSaved(true),
    );
  const demand = (word: string, label: string) => (
    <Checkbox label={label} checked={draft.demands.includes(word)} onChange={(_, data) => set({ demands: data.checked ? [...draft.demands, word] : draft.demands.filter((one) => one !== word) })} />
  );
  return (
    <>
      <Columns>
        <Section title={t("pim.rules")}>
          <Text>{t("pim.rulesAbout")}</Text>
          <SpanField label={t("pim.longest")} value={draft.activation} unit="H" most={HOURS_MAX} onValue={(activation) => set({ activation })} />
          <div role="group" aria-label={t("pim.rules")} style={{ display: "flex", flexDirection: "column" }}>
            {demand("MultiFactorAuthentication", t("pim.strong"))}
            {demand("Justification", t("pim.reason"))}
            {demand("Ticketing", t("pim.ticket"))}
          </div>
          <Switch label={t("pim.approval")} checked={draft.needsApproval} onChange={(_, data) => set({ needsApproval: data.checked })} />
          {draft.needsApproval && <Subjects label={t("pim.approvers")} sets={draft.approvers} onSets={(approvers) => set({ approvers })} />}
        </Section>
        <Section title={t("role.eligible")}>
          <Switch label={t("pim.eligibleEnds")} checked={draft.mustEnd} onChange={(_, data) => set({ mustEnd: data.checked })} />
          {draft.mustEnd && <SpanField label={t("pim.eligibleLongest")} value={draft.eligibility} unit="D" most={DAYS_MAX} onValue={(eligibility) => set({ eligibility })} />}
        </Section>
      </Columns>
      <Meanwhile editing={editing} />
      {editing.why && <Failure why={editing.why} />}
      {isSaved && <MessageBar intent="success"><MessageBarBody>{t("pim.saved")}</MessageBarBody></MessageBar>}
      <div><Button appearance="primary" disabled={editing.isSaving || !editing.isChanged || editing.clashes.length > 0} onClick={save}>{t("save")}</Button></div>
    </>
  );
}
