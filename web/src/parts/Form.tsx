// The form of any kind: the attributes that were asked for, each with the control of its type. A change sends what changed
// and nothing else.

import { Button, makeStyles, MessageBar, MessageBarBody, Spinner } from "@fluentui/react-components";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { attributesOf } from "../schema";
import { useWords } from "../words";
import { Failure } from "./Failure";
import { Field, WrongFields } from "./Field";
import { type Editing, Meanwhile, useEditing } from "./editing";

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: "16px", maxWidth: "640px" },
  foot: { display: "flex", gap: "8px" },
});

export function Form({ kind, names, initial, draftKey, editing, action, isBusy, why, onSend, onCancel }: {
  kind: string;
  names: string[];
  initial: Record<string, unknown>;
  /** Under which what was typed is kept while it is not sent. */
  draftKey: string;
  /** Of what is there already: how it is edited. Without it something new is made. */
  editing?: Editing<Record<string, unknown>>;
  action: string;
  isBusy: boolean;
  why: unknown;
  onSend: (changed: Record<string, unknown>, done: () => void) => void;
  onCancel?: () => void;
}) {
  const { t, name } = useWords();
  const styles = useStyles();
  const fresh = useEditing<Record<string, unknown>>({ value: initial }, { keptAt: editing ? undefined : draftKey });
  const { draft: values, setDraft: setValues, base, forget, isKept, clashes } = editing ?? fresh;
  const [missing, setMissing] = useState<string[]>([]);
  // Fields in which something stands that is no value: what they hold is not what one sees.
  const wrong = useRef(new Set<string>());
  const [isHalted, setHalted] = useState(false);
  const fields = useMemo(() => fieldsFor(kind, names), [kind, names]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    const absent = fields.filter((field) => field.required && isAbsent(values[field.name])).map((field) => field.name);
    setMissing(absent);
    setHalted(wrong.current.size > 0);
    if (absent.length === 0 && wrong.current.size === 0) onSend(changed(base, values, names), forget);
  };
  return (
    <form className={styles.form} onSubmit={send} noValidate>
      {isKept && (
        <MessageBar intent="info">
          <MessageBarBody>{t("form.draft")}</MessageBarBody>
        </MessageBar>
      )}
      <WrongFields.Provider value={wrong}>
        {fields.map((field) => (
          <Field
            key={field.name}
            attribute={field}
            of={kind}
            value={values[field.name]}
            problem={missing.includes(field.name) ? t("form.missing", { name: name(field.name, kind) }) : undefined}
            onChange={(value) => (setHalted(false), setValues({ ...values, [field.name]: value }))}
          />
        ))}
      </WrongFields.Provider>
      {isHalted && <MessageBar intent="error"><MessageBarBody>{t("form.wrong")}</MessageBarBody></MessageBar>}
      <Meanwhile editing={editing ?? fresh} />
      {Boolean(why) && <Failure why={why} />}
      <div className={styles.foot}>
        <Button type="submit" appearance="primary" disabled={isBusy || clashes.length > 0} icon={isBusy ? <Spinner size="tiny" /> : undefined}>
          {action}
        </Button>
        {onCancel && (
          <Button
            onClick={() => {
              forget();
              onCancel();
            }}
          >
            {t("cancel")}
          </Button>
        )}
      </div>
    </form>
  );
}

/** The attributes of these names, in this order; those that callers do not write are left out. */
export function fieldsFor(kind: string, names: string[]) {
  const known = new Map(attributesOf(kind).map((attribute) => [attribute.name, attribute]));
  return names.flatMap((name) => known.get(name) ?? []);
}

/** What is other than before. */
export function changed(before: Record<string, unknown>, after: Record<string, unknown>, names: string[]): Record<string, unknown> {
  const isOther = (name: string) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null);
  return Object.fromEntries(names.filter((name) => isOther(name)).map((name) => [name, cleaned(after[name])]));
}

/** Empty texts within lists are what somebody added and did not fill. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== "");
  return value === undefined ? null : value;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
