// A compliance policy: what it demands, what follows, who is judged by it, and how they stand.

import { Badge, makeStyles, tokens } from "@fluentui/react-components";
import { at, type Entity, type Page } from "../graph/client";
import { useRead } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { useEntityEditing } from "../parts/editing";
import { Go } from "../parts/Go";
import { Answered, Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { type Key, useWords } from "../words";
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

const LIVE_MS = 5_000;
const SHOWN_MAX = 100;
const COUNTS = [["successCount", "compliant"], ["failedCount", "nonCompliant"], ["errorCount", "error"], ["conflictCount", "conflict"], ["pendingCount", "unknown"], ["notApplicableCount", "notApplicable"]] as const;

const useStyles = makeStyles({
  numbers: { display: "flex", gap: "12px 36px", flexWrap: "wrap" },
  number: { display: "block", fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold },
});

interface DeviceStatus { id: string; deviceDisplayName: string; userPrincipalName?: string; status: string; lastReportedDateTime?: string }

function Status({ path }: { path: string }) {
  const { t, name, number } = useWords();
  const styles = useStyles();
  const overview = useRead<Record<string, number>>(`${path}/deviceStatusOverview`, LIVE_MS);
  const devices = useRead<Page<DeviceStatus>>(`${path}/deviceStatuses`, LIVE_MS);
  const people = useRead<Page<{ id: string; userDisplayName: string; status: string; devicesCount: number }>>(`${path}/userStatuses`, LIVE_MS);
  const order = (status: string) => ["nonCompliant", "error", "conflict", "unknown", "inGracePeriod"].indexOf(status);
  return (
    <>
      <Section>
        <Answered query={overview}>
          {(counts) => (
            <div className={styles.numbers}>
              {COUNTS.map(([key, state]) => <div key={key}><span className={styles.number}>{number(counts[key] ?? 0)}</span>{name(state)}</div>)}
            </div>
          )}
        </Answered>
      </Section>
      <Columns>
        <Section title={t("status.devices")}>
          <Answered query={devices}>
            {({ value }) => (
              <Rows
                none={t("assign.nobody")}
                rows={[...value].sort((one, other) => order(other.status) - order(one.status)).slice(0, SHOWN_MAX).map((device): Row => ({
                  key: device.id,
                  what: <Go href={placeOf("managedDevice", device.id.split("_").pop() ?? "") ?? ""}>{device.deviceDisplayName}</Go>,
                  hint: <>{device.userPrincipalName} {device.lastReportedDateTime && <>· <Moment value={device.lastReportedDateTime} /></>}</>,
                  end: <Tone word={device.status} />,
                }))}
              />
            )}
          </Answered>
        </Section>
        <Section title={t("list.users" as Key)}>
          <Answered query={people}>
            {({ value }) => <Rows rows={value.slice(0, SHOWN_MAX).map((one): Row => ({ key: one.id, what: <Go href={placeOf("user", one.id.split("_").pop() ?? "") ?? ""}>{one.userDisplayName}</Go>, end: <Tone word={one.status} /> }))} />}
          </Answered>
        </Section>
      </Columns>
    </>
  );
}
