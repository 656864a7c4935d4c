// What was changed and is not saved yet, at the foot of the page: save it or take it back.

import { Button, makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import { Failure } from "../parts/Failure";
import { useWords } from "../words";

const useStyles = makeStyles({
  bar: { position: "sticky", bottom: 0, zIndex: 5, display: "flex", gap: "8px 12px", alignItems: "center", flexWrap: "wrap", padding: "12px 16px", borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke1}`, boxShadow: tokens.shadow16 },
  text: { flexGrow: 1, minWidth: "120px" },
});

export function SaveBar({ isChanged, isBusy, why, lacks, onSave, onDiscard }: { isChanged: boolean; isBusy: boolean; why?: unknown; lacks?: string; onSave: () => void; onDiscard: () => void }) {
  const { t } = useWords();
  const styles = useStyles();
  if (!isChanged && !why) return null;
  return (
    <>
      {Boolean(why) && <Failure why={why} />}
      {isChanged && (
        <div className={styles.bar} role="region" aria-label={t("change.unsaved")}>
          <Text className={styles.text}>{lacks ?? t("change.unsaved")}</Text>
          <Button onClick={onDiscard} disabled={isBusy}>{t("change.discard")}</Button>
          <Button appearance="primary" disabled={isBusy || lacks !== undefined} icon={isBusy ? <Spinner size="tiny" /> : undefined} onClick={onSave}>{t("save")}</Button>
        </div>
      )}
    </>
  );
}
