// A licence: how many there are and how many are in use, who gives it, who has it, and who should have it and has not.

import { Button, Field, makeStyles, MessageBar, MessageBarBody, ProgressBar, SpinButton, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { at, batch, type Entity, GraphFailure, type Page as GraphPage } from "../graph/client";
import { type Change, useChange, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Detail } from "../parts/Detail";
import { Meanwhile, useEntityEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Answered, Columns, Section } from "../parts/page";
import { Picker } from "../parts/Picker";
import { Preview } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { WhyButton } from "../parts/Why";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "./opinions";

const SHOWN = 100;
const UNITS_MAX = 10_000_000;

const useStyles = makeStyles({
  numbers: { display: "flex", gap: "32px", flexWrap: "wrap", alignItems: "baseline" },
  number: { fontSize: tokens.fontSizeHero800, lineHeight: tokens.lineHeightHero800, fontWeight: tokens.fontWeightSemibold },
});

interface State {
  skuId: string;
  state: string;
  error: string | null;
}

export default function Licence({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      subtitle={(sku) => ((sku.servicePlans ?? []) as { servicePlanName: string }[]).map((plan) => plan.servicePlanName).join(", ")}
      tabs={[{ key: "use", title: t("licence.used"), content: (sku) => <Use sku={sku} path={`/${collection.path}/${id}`} /> }]}
    />
  );
}

function Use({ sku, path }: { sku: Entity; path: string }) {
  const { t, name, number } = useWords();
  const styles = useStyles();
  const has = `assignedLicenses/any(l:l/skuId eq ${String(sku.skuId)})`;
  const groups = useRead<GraphPage<Entity>>(at("/groups", { $filter: has, $select: "id,displayName,hasMembersWithLicenseErrors", $top: SHOWN }));
  const people = useRead<GraphPage<Entity>>(at("/users", { $filter: has, $select: "id,displayName,userPrincipalName,licenseAssignmentStates", $top: SHOWN, $count: true }));
  const waiting = useWaiting(sku, (groups.data?.value ?? []).filter((group) => group.hasMembersWithLicenseErrors === true));
  const [asked, setAsked] = useState<{ title: string; action: string; isHarmful: boolean; change: Change } | null>(null);
  const change = useChange(() => setAsked(null));
  const used = Number(sku.consumedUnits ?? 0);
  const bought = unitsOf(sku).prepaidUnits.enabled ?? 0;
  const assign = (group: string, isGiven: boolean): Change => ({
    path: `/groups/${group}/assignLicense`,
    ask: { method: "POST", body: isGiven ? { addLicenses: [{ skuId: sku.skuId, disabledPlans: [] }], removeLicenses: [] } : { addLicenses: [], removeLicenses: [sku.skuId] } },
  });
  return (
    <>
      <Section>
        <div className={styles.numbers}>
          <span><span className={styles.number}>{number(used)}</span> <Text>{t("licence.of", { bought })}</Text></span>
          <Text>{bought > used ? t("licence.left", { count: bought - used }) : t("licence.none")}</Text>
        </div>
        <ProgressBar value={bought ? Math.min(used / bought, 1) : 0} color={used >= bought ? "error" : used > bought * 0.9 ? "warning" : "brand"} thickness="large" aria-label={t("licence.used")} />
        <Bought sku={sku} path={path} />
        {waiting.length > 0 && <MessageBar intent="warning"><MessageBarBody>{t("licence.short", { count: waiting.length })}</MessageBarBody></MessageBar>}
      </Section>
      <Columns>
        <Section title={t("licence.groups")}>
          <Picker label={t("licence.addGroup")} kinds={["group"]} onPick={(item) => setAsked({ title: t("licence.giveGroup", { name: item.name }), action: t("licence.give"), isHarmful: false, change: assign(item.id, true) })} />
          <Answered query={groups}>
            {({ value }) => (
              <Rows
                none={t("licence.noGroups")}
                rows={value.map((group): Row => ({
                  key: group.id,
                  what: <Go href={placeOf("group", group.id) ?? ""}>{String(group.displayName)}</Go>,
                  end: <Button size="small" onClick={() => setAsked({ title: t("licence.takeGroup", { name: String(group.displayName) }), action: t("licence.take"), isHarmful: true, change: assign(group.id, false) })}>{t("licence.take")}</Button>,
                }))}
              />
            )}
          </Answered>
        </Section>
        {waiting.length > 0 && (
          <Section title={t("licence.waiting")}>
            <Rows rows={waiting.map((user): Row => ({ key: user.id, what: <Go href={placeOf("user", user.id) ?? ""}>{String(user.displayName)}</Go>, hint: name(errorOf(sku, user)), end: <WhyButton question={{ user: user.id, licence: String(sku.skuId) }} about={String(user.displayName)} /> }))} />
          </Section>
        )}
        <Section title={t("licence.people")}>
          <Answered query={people}>
            {({ value }) => (
              <Rows
                none={t("licence.nobody")}
                rows={value.map((user): Row => ({
                  key: user.id,
                  what: <Go href={placeOf("user", user.id) ?? ""}>{String(user.displayName)}</Go>,
                  hint: String(user.userPrincipalName),
                  end: <WhyButton question={{ user: user.id, licence: String(sku.skuId) }} about={String(user.displayName)} />,
                }))}
              />
            )}
          </Answered>
          {people.data?.["@odata.nextLink"] && <Text>{t("detail.moreLinked", { count: SHOWN })}</Text>}
        </Section>
      </Columns>
      {asked && (
        <Confirm title={asked.title} action={asked.action} isHarmful={asked.isHarmful} isBusy={change.isPending} why={change.error} onNo={() => setAsked(null)} onYes={() => change.mutate(asked.change)}>
          <Preview change={asked.change} />
        </Confirm>
      )}
    </>
  );
}

const errorOf = (sku: Entity, user: Entity) => ((user.licenseAssignmentStates ?? []) as State[]).find((state) => state.skuId === sku.skuId && state.error && state.error !== "None")?.error ?? "";

/** Who should have it by a group and has not. */
function useWaiting(sku: Entity, groups: Entity[]): Entity[] {
  const { data } = useQuery({
    queryKey: ["graph", "/groups", "licenceErrors", sku.id, groups.map((group) => group.id).join()],
    enabled: groups.length > 0,
    queryFn: () => batch<GraphPage<Entity>>(groups.map((group) => ({ path: at(`/groups/${group.id}/transitiveMembers`, { $select: "id,displayName,licenseAssignmentStates", $top: 999 }) }))),
  });
  const all = (data ?? []).flatMap((answer) => (answer instanceof GraphFailure ? [] : answer.value)).filter((user) => errorOf(sku, user));
  return [...new Map(all.map((user) => [user.id, user])).values()];
}

type Units = Record<string, number>;
const unitsOf = (sku: Entity) => ({ prepaidUnits: (sku.prepaidUnits ?? {}) as Units });

/** How many were bought, and changing it. */
function Bought({ sku, path }: { sku: Entity; path: string }) {
  const { t } = useWords();
  const editing = useEntityEditing(path, sku, unitsOf);
  const { draft: { prepaidUnits: units }, isChanged, isSaving, clashes, why } = editing;
  const bought = units.enabled ?? 0;
  const put = (wanted: number) => editing.setDraft({ prepaidUnits: { ...units, enabled: Math.min(Math.max(Math.round(wanted), 0), UNITS_MAX) } });
  return (
    <>
      <div style={{ display: "flex", gap: "8px", alignItems: "flex-end" }}>
        <Field label={t("licence.bought")}><SpinButton min={0} max={UNITS_MAX} value={bought} onChange={(_, data) => put(data.value ?? (Number(data.displayValue) || bought))} /></Field>
        <Button disabled={!isChanged || isSaving || clashes.length > 0} onClick={() => editing.save({ path, ask: { method: "PATCH", body: editing.draft } })}>{t("save")}</Button>
      </div>
      <Meanwhile editing={editing} />
      {why && <Failure why={why} />}
    </>
  );
}
