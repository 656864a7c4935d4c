// What was changed and is not saved yet, at the foot of the page: save it or take it back.

import { Button, makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import { type Editing, Meanwhile } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { useWords } from "../words";

const useStyles = makeStyles({
  bar: { position: "sticky", bottom: 0, zIndex: 5, display: "flex", gap: "8px 12px", alignItems: "center", flexWrap: "wrap", padding: "12px 16px", borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke1}`, boxShadow: tokens.shadow16 },
  text: { flexGrow: 1, minWidth: "120px" },
});

export function SaveBar<T>({ editing, lacks, onSave }: { editing: Editing<T>; lacks?: string; onSave: () => void }) {
  const { t } = useWords();
  const styles = useStyles();
  const { isChanged, isSaving: isBusy, why, clashes, discard: onDiscard } = editing;
  if (!isChanged && !why) return null;
  return (
    <>
      <Meanwhile editing={editing} />
      {Boolean(why) && <Failure why={why} />}
      {isChanged && (
        <div className={styles.bar} role="region" aria-label={t("change.unsaved")}>
          <Text className={styles.text}>{lacks ?? t("change.unsaved")}</Text>
          <Button onClick={onDiscard} disabled={isBusy}>{t("change.discard")}</Button>
          <Button appearance="primary" disabled={isBusy || lacks !== undefined || clashes.length > 0} icon={isBusy ? <Spinner size="tiny" /> : undefined} onClick={onSave}>{t("save")}</Button>
        </div>
      )}
    </>
  );
}
