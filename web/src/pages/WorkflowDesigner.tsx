// The designer of lifecycle workflows: what makes it run, for whom, and its tasks in order, each with what it needs.
//
// Tasks are moved with buttons, so that it is the same by mouse, finger and keyboard.

import { Badge, Button, Checkbox, Dropdown, Field, Input, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Option, Radio, RadioGroup, SpinButton, Switch, Tag, TagGroup, Text, Textarea, tokens } from "@fluentui/react-components";
import { AddRegular, ArrowDownRegular, ArrowUpRegular, DeleteRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { useNames } from "../parts/names";
import { Columns, Section } from "../parts/page";
import { Picker } from "../parts/Picker";
import { attributesOf } from "../schema";
import { type Key, useWords } from "../words";
import { type ArgumentName, DATES, fits, moved, newTask, type TaskDraft, taskKind, TASKS, TASKS_MAX, type WorkflowDraft } from "./workflowTasks";

/** As `governance` takes it. */
const OFFSET_MAX = 180;

const useStyles = makeStyles({
  tasks: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column" },
  task: { display: "grid", gridTemplateColumns: "40px minmax(0, 1fr)", columnGap: "12px" },
  rail: { display: "flex", flexDirection: "column", alignItems: "center" },
  dot: { width: "32px", height: "32px", flexShrink: 0, borderRadius: "50%", display: "grid", placeItems: "center", backgroundColor: tokens.colorBrandBackground, color: tokens.colorNeutralForegroundOnBrand, fontWeight: tokens.fontWeightSemibold },
  off: { backgroundColor: tokens.colorNeutralBackground5, color: tokens.colorNeutralForeground2 },
  line: { flexGrow: 1, width: "2px", minHeight: "16px", backgroundColor: tokens.colorNeutralStroke2 },
  card: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, padding: "10px 14px 14px", marginBlockEnd: "12px", display: "flex", flexDirection: "column", gap: "10px", minWidth: 0 },
  head: { display: "flex", gap: "8px", alignItems: "center", justifyContent: "space-between", flexWrap: "wrap" },
  foot: { display: "flex", gap: "12px", flexWrap: "wrap" },
});

export function WorkflowDesigner({ draft, onDraft, isNew }: { draft: WorkflowDraft; onDraft: (draft: WorkflowDraft) => void; isNew?: boolean }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const set = (part: Partial<WorkflowDraft>) => onDraft({ ...draft, ...part });
  const setTask = (index: number, part: Partial<TaskDraft>) => set({ tasks: draft.tasks.map((task, place) => (place === index ? { ...task, ...part } : task)) });
  return (
    <>
      <Columns>
        <Section title={t("packagePolicy.what")}>
          <Field label={name("displayName")} required><Input value={draft.displayName} maxLength={256} onChange={(_, data) => set({ displayName: data.value })} /></Field>
          <Field label={name("description")}><Input value={draft.description} onChange={(_, data) => set({ description: data.value })} /></Field>
          <Switch label={t("workflow.enabled")} checked={draft.isOn} onChange={(_, data) => set({ isOn: data.checked })} />
          {draft.trigger !== "onDemand" && (
            <Field hint={isNew ? t("workflow.scheduledHint") : undefined}><Switch label={t("workflow.scheduled")} checked={draft.isScheduled} onChange={(_, data) => set({ isScheduled: data.checked })} /></Field>
          )}
        </Section>
        <Section title={t("workflow.when")}>
          <RadioGroup aria-label={t("workflow.when")} value={draft.trigger} onChange={(_, data) => set({ trigger: data.value as WorkflowDraft["trigger"] })}>
            {(["date", "change", "onDemand"] as const).map((sort) => <Radio key={sort} value={sort} label={t(`workflow.${sort}` as Key)} />)}
          </RadioGroup>
          {draft.trigger === "date" && (
            <>
              <Field label={t("workflow.whichDate")}>
                <Dropdown value={name(draft.date)} selectedOptions={[draft.date]} onOptionSelect={(_, data) => set({ date: data.optionValue ?? draft.date })}>
                  {DATES.map((date) => <Option key={date} value={date} text={name(date)}>{name(date)}</Option>)}
                </Dropdown>
              </Field>
              <Field label={t("workflow.offset")} style={{ maxWidth: "280px" }}>
                <SpinButton min={-OFFSET_MAX} max={OFFSET_MAX} value={draft.offset} onChange={(_, data) => {
                  const wanted = Math.round(data.value ?? Number(data.displayValue));
                  if (Number.isFinite(wanted)) set({ offset: Math.min(Math.max(wanted, -OFFSET_MAX), OFFSET_MAX) });
                }} />
              </Field>
            </>
          )}
          {draft.trigger === "change" && <Attributes chosen={draft.attributes} onChosen={(attributes) => set({ attributes })} />}
          {draft.trigger !== "onDemand" && (
            <Field label={t("workflow.scope")} hint={t("workflow.scopeHint")}><Textarea dir="ltr" value={draft.rule} maxLength={3072} resize="vertical" onChange={(_, data) => set({ rule: data.value })} /></Field>
          )}
        </Section>
      </Columns>
      <Section isBare title={t("workflow.tasks")}>
        {draft.tasks.length === 0 && <Text>{t("workflow.noTasks")}</Text>}
        <ol className={styles.tasks}>
          {draft.tasks.map((task, index) => (
            <li key={`${task.definition}${index}`} className={styles.task}>
              <div className={styles.rail} aria-hidden>
                <span className={`${styles.dot} ${task.isOn ? "" : styles.off}`}>{index + 1}</span>
                <span className={styles.line} />
              </div>
              <div className={styles.card}>
                <div className={styles.head}>
                  <Text weight="semibold">{task.name} {!fits(taskKind(task.definition) ?? TASKS[0]!, draft.category) && <Badge color="danger" appearance="tint">!</Badge>}</Text>
                  <span>
                    <Button appearance="subtle" size="small" icon={<ArrowUpRegular />} aria-label={t("workflow.up", { name: task.name })} disabled={index === 0} onClick={() => set({ tasks: moved(draft.tasks, index, index - 1) })} />
                    <Button appearance="subtle" size="small" icon={<ArrowDownRegular />} aria-label={t("workflow.down", { name: task.name })} disabled={index === draft.tasks.length - 1} onClick={() => set({ tasks: moved(draft.tasks, index, index + 1) })} />
                    <Button appearance="subtle" size="small" icon={<DeleteRegular />} aria-label={t("workflow.removeTask", { name: task.name })} onClick={() => set({ tasks: draft.tasks.filter((_, place) => place !== index) })} />
                  </span>
                </div>
                <Arguments task={task} onArguments={(given) => setTask(index, { arguments: given })} />
                <div className={styles.foot}>
                  <Checkbox label={t("workflow.isOn")} checked={task.isOn} onChange={(_, data) => setTask(index, { isOn: data.checked === true })} />
                  <Checkbox label={t("workflow.goesOn")} checked={task.goesOn} onChange={(_, data) => setTask(index, { goesOn: data.checked === true })} />
                </div>
              </div>
            </li>
          ))}
        </ol>
        <div>
          <Menu>
            <MenuTrigger disableButtonEnhancement><Button icon={<AddRegular />} disabled={draft.tasks.length >= TASKS_MAX}>{t("workflow.addTask")}</Button></MenuTrigger>
            <MenuPopover>
              <MenuList style={{ maxHeight: "50vh", overflowY: "auto" }}>
                {TASKS.filter((task) => fits(task, draft.category)).map((task) => (
                  <MenuItem key={task.id} onClick={() => set({ tasks: [...draft.tasks, newTask(task.id, t(task.label))] })}>{t(task.label)}</MenuItem>
                ))}
              </MenuList>
            </MenuPopover>
          </Menu>
        </div>
      </Section>
    </>
  );
}

function Attributes({ chosen, onChosen }: { chosen: string[]; onChosen: (names: string[]) => void }) {
  const { t, name } = useWords();
  const known = attributesOf("user").filter((attribute) => attribute.shown !== "never" && attribute.write === "caller" && ["String", "Boolean", "DateTimeOffset"].includes(attribute.type) && !attribute.many).map((attribute) => attribute.name).sort();
  return (
    <Field label={t("workflow.attributes")}>
      <Dropdown multiselect value={chosen.map((one) => name(one)).join(", ")} selectedOptions={chosen} onOptionSelect={(_, data) => onChosen(data.selectedOptions)}>
        {known.map((one) => <Option key={one} value={one} text={name(one)}>{name(one)}</Option>)}
      </Dropdown>
    </Field>
  );
}

const WORDS: ArgumentName[] = ["customSubject", "customBody"];

/** What a task needs; the words of its mail only if somebody wants other ones. */
function Arguments({ task, onArguments }: { task: TaskDraft; onArguments: (given: Record<string, string>) => void }) {
  const { t } = useWords();
  const all = taskKind(task.definition)?.arguments ?? [];
  const [hasWords, setHasWords] = useState(WORDS.some((word) => task.arguments[word]));
  const isMail = all.some((argument) => WORDS.includes(argument));
  return (
    <>
      {all.filter((argument) => hasWords || !WORDS.includes(argument)).map((argument) => (
        <Argument key={argument} argument={argument} value={task.arguments[argument] ?? ""} onValue={(value) => onArguments({ ...task.arguments, [argument]: value })} />
      ))}
      {isMail && !hasWords && <div><Button size="small" appearance="transparent" onClick={() => setHasWords(true)}>{t("task.ownWords")}</Button></div>}
    </>
  );
}

function Argument({ argument, value, onValue }: { argument: ArgumentName; value: string; onValue: (value: string) => void }) {
  const { t } = useWords();
  switch (argument) {
    case "groupID":
      return <Groups ids={value.split(",").filter(Boolean)} onIds={(ids) => onValue(ids.join(","))} />;
    case "accessPackageId":
    case "assignmentPolicyId":
      return <OneOf label={t("task.package")} path="/identityGovernance/entitlementManagement/accessPackages" id="id" text="displayName" value={value} onValue={onValue} />;
    case "licenses":
      return <OneOf label={t("task.licences")} path="/subscribedSkus" id="skuId" text="skuPartNumber" value={value} onValue={onValue} isMany />;
    case "action":
      return (
        <RadioGroup layout="vertical" aria-label={t("task.how")} value={value || "retire"} onChange={(_, data) => onValue(data.value)}>
          <Radio value="retire" label={t("task.retire")} />
          <Radio value="wipe" label={t("task.wipe")} />
        </RadioGroup>
      );
    case "tapIsUsableOnce":
      return <Checkbox label={t("task.once")} checked={value === "true"} onChange={(_, data) => onValue(data.checked ? "true" : "")} />;
    case "tapLifetimeMinutes":
      return <Field label={t("task.minutes")} style={{ maxWidth: "240px" }}><Input type="number" min={10} max={43200} placeholder="60" value={value} onChange={(_, data) => onValue(data.value)} /></Field>;
    case "customSubject":
      return <Field label={t("task.subject")}><Input value={value} onChange={(_, data) => onValue(data.value)} /></Field>;
    case "customBody":
      return <Field label={t("task.body")}><Textarea value={value} resize="vertical" onChange={(_, data) => onValue(data.value)} /></Field>;
  }
}

function Groups({ ids, onIds }: { ids: string[]; onIds: (ids: string[]) => void }) {
  const { t } = useWords();
  const names = useNames(ids);
  return (
    <>
      <Picker label={t("task.groups")} kinds={["group"]} onPick={(item) => !ids.includes(item.id) && onIds([...ids, item.id])} />
      {ids.length > 0 && (
        <TagGroup aria-label={t("task.groups")} onDismiss={(_, data) => onIds(ids.filter((id) => id !== data.value))} style={{ flexWrap: "wrap" }}>
          {ids.map((id) => <Tag key={id} value={id} dismissible dismissIcon={{ "aria-label": t("group.remove") }}>{names.get(id) ?? id}</Tag>)}
        </TagGroup>
      )}
    </>
  );
}

function OneOf({ label, path, id, text, value, onValue, isMany }: { label: string; path: string; id: string; text: string; value: string; onValue: (value: string) => void; isMany?: boolean }) {
  const all = useRead<GraphPage<Entity>>(at(path, { $select: `id,${id},${text}`, $top: 999 }));
  const chosen = value.split(",").filter(Boolean);
  const items = all.data?.value ?? [];
  const said = items.filter((item) => chosen.includes(String(item[id]))).map((item) => String(item[text])).join(", ");
  return (
    <Field label={label} required>
      <Dropdown multiselect={isMany} value={said} selectedOptions={chosen} onOptionSelect={(_, data) => onValue(data.selectedOptions.join(","))}>
        {items.map((item) => <Option key={item.id} value={String(item[id])} text={String(item[text])}>{String(item[text])}</Option>)}
      </Dropdown>
    </Field>
  );
}
