// A script: how it went on devices, its text, and who gets it, with the schedule where it has one.

import { Checkbox, Dropdown, Field, Input, makeStyles, Option, SpinButton, Text, tokens } from "@fluentui/react-components";
import { at, type Entity, type Page } from "../graph/client";
import { useRead } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { useEntityEditing } from "../parts/editing";
import { Go } from "../parts/Go";
import { Answered, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { type Key, useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import type { Assignment } from "./assignment";
import { AssignmentsTab } from "./AssignmentsTab";
import { SaveBar } from "./SaveBar";
import { draftOf, lackOf, ScriptForm, type ScriptSort, scriptBody } from "./ScriptForm";

const LISTS: Record<ScriptSort, string> = { deviceHealthScripts: "deviceHealthScriptAssignments", deviceManagementScripts: "deviceManagementScriptAssignments", deviceShellScripts: "deviceManagementScriptAssignments" };
const LIVE_MS = 5_000;
const SHOWN_MAX = 200;

export default function Script({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  const path = `/${collection.path}/${id}`;
  const sort = collection.path.split("/")[1] as ScriptSort;
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      subtitle={(script) => String(script.description ?? t(`list.${collection.key}` as Key))}
      tabs={[
        { key: "results", title: t("script.results"), content: () => <Results path={path} isPair={sort === "deviceHealthScripts"} /> },
        { key: "text", title: t("script.content"), content: (script) => <Editor path={path} sort={sort} script={script} /> },
        { key: "who", title: t("assign.tab"), content: () => <AssignmentsTab path={path} platforms="linux" listName={LISTS[sort]} details={sort === "deviceHealthScripts" ? (assignment, put) => <Schedule assignment={assignment} onAssignment={put} /> : undefined} /> },
      ]}
    />
  );
}

function Editor({ path, sort, script }: { path: string; sort: ScriptSort; script: Entity }) {
  const { t } = useWords();
  const editing = useEntityEditing(path, script, draftOf, `${path}.edit`);
  const { draft } = editing;
  const lack = lackOf(sort, draft);
  return (
    <>
      <Section><ScriptForm sort={sort} draft={draft} onDraft={editing.setDraft} /></Section>
      <SaveBar editing={editing} lacks={lack && t(`script.lack.${lack}`)} onSave={() => editing.save({ path, ask: { method: "PATCH", body: scriptBody(sort, draft) } })} />
    </>
  );
}

const useStyles = makeStyles({
  numbers: { display: "flex", gap: "12px 36px", flexWrap: "wrap" },
  number: { display: "block", fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold },
  output: { margin: "4px 0 0", padding: "8px 10px", backgroundColor: tokens.colorNeutralBackground3, borderRadius: tokens.borderRadiusMedium, whiteSpace: "pre-wrap", overflowWrap: "anywhere", fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground1 },
  schedule: { display: "flex", gap: "8px 16px", flexWrap: "wrap", alignItems: "flex-end", paddingBlockEnd: "12px", paddingInlineStart: "36px" },
});

interface RunState {
  id: string;
  managedDevice?: { id: string; deviceName: string } | null;
  lastStateUpdateDateTime?: string | null;
  runState?: string;
  resultMessage?: string | null;
  errorDescription?: string | null;
  detectionState?: string;
  remediationState?: string;
  preRemediationDetectionScriptOutput?: string | null;
  preRemediationDetectionScriptError?: string | null;
  remediationScriptError?: string | null;
  postRemediationDetectionScriptOutput?: string | null;
}

function Results({ path, isPair }: { path: string; isPair: boolean }) {
  const { t, name, number } = useWords();
  const styles = useStyles();
  const summary = useRead<Record<string, unknown>>(`${path}/runSummary`, LIVE_MS);
  const states = useRead<Page<RunState>>(at(`${path}/deviceRunStates`, { $expand: "managedDevice($select=id,deviceName)", $top: SHOWN_MAX }), LIVE_MS);
  return (
    <>
      <Section>
        <Answered query={summary}>
          {(told) => (
            <div className={styles.numbers}>
              {Object.entries(told).filter(([, value]) => typeof value === "number").map(([key, value]) => <div key={key}><span className={styles.number}>{number(value as number)}</span>{name(key)}</div>)}
            </div>
          )}
        </Answered>
      </Section>
      <Section title={t("status.devices")}>
        <Answered query={states}>
          {({ value }) => (
            <Rows
              none={t("script.neverRan")}
              rows={value.map((state): Row => {
                const said = [state.resultMessage, state.errorDescription, state.preRemediationDetectionScriptOutput, state.preRemediationDetectionScriptError, state.remediationScriptError, state.postRemediationDetectionScriptOutput].filter(Boolean);
                return {
                  key: state.id,
                  what: state.managedDevice ? <Go href={placeOf("managedDevice", state.managedDevice.id) ?? ""}>{state.managedDevice.deviceName}</Go> : state.id,
                  hint: (
                    <>
                      {state.lastStateUpdateDateTime && <Moment value={state.lastStateUpdateDateTime} />}
                      {said.map((text, index) => <pre key={index} className={styles.output} dir="auto">{text}</pre>)}
                    </>
                  ),
                  end: isPair ? <><Text size={200}>{t("script.found")}</Text> <Tone word={String(state.detectionState)} /> {state.remediationState && state.remediationState !== "unknown" && <><Text size={200}>{t("script.repaired")}</Text> <Tone word={state.remediationState} /></>}</> : <Tone word={String(state.runState)} />,
                };
              })}
            />
          )}
        </Answered>
      </Section>
    </>
  );
}

type Run = { "@odata.type": string; interval?: number; time?: string; date?: string; useUtc?: boolean };

const SCHEDULES = { hourly: "deviceHealthScriptHourlySchedule", daily: "deviceHealthScriptDailySchedule", once: "deviceHealthScriptRunOnceSchedule" } as const;
type Often = keyof typeof SCHEDULES;
const TYPE = "#microsoft.graph.";

/** How often a pair runs, and whether it puts right what it finds. */
function Schedule({ assignment, onAssignment }: { assignment: Assignment; onAssignment: (next: Assignment) => void }) {
  const { t } = useWords();
  const styles = useStyles();
  if (String(assignment.target["@odata.type"]).includes("exclusion")) return null;
  const run = (assignment.runSchedule as Run | null | undefined) ?? { "@odata.type": `${TYPE}${SCHEDULES.daily}`, interval: 1, time: "03:00:00", useUtc: true };
  const often = (Object.entries(SCHEDULES).find(([, type]) => run["@odata.type"].endsWith(type))?.[0] ?? "daily") as Often;
  const put = (next: Run) => onAssignment({ ...assignment, runSchedule: next });
  const choose = (next: Often) => {
    const type = `${TYPE}${SCHEDULES[next]}`;
    if (next === "hourly") put({ "@odata.type": type, interval: 1 });
    else if (next === "daily") put({ "@odata.type": type, interval: 1, time: "03:00:00", useUtc: true });
    else put({ "@odata.type": type, interval: 1, date: new Date().toISOString().slice(0, 10), time: "03:00:00", useUtc: true });
  };
  return (
    <div className={styles.schedule}>
      <Field label={t("schedule.often")}>
        <Dropdown value={t(`schedule.${often}`)} selectedOptions={[assignment.runSchedule ? often : ""]} onOptionSelect={(_, data) => choose(data.optionValue as Often)}>
          {(Object.keys(SCHEDULES) as Often[]).map((one) => <Option key={one} value={one} text={t(`schedule.${one}`)}>{t(`schedule.${one}`)}</Option>)}
        </Dropdown>
      </Field>
      {often !== "once" && <Field label={t(`schedule.interval.${often}`)}><SpinButton style={{ width: "90px" }} min={1} max={23} value={run.interval ?? 1} onChange={(_, data) => put({ ...run, interval: Math.max(1, data.value ?? (Number(data.displayValue) || 1)) })} /></Field>}
      {often === "once" && <Field label={t("schedule.date")}><Input type="date" value={run.date ?? ""} onChange={(_, data) => put({ ...run, date: data.value })} /></Field>}
      {often !== "hourly" && <Field label={t("schedule.time")}><Input type="time" value={(run.time ?? "").slice(0, 5)} onChange={(_, data) => put({ ...run, time: `${data.value}:00` })} /></Field>}
      <Checkbox label={t("schedule.repair")} checked={assignment.runRemediationScript === true} onChange={(_, data) => onAssignment({ ...assignment, runSchedule: run, runRemediationScript: data.checked === true })} />
    </div>
  );
}
