// Steps on the way to something: where one is, what each needs before it goes on, and what is done at the end.

import { Button, makeStyles, mergeClasses, Spinner, Text, tokens } from "@fluentui/react-components";
import { CheckmarkFilled } from "@fluentui/react-icons";
import { type ReactNode, useState } from "react";
import { useWords } from "../words";
import { Failure } from "./Failure";

export interface Step {
  key: string;
  title: string;
  content: ReactNode;
  /** Why one cannot go on yet. */
  lacks?: string;
}

const useStyles = makeStyles({
  steps: { display: "flex", flexWrap: "wrap", gap: "8px 24px", listStyle: "none", margin: 0, padding: 0 },
  step: { display: "flex", alignItems: "center", gap: "8px", color: tokens.colorNeutralForeground3 },
  current: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold },
  dot: { width: "24px", height: "24px", borderRadius: "50%", display: "grid", placeItems: "center", fontSize: tokens.fontSizeBase200, border: `1px solid ${tokens.colorNeutralStrokeAccessible}` },
  done: { backgroundColor: tokens.colorBrandBackground, color: tokens.colorNeutralForegroundOnBrand, border: "none" },
  content: { display: "flex", flexDirection: "column", gap: "16px", minWidth: 0 },
  foot: { display: "flex", gap: "8px", alignItems: "center", flexWrap: "wrap" },
});

export function Wizard({ steps, action, isBusy, why, onDone, onCancel }: {
  steps: Step[];
  action: string;
  isBusy: boolean;
  why?: unknown;
  onDone: () => void;
  onCancel?: () => void;
}) {
  const { t } = useWords();
  const styles = useStyles();
  const [at, setAt] = useState(0);
  const step = steps[at];
  const isLast = at === steps.length - 1;
  if (!step) return null;
  return (
    <>
      <ol className={styles.steps} aria-label={t("wizard.steps")}>
        {steps.map((known, index) => (
          <li key={known.key} className={mergeClasses(styles.step, index === at && styles.current)} aria-current={index === at ? "step" : undefined}>
            <span className={mergeClasses(styles.dot, index <= at && styles.done)} aria-hidden>
              {index < at ? <CheckmarkFilled fontSize={14} /> : index + 1}
            </span>
            {known.title}
          </li>
        ))}
      </ol>
      <div className={styles.content}>{step.content}</div>
      {Boolean(why) && <Failure why={why} />}
      <div className={styles.foot}>
        {at > 0 && <Button onClick={() => setAt(at - 1)}>{t("wizard.back")}</Button>}
        {isLast ? (
          <Button appearance="primary" disabled={isBusy || step.lacks !== undefined} icon={isBusy ? <Spinner size="tiny" /> : undefined} onClick={onDone}>
            {action}
          </Button>
        ) : (
          <Button appearance="primary" disabled={step.lacks !== undefined} onClick={() => setAt(at + 1)}>
            {t("wizard.next")}
          </Button>
        )}
        {onCancel && <Button onClick={onCancel}>{t("cancel")}</Button>}
        {step.lacks && <Text>{step.lacks}</Text>}
      </div>
    </>
  );
}
