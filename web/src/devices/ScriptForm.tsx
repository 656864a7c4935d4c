// What a script is: its text and how it runs. For scripts that run by themselves, and for pairs that look and put right.

import { Button, Dropdown, Field, Input, makeStyles, Option, SpinButton, Textarea, tokens } from "@fluentui/react-components";
import { useRef } from "react";
import { useWords } from "../words";
import { fromBase64, toBase64 } from "./base64";

export type ScriptSort = "deviceManagementScripts" | "deviceShellScripts" | "deviceHealthScripts";

export interface ScriptDraft {
  displayName: string;
  description: string;
  runAsAccount: "system" | "user";
  fileName: string;
  script: string;
  /** Of a pair, what puts it right. */
  remediation: string;
  publisher: string;
  executionFrequency: string;
  retryCount: number;
}

/** What a script may be large (`docs/manual/configuration.md`). */
const BYTES_MAX = 64 * 1024;
const FREQUENCIES = ["PT0S", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D", "P7D"];
const RETRIES_MAX = 10;

export const EMPTY: ScriptDraft = { displayName: "", description: "", runAsAccount: "system", fileName: "", script: "#!/bin/sh\n", remediation: "", publisher: "", executionFrequency: "PT0S", retryCount: 0 };

export function draftOf(script: Record<string, unknown>): ScriptDraft {
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return {
    displayName: text(script.displayName),
    description: text(script.description),
    runAsAccount: script.runAsAccount === "user" ? "user" : "system",
    fileName: text(script.fileName),
    script: fromBase64(text(script.scriptContent ?? script.detectionScriptContent)),
    remediation: fromBase64(text(script.remediationScriptContent)),
    publisher: text(script.publisher),
    executionFrequency: text(script.executionFrequency) || "PT0S",
    retryCount: typeof script.retryCount === "number" ? script.retryCount : 0,
  };
}

export function scriptBody(sort: ScriptSort, draft: ScriptDraft): Record<string, unknown> {
  const shared = { displayName: draft.displayName.trim(), description: draft.description || null, runAsAccount: draft.runAsAccount };
  switch (sort) {
    case "deviceHealthScripts":
      return { ...shared, publisher: draft.publisher || null, detectionScriptContent: toBase64(draft.script), remediationScriptContent: draft.remediation ? toBase64(draft.remediation) : null };
    case "deviceShellScripts":
      return { ...shared, fileName: draft.fileName || "script.sh", scriptContent: toBase64(draft.script), executionFrequency: draft.executionFrequency, retryCount: draft.retryCount };
    case "deviceManagementScripts":
      return { ...shared, fileName: draft.fileName || "script.sh", scriptContent: toBase64(draft.script) };
  }
}

export type Lack = "name" | "start" | "long";

export function lackOf(sort: ScriptSort, draft: ScriptDraft): Lack | undefined {
  if (!draft.displayName.trim()) return "name";
  const scripts = [draft.script, ...(sort === "deviceHealthScripts" && draft.remediation ? [draft.remediation] : [])];
  if (scripts.some((script) => !script.startsWith("#!"))) return "start";
  return scripts.some((script) => new TextEncoder().encode(script).length > BYTES_MAX) ? "long" : undefined;
}

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: "16px" },
  line: { display: "flex", gap: "16px", flexWrap: "wrap" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

export function ScriptForm({ sort, draft, onDraft }: { sort: ScriptSort; draft: ScriptDraft; onDraft: (draft: ScriptDraft) => void }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const put = (part: Partial<ScriptDraft>) => onDraft({ ...draft, ...part });
  const isPair = sort === "deviceHealthScripts";
  return (
    <div className={styles.form}>
      <Field label={name("displayName")} required><Input value={draft.displayName} onChange={(_, data) => put({ displayName: data.value })} /></Field>
      <Field label={name("description")}><Textarea value={draft.description} onChange={(_, data) => put({ description: data.value })} /></Field>
      <div className={styles.line}>
        <Field label={name("runAsAccount")}>
          <Dropdown value={t(`script.as.${draft.runAsAccount}`)} selectedOptions={[draft.runAsAccount]} onOptionSelect={(_, data) => put({ runAsAccount: data.optionValue === "user" ? "user" : "system" })}>
            {(["system", "user"] as const).map((account) => <Option key={account} value={account} text={t(`script.as.${account}`)}>{t(`script.as.${account}`)}</Option>)}
          </Dropdown>
        </Field>
        {isPair && <Field label={name("publisher")}><Input value={draft.publisher} onChange={(_, data) => put({ publisher: data.value })} /></Field>}
        {sort === "deviceShellScripts" && (
          <>
            <Field label={name("executionFrequency")}>
              <Dropdown value={t(`script.every.${draft.executionFrequency}` as "script.every.PT0S")} selectedOptions={[draft.executionFrequency]} onOptionSelect={(_, data) => put({ executionFrequency: data.optionValue ?? "PT0S" })}>
                {FREQUENCIES.map((one) => <Option key={one} value={one} text={t(`script.every.${one}` as "script.every.PT0S")}>{t(`script.every.${one}` as "script.every.PT0S")}</Option>)}
              </Dropdown>
            </Field>
            <Field label={name("retryCount")}><SpinButton min={0} max={RETRIES_MAX} value={draft.retryCount} onChange={(_, data) => put({ retryCount: Math.max(0, Math.min(RETRIES_MAX, data.value ?? (Number(data.displayValue) || 0))) })} /></Field>
          </>
        )}
      </div>
      <Code label={t(isPair ? "script.detection" : "script.content")} hint={t(isPair ? "script.detectionHint" : "script.contentHint")} value={draft.script} onValue={(script, file) => put({ script, ...(file && !isPair && { fileName: file }) })} />
      {isPair && <Code label={t("script.remediation")} hint={t("script.remediationHint")} value={draft.remediation} onValue={(remediation) => put({ remediation })} />}
    </div>
  );
}

function Code({ label, hint, value, onValue }: { label: string; hint: string; value: string; onValue: (value: string, file?: string) => void }) {
  const { t } = useWords();
  const styles = useStyles();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div>
      <Field label={label} hint={hint}>
        <Textarea rows={12} resize="vertical" value={value} textarea={{ dir: "ltr", spellCheck: false, className: styles.code }} onChange={(_, data) => onValue(data.value)} />
      </Field>
      <input ref={input} type="file" hidden aria-label={label} onChange={(event) => {
        const file = event.target.files?.[0];
        if (file) void file.text().then((text) => onValue(text, file.name));
        event.target.value = "";
      }} />
      <Button size="small" style={{ marginBlockStart: "6px" }} onClick={() => input.current?.click()}>{t("hr.choose")}</Button>
    </div>
  );
}
