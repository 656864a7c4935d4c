// What happened to a device, newest first, put together from what it keeps, what was asked of it and what the audit says: when
// rules began to hold or to fail, when settings changed, what was installed, what it was told to do, and how it was before.

import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { AppsListRegular, DocumentTextRegular, LaptopRegular, SendRegular, SettingsRegular, ShieldCheckmarkRegular, ShieldErrorRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity, type Page } from "../graph/client";
import { useRead } from "../graph/queries";
import { usePages } from "../graph/pages";
import type { CheckResult } from "../parts/CheckResults";
import { Go } from "../parts/Go";
import { type Audit, Changes } from "../parts/History";
import { Empty, Section } from "../parts/page";
import { Moment, Tone } from "../parts/Value";
import { type Speech, useWords } from "../words";
import { type Catalog, definitionIdOf, useCatalog } from "./catalog";
import type { SettingState } from "./DeviceConfiguration";

const SHOWN = 40;
/** So many of its audit records are read at a time. */
const AUDITS = 50;

const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0 },
  item: { display: "grid", gridTemplateColumns: "170px 28px minmax(0, 1fr)", gap: "4px 12px", position: "relative", paddingBlockEnd: "16px", "@media (max-width: 640px)": { gridTemplateColumns: "28px minmax(0, 1fr)" } },
  time: { color: tokens.colorNeutralForeground3, "@media (max-width: 640px)": { gridColumn: "2", order: 2 } },
  icon: { width: "28px", height: "28px", borderRadius: "50%", display: "grid", placeItems: "center", backgroundColor: tokens.colorNeutralBackground3, color: tokens.colorNeutralForeground2 },
  good: { backgroundColor: tokens.colorStatusSuccessBackground1, color: tokens.colorStatusSuccessForeground1 },
  bad: { backgroundColor: tokens.colorStatusDangerBackground1, color: tokens.colorStatusDangerForeground1 },
  what: { paddingBlockStart: "3px", overflowWrap: "anywhere" },
  hint: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
});

export interface Happening {
  key: string;
  when: string;
  icon: React.ReactNode;
  tone?: "good" | "bad";
  what: React.ReactNode;
  hint?: React.ReactNode;
}

interface Asked { id: string; actionName: string; actionState: string; requestDateTime: string; initiatedByUserPrincipalName?: string | null }

export function DeviceTimeline({ device }: { device: Entity }) {
  const words = useWords();
  const styles = useStyles();
  const [shown, setShown] = useState(SHOWN);
  const rules = useCatalog("compliance", words.t("compliance.distributions"));
  const settings = useCatalog("configuration", words.t("compliance.distributions"));
  const asked = useRead<Page<Asked>>(at("/deviceManagement/remoteActionAudits", { $filter: `managedDeviceId eq '${device.id}'`, $orderby: "requestDateTime desc", $top: 100 }));
  const audits = usePages<Audit>(at("/auditLogs/directoryAudits", { $filter: `targetResources/any(t:t/id eq '${device.id}')`, $top: AUDITS }));
  // The journal reaches back so far; what is older may be missing in between, and is not shown before it was read.
  const recorded = audits.data?.value ?? [];
  const since = audits.data?.hasMore ? (recorded.at(-1)?.activityDateTime ?? "") : "";
  const all = [...happenings(device, asked.data?.value ?? [], words, rules.data, settings.data), ...recorded.map((row) => told(row, device.id, words))]
    .filter((one) => one.when >= since)
    .sort((one, other) => other.when.localeCompare(one.when));
  const more = () => {
    setShown(shown + SHOWN);
    if (all.length <= shown + SHOWN && audits.data?.hasMore) audits.more();
  };
  if (!all.length && audits.data) return <Section><Empty title={words.t("history.none")} /></Section>;
  return (
    <Section>
      <ol className={styles.list}>
        {all.slice(0, shown).map((one) => (
          <li key={one.key} className={styles.item}>
            <span className={styles.time}><Moment value={one.when} /></span>
            <span className={mergeClasses(styles.icon, one.tone === "good" && styles.good, one.tone === "bad" && styles.bad)} aria-hidden>{one.icon}</span>
            <div className={styles.what}>{one.what}{one.hint && <div className={styles.hint}>{one.hint}</div>}</div>
          </li>
        ))}
      </ol>
      {(all.length > shown || audits.data?.hasMore) && <div><Button disabled={audits.isFetching} onClick={more}>{words.t("more.show")}</Button></div>}
    </Section>
  );
}

function happenings(device: Entity, asked: Asked[], words: Speech, rules: Catalog | undefined, settings: Catalog | undefined): Happening[] {
  const { t, name } = words;
  const list = <T,>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);
  const found: Happening[] = [];
  if (device.enrolledDateTime) found.push({ key: "enrolled", when: String(device.enrolledDateTime), icon: <LaptopRegular />, what: t("timeline.enrolled") });
  for (const one of asked) {
    found.push({ key: one.id, when: one.requestDateTime, icon: <SendRegular />, what: <>{name(one.actionName)} <Tone word={one.actionState} /></>, hint: one.initiatedByUserPrincipalName ? t("history.by", { who: one.initiatedByUserPrincipalName }) : undefined });
  }
  for (const result of list<CheckResult>(device.complianceResults)) {
    if (!result.sinceDateTime || result.state === "notApplicable") continue;
    const isGood = result.state === "compliant";
    const rule = rules?.get(result.setting)?.displayName ?? name(result.setting);
    found.push({ key: `rule.${result.policyId}.${result.setting}`, when: result.sinceDateTime, icon: isGood ? <ShieldCheckmarkRegular /> : <ShieldErrorRegular />, tone: isGood ? "good" : "bad", what: t(isGood ? "timeline.holds" : "timeline.fails", { rule }), hint: isGood ? undefined : `${t("device.expected")} ${result.expected ?? "–"} · ${t("device.actual")} ${result.actual ?? "–"}` });
  }
  for (const app of list<Record<string, string | null>>(device.appInstallStates)) {
    if (app.lastUpdatedDateTime) found.push({ key: `app.${app.applicationId}`, when: app.lastUpdatedDateTime, icon: <AppsListRegular />, tone: app.error ? "bad" : undefined, what: <>{app.displayName} {app.installedVersion ?? app.version} <Tone word={String(app.installState)} /></>, hint: app.error });
  }
  // Settings come in by the dozen: what changed in one check-in is one happening.
  const together = new Map<string, SettingState[]>();
  for (const state of list<SettingState>(device.configurationSettingStates)) {
    if (!state.lastUpdatedDateTime || state.state === "notApplicable") continue;
    const key = `${state.lastUpdatedDateTime} ${state.state}`;
    together.set(key, [...(together.get(key) ?? []), state]);
  }
  for (const [key, states] of together) {
    const titles = states.map((state) => settings?.get(definitionIdOf(state.settingDefinitionId).id)?.displayName ?? state.settingDefinitionId);
    const isBad = states[0]?.state === "error" || states[0]?.state === "conflict";
    found.push({ key: `setting.${key}`, when: String(states[0]?.lastUpdatedDateTime), icon: <SettingsRegular />, tone: isBad ? "bad" : undefined, what: <>{t("timeline.settings", { count: states.length })} <Tone word={String(states[0]?.state)} /></>, hint: titles.slice(0, 5).join(", ") + (titles.length > 5 ? ` … ${t("bulk.others", { count: titles.length - 5 })}` : "") });
  }
  return found;
}

/** What the audit says of it: who changed what, and what it was before. */
function told(row: Audit, id: string, { t, activity }: Speech): Happening {
  const who = row.initiatedBy.user?.displayName ?? row.initiatedBy.user?.userPrincipalName ?? row.initiatedBy.app?.displayName ?? "";
  return {
    key: `audit.${row.id}`,
    when: row.activityDateTime,
    icon: <DocumentTextRegular />,
    tone: row.result === "success" ? undefined : "bad",
    what: <><Go href={`/admin/monitor/audits/${row.id}`}>{activity(row.activityDisplayName)}</Go> {row.result !== "success" && <Tone word={row.result} />}</>,
    hint: <>{who && t("history.by", { who })}<Changes targets={row.targetResources.filter((target) => target.id === id)} /></>,
  };
}
