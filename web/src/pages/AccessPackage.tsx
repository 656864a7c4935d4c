// An access package: what it gives, who may have it and how, who has it until when, and who asked.

import { Button, Dropdown, Field, Option, Text } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { type Change, useChange, useRead } from "../graph/queries";
import { endOf } from "../parts/assignment";
import { Confirm } from "../parts/Confirm";
import { Detail } from "../parts/Detail";
import { Failure } from "../parts/Failure";
import { Go, useGo } from "../parts/Go";
import { useNames } from "../parts/names";
import { Answered, Columns, Section } from "../parts/page";
import { Picker } from "../parts/Picker";
import { Preview } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "./opinions";
import { draftOf } from "./packagePolicy";
import { Said } from "./PackagePolicyEditor";

const base = "/identityGovernance/entitlementManagement";
/** So many people and requests are shown on the page. */
const SHOWN = 100;

export default function AccessPackage({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      subtitle={(bundle) => String(bundle.description ?? t("list.accessPackages"))}
      tabs={[
        { key: "what", title: t("package.contents"), content: (bundle) => <Columns><Contents bundle={bundle} /><Policies bundle={bundle} /></Columns> },
        { key: "people", title: t("package.people"), content: (bundle) => <People bundle={bundle} /> },
        { key: "asked", title: t("package.asked"), content: (bundle) => <Requests bundle={bundle} /> },
      ]}
    />
  );
}

interface RoleScope extends Entity {
  role?: { originId?: string; displayName?: string } | null;
  scope?: { originId?: string; displayName?: string | null } | null;
}

function Contents({ bundle }: { bundle: Entity }) {
  const { t } = useWords();
  const path = `${base}/accessPackages/${bundle.id}/resourceRoleScopes`;
  const scopes = useRead<GraphPage<RoleScope>>(at(path, { $expand: "role,scope" }));
  const [gone, setGone] = useState<RoleScope | null>(null);
  const change = useChange(() => setGone(null));
  const names = useNames((scopes.data?.value ?? []).map((one) => one.scope?.originId ?? ""));
  const nameOf = (one: RoleScope) => names.get(one.scope?.originId ?? "") ?? one.scope?.displayName ?? one.scope?.originId ?? "";
  const add = (group: string) => {
    const origin = { originId: group, originSystem: "AadGroup" };
    change.mutate({ path, ask: { method: "POST", body: { role: { originId: `Member_${group}`, displayName: "Member", originSystem: "AadGroup", resource: origin }, scope: { ...origin, isRootScope: true } } } });
  };
  const removal: Change = { path: `${path}/${gone?.id}`, ask: { method: "DELETE" } };
  return (
    <Section title={t("package.contents")}>
      {change.error && !gone && <Failure why={change.error} />}
      <Picker label={t("package.addGroup")} kinds={["group"]} onPick={(item) => add(item.id)} />
      <Answered query={scopes}>
        {({ value }) => (
          <Rows
            none={t("package.noContents")}
            rows={value.map((one): Row => ({
              key: one.id,
              what: <Go href={placeOf("group", one.scope?.originId ?? "") ?? ""}>{t("package.member", { name: nameOf(one) })}</Go>,
              end: <Button size="small" onClick={() => setGone(one)}>{t("group.remove")}</Button>,
            }))}
          />
        )}
      </Answered>
      {gone && (
        <Confirm title={t("package.removeGroup", { name: nameOf(gone) })} action={t("group.remove")} isHarmful isBusy={change.isPending} why={change.error} onNo={() => setGone(null)} onYes={() => change.mutate(removal)}>
          <Preview change={removal} />
        </Confirm>
      )}
    </Section>
  );
}

function usePolicies(bundle: Entity) {
  return useRead<GraphPage<Entity>>(at(`${base}/assignmentPolicies`, { $filter: `accessPackage/id eq '${bundle.id}'`, $top: SHOWN }));
}

function Policies({ bundle }: { bundle: Entity }) {
  const { t } = useWords();
  const go = useGo();
  const policies = usePolicies(bundle);
  return (
    <Section title={t("package.policies")} actions={<Button size="small" icon={<AddRegular />} onClick={() => go(`/admin/governance/assignmentPolicies/new?package=${bundle.id}`)}>{t("package.addPolicy")}</Button>}>
      <Answered query={policies}>
        {({ value }) => (
          <Rows
            none={t("package.noPolicies")}
            rows={value.map((policy): Row => ({
              key: policy.id,
              what: <Go href={placeOf("accessPackageAssignmentPolicy", policy.id) ?? ""}>{String(policy.displayName)}</Go>,
              hint: <Said draft={draftOf(policy)} />,
            }))}
          />
        )}
      </Answered>
    </Section>
  );
}

function People({ bundle }: { bundle: Entity }) {
  const { t } = useWords();
  const assigned = useRead<GraphPage<Entity>>(at(`${base}/assignments`, { $filter: `accessPackage/id eq '${bundle.id}' and state eq 'delivered'`, $expand: "target", $top: SHOWN }), 10_000);
  const policies = usePolicies(bundle);
  const [policy, setPolicy] = useState("");
  const [gone, setGone] = useState<Entity | null>(null);
  const change = useChange(() => setGone(null));
  const chosen = policies.data?.value.find((one) => one.id === policy) ?? policies.data?.value[0];
  const targetOf = (item: Entity) => item.target as { objectId?: string; displayName?: string } | null;
  const ask = (body: object): Change => ({ path: `${base}/assignmentRequests`, ask: { method: "POST", body } });
  const removal = ask({ requestType: "adminRemove", assignment: { id: gone?.id } });
  return (
    <Columns>
      <Section title={t("package.people")}>
        {change.error && !gone && <Failure why={change.error} />}
        <Answered query={assigned}>
          {({ value }) => (
            <Rows
              none={t("package.noPeople")}
              rows={value.map((item): Row => ({
                key: item.id,
                what: <Go href={placeOf("user", targetOf(item)?.objectId ?? "") ?? ""}>{targetOf(item)?.displayName ?? item.id}</Go>,
                hint: endOf(item) ? <>{t("until")} <Moment value={endOf(item) ?? ""} /></> : t("my.forEver"),
                end: <><Tone word={String(item.state)} /><Button size="small" onClick={() => setGone(item)}>{t("package.takeBack")}</Button></>,
              }))}
            />
          )}
        </Answered>
      </Section>
      <Section title={t("package.give")}>
        <Field label={t("package.giveBy")}>
          <Dropdown value={String(chosen?.displayName ?? "")} selectedOptions={chosen ? [chosen.id] : []} onOptionSelect={(_, data) => setPolicy(data.optionValue ?? "")}>
            {(policies.data?.value ?? []).map((one) => <Option key={one.id} value={one.id} text={String(one.displayName)}>{String(one.displayName)}</Option>)}
          </Dropdown>
        </Field>
        {chosen ? (
          <Picker label={t("package.give")} kinds={["user"]} onPick={(item) => change.mutate(ask({ requestType: "adminAdd", assignment: { targetId: item.id, accessPackageId: bundle.id, assignmentPolicyId: chosen.id } }))} />
        ) : (
          <Text>{t("package.noPolicies")}</Text>
        )}
      </Section>
      {gone && (
        <Confirm title={t("package.takeBackOf", { who: targetOf(gone)?.displayName ?? "" })} action={t("package.takeBack")} isHarmful isBusy={change.isPending} why={change.error} onNo={() => setGone(null)} onYes={() => change.mutate(removal)}>
          <Preview change={removal} />
        </Confirm>
      )}
    </Columns>
  );
}

function Requests({ bundle }: { bundle: Entity }) {
  const { t, name } = useWords();
  const asked = useRead<GraphPage<Entity>>(at(`${base}/assignmentRequests`, { $filter: `accessPackage/id eq '${bundle.id}'`, $expand: "requestor", $orderby: "createdDateTime desc", $top: SHOWN }), 10_000);
  return (
    <Section>
      <Answered query={asked}>
        {({ value }) => (
          <Rows
            none={t("package.noneAsked")}
            rows={value.map((item): Row => ({
              key: item.id,
              what: <Go href={placeOf("accessPackageAssignmentRequest", item.id) ?? ""}>{(item.requestor as { displayName?: string } | null)?.displayName ?? item.id}</Go>,
              hint: <>{name(String(item.requestType))} · <Moment value={String(item.createdDateTime)} />{item.justification ? <> · {String(item.justification)}</> : null}</>,
              end: <Tone word={String(item.state)} />,
            }))}
          />
        )}
      </Answered>
    </Section>
  );
}
