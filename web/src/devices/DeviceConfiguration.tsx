// Each setting of a device: what policies want, what was found, since when, by which policy, and why.

import { Button, Input, makeStyles, Text, tokens } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity, type Page } from "../graph/client";
import { useRead } from "../graph/queries";
import { Go } from "../parts/Go";
import { Empty, Section } from "../parts/page";
import { Moment, Tone } from "../parts/Value";
import { WhyButton } from "../parts/Why";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { type Catalog, definitionIdOf, toldValue, useCatalog } from "./catalog";

export interface SettingState {
  settingDefinitionId: string;
  value?: string | null;
  state: string;
  actual?: string | null;
  error?: string | null;
  policyIds?: string[] | null;
  lastUpdatedDateTime?: string | null;
}

/** What needs looking at stands first. */
const ORDER = ["conflict", "error", "pending", "succeeded", "notApplicable"];

const useStyles = makeStyles({
  tools: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "center" },
  list: { listStyle: "none", margin: 0, padding: 0 },
  row: { display: "grid", gridTemplateColumns: "minmax(0, 5fr) minmax(0, 4fr) 200px", gap: "4px 20px", paddingBlock: "10px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, ":last-child": { borderBottom: "none" }, "@media (max-width: 760px)": { gridTemplateColumns: "minmax(0, 1fr)" } },
  hint: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  values: { display: "grid", gridTemplateColumns: "max-content minmax(0, 1fr)", gap: "2px 10px", margin: 0, overflowWrap: "anywhere", "& dt": { color: tokens.colorNeutralForeground3 }, "& dd": { margin: 0 } },
  wrong: { color: tokens.colorStatusDangerForeground1 },
  first: { display: "flex", gap: "4px", alignItems: "center" },
  end: { display: "flex", flexDirection: "column", alignItems: "flex-start", gap: "4px" },
});

export function DeviceConfiguration({ device }: { device: Entity }) {
  const { t, name, number } = useWords();
  const styles = useStyles();
  const [text, setText] = useState("");
  const [only, setOnly] = useState<string>();
  const catalog = useCatalog("configuration", t("compliance.distributions"));
  const policies = useRead<Page<Entity>>(at("/deviceManagement/configurationPolicies", { $select: "id,name", $top: 999 }));
  const names = new Map((policies.data?.value ?? []).map((policy) => [policy.id, String(policy.name)]));
  const states = (Array.isArray(device.configurationSettingStates) ? (device.configurationSettingStates as SettingState[]) : []);
  const known = catalog.data;
  if (!states.length || !known) return <Section><Empty title={t("device.noSettings")} /></Section>;
  const titled = states.map((state) => ({ state, ...definitionIdOf(state.settingDefinitionId) })).map((one) => ({ ...one, definition: known.get(one.id) }));
  const wanted = text.toLowerCase();
  const shown = titled
    .filter(({ state, definition }) => (!only || state.state === only) && (!wanted || `${definition?.displayName ?? ""} ${state.settingDefinitionId}`.toLowerCase().includes(wanted)))
    .sort((one, other) => ORDER.indexOf(one.state.state) - ORDER.indexOf(other.state.state) || (one.definition?.displayName ?? "").localeCompare(other.definition?.displayName ?? ""));
  return (
    <Section>
      <div className={styles.tools}>
        <Input type="search" contentBefore={<SearchRegular />} value={text} placeholder={t("list.search")} aria-label={t("settings.find")} onChange={(_, data) => setText(data.value)} />
        {ORDER.map((state) => {
          const count = states.filter((one) => one.state === state).length;
          return count > 0 && <Button key={state} size="small" appearance={only === state ? "primary" : "secondary"} aria-pressed={only === state} onClick={() => setOnly(only === state ? undefined : state)}>{name(state)}: {number(count)}</Button>;
        })}
      </div>
      <ul className={styles.list}>
        {shown.map(({ state, definition, member }) => (
          <One key={state.settingDefinitionId} state={state} member={member} definition={definition} names={names} device={device} />
        ))}
      </ul>
    </Section>
  );
}

function One({ state, member, definition, names, device }: { state: SettingState; member?: string; definition: ReturnType<Catalog["get"]>; names: Map<string, string>; device: Entity }) {
  const { t } = useWords();
  const styles = useStyles();
  const title = `${definition?.displayName ?? state.settingDefinitionId}${member ? ` · ${member}` : ""}`;
  const isWrong = state.state === "error" || state.state === "conflict";
  return (
    <li className={styles.row}>
      <div>
        <Text weight="semibold" block>{title}</Text>
        <span className={styles.hint}>
          {(state.policyIds ?? []).map((id, index) => <span key={id}>{index > 0 && ", "}<Go href={placeOf("deviceManagementConfigurationPolicy", id) ?? ""}>{names.get(id) ?? id}</Go></span>)}
        </span>
      </div>
      <div>
        <dl className={styles.values}>
          {state.value !== null && state.value !== undefined && <><dt>{t("device.desired")}</dt><dd dir="auto">{toldValue(definition, short(state.value))}</dd></>}
          {state.actual && <><dt>{t("device.found")}</dt><dd dir="auto"><code>{short(state.actual)}</code></dd></>}
        </dl>
        {state.error && <Text block size={200} className={isWrong ? styles.wrong : styles.hint} dir="auto">{state.error}</Text>}
      </div>
      <div className={styles.end}>
        <span className={styles.first}><Tone word={state.state} /><WhyButton question={{ device: device.id, setting: state.settingDefinitionId }} about={title} /></span>
        {state.lastUpdatedDateTime && <span className={styles.hint}>{t("since")} <Moment value={state.lastUpdatedDateTime} /></span>}
      </div>
    </li>
  );
}

function short(text: string): string {
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}
