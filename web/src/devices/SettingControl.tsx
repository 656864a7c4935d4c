// The control for one setting, by the shape that its definition gives it, with the definition's limits said while one types.

import { Button, Dropdown, Field, Input, makeStyles, Option, Radio, RadioGroup, SpinButton, Text, Textarea, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular } from "@fluentui/react-icons";
import { lazy, Suspense } from "react";
import { type Speech, useWords } from "../words";
import { type Catalog, chosen, type Definition, type Instance, isKept, member, type Problem, problemOf, shapeOf, simple, told } from "./catalog";

/** More options than this are a list to open. */
const RADIOS_MAX = 3;
/** Texts that may be longer than this get a field of several lines. */
const LINE_MAX = 300;

/** Settings that are chosen or written in a way of their own. */
const OWN = {
  linux_customcompliance_discoveryscript: lazy(() => import("./DiscoveryScript")),
  linux_customcompliance_rules: lazy(() => import("./CustomRules")),
} as const;

const useStyles = makeStyles({
  group: { display: "flex", flexDirection: "column", gap: "10px", minWidth: 0 },
  member: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, padding: "12px", margin: 0, display: "flex", flexDirection: "column", gap: "10px", minWidth: 0 },
  legend: { fontWeight: tokens.fontWeightSemibold, paddingInline: "6px" },
  item: { display: "flex", gap: "6px", alignItems: "flex-start" },
  grow: { flexGrow: 1, minWidth: 0 },
  hint: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  code: { fontFamily: tokens.fontFamilyMonospace },
});

export interface ControlProps {
  definition: Definition;
  instance: Instance;
  catalog: Catalog;
  label: string;
  isReadOnly?: boolean;
  onInstance: (instance: Instance) => void;
}

export function SettingControl(props: ControlProps) {
  const { definition } = props;
  const Own = OWN[definition.id as keyof typeof OWN];
  if (Own) return <Suspense fallback={null}><Own {...props} /></Suspense>;
  switch (shapeOf(definition)) {
    case "choice":
      return <Choice {...props} />;
    case "integer":
    case "text":
      return <Simple {...props} />;
    case "texts":
      return <Texts {...props} />;
    case "group":
      return <Group {...props} />;
  }
}

function Choice({ definition, instance, catalog, label, isReadOnly, onInstance }: ControlProps) {
  const styles = useStyles();
  const options = definition.options ?? [];
  const value = instance.choiceSettingValue?.value ?? "";
  const known = options.find((option) => option.itemId === value);
  const choose = (next: string) => onInstance({ ...instance, choiceSettingValue: chosen(next, catalog) });
  const children = instance.choiceSettingValue?.children ?? [];
  return (
    <div className={styles.group}>
      {options.length <= RADIOS_MAX ? (
        <RadioGroup layout="horizontal" value={value} disabled={isReadOnly} aria-label={label} onChange={(_, data) => choose(data.value)}>
          {options.map((option) => <Radio key={option.itemId} value={option.itemId} label={option.displayName} />)}
        </RadioGroup>
      ) : (
        <Dropdown aria-label={label} disabled={isReadOnly} value={known?.displayName ?? value} selectedOptions={[value]} onOptionSelect={(_, data) => data.optionValue && choose(data.optionValue)}>
          {options.map((option) => <Option key={option.itemId} value={option.itemId} text={option.displayName}>{option.displayName}</Option>)}
        </Dropdown>
      )}
      {children.map((child, index) => {
        const beneath = catalog.get(child.settingDefinitionId);
        return beneath && (
          <Labelled key={child.settingDefinitionId} definition={beneath}>
            <SettingControl definition={beneath} instance={child} catalog={catalog} label={beneath.displayName} isReadOnly={isReadOnly} onInstance={(next) => onInstance({ ...instance, choiceSettingValue: { ...instance.choiceSettingValue!, children: children.map((one, at) => (at === index ? next : one)) } })} />
          </Labelled>
        );
      })}
    </div>
  );
}

function Simple({ definition, instance, catalog, label, isReadOnly, onInstance }: ControlProps) {
  const words = useWords();
  const styles = useStyles();
  const value = instance.simpleSettingValue?.value ?? "";
  const limits = definition.valueDefinition ?? {};
  const change = (next: string | number) => onInstance({ ...instance, simpleSettingValue: simple(definition, next) });
  const problem = problemOf(definition, value);
  // What is empty has not been filled yet; it is told when one goes on.
  const shown = problem && value !== "" ? toldProblem(problem, words) : undefined;
  if (shapeOf(definition) === "integer") {
    const read = (typed: string | undefined) => (typed?.trim() && Number.isInteger(Number(typed)) ? Number(typed) : (typed ?? ""));
    const range = limits.minimumValue !== undefined && limits.maximumValue !== undefined ? words.t("setting.range", { from: limits.minimumValue, to: limits.maximumValue }) : undefined;
    return (
      <Field validationMessage={shown} hint={range}>
        <SpinButton aria-label={label} readOnly={isReadOnly} value={typeof value === "number" ? value : null} displayValue={String(value)} onChange={(_, data) => change(data.value ?? read(data.displayValue))} />
      </Field>
    );
  }
  if (limits.isSecret) {
    const isHeld = isKept(instance.simpleSettingValue);
    return (
      <Field validationMessage={isHeld ? undefined : shown} hint={isHeld && !isReadOnly ? words.t("setting.kept") : undefined}>
        <Input aria-label={label} type="password" autoComplete="new-password" readOnly={isReadOnly} value={isHeld ? "" : String(value)} placeholder={isHeld ? told(instance, catalog) : undefined} maxLength={limits.maximumLength} input={{ dir: "auto" }} onChange={(_, data) => change(data.value)} contentAfter={isHeld && !isReadOnly ? <Button appearance="transparent" size="small" icon={<DeleteRegular />} aria-label={words.t("form.removeItem", { name: label })} onClick={() => change("")} /> : undefined} />
      </Field>
    );
  }
  const isLong = (limits.maximumLength ?? 0) > LINE_MAX;
  return (
    <Field validationMessage={shown}>
      {isLong ? (
        <Textarea aria-label={label} readOnly={isReadOnly} resize="vertical" value={String(value)} maxLength={limits.maximumLength} textarea={{ dir: "auto" }} onChange={(_, data) => change(data.value)} className={/_(script|pem)$/.test(definition.id) ? styles.code : undefined} rows={String(value).includes("\n") ? 6 : 3} />
      ) : (
        <Input aria-label={label} readOnly={isReadOnly} value={String(value)} maxLength={limits.maximumLength} input={{ dir: "auto" }} onChange={(_, data) => change(data.value)} />
      )}
    </Field>
  );
}

function Texts({ definition, instance, label, isReadOnly, onInstance }: ControlProps) {
  const words = useWords();
  const styles = useStyles();
  const items = instance.simpleSettingCollectionValue ?? [];
  const put = (next: typeof items) => onInstance({ ...instance, simpleSettingCollectionValue: next });
  return (
    <div className={styles.group} role="group" aria-label={label}>
      {items.map((item, index) => {
        const problem = problemOf(definition, item.value);
        return (
          <div key={index} className={styles.item}>
            <Field className={styles.grow} validationMessage={problem && item.value !== "" ? toldProblem(problem, words) : undefined}>
              <Input aria-label={`${label} ${index + 1}`} readOnly={isReadOnly} value={String(item.value)} input={{ dir: "auto" }} onChange={(_, data) => put(items.map((one, at) => (at === index ? simple(definition, data.value) : one)))} />
            </Field>
            {!isReadOnly && <Button appearance="subtle" icon={<DeleteRegular />} aria-label={words.t("form.removeItem", { name: String(item.value) || label })} onClick={() => put(items.filter((_, at) => at !== index))} />}
          </div>
        );
      })}
      {!isReadOnly && items.length < (definition.maximumCount ?? Infinity) && (
        <div>
          <Button size="small" icon={<AddRegular />} onClick={() => put([...items, simple(definition, "")])}>{words.t("form.addItem")}</Button>
        </div>
      )}
    </div>
  );
}

function Group({ definition, instance, catalog, label, isReadOnly, onInstance }: ControlProps) {
  const { t } = useWords();
  const styles = useStyles();
  const members = instance.groupSettingCollectionValue ?? [];
  const put = (next: typeof members) => onInstance({ ...instance, groupSettingCollectionValue: next });
  return (
    <div className={styles.group}>
      {members.map((one, index) => {
        // A group that was written by hand may lack parts; the form offers all of them.
        const children = member(definition, catalog).children.map((empty) => one.children.find((child) => child.settingDefinitionId === empty.settingDefinitionId) ?? (isReadOnly ? empty : blank(empty)));
        return (
          <fieldset key={index} className={styles.member}>
            <legend className={styles.legend}>{label} {index + 1}</legend>
            {children.map((child) => {
              const part = catalog.get(child.settingDefinitionId);
              return part && (
                <Labelled key={child.settingDefinitionId} definition={part}>
                  <SettingControl definition={part} instance={child} catalog={catalog} label={part.displayName} isReadOnly={isReadOnly} onInstance={(next) => put(members.map((known, at) => (at === index ? { ...known, children: children.map((sibling) => (sibling === child ? next : sibling)) } : known)))} />
                </Labelled>
              );
            })}
            {!isReadOnly && members.length > 1 && (
              <div>
                <Button size="small" icon={<DeleteRegular />} onClick={() => put(members.filter((_, at) => at !== index))}>{t("setting.removeMember", { count: index + 1 })}</Button>
              </div>
            )}
          </fieldset>
        );
      })}
      {!isReadOnly && members.length < (definition.maximumCount ?? Infinity) && (
        <div>
          <Button size="small" icon={<AddRegular />} onClick={() => put([...members, member(definition, catalog)])}>{t("setting.addMember")}</Button>
        </div>
      )}
    </div>
  );
}

/** A text of a group that was never said is empty, not the default. */
function blank(instance: Instance): Instance {
  return instance.simpleSettingValue ? { ...instance, simpleSettingValue: { ...instance.simpleSettingValue, value: typeof instance.simpleSettingValue.value === "number" ? instance.simpleSettingValue.value : "" } } : instance;
}

function Labelled({ definition, children }: { definition: Definition; children: React.ReactNode }) {
  const styles = useStyles();
  return (
    <div>
      <Text block weight="semibold" size={200}>{definition.displayName}</Text>
      {children}
      {definition.description && <Text block className={styles.hint}>{definition.description}</Text>}
    </div>
  );
}

export function toldProblem(problem: Problem, { t }: Speech): string {
  return problem.is === "missing" ? t("setting.missing") : t(`setting.${problem.is}`, { limit: problem.limit });
}
