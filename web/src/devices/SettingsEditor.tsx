// The settings of a policy, by category: each with its value, its limits and what it does; more from the catalogue.

import { Badge, Button, Input, makeStyles, MessageBar, MessageBarBody, Text, tokens, Tooltip } from "@fluentui/react-components";
import { AddRegular, DeleteRegular, SearchRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { Answered, Empty, Section } from "../parts/page";
import { useWords } from "../words";
import { begun, type Catalog, type Definition, type Instance, problemIn, shapeOf, told, type Usage, useCatalog } from "./catalog";
import { SettingControl, toldProblem } from "./SettingControl";
import { SettingPicker } from "./SettingPicker";

/** More settings than this get a field to find one of them. */
const SEARCH_FROM = 8;

const useStyles = makeStyles({
  tools: { display: "flex", gap: "12px", alignItems: "center", flexWrap: "wrap" },
  rows: { listStyle: "none", margin: 0, padding: 0 },
  row: { display: "grid", gridTemplateColumns: "minmax(0, 5fr) minmax(0, 6fr) auto", gap: "8px 24px", alignItems: "start", paddingBlock: "12px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, ":last-child": { borderBottom: "none", paddingBlockEnd: 0 }, ":first-child": { paddingBlockStart: 0 }, "@media (max-width: 720px)": { gridTemplateColumns: "minmax(0, 1fr) auto" } },
  wide: { "@media (max-width: 720px)": { gridColumn: "1 / -1", order: 2 } },
  about: { display: "block", color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  id: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase100, color: tokens.colorNeutralForeground3, overflowWrap: "anywhere" },
});

export function SettingsEditor({ usage, instances, onInstances, isReadOnly, reasons }: {
  usage: Usage;
  instances: Instance[];
  onInstances?: (instances: Instance[]) => void;
  isReadOnly?: boolean;
  /** Why a baseline has a setting, by the setting's id. */
  reasons?: Map<string, string>;
}) {
  const { t } = useWords();
  const catalog = useCatalog(usage, t("compliance.distributions"));
  return <Answered query={catalog}>{(known) => <Editor catalog={known} instances={instances} onInstances={onInstances ?? (() => {})} isReadOnly={isReadOnly} reasons={reasons} />}</Answered>;
}

function Editor({ catalog, instances, onInstances, isReadOnly, reasons }: { catalog: Catalog; instances: Instance[]; onInstances: (instances: Instance[]) => void; isReadOnly?: boolean; reasons?: Map<string, string> }) {
  const { t } = useWords();
  const styles = useStyles();
  const [isPicking, setPicking] = useState(false);
  const [text, setText] = useState("");
  const chosen = new Set(instances.map((instance) => instance.settingDefinitionId));
  const toggle = (definition: Definition, is: boolean) =>
    onInstances(is ? [...instances, begun(definition, catalog)] : instances.filter((instance) => instance.settingDefinitionId !== definition.id));
  const put = (index: number, next: Instance) => onInstances(instances.map((instance, at) => (at === index ? next : instance)));
  const wanted = text.toLowerCase();
  const rows = instances
    .map((instance, index) => ({ instance, index, definition: catalog.get(instance.settingDefinitionId) }))
    .filter(({ instance, definition }) => !wanted || `${definition?.displayName ?? ""} ${instance.settingDefinitionId}`.toLowerCase().includes(wanted));
  const categories = [...new Set(rows.map(({ definition }) => definition?.categoryId ?? ""))].sort((one, other) => catalog.category(one).localeCompare(catalog.category(other)));
  return (
    <>
      <div className={styles.tools}>
        {!isReadOnly && <Button appearance={instances.length ? "secondary" : "primary"} icon={<AddRegular />} onClick={() => setPicking(true)}>{t("settings.add")}</Button>}
        {instances.length > SEARCH_FROM && <Input type="search" contentBefore={<SearchRegular />} value={text} placeholder={t("list.search")} aria-label={t("settings.find")} onChange={(_, data) => setText(data.value)} />}
        {instances.length > 0 && <Text>{t("settings.count", { count: instances.length })}</Text>}
      </div>
      {!instances.length && <Empty title={t("settings.none")}>{!isReadOnly && <Text>{t("settings.noneAdvice")}</Text>}</Empty>}
      {categories.map((category) => (
        <Section key={category} title={catalog.category(category)}>
          <ul className={styles.rows}>
            {rows.filter(({ definition }) => (definition?.categoryId ?? "") === category).map(({ instance, index, definition }) => (
              <li key={instance.settingDefinitionId} className={styles.row}>
                <div>
                  <Text weight="semibold" block>{definition?.displayName ?? instance.settingDefinitionId}</Text>
                  {definition?.description && <span className={styles.about}>{definition.description} </span>}
                  {reasons?.get(instance.settingDefinitionId) && <Text block size={200} italic>{reasons.get(instance.settingDefinitionId)}</Text>}
                  {definition?.applicability?.description && <Text block className={styles.about}>{definition.applicability.description}</Text>}
                  <span className={styles.id} dir="ltr">{instance.settingDefinitionId}</span>
                  {definition && <Needs definition={definition} catalog={catalog} instances={instances} isReadOnly={isReadOnly} onAdd={(parent) => toggle(parent, true)} />}
                </div>
                <div className={styles.wide}>
                  {definition ? <SettingControl definition={definition} instance={instance} catalog={catalog} label={definition.displayName} isReadOnly={isReadOnly} onInstance={(next) => put(index, next)} /> : <Text>{told(instance, catalog)}</Text>}
                </div>
                {!isReadOnly && (
                  <Tooltip content={t("form.removeItem", { name: definition?.displayName ?? instance.settingDefinitionId })} relationship="label">
                    <Button appearance="subtle" icon={<DeleteRegular />} onClick={() => onInstances(instances.filter((_, at) => at !== index))} />
                  </Tooltip>
                )}
              </li>
            ))}
          </ul>
        </Section>
      ))}
      {!isReadOnly && <SettingPicker isOpen={isPicking} catalog={catalog} title={t("settings.add")} chosen={chosen} onToggle={toggle} onClose={() => setPicking(false)} />}
    </>
  );
}

/** Another setting without which this one means nothing. */
function Needs({ definition, catalog, instances, isReadOnly, onAdd }: { definition: Definition; catalog: Catalog; instances: Instance[]; isReadOnly?: boolean; onAdd: (parent: Definition) => void }) {
  const { t } = useWords();
  const lacking = (definition.dependentOn ?? []).filter(({ dependentOn, parentSettingId }) => instances.find((one) => one.settingDefinitionId === parentSettingId)?.choiceSettingValue?.value !== dependentOn);
  const parent = lacking[0] && catalog.get(lacking[0].parentSettingId);
  if (!parent) return null;
  const option = parent.options?.find((one) => one.itemId === lacking[0]?.dependentOn)?.displayName ?? "";
  const isThere = instances.some((one) => one.settingDefinitionId === parent.id);
  return (
    <MessageBar intent="warning" layout="multiline" style={{ marginBlockStart: "6px" }}>
      <MessageBarBody>
        {t("settings.needs", { name: parent.displayName, value: option })}{" "}
        {!isReadOnly && !isThere && <Button size="small" onClick={() => onAdd(parent)}>{t("settings.addNamed", { name: parent.displayName })}</Button>}
      </MessageBarBody>
    </MessageBar>
  );
}

/** A policy's settings to look over, without controls. */
export function SettingsReview({ usage, instances }: { usage: Usage; instances: Instance[] }) {
  const words = useWords();
  const styles = useStyles();
  const catalog = useCatalog(usage, words.t("compliance.distributions"));
  if (!catalog.data) return null;
  const known = catalog.data;
  return (
    <ul className={styles.rows}>
      {instances.map((instance) => {
        const problem = problemIn(instance, known);
        const definition = known.get(instance.settingDefinitionId);
        return (
          <li key={instance.settingDefinitionId} style={{ display: "flex", gap: "12px", justifyContent: "space-between", flexWrap: "wrap", paddingBlock: "4px" }}>
            <Text>{definition?.displayName ?? instance.settingDefinitionId}</Text>
            {problem ? <Badge color="danger" appearance="tint">{toldProblem(problem, words)}</Badge> : <Text weight="semibold" dir="auto">{definition && shapeOf(definition) === "text" ? told(instance, known).slice(0, 120) : told(instance, known)}</Text>}
          </li>
        );
      })}
    </ul>
  );
}

/** The first setting that is not right, by name; nothing when all are. */
export function useLack(usage: Usage, instances: Instance[]): string | undefined {
  const words = useWords();
  const catalog = useCatalog(usage, words.t("compliance.distributions"));
  if (!catalog.data) return words.t("waiting");
  if (!instances.length) return words.t("settings.none");
  for (const instance of instances) {
    const problem = problemIn(instance, catalog.data);
    if (problem) return `${catalog.data.get(instance.settingDefinitionId)?.displayName ?? instance.settingDefinitionId}: ${toldProblem(problem, words)}`;
  }
  return undefined;
}
