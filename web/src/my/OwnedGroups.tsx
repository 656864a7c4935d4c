// Groups that somebody owns: who is in them, and letting people in and out.
//
// Deliberately absent: groups by a rule, which have no members by hand, and nested groups, which administrators make.

import { Button, Text } from "@fluentui/react-components";
import { DismissRegular, PeopleRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { usePages } from "../graph/pages";
import { useChange, useRead } from "../graph/queries";
import { kindOfType } from "../graph/types";
import { Failure } from "../parts/Failure";
import { Section } from "../parts/page";
import { Picker } from "../parts/Picker";
import { type Row, Rows } from "../parts/Rows";
import { offerUndo } from "../parts/undo";
import { server } from "../settings";
import { useWords } from "../words";

export function OwnedGroups() {
  const { t } = useWords();
  const owned = useRead<GraphPage<Entity>>(at("/me/ownedObjects", { $top: 100 }));
  const [open, setOpen] = useState<string | null>(null);
  const groups = (owned.data?.value ?? []).filter((item) => kindOfType(item["@odata.type"]) === "group");
  if (owned.data && !groups.length) return null;
  return (
    <Section title={t("my.ownedGroups")}>
      <Rows
        query={owned}
        rows={groups.map((group): Row => ({
          key: group.id,
          what: String(group.displayName),
          hint: group.membershipRule ? t("my.ownedByRule") : group.description ? String(group.description) : undefined,
          end: group.membershipRule ? undefined : (
            <Button size="small" icon={<PeopleRegular />} aria-expanded={open === group.id} aria-label={t("my.membersOf", { name: String(group.displayName) })} onClick={() => setOpen(open === group.id ? null : group.id)}>
              {t("my.members")}
            </Button>
          ),
        }))}
      />
      {groups.filter((group) => group.id === open).map((group) => <Members key={group.id} group={group} />)}
    </Section>
  );
}

function Members({ group }: { group: Entity }) {
  const { t } = useWords();
  const base = `/groups/${group.id}/members`;
  const members = usePages<Entity>(at(base, { $select: "id,displayName,userPrincipalName", $top: 100 }));
  const change = useChange();
  const reference = (id: string) => ({ path: `${base}/$ref`, ask: { method: "POST" as const, body: { "@odata.id": `${server}/v1.0/directoryObjects/${id}` } } });
  const who = (item: Entity) => String(item.displayName ?? item.userPrincipalName ?? item.id);
  const remove = (item: Entity) =>
    change.mutate(
      { path: `${base}/${item.id}/$ref`, ask: { method: "DELETE" } },
      { onSuccess: () => offerUndo({ said: t("undo.memberRemoved", { who: who(item), group: String(group.displayName) }), change: reference(item.id) }) },
    );
  return (
    <section aria-label={t("my.membersOf", { name: String(group.displayName) })}>
      <Picker label={t("my.addMember", { name: String(group.displayName) })} kinds={["user"]} onPick={(picked) => change.mutate(reference(picked.id))} />
      {change.error && <Failure why={change.error} />}
      <Rows
        query={members}
        none={t("my.noMembers")}
        rows={(members.data?.value ?? []).map((item): Row => ({
          key: item.id,
          what: who(item),
          hint: item.userPrincipalName ? String(item.userPrincipalName) : undefined,
          end: <Button size="small" appearance="subtle" icon={<DismissRegular />} disabled={change.isPending} aria-label={t("form.removeItem", { name: who(item) })} onClick={() => remove(item)} />,
        }))}
      />
      {members.data?.hasMore && <Button disabled={members.isFetching} onClick={members.more}>{t("more.show")}</Button>}
      <Text size={200}>{t("my.membersHint")}</Text>
    </section>
  );
}
