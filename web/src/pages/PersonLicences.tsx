// Licences that somebody has, and through what; those given to them directly are given and taken here.
//
// Deliberately absent: choosing plans within a licence. A group's page does that for everybody in it.

import { Button, Dropdown, Field, Option } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Section } from "../parts/page";
import { Preview } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { offerUndo } from "../parts/undo";
import { Tone } from "../parts/Value";
import { WhyButton } from "../parts/Why";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";

interface State {
  skuId: string;
  state: string;
  assignedByGroup: string | null;
  disabledPlans?: string[];
}

/** The request that gives and takes licences. */
export function assigning(user: string, give: { skuId: string; disabledPlans?: string[] }[], take: string[]) {
  return { path: `/users/${user}/assignLicense`, ask: { method: "POST" as const, body: { addLicenses: give.map(({ skuId, disabledPlans = [] }) => ({ skuId, disabledPlans })), removeLicenses: take } } };
}

export function PersonLicences({ user, groups }: { user: Entity; groups: Entity[] }) {
  const { t } = useWords();
  const [isGiving, setGiving] = useState(false);
  const change = useChange();
  const skus = useRead<GraphPage<Entity>>(at("/subscribedSkus", { $select: "id,skuId,skuPartNumber" }));
  if (skus.error) return null;
  const all = skus.data?.value ?? [];
  const states = (user.licenseAssignmentStates ?? []) as State[];
  const skuOf = (state: State) => all.find((sku) => sku.skuId === state.skuId);
  const called = (state: State) => String(skuOf(state)?.skuPartNumber ?? state.skuId);
  const groupName = (id: string) => String(groups.find((group) => group.id === id)?.displayName ?? id);
  const free = all.filter((sku) => !states.some((state) => state.skuId === sku.skuId && !state.assignedByGroup));
  const take = (state: State) =>
    change.mutate(assigning(user.id, [], [state.skuId]), {
      onSuccess: () => offerUndo({ said: t("undo.licence", { name: called(state), who: String(user.displayName) }), change: assigning(user.id, [state], []) }),
    });
  return (
    <Section title={t("list.licences")} actions={free.length > 0 && <Button size="small" icon={<AddRegular />} onClick={() => setGiving(true)}>{t("person.giveLicence")}</Button>}>
      {change.error && <Failure why={change.error} />}
      <Rows
        none={t("person.noLicences")}
        rows={states.map((state, index): Row => ({
          key: `${state.skuId}${index}`,
          what: <>{skuOf(state) ? <Go href={placeOf("subscribedSku", String(skuOf(state)?.id)) ?? ""}>{called(state)}</Go> : called(state)} <Tone word={state.state} /></>,
          hint: state.assignedByGroup ? t("person.byGroup", { group: groupName(state.assignedByGroup) }) : t("person.direct"),
          end: (
            <>
              <WhyButton question={{ user: user.id, licence: state.skuId }} about={called(state)} />
              {!state.assignedByGroup && <Button size="small" disabled={change.isPending} aria-label={t("form.removeItem", { name: called(state) })} onClick={() => take(state)}>{t("group.remove")}</Button>}
            </>
          ),
        }))}
      />
      {isGiving && <Giving user={user} skus={free} onClose={() => setGiving(false)} />}
    </Section>
  );
}

function Giving({ user, skus, onClose }: { user: Entity; skus: Entity[]; onClose: () => void }) {
  const { t } = useWords();
  const [skuId, setSku] = useState(String(skus[0]?.skuId ?? ""));
  const change = useChange(onClose);
  const chosen = skus.find((sku) => sku.skuId === skuId);
  const wanted = assigning(user.id, [{ skuId }], []);
  return (
    <Confirm title={t("person.giveLicenceTo", { who: String(user.displayName) })} action={t("person.giveLicence")} isBusy={change.isPending || !chosen} why={change.error} onNo={onClose} onYes={() => change.mutate(wanted)}>
      <Field label={t("list.licences")}>
        <Dropdown value={String(chosen?.skuPartNumber ?? "")} selectedOptions={[skuId]} onOptionSelect={(_, data) => data.optionValue && setSku(data.optionValue)}>
          {skus.map((sku) => <Option key={sku.id} value={String(sku.skuId)} text={String(sku.skuPartNumber)}>{String(sku.skuPartNumber)}</Option>)}
        </Dropdown>
      </Field>
      <Preview key={skuId} change={wanted} />
    </Confirm>
  );
}
