// How far a policy is from the baseline that it was made from, and how far its devices are from both; and the way to a newer
// version.

import { Button, Checkbox, makeStyles, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, Switch, Tab, TabList, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Go } from "../parts/Go";
import { Answered, Empty, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { type Catalog, toldValue, useCatalog } from "./catalog";

interface Counts { inOrder: number; drifted: number; pending: number; notApplicable: number }

interface Report {
  templateId: string;
  templateDisplayName: string;
  templateDisplayVersion: string;
  newestTemplateId: string;
  addedInNewestVersion: string[];
  settings: { settingDefinitionId: string; reason: string; expected: string; configured: string | null; isCustomized: boolean; inNewestVersion?: string | null; deviceCounts: Counts }[];
  deviceCounts: Counts;
  devices: { managedDeviceId: string; deviceName: string; lastSyncDateTime?: string; state: string; driftedSettings: { settingDefinitionId: string; expected: string; actual?: string | null; state?: string; error?: string | null }[] }[];
}

const LIVE_MS = 10_000;

const useStyles = makeStyles({
  numbers: { display: "flex", gap: "8px 36px", flexWrap: "wrap" },
  number: { fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold, display: "block" },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  bar: { display: "flex", height: "10px", borderRadius: tokens.borderRadiusMedium, overflow: "hidden", backgroundColor: tokens.colorNeutralBackground4, gap: "2px" },
  table: { width: "100%", borderCollapse: "collapse", "& th": { textAlign: "start", fontWeight: tokens.fontWeightSemibold, color: tokens.colorNeutralForeground2, padding: "6px 12px 6px 0" }, "& td": { verticalAlign: "top", padding: "8px 12px 8px 0", borderTop: `1px solid ${tokens.colorNeutralStroke3}`, overflowWrap: "anywhere" } },
  scroll: { overflowX: "auto" },
  hint: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  tight: { margin: 0, paddingInlineStart: "18px" },
});

export function Drift({ path, policy }: { path: string; policy: Entity }) {
  const { t } = useWords();
  const report = useRead<Report>(`${path}/driftReport`, LIVE_MS);
  const catalog = useCatalog("configuration", t("compliance.distributions"));
  return <Answered query={report}>{(told) => (catalog.data ? <Told report={told} path={path} policy={policy} catalog={catalog.data} /> : null)}</Answered>;
}

function Told({ report, path, policy, catalog }: { report: Report; path: string; policy: Entity; catalog: Catalog }) {
  const { t, number } = useWords();
  const styles = useStyles();
  const [tab, setTab] = useState("devices");
  const counts = report.deviceCounts;
  const parts = [
    { key: "inOrder", count: counts.inOrder, className: styles.good, color: tokens.colorStatusSuccessForeground1 },
    { key: "drifted", count: counts.drifted, className: styles.bad, color: tokens.colorStatusDangerForeground1 },
    { key: "pending", count: counts.pending, className: undefined, color: tokens.colorNeutralForeground3 },
  ] as const;
  return (
    <>
      <Newer report={report} path={path} policy={policy} catalog={catalog} />
      <Section title={`${report.templateDisplayName} ${report.templateDisplayVersion}`}>
        <div className={styles.numbers}>
          {parts.map((part) => <div key={part.key}><span className={`${styles.number} ${part.count ? (part.className ?? "") : ""}`}>{number(part.count)}</span>{t(`drift.${part.key}`)}</div>)}
        </div>
        <div className={styles.bar} role="presentation">
          {parts.map((part) => part.count > 0 && <div key={part.key} style={{ flexGrow: part.count, backgroundColor: part.color }} />)}
        </div>
      </Section>
      <TabList selectedValue={tab} onTabSelect={(_, data) => setTab(String(data.value))} aria-label={t("baseline.drift")}>
        <Tab value="devices">{t("status.devices")}</Tab>
        <Tab value="settings">{t("device.settings")}</Tab>
      </TabList>
      {tab === "devices" ? <Devices report={report} catalog={catalog} /> : <Settings report={report} catalog={catalog} />}
    </>
  );
}

function Devices({ report, catalog }: { report: Report; catalog: Catalog }) {
  const { t } = useWords();
  const styles = useStyles();
  if (!report.devices.length) return <Section><Empty title={t("drift.noneDrifted")} /></Section>;
  const rows = report.devices.map((device): Row => ({
    key: device.managedDeviceId,
    what: <Go href={placeOf("managedDevice", device.managedDeviceId) ?? ""}>{device.deviceName}</Go>,
    hint: (
      <>
        {device.lastSyncDateTime && <Moment value={device.lastSyncDateTime} />}
        <ul className={styles.tight}>
          {device.driftedSettings.map((one) => {
            const definition = catalog.get(one.settingDefinitionId);
            return <li key={one.settingDefinitionId}>{definition?.displayName ?? one.settingDefinitionId}: {t("device.expected")} <b>{toldValue(definition, one.expected)}</b> · {t("device.actual")} <b dir="auto">{one.actual ?? "–"}</b>{one.error ? ` · ${one.error}` : ""}</li>;
          })}
        </ul>
      </>
    ),
    end: <Tone word={device.state} />,
  }));
  return <Section><Rows rows={rows} /></Section>;
}

function Settings({ report, catalog }: { report: Report; catalog: Catalog }) {
  const { t, number } = useWords();
  const styles = useStyles();
  const [isOnlyChanged, setOnlyChanged] = useState(false);
  const rows = report.settings.filter((one) => !isOnlyChanged || one.isCustomized || one.deviceCounts.drifted > 0);
  return (
    <Section actions={<Switch label={t("drift.onlyChanged")} checked={isOnlyChanged} onChange={(_, data) => setOnlyChanged(data.checked)} />} title={t("settings.count", { count: rows.length })}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t("device.settings")}>
        <table className={styles.table}>
          <thead><tr><th scope="col">{t("drift.setting")}</th><th scope="col">{t("drift.baseline")}</th><th scope="col">{t("drift.policy")}</th><th scope="col">{t("drift.driftedShort")}</th></tr></thead>
          <tbody>
            {rows.map((one) => {
              const definition = catalog.get(one.settingDefinitionId);
              return (
                <tr key={one.settingDefinitionId}>
                  <td><Text weight="semibold" block>{definition?.displayName ?? one.settingDefinitionId}</Text><span className={styles.hint}>{one.reason}</span></td>
                  <td>{toldValue(definition, one.expected)}</td>
                  <td>{one.configured === null || one.configured === undefined ? <Tone word="removed" /> : <>{toldValue(definition, one.configured)} {one.isCustomized && <Tone word="customized" />}</>}</td>
                  <td>{one.deviceCounts.drifted ? <Text className={styles.bad} weight="semibold">{number(one.deviceCounts.drifted)}</Text> : "–"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** There is a newer version of the baseline: what it brings, and the way there. */
function Newer({ report, path, policy, catalog }: { report: Report; path: string; policy: Entity; catalog: Catalog }) {
  const { t } = useWords();
  const styles = useStyles();
  const [isOpen, setOpen] = useState(false);
  const [isKept, setKept] = useState(true);
  const migrate = useChange(() => setOpen(false));
  if (report.newestTemplateId === report.templateId) return null;
  const changed = report.settings.filter((one) => one.inNewestVersion);
  const named = (id: string) => catalog.get(id)?.displayName ?? id;
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody><MessageBarTitle>{t("baseline.newer")}</MessageBarTitle> {t("baseline.newerAbout", { added: report.addedInNewestVersion.length, changed: changed.length })}</MessageBarBody>
      <MessageBarActions><Button size="small" onClick={() => setOpen(true)}>{t("baseline.move")}</Button></MessageBarActions>
      {isOpen && (
        <Confirm
          title={t("baseline.moveTitle", { name: String(policy.name) })}
          action={t("baseline.move")}
          isBusy={migrate.isPending}
          why={migrate.error}
          onNo={() => setOpen(false)}
          onYes={() => migrate.mutate({ path: `${path}/migrateToTemplate`, ask: { method: "POST", body: { newTemplateId: report.newestTemplateId, preserveCustomValues: isKept } } })}
        >
          {report.addedInNewestVersion.length > 0 && <div><Text weight="semibold">{t("baseline.brings")}</Text><ul className={styles.tight}>{report.addedInNewestVersion.map((id) => <li key={id}>{named(id)}</li>)}</ul></div>}
          {changed.length > 0 && <div><Text weight="semibold">{t("baseline.changes")}</Text><ul className={styles.tight}>{changed.map((one) => <li key={one.settingDefinitionId}>{named(one.settingDefinitionId)}: {toldValue(catalog.get(one.settingDefinitionId), one.expected)} → {one.inNewestVersion === "removed" ? t("baseline.removed") : toldValue(catalog.get(one.settingDefinitionId), one.inNewestVersion)}</li>)}</ul></div>}
          <Checkbox label={t("baseline.keep")} checked={isKept} onChange={(_, data) => setKept(data.checked === true)} />
        </Confirm>
      )}
    </MessageBar>
  );
}
