// What an application for Linux is: its name for people, its package, what a device must be for it, and how to see that it is there.

import { Checkbox, Dropdown, Field, Input, makeStyles, Option, SpinButton, Textarea } from "@fluentui/react-components";
import { fromBase64, toBase64 } from "../devices/base64";
import { Section } from "../parts/page";
import { useWords } from "../words";

export interface Detection {
  detectionType?: string | null;
  path?: string | null;
  packageName?: string | null;
  packageVersion?: string | null;
  scriptContent?: string | null;
}

export interface Requirements {
  architectures?: string[] | null;
  distributions?: string[] | null;
  minimumOperatingSystemVersion?: string | null;
  minimumMemoryInMB?: number | null;
  minimumFreeDiskSpaceInMB?: number | null;
}

export interface AppDraft {
  displayName: string;
  description: string;
  publisher: string;
  packageType: string;
  packageName: string;
  packageVersion: string;
  launcher: string;
  uninstallOnAssignmentRemoval: boolean;
  requirements: Requirements;
  detection: Detection;
}

export const EMPTY: AppDraft = { displayName: "", description: "", publisher: "", packageType: "deb", packageName: "", packageVersion: "", launcher: "", uninstallOnAssignmentRemoval: true, requirements: {}, detection: {} };

const TYPES = ["deb", "rpm", "tarball", "appImage", "script"];
const ARCHITECTURES = ["x64", "arm64"];

export function draftOf(app: Record<string, unknown>): AppDraft {
  const text = (name: string) => (typeof app[name] === "string" ? (app[name] as string) : "");
  return {
    displayName: text("displayName"), description: text("description"), publisher: text("publisher"),
    packageType: text("packageType"), packageName: text("packageName"), packageVersion: text("packageVersion"), launcher: text("launcher"),
    uninstallOnAssignmentRemoval: app.uninstallOnAssignmentRemoval === true,
    requirements: (app.requirements as Requirements | null) ?? {}, detection: (app.detection as Detection | null) ?? {},
  };
}

/** As the API takes it: what nobody said is left out. */
export function appBody(draft: AppDraft): Record<string, unknown> {
  const said = (record: object) => {
    const some = Object.entries(record).filter(([, value]) => value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && !value.length));
    return some.length ? Object.fromEntries(some) : null;
  };
  const { requirements, detection, ...rest } = draft;
  return { "@odata.type": "#microsoft.graph.linuxPackageApp", ...rest, description: draft.description || null, publisher: draft.publisher || null, launcher: draft.packageType === "tarball" && draft.launcher ? draft.launcher : null, requirements: said(requirements), detection: detection.detectionType ? said(detection) : null };
}

/** The attribute that is missing, if one is. */
export function lackOf(draft: AppDraft): string | undefined {
  const missing = (["displayName", "packageName", "packageVersion"] as const).find((key) => !draft[key].trim());
  if (missing) return missing;
  if (draft.packageType === "script" && !draft.detection.detectionType) return "detection";
  return undefined;
}

const useStyles = makeStyles({
  line: { display: "grid", gap: "12px 16px", gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 220px), 1fr))", alignItems: "start" },
  checks: { display: "flex", gap: "4px 16px", flexWrap: "wrap" },
});

interface Props {
  draft: AppDraft;
  onDraft: (draft: AppDraft) => void;
}

export function AppBasics({ draft, onDraft }: Props) {
  const { t, name } = useWords();
  const styles = useStyles();
  const put = (part: Partial<AppDraft>) => onDraft({ ...draft, ...part });
  const text = (key: "displayName" | "publisher" | "packageName" | "packageVersion" | "launcher", isRequired = false, hint?: string) => (
    <Field label={name(key)} required={isRequired} hint={hint}><Input value={draft[key]} input={{ dir: "auto" }} onChange={(_, data) => put({ [key]: data.value })} /></Field>
  );
  return (
    <>
      <div className={styles.line}>{text("displayName", true)}{text("publisher")}</div>
      <Field label={name("description")}><Textarea value={draft.description} onChange={(_, data) => put({ description: data.value })} /></Field>
      <div className={styles.line}>
        <Field label={name("packageType")} required>
          <Dropdown style={{ minWidth: 0 }} value={name(draft.packageType)} selectedOptions={[draft.packageType]} onOptionSelect={(_, data) => put({ packageType: data.optionValue ?? draft.packageType })}>
            {TYPES.map((type) => <Option key={type} value={type} text={name(type)}>{name(type)}</Option>)}
          </Dropdown>
        </Field>
        {text("packageName", true)}
        {text("packageVersion", true)}
        {draft.packageType === "tarball" && text("launcher", false, t("app.launcherHint"))}
      </div>
      <Checkbox label={name("uninstallOnAssignmentRemoval")} checked={draft.uninstallOnAssignmentRemoval} onChange={(_, data) => put({ uninstallOnAssignmentRemoval: data.checked === true })} />
    </>
  );
}

export function AppRules({ draft, onDraft }: Props) {
  const { t, name } = useWords();
  const styles = useStyles();
  const need = (part: Partial<Requirements>) => onDraft({ ...draft, requirements: { ...draft.requirements, ...part } });
  const see = (part: Partial<Detection>) => onDraft({ ...draft, detection: { ...draft.detection, ...part } });
  const { requirements, detection } = draft;
  const architectures = requirements.architectures ?? [];
  const number = (key: "minimumMemoryInMB" | "minimumFreeDiskSpaceInMB") => (
    <Field label={name(key)}><SpinButton min={0} value={requirements[key] ?? null} displayValue={requirements[key] ? String(requirements[key]) : ""} onChange={(_, data) => need({ [key]: (data.value ?? Number(data.displayValue)) || null })} /></Field>
  );
  return (
    <>
      <Section title={name("requirements")}>
        <Field label={name("architectures")} hint={t("app.anyHint")}>
          <div className={styles.checks} role="group" aria-label={name("architectures")}>
            {ARCHITECTURES.map((one) => <Checkbox key={one} label={name(one)} checked={architectures.includes(one)} onChange={(_, data) => need({ architectures: data.checked ? [...architectures, one] : architectures.filter((known) => known !== one) })} />)}
          </div>
        </Field>
        <div className={styles.line}>
          <Field label={name("distributions")} hint={t("app.distributionsHint")}><Input value={(requirements.distributions ?? []).join(", ")} input={{ dir: "ltr" }} onChange={(_, data) => need({ distributions: data.value.split(",").map((one) => one.trim()).filter((one, at, all) => one || at === all.length - 1) })} /></Field>
          <Field label={name("minimumOperatingSystemVersion")}><Input value={requirements.minimumOperatingSystemVersion ?? ""} input={{ dir: "ltr" }} onChange={(_, data) => need({ minimumOperatingSystemVersion: data.value || null })} /></Field>
          {number("minimumMemoryInMB")}
          {number("minimumFreeDiskSpaceInMB")}
        </div>
      </Section>
      <Section title={name("detection")}>
        <Field label={t("app.detectionHow")} hint={t("app.detectionHint")}>
          <Dropdown value={detection.detectionType ? name(detection.detectionType) : t("app.detectionOwn")} selectedOptions={[detection.detectionType ?? ""]} onOptionSelect={(_, data) => onDraft({ ...draft, detection: data.optionValue ? { ...detection, detectionType: data.optionValue } : {} })}>
            {["", "fileExists", "packageVersion", "script"].map((one) => <Option key={one} value={one} text={one ? name(one) : t("app.detectionOwn")}>{one ? name(one) : t("app.detectionOwn")}</Option>)}
          </Dropdown>
        </Field>
        {detection.detectionType === "fileExists" && <Field label={name("path")} required><Input value={detection.path ?? ""} placeholder="/opt/xyz-crm/bin/crm" input={{ dir: "ltr" }} onChange={(_, data) => see({ path: data.value })} /></Field>}
        {detection.detectionType === "packageVersion" && (
          <div className={styles.line}>
            <Field label={name("packageName")} required><Input value={detection.packageName ?? ""} input={{ dir: "ltr" }} onChange={(_, data) => see({ packageName: data.value })} /></Field>
            <Field label={name("packageVersion")}><Input value={detection.packageVersion ?? ""} input={{ dir: "ltr" }} onChange={(_, data) => see({ packageVersion: data.value })} /></Field>
          </div>
        )}
        {detection.detectionType === "script" && (
          <Field label={t("script.content")} hint={t("app.detectionScriptHint")} required>
            <Textarea rows={6} resize="vertical" value={detection.scriptContent ? fromBase64(detection.scriptContent) : ""} textarea={{ dir: "ltr", spellCheck: false, style: { fontFamily: "monospace" } }} onChange={(_, data) => see({ scriptContent: toBase64(data.value) })} />
          </Field>
        )}
      </Section>
    </>
  );
}
