// An application as it is present here: who is assigned to it and in which role, whether anybody else gets in, and what it may do.

import { Button, Dropdown, Field, Option, Switch, Text } from "@fluentui/react-components";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { type Change, useChange, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Detail } from "../parts/Detail";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Section } from "../parts/page";
import { Picker, type Picked } from "../parts/Picker";
import { Preview } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "./opinions";
import { Permissions } from "./Permissions";

/** So many of those who are assigned are shown. */
const SHOWN = 200;
/** The role of being let in, which every application has. */
const ACCESS = "00000000-0000-0000-0000-000000000000";

interface AppRole { id: string; displayName?: string | null; description?: string | null; isEnabled?: boolean; allowedMemberTypes?: string[] }

interface Assigned extends Entity { principalId: string; principalType: string; principalDisplayName: string; appRoleId: string; createdDateTime: string }

export default function ServicePrincipal({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(app) => (app.accountEnabled === false ? <Tone word="disabled" /> : null)}
      subtitle={(app) => <code dir="ltr">{String(app.appId)}</code>}
      tabs={[
        { key: "people", title: t("app.people"), content: (app) => <People app={app} path={`/${collection.path}/${id}`} /> },
        { key: "may", title: t("app.may"), content: (app) => <Permissions app={app} /> },
      ]}
    />
  );
}

function People({ app, path }: { app: Entity; path: string }) {
  const { t } = useWords();
  const assigned = useRead<GraphPage<Assigned>>(at(`${path}/appRoleAssignedTo`, { $top: SHOWN }));
  const [wanted, setWanted] = useState<Picked | null>(null);
  const [asked, setAsked] = useState<{ title: string; action: string; isHarmful: boolean; about?: string; change: Change } | null>(null);
  const change = useChange(() => setAsked(null));
  const required = useChange();
  const isRequired = app.appRoleAssignmentRequired === true;
  const roles = rolesForPeople(app);
  const roleName = (id: string) => roleOf(app, id)?.displayName ?? (id === ACCESS ? t("app.access") : id);
  const kind = { User: "user", Group: "group", ServicePrincipal: "servicePrincipal" } as Record<string, string>;
  const rows = (assigned.data?.value ?? []).map((one): Row => ({
    key: one.id,
    what: <Go href={placeOf(kind[one.principalType], one.principalId) ?? ""}>{one.principalDisplayName}</Go>,
    hint: <>{roleName(one.appRoleId)} · {t("app.since")} <Moment value={one.createdDateTime} /></>,
    end: (
      <Button size="small" aria-label={t("app.removeOf", { name: one.principalDisplayName })} onClick={() => setAsked({ title: t("app.unassign", { who: one.principalDisplayName, role: roleName(one.appRoleId) }), action: t("group.remove"), isHarmful: true, about: isRequired ? t("app.unassignAbout") : undefined, change: { path: `${path}/appRoleAssignedTo/${one.id}`, ask: { method: "DELETE" } } })}>
        {t("group.remove")}
      </Button>
    ),
  }));
  return (
    <>
      <Section title={t("app.whoGetsIn")}>
        <Switch
          label={t(isRequired ? "app.onlyAssigned" : "app.everybody")}
          checked={isRequired}
          disabled={required.isPending}
          onChange={(_, data) => required.mutate({ path, ask: { method: "PATCH", body: { appRoleAssignmentRequired: data.checked } } })}
        />
        {required.error && <Failure why={required.error} />}
        {isRequired && assigned.data?.value.length === 0 && <Text>{t("app.nobodyGetsIn")}</Text>}
      </Section>
      <Section title={t("app.assigned")}>
        <Picker label={t("app.assign")} onPick={setWanted} />
        <Rows query={assigned} none={t("app.nobodyAssigned")} rows={rows} />
        {assigned.data?.["@odata.nextLink"] && <Text>{t("detail.moreLinked", { count: SHOWN })}</Text>}
      </Section>
      {wanted && <Assign app={app} path={path} who={wanted} roles={roles} onClose={() => setWanted(null)} />}
      {asked && (
        <Confirm title={asked.title} action={asked.action} isHarmful={asked.isHarmful} isBusy={change.isPending} why={change.error} onNo={() => setAsked(null)} onYes={() => change.mutate(asked.change)}>
          {asked.about && <Text>{asked.about}</Text>}
          <Preview change={asked.change} />
        </Confirm>
      )}
    </>
  );
}

/** Somebody is let in, in a role. */
function Assign({ app, path, who, roles, onClose }: { app: Entity; path: string; who: Picked; roles: AppRole[]; onClose: () => void }) {
  const { t } = useWords();
  const all = [...roles, ...(roles.some((role) => role.id === ACCESS) ? [] : [{ id: ACCESS, displayName: t("app.access") }])];
  const [role, setRole] = useState(all[0]?.id ?? ACCESS);
  const make = useChange(onClose);
  const change: Change = { path: `${path}/appRoleAssignedTo`, ask: { method: "POST", body: { principalId: who.id, resourceId: app.id, appRoleId: role } } };
  const named = (id: string) => String(all.find((known) => known.id === id)?.displayName ?? id);
  return (
    <Confirm title={t("app.assignTo", { who: who.name, app: String(app.displayName) })} action={t("app.assignDo")} isBusy={make.isPending} why={make.error} onNo={onClose} onYes={() => make.mutate(change)}>
      <Field label={t("app.role")} hint={all.find((known) => known.id === role && "description" in known) ? String((all.find((known) => known.id === role) as AppRole).description ?? "") : undefined}>
        <Dropdown value={named(role)} selectedOptions={[role]} onOptionSelect={(_, data) => setRole(data.optionValue ?? role)}>
          {all.map((known) => <Option key={known.id} value={known.id} text={named(known.id)}>{named(known.id)}</Option>)}
        </Dropdown>
      </Field>
      {who.kind === "group" && <Text>{t("app.groupAbout")}</Text>}
      <Preview change={change} />
    </Confirm>
  );
}

/** The roles that people and groups can have; others are for programs. */
export function rolesForPeople(app: Entity): AppRole[] {
  return ((app.appRoles ?? []) as AppRole[]).filter((role) => role.isEnabled !== false && (!role.allowedMemberTypes?.length || role.allowedMemberTypes.includes("User")));
}

function roleOf(app: Entity, id: string): AppRole | undefined {
  return ((app.appRoles ?? []) as AppRole[]).find((role) => role.id === id);
}
