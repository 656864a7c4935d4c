// The mapping editor: which field of an HR record becomes which attribute, by which expression; and a dry run on a record.

import { Badge, Button, Checkbox, Combobox, Field, makeStyles, MessageBar, MessageBarBody, Option, SearchBox, Text, Textarea, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular, EditRegular } from "@fluentui/react-icons";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Meanwhile, useEntityEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Answered, Page, Section } from "../parts/page";
import { Followed, rehearseAll } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { attributesOf } from "../schema";
import { useWords } from "../words";
import { useHrJob, withSchema } from "./hrJob";
import { type MappingDraft, mappingLacks, mappingsOf, SAMPLE, schemaBody } from "./mapping";

const useStyles = makeStyles({
  split: { display: "grid", gridTemplateColumns: "minmax(0, 1.4fr) minmax(320px, 1fr)", gap: "16px", alignItems: "start", "@media (max-width: 1000px)": { gridTemplateColumns: "minmax(0, 1fr)" } },
  list: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column" },
  row: { borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, paddingBlock: "8px", display: "flex", gap: "8px", alignItems: "flex-start", justifyContent: "space-between" },
  words: { minWidth: 0, display: "flex", flexDirection: "column", gap: "2px" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, overflowWrap: "anywhere", color: tokens.colorNeutralForeground2, display: "-webkit-box", WebkitLineClamp: 3, WebkitBoxOrient: "vertical", overflow: "hidden" },
  edited: { border: `1px solid ${tokens.colorBrandStroke1}`, borderRadius: tokens.borderRadiusMedium, padding: "12px", marginBlock: "6px", display: "flex", flexDirection: "column", gap: "10px" },
  foot: { display: "flex", gap: "8px", alignItems: "center", flexWrap: "wrap" },
});

export default function Mappings() {
  const { t } = useWords();
  const found = useHrJob();
  return (
    <Page title={t("list.mappings")} subtitle={t("mapping.about")}>
      <Answered query={found}>{(known) => (known ? <Editing {...known} /> : <Text>{t("hr.noJob")}</Text>)}</Answered>
    </Page>
  );
}

function Editing({ job, path }: { job: Entity; path: string }) {
  const { t } = useWords();
  const styles = useStyles();
  const { isOwn } = mappingsOf(job);
  const editing = useEntityEditing<{ mappings: MappingDraft[] }>(withSchema(path), job, (known) => ({ mappings: mappingsOf(known).mappings }), "mappings");
  const { draft: { mappings }, isChanged } = editing;
  const setMappings = (next: MappingDraft[]) => editing.setDraft({ mappings: next });
  const [open, setOpen] = useState<number | null>(null);
  const [text, setText] = useState("");
  const [isResetting, setResetting] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const reset = useChange(() => (editing.discard(), setResetting(false)));
  const lacks = mappingLacks(mappings);
  const set = (index: number, part: Partial<MappingDraft>) => setMappings(mappings.map((one, place) => (place === index ? { ...one, ...part } : one)));
  const isMeant = (one: MappingDraft) => `${one.target} ${one.expression}`.toLowerCase().includes(text.trim().toLowerCase());
  return (
    <div className={styles.split}>
      <Section title={t("list.mappings")} actions={<Button size="small" icon={<AddRegular />} onClick={() => (setMappings([...mappings, { target: "", expression: "", isOnlyNew: false, isMatch: false, rest: {} }]), setText(""), setOpen(mappings.length))}>{t("mapping.add")}</Button>}>
        <Text>{t(isOwn ? "mapping.own" : "mapping.builtIn")}</Text>
        <SearchBox aria-label={t("mapping.find")} placeholder={t("mapping.find")} value={text} onChange={(_, data) => setText(data.value)} style={{ maxWidth: "320px" }} />
        <ul className={styles.list}>
          {mappings.map((one, index) => (isMeant(one) || open === index) && (
            <li key={index}>
              {open === index ? <One one={one} onChange={(part) => set(index, part)} onDone={() => setOpen(null)} /> : (
                <div className={styles.row}>
                  <span className={styles.words}>
                    <span><Text weight="semibold">{one.target}</Text> {one.isMatch && <Badge appearance="tint" color="brand">{t("mapping.match")}</Badge>} {one.isOnlyNew && <Badge appearance="tint" color="informative">{t("mapping.onlyNew")}</Badge>}</span>
                    <span className={styles.code} dir="ltr">{one.expression}</span>
                  </span>
                  <span style={{ flexShrink: 0 }}>
                    <Button size="small" appearance="subtle" icon={<EditRegular />} aria-label={t("mapping.edit", { name: one.target })} onClick={() => setOpen(index)} />
                    <Button size="small" appearance="subtle" icon={<DeleteRegular />} aria-label={t("mapping.remove", { name: one.target })} onClick={() => (setMappings(mappings.filter((_, place) => place !== index)), setOpen(null))} />
                  </span>
                </div>
              )}
            </li>
          ))}
        </ul>
        <Meanwhile editing={editing} />
        {editing.why && <Failure why={editing.why} />}
        {isSaved && !isChanged && <MessageBar intent="success"><MessageBarBody>{t("mapping.saved")}</MessageBarBody></MessageBar>}
        <div className={styles.foot}>
          <Button appearance="primary" disabled={editing.isSaving || !isChanged || lacks !== undefined || editing.clashes.length > 0} onClick={() => editing.save({ path, ask: { method: "PATCH", body: schemaBody(mappings) } }, () => setSaved(true))}>{t("save")}</Button>
          {isOwn && <Button onClick={() => setResetting(true)}>{t("mapping.reset")}</Button>}
          <Text>{lacks ? t(lacks) : isChanged && t("mapping.unsaved")}</Text>
        </div>
      </Section>
      <DryRun path={path} mappings={mappings} isOwn={isOwn || isChanged} />
      {isResetting && (
        <Confirm title={t("mapping.resetTitle")} action={t("mapping.reset")} isHarmful isBusy={reset.isPending} why={reset.error} onNo={() => setResetting(false)} onYes={() => reset.mutate({ path, ask: { method: "PATCH", body: { schema: null } } })}>
          <Text>{t("mapping.resetAbout")}</Text>
        </Confirm>
      )}
    </div>
  );
}

function One({ one, onChange, onDone }: { one: MappingDraft; onChange: (part: Partial<MappingDraft>) => void; onDone: () => void }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const targets = [...attributesOf("user").filter((attribute) => attribute.write === "caller" || attribute.write === "create").map((attribute) => attribute.name), "manager"].sort();
  return (
    <div className={styles.edited}>
      <Field label={t("mapping.target")} required>
        <Combobox freeform value={one.target} selectedOptions={[one.target]} onChange={(event) => onChange({ target: event.target.value.trim() })} onOptionSelect={(_, data) => onChange({ target: data.optionValue ?? one.target })}>
          {targets.filter((target) => target.toLowerCase().includes(one.target.toLowerCase()) || targets.includes(one.target)).map((target) => <Option key={target} value={target} text={target}>{`${target} · ${name(target)}`}</Option>)}
        </Combobox>
      </Field>
      <Field label={t("mapping.expression")} required>
        <Textarea dir="ltr" rows={4} resize="vertical" textarea={{ style: { fontFamily: "monospace", fontSize: "12px" } }} value={one.expression} onChange={(_, data) => onChange({ expression: data.value })} />
      </Field>
      <div className={styles.foot}>
        <Checkbox label={t("mapping.onlyNew")} checked={one.isOnlyNew} onChange={(_, data) => onChange({ isOnlyNew: data.checked === true })} />
        <Checkbox label={t("mapping.match")} checked={one.isMatch} onChange={(_, data) => onChange({ isMatch: data.checked === true })} />
        <Button size="small" onClick={onDone}>{t("close")}</Button>
      </div>
    </div>
  );
}

interface Line {
  provisioningAction: string;
  provisioningStatusInfo: { status: string; errorInformation: { reason?: string } | null } | null;
  modifiedProperties: { displayName: string; newValue: string | null }[] | null;
}

/** One record with the mappings as they are on the page, tried on a fork. */
function DryRun({ path, mappings, isOwn }: { path: string; mappings: MappingDraft[]; isOwn: boolean }) {
  const { t, name } = useWords();
  const [record, setRecord] = useState(() => JSON.stringify(SAMPLE, null, 2));
  const [isWrong, setWrong] = useState(false);
  const run = useMutation({
    mutationFn: (data: unknown) => {
      const upload = { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], failOnErrors: null, Operations: [{ method: "POST", bulkId: "1", path: "/Users", data }] };
      return rehearseAll([
        ...(isOwn ? [{ path, ask: { method: "PATCH" as const, body: schemaBody(mappings) } }] : []),
        { path: `${path}/bulkUpload`, ask: { method: "POST" as const, body: upload } },
      ]);
    },
  });
  const lines = (run.data?.provisioning ?? []) as unknown as Line[];
  const go = () => {
    try {
      const data: unknown = JSON.parse(record);
      setWrong(false);
      run.mutate(data);
    } catch {
      setWrong(true);
    }
  };
  return (
    <Section title={t("mapping.try")}>
      <Text>{t("mapping.tryAbout")}</Text>
      <Field label={t("mapping.record")} validationMessage={isWrong ? t("form.jsonWrong") : undefined}>
        <Textarea dir="ltr" rows={12} resize="vertical" textarea={{ style: { fontFamily: "monospace", fontSize: "12px" } }} value={record} onChange={(_, data) => setRecord(data.value)} />
      </Field>
      <div><Button appearance="primary" disabled={run.isPending} onClick={go}>{t("mapping.go")}</Button></div>
      {run.error && <Failure why={run.error} />}
      {run.data && (
        <div role="status">
          {lines.map((line, index) => (
            <div key={index}>
              <Text weight="semibold" block>{t("mapping.becomes")}: {name(line.provisioningAction)} · {name(line.provisioningStatusInfo?.status ?? "")}</Text>
              {line.provisioningStatusInfo?.errorInformation?.reason && <Text block>{line.provisioningStatusInfo.errorInformation.reason}</Text>}
              <Rows rows={(line.modifiedProperties ?? []).map((property): Row => ({ key: property.displayName, what: name(property.displayName), end: <Text dir="auto">{property.newValue ?? "–"}</Text> }))} />
            </div>
          ))}
          <Followed rehearsed={run.data} />
        </div>
      )}
    </Section>
  );
}
