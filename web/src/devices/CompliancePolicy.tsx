// A compliance policy: what it demands, what follows, who is judged by it, and how they stand.

import { Badge, makeStyles, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { at, type Entity, type Page } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { useDraft } from "../parts/drafts";
import { Detail } from "../parts/Detail";
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
        { key: "rules", title: t("compliance.rules"), content: () => <Loaded path={path}>{(policy) => <Rules key={JSON.stringify(policy.settings)} path={path} known={policy.settings as Setting[]} />}</Loaded> },
        { key: "follows", title: t("consequence.tab"), content: () => <Loaded path={path}>{(policy) => <Follows key={JSON.stringify(policy.scheduledActionsForRule)} path={path} known={policy.scheduledActionsForRule as Rule[]} />}</Loaded> },
        { key: "who", title: t("assign.tab"), content: (policy) => <AssignmentsTab path={path} platforms={String(policy.platforms)} /> },
      ]}
    />
  );
}

function Loaded({ path, children }: { path: string; children: (policy: Entity) => React.ReactNode }) {
  const policy = useRead<Entity>(at(path, { $select: "id,settings,scheduledActionsForRule" }));
  return <Answered query={policy}>{children}</Answered>;
}

function Rules({ path, known }: { path: string; known: Setting[] }) {
  const { t } = useWords();
  const [before] = useState(() => ({ instances: known.map((setting) => setting.settingInstance) }));
  const [draft, setDraft, forget] = useDraft<{ instances: Instance[] }>(`${path}.settings`, before);
  const catalog = useCatalog("compliance", t("compliance.distributions"));
  const lack = useLack("compliance", draft.instances);
  const change = useChange(forget);
  return (
    <>
      <SettingsEditor usage="compliance" instances={draft.instances} onInstances={(instances) => setDraft({ instances })} />
      <SaveBar isChanged={JSON.stringify(draft) !== JSON.stringify(before)} isBusy={change.isPending} why={change.error} lacks={draft.instances.length ? lack : undefined} onDiscard={() => setDraft(before)} onSave={() => catalog.data && change.mutate({ path, ask: { method: "PATCH", body: { settings: settingsOf(draft.instances, catalog.data) } } })} />
    </>
  );
}

function Follows({ path, known }: { path: string; known: Rule[] }) {
  const [before] = useState(() => actionsOf(known));
  const [actions, setActions] = useState<Action[]>(before);
  const change = useChange();
  return (
    <>
      <NoncomplianceActions actions={actions} onActions={setActions} />
      <SaveBar isChanged={JSON.stringify(actions) !== JSON.stringify(before)} isBusy={change.isPending} why={change.error} onDiscard={() => setActions(before)} onSave={() => change.mutate({ path, ask: { method: "PATCH", body: { scheduledActionsForRule: ruled(actions) } } })} />
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
