// A role: who holds it, who may activate it, and what it allows.

import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Button } from "@fluentui/react-components";
import { Detail } from "../parts/Detail";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Columns, Section } from "../parts/page";
import { Picker } from "../parts/Picker";
import { type Row, Rows } from "../parts/Rows";
import { Moment } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "./opinions";

export default function Role({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return <Detail collection={collection} id={id} listHref={listHref} subtitle={(role) => String(role.description ?? "")} tabs={[{ key: "holders", title: t("role.holders"), content: (role) => <Holders role={role} /> }]} />;
}

function Holders({ role }: { role: Entity }) {
  const { t } = useWords();
  const filter = `roleDefinitionId eq '${role.id}'`;
  const active = useRead<GraphPage<Entity>>(at("/roleManagement/directory/roleAssignments", { $filter: filter, $expand: "principal" }));
  const eligible = useRead<GraphPage<Entity>>(at("/roleManagement/directory/roleEligibilityScheduleInstances", { $filter: filter, $expand: "principal" }));
  const change = useChange();
  const who = (item: Entity) => {
    const principal = item.principal as Entity | null;
    const place = placeOf("user", String(item.principalId));
    return place ? <Go href={place}>{String(principal?.displayName ?? item.principalId)}</Go> : String(item.principalId);
  };
  return (
    <>
      {change.error && <Failure why={change.error} />}
      <Columns>
        <Section title={t("role.always")}>
          <Picker label={t("role.assign")} onPick={(item) => change.mutate({ path: "/roleManagement/directory/roleAssignments", ask: { method: "POST", body: { principalId: item.id, roleDefinitionId: role.id, directoryScopeId: "/" } } })} />
          <Rows rows={(active.data?.value ?? []).map((item): Row => ({
            key: item.id,
            what: who(item),
            hint: item.directoryScopeId === "/" ? undefined : String(item.directoryScopeId),
            end: <Button size="small" disabled={change.isPending} onClick={() => change.mutate({ path: `/roleManagement/directory/roleAssignments/${item.id}`, ask: { method: "DELETE" } })}>{t("group.remove")}</Button>,
          }))} />
        </Section>
        <Section title={t("role.eligible")}>
          <Picker label={t("role.makeEligible")} kinds={["user"]} onPick={(item) => change.mutate({ path: "/roleManagement/directory/roleEligibilityScheduleRequests", ask: { method: "POST", body: { action: "adminAssign", principalId: item.id, roleDefinitionId: role.id, directoryScopeId: "/", justification: t("role.because"), scheduleInfo: { expiration: { type: "afterDuration", duration: "P90D" } } } } })} />
          <Rows rows={(eligible.data?.value ?? []).map((item): Row => ({ key: item.id, what: who(item), hint: item.endDateTime ? <>{t("until")} <Moment value={String(item.endDateTime)} /></> : undefined }))} />
        </Section>
      </Columns>
    </>
  );
}
