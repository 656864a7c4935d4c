// What an application may do: in the name of people, for everybody or for one, and as itself; and taking it away.
//
// Giving is done where it was asked for (`ConsentRequest.tsx`) or by the page of consent that the application leads to.

import { Button, Text } from "@fluentui/react-components";
import { useState } from "react";
import { type Entity, type Page as GraphPage } from "../graph/client";
import { type Change, useChange, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { useNames } from "../parts/names";
import { Columns, Section } from "../parts/page";
import { Preview } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { useWords } from "../words";
import { type Grant, grantsPath, type Resource, RESOURCE_FIELDS, without, words } from "./consent";

export function Permissions({ app }: { app: Entity }) {
  const { t } = useWords();
  const grants = useRead<GraphPage<Grant>>(grantsPath(app.id));
  const roles = useRead<GraphPage<Entity>>(`/servicePrincipals/${app.id}/appRoleAssignments`);
  const names = useNames((grants.data?.value ?? []).flatMap((grant) => [grant.resourceId, String(grant.principalId ?? "")]));
  const [gone, setGone] = useState<{ what: string; change: Change } | null>(null);
  const change = useChange(() => setGone(null));
  const take = (what: string, wanted: Change) => <Button size="small" aria-label={t("app.removeOf", { name: what })} onClick={() => setGone({ what, change: wanted })}>{t("group.remove")}</Button>;
  const delegated = (grants.data?.value ?? []).flatMap((grant) => words(grant.scope).map((scope): Row => ({
    key: `${grant.id} ${scope}`,
    what: <code dir="ltr">{scope}</code>,
    hint: `${names.get(grant.resourceId) ?? grant.resourceId} · ${grant.consentType === "AllPrincipals" ? t("app.forEverybody") : t("app.forOne", { who: names.get(String(grant.principalId)) ?? String(grant.principalId) })}`,
    end: take(scope, without(grant, scope)),
  })));
  return (
    <>
      <Columns isWide>
        <Section title={t("app.delegated")}>
          <Text>{t("app.delegatedAbout")}</Text>
          <Rows query={grants} none={t("app.mayNothing")} rows={delegated} />
        </Section>
        <Section title={t("app.asItself")}>
          <Text>{t("app.asItselfAbout")}</Text>
          <Rows
            query={roles}
            none={t("app.mayNothing")}
            rows={(roles.data?.value ?? []).map((one): Row => ({
              key: one.id,
              what: <RoleName resource={String(one.resourceId)} role={String(one.appRoleId)} />,
              hint: String(one.resourceDisplayName ?? one.resourceId),
              end: take(String(one.resourceDisplayName ?? one.appRoleId), { path: `/servicePrincipals/${app.id}/appRoleAssignments/${one.id}`, ask: { method: "DELETE" } }),
            }))}
          />
        </Section>
      </Columns>
      {gone && (
        <Confirm title={t("app.takePermission", { what: gone.what, app: String(app.displayName) })} action={t("group.remove")} isHarmful isBusy={change.isPending} why={change.error} onNo={() => setGone(null)} onYes={() => change.mutate(gone.change)}>
          <Preview change={gone.change} />
        </Confirm>
      )}
    </>
  );
}

function RoleName({ resource, role }: { resource: string; role: string }) {
  const known = useRead<Resource>(`/servicePrincipals/${resource}?$select=${RESOURCE_FIELDS}`);
  return <code dir="ltr">{known.data?.appRoles?.find(({ id }) => id === role)?.value ?? role}</code>;
}
