// The offer to take back what was done a moment ago.

import { Button, makeStyles, MessageBar, MessageBarActions, MessageBarBody, tokens } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import { useChange } from "../graph/queries";
import { told } from "../parts/Failure";
import { offerUndo, UNDO_MS, type Undoable } from "../parts/undo";
import { useWords } from "../words";

const useStyles = makeStyles({
  place: { position: "fixed", insetBlockEnd: "20px", insetInlineEnd: "20px", zIndex: 30, maxWidth: "min(480px, calc(100vw - 40px))", boxShadow: tokens.shadow28, borderRadius: tokens.borderRadiusMedium },
});

export default function Undo({ offered }: { offered: Undoable }) {
  const words = useWords();
  const { t } = words;
  const styles = useStyles();
  const [isDone, setDone] = useState(false);
  const change = useChange(() => setDone(true));
  useEffect(() => {
    setDone(false);
    const timer = setTimeout(() => offerUndo(null), UNDO_MS);
    return () => clearTimeout(timer);
  }, [offered]);
  return (
    <div className={styles.place} role="status">
      <MessageBar intent={change.error ? "error" : isDone ? "success" : "info"} layout="multiline">
        <MessageBarBody>{change.error ? `${told(change.error, words).title} ${told(change.error, words).detail}` : isDone ? t("undo.undone") : offered.said}</MessageBarBody>
        <MessageBarActions containerAction={<Button appearance="transparent" icon={<DismissRegular />} aria-label={t("close")} onClick={() => offerUndo(null)} />}>
          {!isDone && <Button size="small" disabled={change.isPending} onClick={() => change.mutate(offered.change)}>{t("undo.undo")}</Button>}
        </MessageBarActions>
      </MessageBar>
    </div>
  );
}
