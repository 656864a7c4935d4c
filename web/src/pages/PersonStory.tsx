// What a person is, what they are in and have, and by what.

import { Button } from "@fluentui/react-components";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { usePages } from "../graph/pages";
import { useRead } from "../graph/queries";
import { endOf } from "../parts/assignment";
import { Go } from "../parts/Go";
import { Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Facts, Moment, Tone } from "../parts/Value";
import { WhyButton } from "../parts/Why";
import { kindOfType } from "../graph/types";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { type HeldRole, useHeldRoles } from "./heldRoles";
import { PersonDevices } from "./PersonDevices";
import { PersonLicences } from "./PersonLicences";

export function Story({ user }: { user: Entity }) {
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
