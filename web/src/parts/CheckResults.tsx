// What compliance asked of a device and what was found: each rule that failed with what was expected, what is, since when, and
// what to do about it; those that hold, counted.

import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { CheckmarkCircleFilled, DismissCircleFilled } from "@fluentui/react-icons";
import { useWords } from "../words";
import { Moment, Tone } from "./Value";

export interface CheckResult {
  policyId: string;
  policyName: string;
  setting: string;
  /** What a policy of the organization's own calls it, in the language of the device's person. */
  title?: string | null;
  state: string;
  expected: string | null;
  actual: string | null;
  remediation: string | null;
  sinceDateTime: string | null;
  graceUntilDateTime: string | null;
}

const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "10px" },
  failed: { display: "flex", gap: "10px", alignItems: "flex-start", padding: "12px", borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorStatusDangerBackground1 },
  bad: { color: tokens.colorStatusDangerForeground1, flexShrink: 0, marginBlockStart: "2px" },
  good: { color: tokens.colorStatusSuccessForeground1, flexShrink: 0 },
  line: { display: "flex", gap: "10px", alignItems: "center" },
  hint: { color: tokens.colorNeutralForeground2 },
});

const HOLDS = new Set(["compliant", "notApplicable"]);

export function CheckResults({ results }: { results: unknown }) {
  const { t, name, finding } = useWords();
  const styles = useStyles();
  const all = (Array.isArray(results) ? results : []) as CheckResult[];
  const failed = all.filter((result) => !HOLDS.has(result.state));
  const held = all.filter((result) => HOLDS.has(result.state));
  if (!all.length) return <Text className={styles.hint}>{t("device.noRules")}</Text>;
  return (
    <>
      <ul className={styles.list}>
        {failed.map((result, index) => (
          <li key={index} className={styles.failed}>
            <DismissCircleFilled fontSize={20} className={styles.bad} aria-hidden />
            <div>
              <Text weight="semibold" block>
                {ruleName(result, name)} <Tone word={result.state} />
              </Text>
              <Text block>
                {t("device.expected")} <b dir="auto">{finding(result.expected ?? "–")}</b> · {t("device.actual")} <b dir="auto">{finding(result.actual ?? "–")}</b>
              </Text>
              {result.remediation && <Text block dir="auto">{finding(result.remediation)}</Text>}
              <Text size={200} className={styles.hint} block>
                {t("device.byPolicy", { policy: result.policyName })} · 
                {result.sinceDateTime && (
                  <>
                    {" "}
                    {t("since")} <Moment value={result.sinceDateTime} />
                  </>
                )}
                {result.graceUntilDateTime && (
                  <>
                    {" "}
                    · {t("device.graceUntil")} <Moment value={result.graceUntilDateTime} />
                  </>
                )}
              </Text>
            </div>
          </li>
        ))}
      </ul>
      {held.length > 0 && (
        <div className={styles.line}>
          <CheckmarkCircleFilled fontSize={20} className={styles.good} aria-hidden />
          <Text>
            {t("device.hold", { count: held.length })} {held.map((result) => ruleName(result, name)).join(", ")}
          </Text>
        </div>
      )}
    </>
  );
}

/** `linux_deviceencryption_required` as words. */
export function ruleName({ setting, title }: Pick<CheckResult, "setting" | "title">, name: (word: string) => string): string {
  if (title) return title;
  const known = name(setting);
  // What has no words of its own is spelt apart without what every rule of its system begins with.
  return known.startsWith("Linux ") ? name(setting.replace(/^linux_/i, "").replace(/_required$/, "")) : known;
}
