// A group: who is in it and why, and, if a rule decides, the rule with a check as one types and a preview of who would come and go.

import { Button, Field, MessageBar, MessageBarBody, Spinner, Textarea } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { at, type Entity, graph, type Page as GraphPage } from "../graph/client";
import { usePages } from "../graph/pages";
import { type Change, useChange, useRead } from "../graph/queries";
import { kindOfType } from "../graph/types";
import { Detail } from "../parts/Detail";
import { Meanwhile, useEntityEditing } from "../parts/editing";
import { Failure, told } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Picker } from "../parts/Picker";
import { rehearse, type Rehearsed } from "../parts/Preview";
import { Answered, Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Tone } from "../parts/Value";
import { offerUndo } from "../parts/undo";
import { WhyButton } from "../parts/Why";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "./opinions";

export default function Group({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(group) => (isByRule(group) ? <Tone word="DynamicMembership" /> : null)}
      subtitle={(group) => String(group.description ?? t("list.groups"))}
      tabs={[
        { key: "members", title: t("group.members"), content: (group) => <Members group={group} /> },
        { key: "rule", title: t("group.rule"), content: (group) => <RuleEditor group={group} /> },
      ]}
    />
  );
}

export function isByRule(group: Record<string, unknown>): boolean {
  return Array.isArray(group.groupTypes) && group.groupTypes.includes("DynamicMembership");
}

/** So many members are shown at first, and by each further step. */
const SHOWN = 100;

export function Members({ group }: { group: Entity }) {
  const { t, name } = useWords();
  const members = usePages<Entity>(at(`/groups/${group.id}/members`, { $top: SHOWN, $count: true }));
  const owners = useRead<GraphPage<Entity>>(`/groups/${group.id}/owners`);
  const change = useChange();
  const byHand = !isByRule(group);
  const linking = (path: string, target: string): Change => ({ path: `/groups/${group.id}/${path}/$ref`, ask: { method: "POST", body: { "@odata.id": `${location.origin}/v1.0/directoryObjects/${target}` } } });
  const link = (path: string, target: string) => change.mutate(linking(path, target));
  const unlink = (path: string, target: string, who: string) =>
    change.mutate({ path: `/groups/${group.id}/${path}/${target}/$ref`, ask: { method: "DELETE" } }, { onSuccess: () => offerUndo({ said: t("undo.memberGone", { who }), change: linking(path, target) }) });
  return (
    <>
      {change.error && <Failure why={change.error} />}
      <Columns>
        <Section title={members.data?.count === undefined ? t("group.members") : t("group.membersCount", { count: members.data.count })}>
          {byHand && <Picker label={t("group.add")} onPick={(item) => link("members", item.id)} />}
          <Answered query={members}>
            {({ value, hasMore }) => (
              <>
                <Rows
                  none={t("group.noMembers")}
                  rows={value.map((member): Row => {
                    const kind = kindOfType(member["@odata.type"]);
                    const label = String(member.displayName ?? member.id);
                    const place = placeOf(kind, member.id);
                    return {
                      key: member.id,
                      what: place ? <Go href={place}>{label}</Go> : label,
                      hint: String(member.userPrincipalName ?? (kind ? name(kind) : "")),
                      end: (
                        <>
                          {kind === "user" && <WhyButton question={{ user: member.id, group: group.id }} about={label} />}
                          {byHand && <Button size="small" disabled={change.isPending} onClick={() => unlink("members", member.id, label)}>{t("group.remove")}</Button>}
                        </>
                      ),
                    };
                  })}
                />
                {hasMore && <div><Button size="small" disabled={members.isFetching} onClick={members.more}>{t("more.show")}</Button></div>}
              </>
            )}
          </Answered>
        </Section>
        <Section title={t("group.owners")}>
          <Picker label={t("group.addOwner")} kinds={["user"]} onPick={(item) => link("owners", item.id)} />
          <Rows
            query={owners}
            rows={(owners.data?.value ?? []).map((owner): Row => ({
              key: owner.id,
              what: <Go href={placeOf("user", owner.id) ?? ""}>{String(owner.displayName)}</Go>,
              end: <Button size="small" disabled={change.isPending} onClick={() => unlink("owners", owner.id, String(owner.displayName ?? owner.id))}>{t("group.remove")}</Button>,
            }))}
          />
        </Section>
      </Columns>
    </>
  );
}

/** Giving a group a rule: what else it is, and whether its rule is paused, stays. */
export function ruleChange(group: Entity, membershipRule: string): Change {
  const types = (group.groupTypes ?? []) as string[];
  const body = isByRule(group) ? { membershipRule } : { groupTypes: [...types, "DynamicMembership"], membershipRule, membershipRuleProcessingState: "On" };
  return { path: `/groups/${group.id}`, ask: { method: "PATCH", body } };
}

/** The rule, checked as one types; what it would do is tried on a fork before it is saved. */
function RuleEditor({ group }: { group: Entity }) {
  const { t } = useWords();
  const path = `/groups/${group.id}`;
  const editing = useEntityEditing(path, group, ({ membershipRule }) => ({ membershipRule: String(membershipRule ?? "") }), `${path}.rule`);
  const { membershipRule: known } = editing.base;
  const { membershipRule: rule } = editing.draft;
  const change = ruleChange(group, rule);
  const save = () =>
    editing.save(change, () => {
      // Of a group that was kept by hand the rule took people out: clearing it would not bring them back.
      if (isByRule(group)) offerUndo({ said: t("undo.rule"), change: { path, ask: { method: "PATCH", body: { membershipRule: known } } } });
    });
  return (
    <Section title={t("group.rule")}>
      {!isByRule(group) && <MessageBar><MessageBarBody>{t("group.byHandNow")}</MessageBarBody></MessageBar>}
      <RuleField rule={rule} onRule={(next) => editing.setDraft({ membershipRule: next })} />
      <RulePreview change={change} group={group.id} rule={rule} isSame={rule === known} />
      <Meanwhile editing={editing} />
      {editing.why && <Failure why={editing.why} />}
      <div>
        <Button appearance="primary" disabled={editing.isSaving || rule === known || !rule.trim() || editing.clashes.length > 0} onClick={save}>
          {t("save")}
        </Button>
      </div>
    </Section>
  );
}

export function RuleField({ rule, onRule }: { rule: string; onRule: (rule: string) => void }) {
  const { t } = useWords();
  return (
    <Field label={t("group.rule")} hint={t("group.ruleHint")}>
      <Textarea dir="ltr" resize="vertical" rows={4} style={{ fontFamily: "monospace" }} value={rule} onChange={(_, data) => onRule(data.value)} />
    </Field>
  );
}

/** A person is asked to wait until they pause typing. */
const PAUSE_MS = 400;

export function RulePreview({ change, group, rule, isSame }: { change: Parameters<typeof rehearse>[0]; group?: string; rule: string; isSame?: boolean }) {
  const words = useWords();
  const { t } = words;
  const [settled, setSettled] = useState(rule);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(rule), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [rule]);
  const isWanted = settled.trim() !== "" && !isSame && settled === rule;
  const query = useQuery({ queryKey: ["rehearsal", "rule", group, settled], enabled: isWanted, retry: false, gcTime: 0, queryFn: async () => named(joined(await rehearse(change), group)) });
  if (!isWanted) return null;
  if (query.error) {
    const { detail } = told(query.error, words);
    return <MessageBar intent="warning" layout="multiline"><MessageBarBody>{detail}</MessageBarBody></MessageBar>;
  }
  if (!query.data) return <Spinner size="tiny" label={t("preview.waiting")} labelPosition="after" />;
  const { joins, leaves } = query.data;
  return (
    <Columns>
      <Section title={t("group.wouldJoin", { count: joins.length })} isBare>
        <Rows none={t("group.nobody")} rows={joins.slice(0, SHOWN).map((who): Row => ({ key: who.id, what: who.name }))} />
      </Section>
      <Section title={t("group.wouldLeave", { count: leaves.length })} isBare>
        <Rows none={t("group.nobody")} rows={leaves.slice(0, SHOWN).map((who): Row => ({ key: who.id, what: who.name }))} />
      </Section>
    </Columns>
  );
}

/** The audit names fifty of a commit's objects; those that are shown besides are asked for. */
async function named({ joins, leaves }: { joins: Who[]; leaves: Who[] }): Promise<{ joins: Who[]; leaves: Who[] }> {
  const ids = [...joins.slice(0, SHOWN), ...leaves.slice(0, SHOWN)].filter((who) => who.name === who.id).map((who) => who.id);
  if (!ids.length) return { joins, leaves };
  const { value } = await graph<GraphPage<Entity>>("/directoryObjects/getByIds", { method: "POST", body: { ids } });
  const names = new Map(value.map((item) => [item.id, String(item.displayName ?? item.id)]));
  const name = (who: Who) => ({ ...who, name: names.get(who.id) ?? who.name });
  return { joins: joins.map(name), leaves: leaves.map(name) };
}

interface Who {
  id: string;
  name: string;
}

/** Whom the rehearsed commits bring into the group and take out of it. */
export function joined(rehearsed: Rehearsed, group?: string): { joins: Who[]; leaves: Who[] } {
  const names = new Map<string, string>();
  const joins = new Map<string, Who>();
  const leaves = new Map<string, Who>();
  for (const { targetResources } of rehearsed.value) {
    for (const target of targetResources) names.set(target.id, target.displayName ?? target.userPrincipalName ?? target.id);
  }
  for (const { targetResources } of rehearsed.value) {
    for (const target of targetResources) {
      if (target.type !== "Group" || (group && target.id !== group)) continue;
      for (const { displayName, oldValue, newValue } of target.modifiedProperties) {
        if (displayName !== "members") continue;
        const id = String(JSON.parse(newValue ?? oldValue ?? '""'));
        const who = { id, name: names.get(id) ?? id };
        if (newValue) joins.set(id, who);
        else leaves.set(id, who);
      }
    }
  }
  return { joins: [...joins.values()], leaves: [...leaves.values()] };
}
