// A script: how it went on devices, its text, and who gets it, with the schedule where it has one.

import { Checkbox, Dropdown, Field, Input, makeStyles, Option, SpinButton } from "@fluentui/react-components";
import type { Entity } from "../graph/client";
import { useRead } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { useEntityEditing } from "../parts/editing";
import { Answered, Section } from "../parts/page";
import { type Count, Results as Told } from "../parts/Results";
import { type Collection, placeOf } from "../rooms/rooms";
import { type Key, useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import type { Assignment } from "./assignment";
import { AssignmentsTab } from "./AssignmentsTab";
import { SaveBar } from "./SaveBar";
import { draftOf, lackOf, ScriptForm, type ScriptSort, scriptBody } from "./ScriptForm";

const LISTS: Record<ScriptSort, string> = { deviceHealthScripts: "deviceHealthScriptAssignments", deviceManagementScripts: "deviceManagementScriptAssignments", deviceShellScripts: "deviceManagementScriptAssignments" };
const LIVE_MS = 10_000;

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
  schedule: { display: "flex", gap: "8px 16px", flexWrap: "wrap", alignItems: "flex-end", paddingBlockEnd: "12px", paddingInlineStart: "36px" },
});

/** The summary's counts of a pair and of a script, and whose state they count. */
const PAIR: [string, string, string, Count["tone"]?][] = [
  ["issueDetectedDeviceCount", "issueDetected", "detectionState eq 'fail'", "warn"],
  ["remediationScriptErrorDeviceCount", "remediationFailed", "remediationState in ('scriptError','remediationFailed')", "bad"],
  ["detectionScriptErrorDeviceCount", "scriptError", "detectionState eq 'scriptError'", "bad"],
  ["issueRemediatedDeviceCount", "issueRemediated", "remediationState eq 'success'", "good"],
  ["noIssueDetectedDeviceCount", "noIssueDetected", "detectionState eq 'success'", "good"],
  ["detectionScriptNotApplicableDeviceCount", "notApplicable", "detectionState eq 'notApplicable'"],
];
const SINGLE: [string, string, string, Count["tone"]?][] = [
  ["errorDeviceCount", "failed", "runState in ('fail','scriptError')", "bad"],
  ["successDeviceCount", "succeeded", "runState eq 'success'", "good"],
];
const SAYS = ["preRemediationDetectionScriptError", "remediationScriptError", "postRemediationDetectionScriptOutput"];

function Results({ path, isPair }: { path: string; isPair: boolean }) {
  const { t } = useWords();
  const summary = useRead<Record<string, number>>(`${path}/runSummary`, LIVE_MS);
  const counts = isPair ? PAIR : SINGLE;
  const collection: Collection = {
    key: "scriptRuns",
    path: `${path.slice(1)}/deviceRunStates`,
    kind: isPair ? "deviceHealthScriptDeviceState" : "deviceManagementScriptDeviceState",
    title: "managedDevice/deviceName",
    columns: ["managedDevice/deviceName", ...(isPair ? ["detectionState", "remediationState"] : ["runState"]), "lastStateUpdateDateTime", isPair ? "preRemediationDetectionScriptOutput" : "resultMessage"],
    wide: [isPair ? "preRemediationDetectionScriptOutput" : "resultMessage"],
    also: isPair ? SAYS : ["errorDescription"],
    expand: "managedDevice($select=id,deviceName)",
    search: ["managedDevice/deviceName"],
    quick: counts.map(([, key, filter]) => ({ key, filter })),
  };
  return (
    <Answered query={summary}>
      {(told) => <Told collection={collection} counts={counts.map(([name, key, , tone]) => ({ key, count: Number(told[name] ?? 0), tone }))} place={(row) => placeOf("managedDevice", (row.managedDevice as Entity | null)?.id ?? "")} every={LIVE_MS} none={t("script.neverRan")} />}
    </Answered>
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
