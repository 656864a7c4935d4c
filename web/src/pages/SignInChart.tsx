// How sign-ins of the last day ended, hour by hour: bars, or a table for whoever does not see them or does not use a mouse. Every
// number leads to its sign-ins.
//
// Deliberately absent: a chart library. Fluent's weighs as much as everything else on the first page.

import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { TableRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useState } from "react";
import { Go, useGo } from "../parts/Go";
import { Waiting } from "../parts/page";
import { filterOf, type Result, resultOf } from "../parts/signInResult";
import { useWords } from "../words";

export interface SignInRow {
  createdDateTime: string;
  status: { errorCode: number } | null;
}

/** Most look at the bars: it is a file of its own. */
const SignInTable = lazy(() => import("./SignInTable"));

const HOUR = 3_600_000;
const HOURS = 24;

const useStyles = makeStyles({
  chart: { display: "grid", gridTemplateColumns: `repeat(${HOURS}, minmax(0, 1fr))`, gap: "3px", height: "170px", alignItems: "end" },
  bar: { display: "flex", flexDirection: "column", justifyContent: "flex-end", height: "100%", cursor: "pointer", borderRadius: tokens.borderRadiusSmall, ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  good: { backgroundColor: tokens.colorBrandBackground, borderRadius: "2px 2px 0 0" },
  bad: { backgroundColor: tokens.colorPaletteRedBackground3, borderRadius: "2px 2px 0 0" },
  axis: { display: "flex", justifyContent: "space-between", color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  legend: { display: "flex", flexWrap: "wrap", gap: "8px 16px", alignItems: "center", fontSize: tokens.fontSizeBase200 },
  key: { display: "inline-block", width: "10px", height: "10px", borderRadius: "2px", marginInlineEnd: "6px" },
  space: { flexGrow: 1 },
});

export interface Hour {
  /** Since 1970, in hours. */
  hour: number;
  good: number;
  bad: number;
}

/** The last day, hour by hour. Who was asked for one thing more has another row, with how it ended. */
export function hoursOf(rows: SignInRow[], now: number): Hour[] {
  const first = Math.floor(now / HOUR) - (HOURS - 1);
  const hours = Array.from({ length: HOURS }, (_, index): Hour => ({ hour: first + index, good: 0, bad: 0 }));
  for (const row of rows) {
    const hour = hours[Math.floor(new Date(row.createdDateTime).getTime() / HOUR) - first];
    if (!hour) continue;
    const result = resultOf(row.status);
    if (result === "success") hour.good += 1;
    if (result === "failure") hour.bad += 1;
  }
  return hours;
}

/** The sign-ins of some hours, of one result or whatever came of them. */
export function signInsOf(from: number, to: number, result?: Result): string {
  const moment = (hour: number) => new Date(hour * HOUR).toISOString().replace(".000Z", "Z");
  const filter = [`createdDateTime ge ${moment(from)}`, `createdDateTime lt ${moment(to)}`, ...(result ? [filterOf(result)] : [])].join(" and ");
  return `/admin/monitor/signIns?filter=${encodeURIComponent(filter)}`;
}

export function SignInChart({ rows }: { rows: SignInRow[] }) {
  const { t, language, number } = useWords();
  const styles = useStyles();
  const go = useGo();
  const [isTable, setTable] = useState(false);
  const locale = language === "ar" ? "ar-u-nu-latn" : language;
  const hours = hoursOf(rows, Date.now());
  const [first, last] = [hours[0]?.hour ?? 0, hours.at(-1)?.hour ?? 0];
  const most = Math.max(1, ...hours.map(({ good, bad }) => good + bad));
  const label = (hour: number) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(hour * HOUR);
  const all = hours.reduce((sum, { good, bad }) => ({ good: sum.good + good, bad: sum.bad + bad }), { good: 0, bad: 0 });
  const height = (count: number) => `${(count / most) * 100}%`;
  const counted = (count: number, from: number, to: number, result: Result) => (count ? <Go href={signInsOf(from, to, result)}>{number(count)}</Go> : number(count));
  return (
    <>
      {isTable ? (
        <Suspense fallback={<Waiting />}>
          <SignInTable hours={hours} label={label} title={t("home.signInsTold", { good: all.good, bad: all.bad })} />
        </Suspense>
      ) : (
        <div role="img" aria-label={t("home.signInsTold", { good: all.good, bad: all.bad })}>
          <div className={styles.chart} aria-hidden>
            {hours.map(({ hour, good, bad }) => (
              // The table has the same for the keyboard.
              <div key={hour} className={styles.bar} title={`${label(hour)} · ${t("home.succeeded")} ${number(good)} · ${t("home.failed")} ${number(bad)}`} onClick={() => go(signInsOf(hour, hour + 1))}>
                {bad > 0 && <div className={styles.bad} style={{ height: height(bad), minHeight: "3px" }} />}
                {good > 0 && <div className={styles.good} style={{ height: height(good), minHeight: "3px" }} />}
              </div>
            ))}
          </div>
          <div className={styles.axis} aria-hidden>
            <span>{label(first)}</span>
            <span>{label(last - HOURS / 2)}</span>
            <span>{label(last)}</span>
          </div>
        </div>
      )}
      <div className={styles.legend}>
        <span>
          <span className={styles.key} style={{ backgroundColor: tokens.colorBrandBackground }} aria-hidden />
          {t("home.succeeded")} {counted(all.good, first, last + 1, "success")}
        </span>
        <span>
          <span className={styles.key} style={{ backgroundColor: tokens.colorPaletteRedBackground3 }} aria-hidden />
          {t("home.failed")} {counted(all.bad, first, last + 1, "failure")}
        </span>
        <span className={styles.space} />
        <Button size="small" appearance="subtle" icon={<TableRegular />} aria-pressed={isTable} onClick={() => setTable(!isTable)}>{t("home.asTable")}</Button>
      </div>
    </>
  );
}
