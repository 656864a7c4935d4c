// A person's whole story on one page: who they are, what they have and why, how and where they sign in; and what an
// administrator does for them.

import { Avatar, Button, Field, Input, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, MessageBar, MessageBarBody, SpinButton, Switch, Text } from "@fluentui/react-components";
import { KeyResetRegular, PersonAvailableRegular, PersonProhibitedRegular, SignOutRegular, TicketDiagonalRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { usePages } from "../graph/pages";
import { useChange, useRead } from "../graph/queries";
import { endOf } from "../parts/assignment";
import { Confirm } from "../parts/Confirm";
import { Detail } from "../parts/Detail";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Columns, Section, Waiting } from "../parts/page";
import { Preview } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { Facts, Moment, Tone } from "../parts/Value";
import { resultOf } from "../parts/signInResult";
import { offerUndo } from "../parts/undo";
import { useWantedAct } from "../parts/wantedAct";
import { WhyButton } from "../parts/Why";
import { kindOfType } from "../graph/types";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { type HeldRole, useHeldRoles } from "./heldRoles";
import type { PageProps } from "./opinions";
import { PersonDevices } from "./PersonDevices";
import { PersonLicences } from "./PersonLicences";
import { PersonRisk } from "./PersonRisk";

const PersonPowers = lazy(() => import("./PersonPowers"));

const ACTS = ["reset", "pass", "revoke", "disable", "enable"] as const;
type Act = (typeof ACTS)[number];

export default function Person({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  const [act, setAct] = useState<Act | null>(null);
  useWantedAct((wanted) => setAct(ACTS.find((known) => known === wanted) ?? null));
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(user) => (user.accountEnabled === false ? <Tone word="disabled" /> : null)}
      subtitle={(user) => (
        <span style={{ display: "inline-flex", gap: "8px", alignItems: "center" }}>
          <Avatar name={String(user.displayName ?? "")} size={24} aria-hidden />
          {[user.userPrincipalName, user.jobTitle, user.department].filter(Boolean).join(" · ")}
        </span>
      )}
      actions={(user) => (
        <>
          <Menu>
            <MenuTrigger disableButtonEnhancement>
              <Button appearance="primary">{t("person.actions")}</Button>
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                <MenuItem icon={<TicketDiagonalRegular />} onClick={() => setAct("pass")}>{t("person.pass")}</MenuItem>
                <MenuItem icon={<KeyResetRegular />} onClick={() => setAct("reset")}>{t("person.reset")}</MenuItem>
                <MenuItem icon={<SignOutRegular />} onClick={() => setAct("revoke")}>{t("person.revoke")}</MenuItem>
                {user.accountEnabled === false ? (
                  <MenuItem icon={<PersonAvailableRegular />} onClick={() => setAct("enable")}>{t("person.enable")}</MenuItem>
                ) : (
                  <MenuItem icon={<PersonProhibitedRegular />} onClick={() => setAct("disable")}>{t("person.disable")}</MenuItem>
                )}
              </MenuList>
            </MenuPopover>
          </Menu>
          {act && <Acting act={act} user={user} onClose={() => setAct(null)} />}
        </>
      )}
      tabs={[
        { key: "story", title: t("person.story"), content: (user) => <Story user={user} /> },
        { key: "powers", title: t("role.may"), content: (user) => <Suspense fallback={<Waiting />}><PersonPowers user={user} /></Suspense> },
        { key: "signIns", title: t("person.signInsAndMethods"), content: (user) => <SigningIn user={user} /> },
      ]}
    />
  );
}

function Story({ user }: { user: Entity }) {
  const { t, name } = useWords();
  const base = `/users/${user.id}`;
  const manager = useRead<Entity>(`${base}/manager`);
  const groups = usePages<Entity>(at(`${base}/transitiveMemberOf`, { $top: 100 }));
  const devices = useRead<GraphPage<Entity>>(at(`${base}/managedDevices`, { $select: "id,deviceName,complianceState,operatingSystem,osVersion,lastSyncDateTime,azureADDeviceId" }));
  const roles = useHeldRoles(user.id, "roleAssignments");
  const eligible = useHeldRoles(user.id, "roleEligibilityScheduleInstances");
  const packages = useRead<GraphPage<Entity>>(at("/identityGovernance/entitlementManagement/assignments", { $filter: `target/objectId eq '${user.id}'`, $expand: "accessPackage" }));
  const apps = useRead<GraphPage<Entity>>(`${base}/appRoleAssignments`);
  const reports = useRead<GraphPage<Entity>>(at(`${base}/directReports`, { $select: "id,displayName,jobTitle", $top: 50 }));

  const memberOf = (groups.data?.value ?? []).filter((item) => kindOfType(item["@odata.type"]) === "group");
  const roleOf = ({ item, role }: HeldRole) => String(role?.displayName ?? item.roleDefinitionId);
  const through = ({ group }: HeldRole) => group && t("person.byGroup", { group: String(group.displayName) });
  return (
    <Columns>
      <Section title={t("person.identity")}>
        <Facts
          facts={[
            { name: "manager", value: manager.data?.id ? manager.data : null },
            ...["jobTitle", "department", "companyName", "employeeId", "officeLocation", "city", "country", "usageLocation", "mail", "mobilePhone"].map((fact) => ({ name: fact, type: "String", value: user[fact] })),
            ...["employeeHireDate", "employeeLeaveDateTime", "createdDateTime", "lastPasswordChangeDateTime"].map((fact) => ({ name: fact, type: "DateTimeOffset", value: user[fact] })),
          ].map((fact) => (fact.name === "manager" && fact.value ? { ...fact, value: { "@odata.type": "#microsoft.graph.user", ...(fact.value as Entity) } } : fact))}
        />
      </Section>
      <Section title={t("person.groups")}>
        <Rows
          query={groups}
          none={t("person.noGroups")}
          rows={memberOf.map((group): Row => ({
            key: group.id,
            what: <Go href={placeOf("group", group.id) ?? ""}>{String(group.displayName)}</Go>,
            hint: group.membershipRule ? String(group.membershipRule) : undefined,
            end: <WhyButton question={{ user: user.id, group: group.id }} about={String(group.displayName)} />,
          }))}
        />
        {groups.data?.hasMore && <div><Button size="small" disabled={groups.isFetching} onClick={groups.more}>{t("more.show")}</Button></div>}
      </Section>
      <PersonLicences user={user} groups={groups.data?.value ?? []} />
      <Section title={t("room.devices")}>
        <Rows
          query={devices}
          none={t("person.noDevices")}
          rows={(devices.data?.value ?? []).map((device): Row => ({
            key: device.id,
            what: <Go href={placeOf("managedDevice", device.id) ?? ""}>{String(device.deviceName)}</Go>,
            hint: `${String(device.operatingSystem ?? "")} ${String(device.osVersion ?? "")}`,
            end: <><Tone word={String(device.complianceState ?? "unknown")} /><WhyButton question={{ device: device.id }} about={String(device.deviceName)} /></>,
          }))}
        />
      </Section>
      <PersonDevices user={user} managed={devices.data?.value} />
      <Section title={t("list.roles")}>
        <Rows
          query={[roles, eligible]}
          none={t("person.noRoles")}
          rows={[
            ...(roles.data ?? []).map((held): Row => ({ key: held.item.id, what: <Go href={placeOf("unifiedRoleDefinition", String(held.item.roleDefinitionId)) ?? ""}>{roleOf(held)}</Go>, hint: through(held), end: <><Tone word="Active" /><WhyButton question={{ user: user.id, role: String(held.item.roleDefinitionId) }} about={roleOf(held)} /></> })),
            ...(eligible.data ?? []).map((held): Row => ({ key: `e${held.item.id}`, what: roleOf(held), hint: <>{through(held)} {held.item.endDateTime ? <>{t("until")} <Moment value={String(held.item.endDateTime)} /></> : null}</>, end: name("eligible") })),
          ]}
        />
      </Section>
      <Section title={t("list.accessPackages")}>
        <Rows
          query={packages}
          none={t("person.noPackages")}
          rows={(packages.data?.value ?? []).map((item): Row => ({
            key: item.id,
            what: String((item.accessPackage as Entity | null)?.displayName ?? item.id),
            hint: endOf(item) ? <>{t("until")} <Moment value={endOf(item) ?? ""} /></> : undefined,
            end: <><Tone word={String(item.state)} /><WhyButton question={{ assignment: item.id }} about={String((item.accessPackage as Entity | null)?.displayName ?? item.id)} /></>,
          }))}
        />
      </Section>
      {(apps.data?.value.length ?? 0) > 0 && (
        <Section title={t("room.apps")}>
          <Rows rows={(apps.data?.value ?? []).map((item): Row => ({ key: item.id, what: String(item.resourceDisplayName ?? item.resourceId) }))} />
        </Section>
      )}
      {(reports.data?.value.length ?? 0) > 0 && (
        <Section title={name("directReports")}>
          <Rows rows={(reports.data?.value ?? []).map((item): Row => ({ key: item.id, what: <Go href={placeOf("user", item.id) ?? ""}>{String(item.displayName)}</Go>, hint: item.jobTitle ? String(item.jobTitle) : undefined }))} />
        </Section>
      )}
    </Columns>
  );
}

function SigningIn({ user }: { user: Entity }) {
  const { t, name } = useWords();
  const methods = useRead<GraphPage<Entity>>(`/users/${user.id}/authentication/methods`);
  const families = useRead<GraphPage<Entity>>(`/users/${user.id}/refreshTokenFamilies`);
  const signIns = useRead<GraphPage<Entity>>(at("/auditLogs/signIns", { $filter: `userId eq '${user.id}'`, $top: 20 }));
  const remove = useChange();
  const kind = (method: Entity) => kindOfType(method["@odata.type"]) ?? "";
  return (
    <>
      <PersonRisk user={user} />
      <Columns>
        <Section title={t("list.methodsPolicy")}>
          {remove.error && <Failure why={remove.error} />}
          <Rows
            query={methods}
            none={t("person.noMethods")}
            rows={(methods.data?.value ?? []).map((method): Row => ({
              key: method.id,
              what: <>{name(kind(method).replace(/AuthenticationMethod$/, ""))} {method.displayName ? `· ${String(method.displayName)}` : ""}</>,
              hint: method.createdDateTime ? <Moment value={String(method.createdDateTime)} /> : undefined,
              end: kind(method).startsWith("password") ? undefined : (
                <Button size="small" disabled={remove.isPending} onClick={() => remove.mutate({ path: `/users/${user.id}/authentication/${SEGMENTS[kind(method)] ?? "methods"}/${method.id}`, ask: { method: "DELETE" } })}>
                  {t("delete")}
                </Button>
              ),
            }))}
          />
        </Section>
        <Section title={t("person.sessions")}>
          <Rows
            query={families}
            none={t("person.noSessions")}
            rows={(families.data?.value ?? []).map((family, index): Row => ({
              key: String(family.id ?? index),
              what: String(family.appDisplayName ?? family.displayName ?? family.appId ?? family.clientId ?? ""),
              hint: typeof family.lastUsedDateTime === "string" ? <Moment value={family.lastUsedDateTime} /> : undefined,
              end: (
                <Button size="small" disabled={remove.isPending} onClick={() => remove.mutate({ path: `/users/${user.id}/refreshTokenFamilies/${String(family.id)}`, ask: { method: "DELETE" } })}>
                  {t("person.endSession")}
                </Button>
              ),
            }))}
          />
        </Section>
      </Columns>
      <Section title={t("person.lastSignIns")} actions={<Go href={`/admin/monitor/signIns?filter=${encodeURIComponent(`userId eq '${user.id}'`)}`}>{t("home.all")}</Go>}>
        <Rows
          none={t("home.noSignIns")}
          rows={(signIns.data?.value ?? []).map((row): Row => ({
            key: row.id,
            what: <Go href={`/admin/monitor/signIns/${row.id}`}>{String(row.appDisplayName ?? "")} → {String(row.resourceDisplayName ?? "")}</Go>,
            hint: <><Moment value={String(row.createdDateTime)} /> · {String(row.ipAddress ?? "")}</>,
            end: <Tone word={resultOf(row.status)} />,
          }))}
        />
      </Section>
    </>
  );
}

const SEGMENTS: Record<string, string> = {
  temporaryAccessPassAuthenticationMethod: "temporaryAccessPassMethods",
  fido2AuthenticationMethod: "fido2Methods",
  softwareOathAuthenticationMethod: "softwareOathMethods",
  emailAuthenticationMethod: "emailMethods",
};

const ASKS: Record<Exclude<Act, "reset" | "pass">, { path: (id: string) => string; method: "POST" | "PATCH"; body: unknown }> = {
  revoke: { path: (id) => `/users/${id}/revokeSignInSessions`, method: "POST", body: {} },
  disable: { path: (id) => `/users/${id}`, method: "PATCH", body: { accountEnabled: false } },
  enable: { path: (id) => `/users/${id}`, method: "PATCH", body: { accountEnabled: true } },
};

function Acting({ act, user, onClose }: { act: Act; user: Entity; onClose: () => void }) {
  const { t } = useWords();
  const who = String(user.displayName);
  const change = useChange<Entity>();
  const [password, setPassword] = useState("");
  const [minutes, setMinutes] = useState(60);
  const [isOnce, setOnce] = useState(true);
  if (act === "pass") {
    const secret = change.data?.temporaryAccessPass as string | undefined;
    return (
      <Confirm
        title={t("person.passFor", { who })}
        action={secret ? t("close") : t("person.passMake")}
        isBusy={change.isPending}
        why={change.error}
        onNo={onClose}
        onYes={() => (secret ? onClose() : change.mutate({ path: `/users/${user.id}/authentication/temporaryAccessPassMethods`, ask: { method: "POST", body: { lifetimeInMinutes: minutes, isUsableOnce: isOnce } } }))}
      >
        {secret ? (
          <MessageBar intent="success" layout="multiline">
            <MessageBarBody>
              <Text size={500} font="monospace" block><code>{secret}</code></Text>
              {t("person.passOnce")}
            </MessageBarBody>
          </MessageBar>
        ) : (
          <>
            <Text>{t("person.passAbout")}</Text>
            <Field label={t("person.passMinutes")}>
              <SpinButton value={minutes} min={10} max={43_200} step={10} onChange={(_, data) => setMinutes(Number(data.value ?? data.displayValue) || 60)} />
            </Field>
            <Switch label={t("person.passOnceOnly")} checked={isOnce} onChange={(_, data) => setOnce(data.checked)} />
          </>
        )}
      </Confirm>
    );
  }
  if (act === "reset") {
    const isDone = change.isSuccess;
    return (
      <Confirm
        title={t("person.resetFor", { who })}
        action={isDone ? t("close") : t("person.reset")}
        isBusy={change.isPending || (!isDone && password.length < 8)}
        why={change.error}
        onNo={onClose}
        onYes={() => (isDone ? onClose() : change.mutate({ path: `/users/${user.id}`, ask: { method: "PATCH", body: { passwordProfile: { password, forceChangePasswordNextSignIn: true } } } }))}
      >
        {isDone ? <Text>{t("person.resetDone")}</Text> : (
          <Field label={t("person.newPassword")} hint={t("person.resetHint")}>
            <Input type="text" autoComplete="off" value={password} onChange={(_, data) => setPassword(data.value)} />
          </Field>
        )}
      </Confirm>
    );
  }
  const ask = ASKS[act];
  const wanted = { path: ask.path(user.id), ask: { method: ask.method, body: ask.body } };
  const done = () => {
    if (act === "disable") offerUndo({ said: t("undo.disabled", { who }), change: { path: `/users/${user.id}`, ask: { method: "PATCH", body: { accountEnabled: true } } } });
    onClose();
  };
  return (
    <Confirm title={t(`person.${act}For`, { who })} action={t(`person.${act}`)} isHarmful={act !== "enable"} isBusy={change.isPending} why={change.error} onNo={onClose} onYes={() => change.mutate(wanted, { onSuccess: done })}>
      <Preview change={wanted} />
    </Confirm>
  );
}
