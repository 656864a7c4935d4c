// What an administrator may do, through all the roles that they hold; and, if one wants to know, through those they could activate.

import { Switch, Text } from "@fluentui/react-components";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { Go } from "../parts/Go";
import { Section } from "../parts/page";
import { powersOf } from "../parts/powers";
import { PowersTable } from "../parts/Powers";
import { type Row, Rows } from "../parts/Rows";
import { Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { resourceActions } from "./Role";

const base = "/roleManagement/directory";

export default function PersonPowers({ user }: { user: Entity }) {
  const { t } = useWords();
  const [isAlso, setAlso] = useState(false);
  const filter = { $filter: `principalId eq '${user.id}'`, $expand: "roleDefinition" };
  const held = useRead<GraphPage<Entity>>(at(`${base}/roleAssignments`, filter));
  const eligible = useRead<GraphPage<Entity>>(at(`${base}/roleEligibilityScheduleInstances`, filter));
  const could = eligible.data?.value ?? [];
  const rolesOf = (items: Entity[]) => items.flatMap((item) => (item.roleDefinition ? [{ item, role: item.roleDefinition as Entity }] : []));
  const now = rolesOf(held.data?.value ?? []);
  const shown = [...now, ...(isAlso ? rolesOf(could) : [])];
  const powers = shown.flatMap(({ role }) => powersOf(String(role.templateId ?? role.id)) ?? []);
  const own = [...new Set(shown.flatMap(({ role }) => resourceActions(role)))];
  const scope = (item: Entity) => t("role.over", { scope: item.directoryScopeId === "/" ? t("role.everything") : String(item.directoryScopeId) });
  return (
    <Section title={t("role.mayOf", { name: String(user.displayName) })}>
      {now.length === 0 && <Text>{t("role.noRoles")}</Text>}
      {could.length > 0 && <Switch label={t("role.alsoEligible")} checked={isAlso} onChange={(_, data) => setAlso(data.checked)} />}
      {shown.length > 0 && (
        <Rows
          rows={shown.map(({ item, role }): Row => ({
            key: item.id,
            what: <Go href={placeOf("unifiedRoleDefinition", role.id) ?? ""}>{String(role.displayName)}</Go>,
            hint: scope(item),
            end: <Tone word={now.some((one) => one.item === item) ? "Active" : "eligible"} />,
          }))}
        />
      )}
      {powers.length > 0 && <PowersTable powers={[powers]} />}
      {own.length > 0 && <Rows rows={own.map((action): Row => ({ key: action, what: <code dir="ltr">{action}</code> }))} />}
    </Section>
  );
}
