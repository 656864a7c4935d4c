// What a device was told to do: each act with the steps it has taken, who asked for it, and a way to take back what has not begun.

import { Button, makeStyles, mergeClasses, ProgressBar, Spinner, Text, tokens } from "@fluentui/react-components";
import { CheckmarkCircleFilled, CircleRegular, DismissCircleFilled, SubtractCircleRegular } from "@fluentui/react-icons";
import { at, type Entity, type Page } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Failure } from "../parts/Failure";
import { Section } from "../parts/page";
import { Moment } from "../parts/Value";
import { useWords } from "../words";

interface Queued {
  id?: string;
  actionName: string;
  actionState: string;
  startDateTime: string;
  lastUpdatedDateTime?: string;
  detail?: string | null;
}

interface Asked {
  id: string;
  initiatedByUserPrincipalName?: string | null;
}

const SHOWN_MAX = 12;
/** How far each state is on the way. */
const PART: Record<string, number> = { none: 0, pending: 0.33, active: 0.66 };

const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0 },
  item: { display: "grid", gridTemplateColumns: "20px minmax(0, 1fr) auto", gap: "2px 10px", paddingBlock: "10px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, ":last-child": { borderBottom: "none" } },
  hint: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, gridColumn: "2 / -1", overflowWrap: "anywhere" },
  bar: { gridColumn: "2 / -1", marginBlock: "6px" },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  quiet: { color: tokens.colorNeutralForeground3 },
});

export function ActionProgress({ device }: { device: Entity }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const change = useChange();
  const audits = useRead<Page<Asked>>(at("/deviceManagement/remoteActionAudits", { $filter: `managedDeviceId eq '${device.id}'`, $orderby: "requestDateTime desc", $top: SHOWN_MAX }));
  const askedBy = new Map((audits.data?.value ?? []).map((asked) => [asked.id, asked.initiatedByUserPrincipalName]));
  const queue = ((device.actionQueue as Queued[] | null) ?? []);
  const inQueue = new Set(queue.map((one) => one.actionName));
  // What is in the queue no more is still known by its result.
  const all = [...queue, ...((device.deviceActionResults as Queued[] | null) ?? []).filter((one) => !inQueue.has(one.actionName))];
  const shown = all.sort((one, other) => other.startDateTime.localeCompare(one.startDateTime)).slice(0, SHOWN_MAX);
  return (
    <Section title={t("device.actions")}>
      {change.error && <Failure why={change.error} />}
      {!shown.length && <Text className={styles.quiet}>{t("device.noActions")}</Text>}
      <ul className={styles.list}>
        {shown.map((one, index) => {
          const part = PART[one.actionState];
          const by = one.id && askedBy.get(one.id);
          return (
            <li key={one.id ?? `${one.actionName}${index}`} className={styles.item}>
              <StateIcon state={one.actionState} />
              <Text weight="semibold">{name(one.actionName)}</Text>
              <Text size={200} className={mergeClasses(one.actionState === "failed" && styles.bad)}>{name(one.actionState)}</Text>
              {part !== undefined && <ProgressBar className={styles.bar} value={part} aria-label={`${name(one.actionName)}: ${name(one.actionState)}`} />}
              <span className={styles.hint}>
                <Moment value={one.startDateTime} />{by ? ` · ${t("history.by", { who: by })}` : ""}{one.detail ? <> · <span dir="auto">{one.detail}</span></> : null}
              </span>
              {one.actionState === "pending" && (
                <span style={{ gridColumn: "2 / -1" }}>
                  <Button size="small" disabled={change.isPending} onClick={() => change.mutate({ path: `/deviceManagement/managedDevices/${device.id}/cancelAction`, ask: { method: "POST", body: { actionName: one.actionName } } })}>{t("device.takeBack")}</Button>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function StateIcon({ state }: { state: string }) {
  const styles = useStyles();
  switch (state) {
    case "done":
      return <CheckmarkCircleFilled fontSize={20} className={styles.good} aria-hidden />;
    case "failed":
      return <DismissCircleFilled fontSize={20} className={styles.bad} aria-hidden />;
    case "active":
      return <Spinner size="extra-tiny" aria-hidden />;
    case "pending":
      return <CircleRegular fontSize={20} className={styles.quiet} aria-hidden />;
    default:
      return <SubtractCircleRegular fontSize={20} className={styles.quiet} aria-hidden />;
  }
}
