// A compliance policy: what it demands, what follows, who is judged by it, and how they stand.

import { Badge, Tab, TabList } from "@fluentui/react-components";
import { useState } from "react";
import { at, type Entity } from "../graph/client";
import { useRead } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { useEntityEditing } from "../parts/editing";
import { Answered } from "../parts/page";
import { type Count, Results } from "../parts/Results";
import { type Collection, placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { AssignmentsTab } from "./AssignmentsTab";
import { type Instance, type Setting, settingsOf, useCatalog } from "./catalog";
import { type Action, actionsOf, NoncomplianceActions, type Rule, ruled } from "./NoncomplianceActions";
import { SaveBar } from "./SaveBar";
import { SettingsEditor, useLack } from "./SettingsEditor";

export default function CompliancePolicy({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  const path = `/${collection.path}/${id}`;
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(policy) => policy.isAssigned !== true && <Badge appearance="tint" color="warning">{t("assign.none")}</Badge>}
      subtitle={(policy) => String(policy.description ?? t("list.compliancePolicies"))}
      tabs={[
        { key: "status", title: t("status.tab"), content: () => <Status path={path} /> },
        { key: "rules", title: t("compliance.rules"), content: () => <Loaded path={path}>{(policy) => <Rules path={path} policy={policy} />}</Loaded> },
        { key: "follows", title: t("consequence.tab"), content: () => <Loaded path={path}>{(policy) => <Follows path={path} policy={policy} />}</Loaded> },
        { key: "who", title: t("assign.tab"), content: (policy) => <AssignmentsTab path={path} platforms={String(policy.platforms)} /> },
      ]}
    />
  );
}

function Loaded({ path, children }: { path: string; children: (policy: Entity) => React.ReactNode }) {
  const policy = useRead<Entity>(readAt(path));
  return <Answered query={policy}>{children}</Answered>;
}

/** What is edited here, read as the page reads it. */
const readAt = (path: string) => at(path, { $select: "id,settings,scheduledActionsForRule" });

function Rules({ path, policy }: { path: string; policy: Entity }) {
  const { t } = useWords();
  const editing = useEntityEditing<{ instances: Instance[] }>(readAt(path), policy, ({ settings }) => ({ instances: (settings as Setting[]).map((setting) => setting.settingInstance) }), `${path}.settings`);
  const { draft, setDraft } = editing;
  const catalog = useCatalog("compliance", t("compliance.distributions"));
  const lack = useLack("compliance", draft.instances);
  return (
    <>
      <SettingsEditor usage="compliance" instances={draft.instances} onInstances={(instances) => setDraft({ instances })} />
      <SaveBar editing={editing} lacks={draft.instances.length ? lack : undefined} onSave={() => catalog.data && editing.save({ path, ask: { method: "PATCH", body: { settings: settingsOf(draft.instances, catalog.data) } } })} />
    </>
  );
}

function Follows({ path, policy }: { path: string; policy: Entity }) {
  const editing = useEntityEditing<{ actions: Action[] }>(readAt(path), policy, ({ scheduledActionsForRule }) => ({ actions: actionsOf(scheduledActionsForRule as Rule[]) }), `${path}.follows`);
  const { actions } = editing.draft;
  return (
    <>
      <NoncomplianceActions actions={actions} onActions={(next) => editing.setDraft({ actions: next })} />
      <SaveBar editing={editing} onSave={() => editing.save({ path, ask: { method: "PATCH", body: { scheduledActionsForRule: ruled(actions) } } })} />
    </>
  );
}

const LIVE_MS = 10_000;
const COUNTS: [string, string, Count["tone"]?][] = [
  ["failedCount", "nonCompliant", "bad"], ["errorCount", "error", "bad"], ["conflictCount", "conflict", "bad"], ["pendingCount", "unknown", "warn"],
  ["successCount", "compliant", "good"], ["notApplicableCount", "notApplicable"],
];

function Status({ path }: { path: string }) {
  const { t } = useWords();
  const [of, setOf] = useState<"devices" | "people">("devices");
  const overview = useRead<Record<string, number>>(`${path}/deviceStatusOverview`, LIVE_MS);
  const ofUsers = useRead<Record<string, number>>(of === "people" ? `${path}/userStatusOverview` : null, LIVE_MS);
  const counts = of === "people" ? ofUsers : overview;
  const quick = COUNTS.map(([, state]) => ({ key: state, filter: `status eq '${state}'` }));
  const devices: Collection = { key: "policyDevices", path: `${path.slice(1)}/deviceStatuses`, kind: "deviceComplianceDeviceStatus", title: "deviceDisplayName", columns: ["deviceDisplayName", "userPrincipalName", "status", "deviceModel", "complianceGracePeriodExpirationDateTime", "lastReportedDateTime"], search: ["deviceDisplayName", "userPrincipalName"], quick, isReport: true };
  const people: Collection = { key: "policyPeople", path: `${path.slice(1)}/userStatuses`, kind: "deviceComplianceUserStatus", title: "userDisplayName", columns: ["userDisplayName", "userPrincipalName", "status", "devicesCount", "lastReportedDateTime"], search: ["userDisplayName", "userPrincipalName"], quick, isReport: true };
  return (
    <>
      <TabList size="small" selectedValue={of} onTabSelect={(_, data) => setOf(data.value as typeof of)} aria-label={t("status.tab")}>
        <Tab value="devices">{t("status.devices")}</Tab>
        <Tab value="people">{t("list.users")}</Tab>
      </TabList>
      <Answered query={counts}>
        {(told) => (
          <Results
            key={of}
            collection={of === "people" ? people : devices}
            counts={COUNTS.map(([name, key, tone]) => ({ key, count: told[name] ?? 0, tone }))}
            place={(row) => placeOf(of === "people" ? "user" : "managedDevice", row.id.split("_").pop() ?? "")}
            every={LIVE_MS}
            none={t("assign.nobody")}
          />
        )}
      </Answered>
    </>
  );
}
