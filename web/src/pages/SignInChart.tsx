// How sign-ins of the last day ended, hour by hour: bars, and their sums in words for whoever does not see them.
//
// Deliberately absent: a chart library. Fluent's weighs as much as everything else on the first page.

import { makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { resultOf } from "../parts/signInResult";
import { useWords } from "../words";

export interface SignInRow {
  createdDateTime: string;
  status: { errorCode: number } | null;
}

const HOUR = 3_600_000;

const useStyles = makeStyles({
  chart: { display: "grid", gridTemplateColumns: "repeat(24, minmax(0, 1fr))", gap: "3px", height: "170px", alignItems: "end" },
  bar: { display: "flex", flexDirection: "column", justifyContent: "flex-end", height: "100%", borderRadius: tokens.borderRadiusSmall, ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  good: { backgroundColor: tokens.colorBrandBackground, borderRadius: "2px 2px 0 0" },
  bad: { backgroundColor: tokens.colorPaletteRedBackground3, borderRadius: "2px 2px 0 0" },
  axis: { display: "flex", justifyContent: "space-between", color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  legend: { display: "flex", gap: "16px", fontSize: tokens.fontSizeBase200 },
  key: { display: "inline-block", width: "10px", height: "10px", borderRadius: "2px", marginInlineEnd: "6px" },
});

export function SignInChart({ rows }: { rows: SignInRow[] }) {
  const { t, language, number } = useWords();
  const styles = useStyles();
  const locale = language === "ar" ? "ar-u-nu-latn" : language;
  const last = Math.floor(Date.now() / HOUR);
  const hours = Array.from({ length: 24 }, (_, index) => ({ hour: last - 23 + index, good: 0, bad: 0 }));
  for (const row of rows) {
    const hour = hours[Math.floor(new Date(row.createdDateTime).getTime() / HOUR) - (last - 23)];
    if (!hour) continue;
    // Who was asked for one thing more has another row, with how it ended.
    const result = resultOf(row.status);
    if (result === "success") hour.good += 1;
    if (result === "failure") hour.bad += 1;
  }
  const most = Math.max(1, ...hours.map(({ good, bad }) => good + bad));
  const label = (hour: number) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(hour * HOUR);
  const all = hours.reduce((sum, { good, bad }) => ({ good: sum.good + good, bad: sum.bad + bad }), { good: 0, bad: 0 });
  const height = (count: number) => `${(count / most) * 100}%`;
  return (
    <div role="img" aria-label={t("home.signInsTold", { good: all.good, bad: all.bad })}>
      <div className={styles.chart} aria-hidden>
        {hours.map(({ hour, good, bad }) => (
          <Tooltip key={hour} relationship="inaccessible" content={`${label(hour)} · ${t("home.succeeded")} ${number(good)} · ${t("home.failed")} ${number(bad)}`}>
            <div className={styles.bar}>
              {bad > 0 && <div className={styles.bad} style={{ height: height(bad), minHeight: "3px" }} />}
              {good > 0 && <div className={styles.good} style={{ height: height(good), minHeight: "3px" }} />}
            </div>
          </Tooltip>
        ))}
      </div>
      <div className={styles.axis} aria-hidden>
        <span>{label(last - 23)}</span>
        <span>{label(last - 12)}</span>
        <span>{label(last)}</span>
      </div>
      <div className={styles.legend} aria-hidden>
        <span>
          <span className={styles.key} style={{ backgroundColor: tokens.colorBrandBackground }} />
          {t("home.succeeded")} {number(all.good)}
        </span>
        <span>
          <span className={styles.key} style={{ backgroundColor: tokens.colorPaletteRedBackground3 }} />
          {t("home.failed")} {number(all.bad)}
        </span>
      </div>
    </div>
  );
}
