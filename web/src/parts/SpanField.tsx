// A length of time, counted in days or hours. One that is neither is told as it is, and stays so until somebody gives another.

import { Field, SpinButton } from "@fluentui/react-components";
import { countOf, durationOf, type Unit } from "./duration";
import { useDuration } from "./Value";

export function SpanField({ label, value, unit, most, onValue }: { label: string; value: string; unit: Unit; most: number; onValue: (duration: string) => void }) {
  const said = useDuration(value);
  const count = countOf(value, unit);
  return (
    <Field label={label} style={{ maxWidth: "280px" }}>
      <SpinButton
        min={1}
        max={most}
        value={count ?? null}
        displayValue={count === undefined ? said : String(count)}
        onChange={(_, data) => {
          const wanted = Math.round(data.value ?? Number(data.displayValue));
          if (Number.isFinite(wanted)) onValue(durationOf(Math.min(Math.max(wanted, 1), most), unit));
        }}
      />
    </Field>
  );
}
