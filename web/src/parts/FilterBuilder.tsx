// Where conditions are put together. It shows the `$filter` that they make, so that it can be learnt, copied and changed.

import { Button, Dropdown, Field, Input, makeStyles, Option, Popover, PopoverSurface, PopoverTrigger, Textarea, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular, FilterFilled, FilterRegular } from "@fluentui/react-icons";
import { useMemo, useState } from "react";
import { enumNamed } from "../schema";
import { type Key, useWords } from "../words";
import { isDay } from "./days";
import { type Condition, filterable, filterText, operatorsFor } from "./filter";

const useStyles = makeStyles({
  surface: { display: "flex", flexDirection: "column", gap: "12px", width: "min(640px, calc(100vw - 48px))" },
  row: { display: "grid", gridTemplateColumns: "1.3fr 1fr 1.3fr auto", gap: "6px", alignItems: "end", "@media (max-width: 640px)": { gridTemplateColumns: "1fr" } },
  wide: { minWidth: 0 },
  foot: { display: "flex", gap: "8px", justifyContent: "flex-end" },
  code: { fontFamily: tokens.fontFamilyMonospace },
});

export function FilterBuilder({ kind, filter, onFilter }: { kind: string; filter: string; onFilter: (filter: string) => void }) {
  const { t } = useWords();
  const styles = useStyles();
  const [isOpen, setOpen] = useState(false);
  const [conditions, setConditions] = useState<Condition[]>([]);
  const [text, setText] = useState(filter);
  const attributes = useMemo(() => filterable(kind), [kind]);
  const put = (changed: Condition[]) => {
    setConditions(changed);
    setText(filterText(kind, changed));
  };
  const change = (index: number, part: Partial<Condition>) =>
    put(conditions.map((condition, at) => (at === index ? { ...condition, ...part } : condition)));
  const add = () => {
    const first = attributes.find((attribute) => attribute.name === "displayName") ?? attributes[0];
    if (first) put([...conditions, { attribute: first.name, operator: operatorsFor(kind, first)[0] ?? "eq", value: "" }]);
  };
  const apply = (wanted: string) => {
    setText(wanted);
    onFilter(wanted.trim());
    setOpen(false);
  };
  return (
    <Popover
      open={isOpen}
      positioning="below-start"
      trapFocus
      onOpenChange={(_, data) => {
        setOpen(data.open);
        if (data.open) {
          setText(filter);
          if (!filter) setConditions([]);
        }
      }}
    >
      <PopoverTrigger disableButtonEnhancement>
        <Button appearance={filter ? "primary" : "subtle"} icon={filter ? <FilterFilled /> : <FilterRegular />}>
          {t("list.filter")}
        </Button>
      </PopoverTrigger>
      <PopoverSurface className={styles.surface} aria-label={t("list.filter")}>
        {conditions.map((condition, index) => (
          <Row key={index} kind={kind} condition={condition} onChange={(part) => change(index, part)} onRemove={() => put(conditions.filter((_, at) => at !== index))} />
        ))}
        <div>
          <Button size="small" icon={<AddRegular />} onClick={add}>
            {t("filter.add")}
          </Button>
        </div>
        <Field label={t("filter.text")} hint={t("filter.hint")}>
          <Textarea className={styles.code} value={text} dir="ltr" resize="vertical" onChange={(_, data) => setText(data.value)} />
        </Field>
        <div className={styles.foot}>
          <Button onClick={() => apply("")} disabled={!filter && !text}>
            {t("filter.clear")}
          </Button>
          <Button appearance="primary" onClick={() => apply(text)}>
            {t("filter.apply")}
          </Button>
        </div>
      </PopoverSurface>
    </Popover>
  );
}

function Row({ kind, condition, onChange, onRemove }: { kind: string; condition: Condition; onChange: (part: Partial<Condition>) => void; onRemove: () => void }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const attributes = filterable(kind);
  const attribute = attributes.find((known) => known.name === condition.attribute);
  if (!attribute) return null;
  const operators = operatorsFor(kind, attribute);
  const members = attribute.type === "Boolean" ? ["true", "false"] : enumNamed(attribute.type)?.members;
  const needsValue = condition.operator !== "empty" && condition.operator !== "full";
  return (
    <div className={styles.row}>
      <Field label={t("filter.attribute")}>
        <Dropdown
          className={styles.wide}
          value={name(attribute.name, kind)}
          selectedOptions={[attribute.name]}
          onOptionSelect={(_, data) => {
            const chosen = attributes.find((known) => known.name === data.optionValue);
            if (chosen) onChange({ attribute: chosen.name, operator: operatorsFor(kind, chosen)[0], value: "" });
          }}
        >
          {attributes.map((known) => (
            <Option key={known.name} value={known.name} text={name(known.name, kind)}>
              {name(known.name, kind)}
            </Option>
          ))}
        </Dropdown>
      </Field>
      <Field label={t("filter.operator")}>
        <Dropdown
          className={styles.wide}
          value={t(`operator.${condition.operator}` as Key)}
          selectedOptions={[condition.operator]}
          onOptionSelect={(_, data) => onChange({ operator: data.optionValue as Condition["operator"] })}
        >
          {operators.map((operator) => (
            <Option key={operator} value={operator}>
              {t(`operator.${operator}` as Key)}
            </Option>
          ))}
        </Dropdown>
      </Field>
      {needsValue && members ? (
        <Field label={t("filter.value")}>
          <Dropdown
            className={styles.wide}
            value={condition.value ? name(condition.value, attribute.type) : ""}
            selectedOptions={[condition.value]}
            onOptionSelect={(_, data) => onChange({ value: data.optionValue ?? "" })}
          >
            {members.map((member) => (
              <Option key={member} value={member} text={name(member, attribute.type)}>
                {name(member, attribute.type)}
              </Option>
            ))}
          </Dropdown>
        </Field>
      ) : needsValue ? (
        <Field label={t("filter.value")}>
          <Input
            className={styles.wide}
            type={attribute.type === "Date" || isDay(attribute.name) ? "date" : attribute.type === "DateTimeOffset" ? "datetime-local" : "text"}
            value={condition.value}
            onChange={(_, data) => onChange({ value: data.value })}
          />
        </Field>
      ) : (
        <span />
      )}
      <Button appearance="subtle" icon={<DeleteRegular />} aria-label={t("filter.remove")} onClick={onRemove} />
    </div>
  );
}
