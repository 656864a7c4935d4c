// The control for an attribute, by the type that the schema gives it. Records are forms within the form; what has no shape of
// its own is written as JSON and checked as one types.

import { Button, Checkbox, Dropdown, Field as Labelled, Input, makeStyles, Option, Switch, Textarea, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular } from "@fluentui/react-icons";
import { createContext, type RefObject, useContext, useEffect, useId, useState } from "react";
import { type Attribute, enumNamed, fieldsOf, recordNamed } from "../schema";
import { useWords } from "../words";
import { isDay, midnight } from "./days";

/** How deep records are shown as forms; deeper ones are JSON. */
const DEPTH_MAX = 3;

const useStyles = makeStyles({
  record: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, padding: "12px", margin: 0, display: "flex", flexDirection: "column", gap: "12px", minWidth: 0 },
  legend: { fontWeight: tokens.fontWeightSemibold, paddingInline: "6px" },
  code: { fontFamily: tokens.fontFamilyMonospace },
  item: { display: "flex", gap: "6px", alignItems: "flex-start" },
  grow: { flexGrow: 1, minWidth: 0 },
});

/** The fields of a form in which something stands that is no value. */
export const WrongFields = createContext<RefObject<Set<string>> | null>(null);

function useWrong(isWrong: boolean): void {
  const id = useId();
  const all = useContext(WrongFields)?.current;
  useEffect(() => {
    if (isWrong) all?.add(id);
    return () => void all?.delete(id);
  }, [all, id, isWrong]);
}

export function Field({ attribute, of, value, onChange, problem, depth = 0, isReadOnly }: {
  attribute: Attribute;
  /** The kind or record in which it stands. */
  of?: string;
  value: unknown;
  onChange: (value: unknown) => void;
  problem?: string;
  depth?: number;
  isReadOnly?: boolean;
}) {
  const { t, name } = useWords();
  const styles = useStyles();
  const label = name(attribute.name, of);
  const [isNoNumber, setNoNumber] = useState(false);
  useWrong(isNoNumber);
  const shell = { label, required: attribute.required, validationMessage: problem };
  const members = enumNamed(attribute.type);

  if (attribute.type === "Boolean") {
    return (
      <Labelled validationMessage={problem}>
        <Switch label={label} checked={value === true} disabled={isReadOnly} onChange={(_, data) => onChange(data.checked)} />
      </Labelled>
    );
  }
  if (members && (attribute.many || members.isFlags)) {
    const chosen = Array.isArray(value) ? (value as string[]) : typeof value === "string" && value ? value.split(",") : [];
    return (
      <fieldset className={styles.record}>
        <legend className={styles.legend}>{label}</legend>
        {members.members.map((member) => (
          <Checkbox
            key={member}
            label={name(member, members.name)}
            disabled={isReadOnly}
            checked={chosen.includes(member)}
            onChange={(_, data) => {
              const next = data.checked ? [...chosen, member] : chosen.filter((one) => one !== member);
              onChange(attribute.many ? next : next.join(","));
            }}
          />
        ))}
      </fieldset>
    );
  }
  if (members) {
    const current = typeof value === "string" ? value : "";
    return (
      <Labelled {...shell}>
        <Dropdown value={current && name(current, members.name)} selectedOptions={current ? [current] : []} disabled={isReadOnly} onOptionSelect={(_, data) => onChange(data.optionValue)}>
          {members.members.map((member) => (
            <Option key={member} value={member} text={name(member, members.name)}>
              {name(member, members.name)}
            </Option>
          ))}
        </Dropdown>
      </Labelled>
    );
  }
  if (attribute.many && attribute.type === "String") {
    return <Texts label={label} attribute={attribute} value={value} onChange={onChange} problem={problem} isReadOnly={isReadOnly} />;
  }
  const shape = recordNamed(attribute.type);
  if (shape && !attribute.many && !shape.isAbstract && !shape.isOpen && depth < DEPTH_MAX && fieldsOf(shape.name).length) {
    const record = (value ?? {}) as Record<string, unknown>;
    return (
      <fieldset className={styles.record}>
        <legend className={styles.legend}>{label}</legend>
        {fieldsOf(shape.name).map((field) => (
          <Field
            key={field.name}
            attribute={field}
            of={shape.name}
            value={record[field.name]}
            depth={depth + 1}
            isReadOnly={isReadOnly}
            onChange={(inner) => onChange({ ...record, [field.name]: inner })}
          />
        ))}
      </fieldset>
    );
  }
  if (shape || attribute.many || attribute.type === "record") {
    return <JsonField label={label} attribute={attribute} value={value} onChange={onChange} problem={problem} isReadOnly={isReadOnly} />;
  }
  const isNumber = ["Int32", "Int64", "Double"].includes(attribute.type);
  const isSecret = attribute.name.toLowerCase().endsWith("password");
  const isDate = attribute.type === "Date" || isDay(attribute.name, value as string | null | undefined);
  const isMoment = attribute.type === "DateTimeOffset" && !isDate;
  const isLong = attribute.name === "description" || attribute.name === "notes" || attribute.name.endsWith("ule");
  const text = value === null || value === undefined ? "" : isMoment ? localMoment(String(value)) : isDate ? String(value).slice(0, 10) : String(value);
  const change = (next: string) => {
    if (next === "") onChange(null);
    else if (isNumber) onChange(Number.isFinite(Number(next)) ? Number(next) : next);
    else if (isMoment) onChange(Number.isNaN(new Date(next).getTime()) ? null : new Date(next).toISOString());
    else if (isDate && attribute.type !== "Date") onChange(midnight(next));
    else onChange(next);
  };
  return (
    <Labelled {...shell} validationMessage={isNoNumber ? t("form.noNumber") : problem} hint={attribute.type === "Duration" ? t("form.durationHint") : undefined}>
      {isLong ? (
        <Textarea value={text} readOnly={isReadOnly} resize="vertical" onChange={(_, data) => change(data.value)} />
      ) : (
        <Input
          type={isSecret ? "password" : isMoment ? "datetime-local" : isDate ? "date" : isNumber ? "number" : "text"}
          autoComplete={isSecret ? "new-password" : "off"}
          readOnly={isReadOnly}
          value={text}
          onChange={(event, data) => {
            // The browser tells nothing of what is no number, and shows it all the same.
            const isBad = isNumber && event.target.validity?.badInput === true;
            setNoNumber(isBad);
            if (!isBad) change(data.value);
          }}
        />
      )}
    </Labelled>
  );
}

function Texts({ label, attribute, value, onChange, problem, isReadOnly }: { label: string; attribute: Attribute; value: unknown; onChange: (value: unknown) => void; problem?: string; isReadOnly?: boolean }) {
  const { t } = useWords();
  const styles = useStyles();
  const texts = Array.isArray(value) ? (value as string[]) : [];
  return (
    <Labelled label={{ children: label, as: "span" as "label" }} required={attribute.required} validationMessage={problem}>
      <div role="group" aria-label={label} style={{ display: "flex", flexDirection: "column", gap: "6px" }}>
        {texts.map((text, index) => (
          <div key={index} className={styles.item}>
            <Input
              className={styles.grow}
              aria-label={`${label} ${index + 1}`}
              value={text}
              readOnly={isReadOnly}
              onChange={(_, data) => onChange(texts.map((known, at) => (at === index ? data.value : known)))}
            />
            {!isReadOnly && <Button appearance="subtle" icon={<DeleteRegular />} aria-label={t("form.removeItem", { name: text || label })} onClick={() => onChange(texts.filter((_, at) => at !== index))} />}
          </div>
        ))}
        {!isReadOnly && (
          <div>
            <Button size="small" icon={<AddRegular />} onClick={() => onChange([...texts, ""])}>
              {t("form.addItem")}
            </Button>
          </div>
        )}
      </div>
    </Labelled>
  );
}

function JsonField({ label, attribute, value, onChange, problem, isReadOnly }: { label: string; attribute: Attribute; value: unknown; onChange: (value: unknown) => void; problem?: string; isReadOnly?: boolean }) {
  const { t } = useWords();
  const styles = useStyles();
  const [text, setText] = useState(value === undefined || value === null ? "" : JSON.stringify(value, null, 2));
  const [isWrong, setWrong] = useState(false);
  useWrong(isWrong);
  return (
    <Labelled label={label} required={attribute.required} hint={t("form.jsonHint")} validationMessage={isWrong ? t("form.jsonWrong") : problem}>
      <Textarea
        className={styles.code}
        dir="ltr"
        resize="vertical"
        readOnly={isReadOnly}
        value={text}
        onChange={(_, data) => {
          setText(data.value);
          if (data.value.trim() === "") {
            setWrong(false);
            onChange(attribute.many ? [] : null);
            return;
          }
          try {
            onChange(JSON.parse(data.value));
            setWrong(false);
          } catch {
            setWrong(true);
          }
        }}
      />
    </Labelled>
  );
}

/** What `<input type="datetime-local">` shows: the reader's own time. */
function localMoment(value: string): string {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return "";
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
