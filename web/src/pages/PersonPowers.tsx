// What an administrator may do, through all the roles that they hold; and, if one wants to know, through those they could activate.

import { Switch } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { Go } from "../parts/Go";
import { Section } from "../parts/page";
import { powersOf } from "../parts/powers";
import { PowersTable } from "../parts/Powers";
import { type Row, Rows } from "../parts/Rows";
import { Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { type HeldRole, useHeldRoles } from "./heldRoles";
import { resourceActions } from "./Role";

export default function PersonPowers({ user }: { user: Entity }) {
  const { t } = useWords();
  const [isAlso, setAlso] = useState(false);
  const held = useHeldRoles(user.id, "roleAssignments");
  const eligible = useHeldRoles(user.id, "roleEligibilityScheduleInstances");
  const could = eligible.data ?? [];
  const rolesOf = (items: HeldRole[] | undefined) => (items ?? []).flatMap(({ role, ...rest }) => (role ? [{ role, ...rest }] : []));
  const now = rolesOf(held.data);
  const shown = [...now, ...(isAlso ? rolesOf(could) : [])];
  const powers = shown.flatMap(({ role }) => powersOf(String(role.templateId ?? role.id)) ?? []);
  const own = [...new Set(shown.flatMap(({ role }) => resourceActions(role)))];
  const scope = (item: Entity) => t("role.over", { scope: item.directoryScopeId === "/" ? t("role.everything") : String(item.directoryScopeId) });
  return (
    <Section title={t("role.mayOf", { name: String(user.displayName) })}>
      {shown.length === 0 && <Rows query={[held, eligible]} none={t("role.noRoles")} rows={[]} />}
      {could.length > 0 && <Switch label={t("role.alsoEligible")} checked={isAlso} onChange={(_, data) => setAlso(data.checked)} />}
      {shown.length > 0 && (
        <Rows
          query={[held, eligible]}
          rows={shown.map(({ item, role, group }): Row => ({
            key: item.id,
            what: <Go href={placeOf("unifiedRoleDefinition", role.id) ?? ""}>{String(role.displayName)}</Go>,
            hint: <>{scope(item)}{group && ` · ${t("person.byGroup", { group: String(group.displayName) })}`}</>,
            end: <Tone word={now.some((one) => one.item === item) ? "Active" : "eligible"} />,
          }))}
        />
      )}
      {powers.length > 0 && <PowersTable powers={[powers]} />}
      {own.length > 0 && <Rows rows={own.map((action): Row => ({ key: action, what: <code dir="ltr">{action}</code> }))} />}
    </Section>
  );
}
