// A role: what it allows; who holds it always, who may activate it when they need it, and who has; what activating demands.

import { Button, Dropdown, Field, Input, Option, Text } from "@fluentui/react-components";
import { useState } from "react";
import { kindOfType } from "../graph/types";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { type Change, useChange, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Detail } from "../parts/Detail";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Columns, Section } from "../parts/page";
import { Picker, type Picked } from "../parts/Picker";
import { powersOf } from "../parts/powers";
import { PowersTable } from "../parts/Powers";
import { Preview } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "./opinions";
import { RoleRules } from "./RoleRules";

const base = "/roleManagement/directory";
const SPANS = [30, 90, 180, 365];

export default function Role({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(role) => (role.isPrivileged ? <Tone word="privileged" /> : null)}
      subtitle={(role) => String(role.description ?? "")}
      tabs={[
        { key: "holders", title: t("role.holders"), content: (role) => <Holders role={role} /> },
        { key: "may", title: t("role.may"), content: (role) => <Allowed role={role} /> },
        { key: "rules", title: t("pim.rules"), content: (role) => <RoleRules role={role} /> },
      ]}
    />
  );
}

function Allowed({ role }: { role: Entity }) {
  const { t } = useWords();
  const powers = powersOf(String(role.templateId ?? role.id));
  if (powers) return <Section title={t("role.may")}><Text>{t("role.mayAbout")}</Text><PowersTable powers={[powers]} /></Section>;
  return <Section title={t("role.actions")}><Rows rows={resourceActions(role).map((action): Row => ({ key: action, what: <code dir="ltr">{action}</code> }))} /></Section>;
}

/** What a role of the organisation's own names. */
export function resourceActions(role: Entity): string[] {
  return ((role.rolePermissions ?? []) as { allowedResourceActions?: string[] }[]).flatMap((permission) => permission.allowedResourceActions ?? []);
}

/** Assignments that no activation stands for: of the same principal, over the same. */
export function lasting(assigned: Entity[], active: Entity[]): Entity[] {
  const of = (item: Entity) => `${String(item.principalId)} ${String(item.directoryScopeId)}`;
  const activated = new Set(active.map((item) => item.roleAssignmentOriginId ?? of(item)));
  return assigned.filter((item) => !activated.has(item.id) && !activated.has(of(item)));
}

function Holders({ role }: { role: Entity }) {
  const { t } = useWords();
  const filter = `roleDefinitionId eq '${role.id}'`;
  const assigned = useRead<GraphPage<Entity>>(at(`${base}/roleAssignments`, { $filter: filter, $expand: "principal" }));
  const eligible = useRead<GraphPage<Entity>>(at(`${base}/roleEligibilityScheduleInstances`, { $filter: filter, $expand: "principal" }));
  const active = useRead<GraphPage<Entity>>(at(`${base}/roleAssignmentScheduleInstances`, { $filter: `${filter} and assignmentType eq 'Activated'`, $expand: "principal" }), 10_000);
  const [wanted, setWanted] = useState<Picked | null>(null);
  const [giving, setGiving] = useState<Picked | null>(null);
  const [gone, setGone] = useState<{ item: Entity; change: Change } | null>(null);
  const change = useChange(() => (setGone(null), setGiving(null)));
  const nameOf = (item: Entity) => String((item.principal as Entity | null)?.displayName ?? item.principalId);
  const who = (item: Entity) => {
    const place = placeOf(kindOfType((item.principal as Entity | null)?.["@odata.type"]), String(item.principalId));
    return place ? <Go href={place}>{nameOf(item)}</Go> : nameOf(item);
  };
  const until = (item: Entity) => (item.endDateTime ? <>{t("until")} <Moment value={String(item.endDateTime)} /></> : undefined);
  const over = (item: Entity) => (item.directoryScopeId === "/" ? undefined : String(item.directoryScopeId));
  const always = lasting(assigned.data?.value ?? [], active.data?.value ?? []);
  const take = (item: Entity, path: string, ask: Change["ask"]) => <Button size="small" onClick={() => setGone({ item, change: { path, ask } })}>{t("pim.take")}</Button>;
  const giveAlways = (person: Picked): Change => ({ path: `${base}/roleAssignments`, ask: { method: "POST", body: { principalId: person.id, roleDefinitionId: role.id, directoryScopeId: "/" } } });
  return (
    <>
      <Columns>
        <Section title={t("role.always")}>
          <Picker label={t("role.assign")} onPick={setGiving} />
          <Rows query={[assigned, active]} rows={always.map((item): Row => ({ key: item.id, what: who(item), hint: over(item), end: take(item, `${base}/roleAssignments/${item.id}`, { method: "DELETE" }) }))} />
        </Section>
        <Section title={t("role.eligible")}>
          <Picker label={t("pim.makeEligible")} kinds={["user"]} onPick={setWanted} />
          <Rows
            query={eligible}
            none={t("pim.nobodyEligible")}
            rows={(eligible.data?.value ?? []).map((item): Row => ({
              key: item.id,
              what: who(item),
              hint: <>{over(item)} {until(item)}</>,
              end: take(item, `${base}/roleEligibilityScheduleRequests`, { method: "POST", body: { action: "adminRemove", principalId: item.principalId, roleDefinitionId: role.id, directoryScopeId: item.directoryScopeId, justification: t("role.because") } }),
            }))}
          />
        </Section>
        <Section title={t("pim.now")}>
          <Rows query={active} none={t("pim.nobodyActive")} rows={(active.data?.value ?? []).map((item): Row => ({ key: item.id, what: who(item), hint: until(item), end: <Tone word="Active" /> }))} />
        </Section>
      </Columns>
      {wanted && <Eligibility role={role} person={wanted} onClose={() => setWanted(null)} />}
      {giving && (
        <Confirm title={`${t("role.assign")} ${giving.name}`} action={t("save")} isBusy={change.isPending} why={change.error} onNo={() => setGiving(null)} onYes={() => change.mutate(giveAlways(giving))}>
          <Preview change={giveAlways(giving)} />
        </Confirm>
      )}
      {gone && (
        <Confirm title={`${t("pim.take")}: ${nameOf(gone.item)}`} action={t("pim.take")} isHarmful isBusy={change.isPending} why={change.error} onNo={() => setGone(null)} onYes={() => change.mutate(gone.change)}>
          <Preview change={gone.change} />
        </Confirm>
      )}
      {change.error && !gone && !giving && <Failure why={change.error} />}
    </>
  );
}

/** Somebody may activate the role from now on, for a while. */
function Eligibility({ role, person, onClose }: { role: Entity; person: Picked; onClose: () => void }) {
  const { t } = useWords();
  const [days, setDays] = useState(90);
  const [why, setWhy] = useState("");
  const make = useChange(onClose);
  const expiration = days ? { type: "afterDuration", duration: `P${days}D` } : { type: "noExpiration" };
  const said = (count: number) => (count ? t("pim.days", { count }) : t("pim.ever"));
  return (
    <Confirm
      title={`${t("pim.makeEligible")}: ${person.name}`}
      action={t("save")}
      isBusy={make.isPending}
      why={make.error}
      onNo={onClose}
      onYes={() => make.mutate({ path: `${base}/roleEligibilityScheduleRequests`, ask: { method: "POST", body: { action: "adminAssign", principalId: person.id, roleDefinitionId: role.id, directoryScopeId: "/", justification: why.trim() || t("role.because"), scheduleInfo: { expiration } } } })}
    >
      <Field label={t("pim.for")}>
        <Dropdown value={said(days)} selectedOptions={[String(days)]} onOptionSelect={(_, data) => setDays(Number(data.optionValue))}>
          {[...SPANS, 0].map((count) => <Option key={count} value={String(count)} text={said(count)}>{said(count)}</Option>)}
        </Dropdown>
      </Field>
      <Field label={t("pim.why")}><Input value={why} maxLength={500} onChange={(_, data) => setWhy(data.value)} /></Field>
    </Confirm>
  );
}
