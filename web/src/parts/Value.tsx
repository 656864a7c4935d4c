// A value as a person reads it, by the type that the schema gives it: a state with its colour, a moment in their zone, a list
// of names, a record as lines.
//
// Deliberately absent: editing (`Field.tsx`).

import { Badge, type BadgeProps, makeStyles, Text, tokens, Tooltip } from "@fluentui/react-components";
import { createContext, type ReactNode, useContext } from "react";
import { kindOfType } from "../graph/types";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { isWorded } from "../words/texts";
import { isDay } from "./days";
import { Go } from "./Go";

const TONES: Record<string, BadgeProps["color"]> = {
  compliant: "success", success: "success", enabled: "success", succeeded: "success", delivered: "success", approved: "success",
  managed: "success", published: "success", done: "success", Active: "success", installed: "success", completed: "success",
  noncompliant: "danger", failure: "danger", failed: "danger", error: "danger", denied: "danger", high: "danger",
  atRisk: "danger", confirmedCompromised: "danger", conflict: "danger", Error: "danger",
  inGracePeriod: "warning", warning: "warning", pending: "warning", pendingApproval: "warning", medium: "warning",
  enabledForReportingButNotEnforced: "warning", retirePending: "warning", wipePending: "warning", interrupted: "warning",
  privileged: "important", onDemand: "informative", DynamicMembership: "informative", eligible: "informative",
  drifted: "danger", nonCompliant: "danger", remediationFailed: "danger", scriptError: "danger", fail: "danger", notSupported: "warning",
  reportOnlySuccess: "success", reportOnlyFailure: "warning", reportOnlyInterrupted: "warning", reportOnlyNotApplied: "subtle",
  offering: "informative", paused: "warning", scheduled: "subtle", archived: "success", pendingInstall: "warning", notInstalled: "subtle",
  inOrder: "success", active: "informative", needsApproval: "warning", customized: "informative", removed: "warning", notApplicable: "subtle", canceled: "subtle",
  disabled: "subtle", notApplied: "subtle", unknown: "subtle", none: "subtle", expired: "subtle", skipped: "subtle", low: "subtle",
};

const useStyles = makeStyles({
  facts: { display: "grid", gridTemplateColumns: "minmax(120px, max-content) minmax(0, 1fr)", gap: "6px 20px", margin: 0, "@media (max-width: 640px)": { gridTemplateColumns: "1fr", gap: "2px" } },
  name: { color: tokens.colorNeutralForeground3 },
  value: { margin: 0, overflowWrap: "anywhere", "@media (max-width: 640px)": { marginBlockEnd: "8px" } },
  record: { margin: 0, paddingInlineStart: "10px", borderLeft: `2px solid ${tokens.colorNeutralStroke2}`, display: "flex", flexDirection: "column", gap: "2px" },
  list: { display: "flex", flexWrap: "wrap", gap: "4px", margin: 0, padding: 0, listStyle: "none" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** The type of a field of a record, where the page knows the schema; given by it so that other pages need not load it. */
export const Shapes = createContext<(record: string, field: string) => string | undefined>(() => undefined);

export function Tone({ word, of }: { word: string; of?: string }) {
  const words = useWords();
  const color = TONES[word];
  if (!color) return <>{words.name(word, of)}</>;
  return (
    <Badge appearance="tint" color={color} shape="rounded">
      {words.name(word, of)}
    </Badge>
  );
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `attribute` is where it stands. `isShort` is for a cell of a list: one line, no nesting. */
export function Value({ value, type, attribute, isShort }: { value: unknown; type?: string; attribute?: string; isShort?: boolean }): ReactNode {
  const styles = useStyles();
  const words = useWords();
  const shapeOf = useContext(Shapes);
  if (value === null || value === undefined || value === "") return <span style={{ color: tokens.colorNeutralForeground4 }}>–</span>;
  if (typeof value === "boolean") return words.t(value ? "yes" : "no");
  if (typeof value === "number") return type === "Int64" ? bytes(value, words.number) : words.number(value);
  if (typeof value === "string") {
    if (type === "Date" || isDay(attribute, value)) return <time dateTime={value.slice(0, 10)}>{words.date(value)}</time>;
    if (type === "DateTimeOffset" || (!type && MOMENT.test(value))) return <Moment value={value} />;
    if (type === "Duration") return <Duration value={value} />;
    if (GUID.test(value)) return <span className={styles.code}>{value}</span>;
    if (type === "String" || type === undefined || type === "Guid") return type ? <bdi>{value}</bdi> : <Tone word={value} />;
    return value.includes(",") ? value.split(",").map((word) => words.name(word, type)).join(", ") : <Tone word={value} of={type} />;
  }
  if (Array.isArray(value)) {
    if (!value.length) return <span style={{ color: tokens.colorNeutralForeground4 }}>–</span>;
    if (isShort) return value.map((item) => (type === "String" && typeof item === "string" ? item : brief(item, words.name))).join(", ");
    if (value.every((item) => typeof item !== "object")) {
      return (
        <ul className={styles.list}>
          {value.map((item) => (
            <li key={String(item)}>
              <Badge appearance="outline" shape="rounded" style={{ height: "auto", minHeight: "20px", textAlign: "start" }}>
                {type === "String" ? String(item) : words.name(String(item), type)}
              </Badge>
            </li>
          ))}
        </ul>
      );
    }
    return (
      <div style={{ display: "flex", flexDirection: "column", gap: "8px" }}>
        {value.map((item, index) => (
          <Value key={index} value={item} type={type} />
        ))}
      </div>
    );
  }
  const record = value as Record<string, unknown>;
  if (isShort) return brief(record, words.name);
  const place = placeOf(kindOfType(record["@odata.type"]), String(record.id ?? ""));
  if (place && record.displayName) return <Go href={place}>{String(record.displayName)}</Go>;
  const shape = kindOfType(record["@odata.type"]) ?? type ?? "";
  const fields = Object.entries(record).filter(([name, item]) => !name.includes("@odata") && !isNothing(item));
  if (!fields.length) return <span style={{ color: tokens.colorNeutralForeground4 }}>–</span>;
  return (
    <div className={styles.record}>
      {fields.map(([name, item]) => (
        <div key={name}>
          <Text size={200} className={styles.name}>
            {words.name(name, shape)}:
          </Text>{" "}
          <Value value={item} attribute={name} type={isWorded(name) ? undefined : (shapeOf(shape, name) ?? (typeof item === "string" && MOMENT.test(item) ? "DateTimeOffset" : "String"))} />
        </div>
      ))}
    </div>
  );
}

export function Moment({ value }: { value: string }) {
  const words = useWords();
  return (
    <Tooltip content={`${words.ago(value)} · ${value}`} relationship="description">
      <time dateTime={value} style={{ unicodeBidi: "isolate" }}>{words.moment(value)}</time>
    </Tooltip>
  );
}

function Duration({ value }: { value: string }) {
  return useDuration(value);
}

/** `P7DT2H` in words. */
export function useDuration(value: string): string {
  const words = useWords();
  const found = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(value);
  if (!found) return value;
  const units = ["year", "month", "week", "day", "hour", "minute", "second"] as const;
  const locale = words.language === "ar" ? "ar-u-nu-latn" : words.language;
  const parts = units.flatMap((unit, index) => {
    const count = Number(found[index + 1] ?? 0);
    return count ? [new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count)] : [];
  });
  return parts.join(" ") || value;
}

/** Names and values beside each other. What has no value is left out, unless `all`. */
export function Facts({ facts, of, all }: { facts: { name: string; label?: string; type?: string; value: unknown }[]; of?: string; all?: boolean }) {
  const styles = useStyles();
  const words = useWords();
  const shown = all ? facts : facts.filter((fact) => !isNothing(fact.value));
  if (!shown.length) return <Text className={styles.name}>{words.t("facts.none")}</Text>;
  return (
    <dl className={styles.facts}>
      {shown.map((fact) => (
        <div key={fact.name} style={{ display: "contents" }}>
          <dt className={styles.name}>{fact.label ?? words.name(fact.name, of)}</dt>
          <dd className={styles.value}>
            <Value value={fact.value} type={fact.type} attribute={fact.name} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === "object") return Object.entries(value).every(([name, item]) => name.includes("@odata") || isNothing(item));
  return false;
}

function brief(value: unknown, name: (word: string) => string): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return name(String(value));
  const record = value as Record<string, unknown>;
  const best = record.displayName ?? record.userPrincipalName ?? record.name ?? record.id;
  if (typeof best === "string") return best;
  const inner = Object.values(record).find((item) => typeof item === "object" && item !== null);
  return inner ? brief(inner, name) : "";
}

function bytes(value: number, number: (value: number) => string): string {
  if (value < 1_000_000) return number(value);
  const units = ["MB", "GB", "TB"];
  let size = value / 1_000_000;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${number(Math.round(size * 10) / 10)} ${units[unit]}`;
}

/** The value at a path as `status/errorCode`. */
export function valueAt(entity: Record<string, unknown>, path: string): unknown {
  return path.split("/").reduce<unknown>((value, step) => (value as Record<string, unknown> | null | undefined)?.[step], entity);
}
