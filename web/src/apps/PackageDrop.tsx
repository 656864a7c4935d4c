// Where a package is dropped or chosen, and how far it is on its way up.

import { Button, makeStyles, mergeClasses, ProgressBar, Text, tokens } from "@fluentui/react-components";
import { ArrowUploadRegular, BoxRegular } from "@fluentui/react-icons";
import { useRef, useState } from "react";
import { useWords } from "../words";

const useStyles = makeStyles({
  drop: { border: `2px dashed ${tokens.colorNeutralStrokeAccessible}`, borderRadius: tokens.borderRadiusLarge, padding: "28px 16px", display: "flex", flexDirection: "column", alignItems: "center", gap: "10px", textAlign: "center" },
  over: { backgroundColor: tokens.colorBrandBackground2 },
  file: { display: "flex", gap: "8px", alignItems: "center", overflowWrap: "anywhere" },
});

export function PackageDrop({ file, progress, onFile }: { file: File | null; progress: number | null; onFile: (file: File) => void }) {
  const { t, number } = useWords();
  const styles = useStyles();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const size = file && `${number(Math.max(1, Math.round(file.size / 1024)))} KB`;
  return (
    <div
      className={mergeClasses(styles.drop, isOver && styles.over)}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const dropped = event.dataTransfer.files[0];
        if (dropped) onFile(dropped);
      }}
    >
      {file ? <span className={styles.file}><BoxRegular fontSize={24} aria-hidden /> <Text weight="semibold" dir="ltr">{file.name}</Text> <Text>{size}</Text></span> : <><ArrowUploadRegular fontSize={32} aria-hidden /><Text>{t("app.drop")}</Text></>}
      <input ref={input} type="file" hidden aria-label={t("app.choose")} onChange={(event) => {
        const chosen = event.target.files?.[0];
        if (chosen) onFile(chosen);
        event.target.value = "";
      }} />
      {progress === null ? (
        <Button onClick={() => input.current?.click()}>{t("app.choose")}</Button>
      ) : (
        <div style={{ width: "100%" }} role="status">
          <ProgressBar value={progress} aria-label={t("app.uploading", { part: Math.round(progress * 100) })} />
          <Text size={200}>{t("app.uploading", { part: Math.round(progress * 100) })}</Text>
        </div>
      )}
    </div>
  );
}
