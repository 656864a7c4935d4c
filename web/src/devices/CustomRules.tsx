// The rules of custom compliance: JSON that says what the values of a script are held against, checked for being JSON while one
// types and sent as Base64. What the rules may say is judged by the server.

import { Field, Textarea } from "@fluentui/react-components";
import { useState } from "react";
import { useWords } from "../words";
import { fromBase64, toBase64 } from "./base64";
import { simple } from "./catalog";
import type { ControlProps } from "./SettingControl";

const BEGINNING = JSON.stringify(
  { Rules: [{ SettingName: "VpnIsOn", Operator: "IsEquals", DataType: "Boolean", Operand: "true", MoreInfoUrl: "https://id.xyz.example/my/devices", RemediationStrings: [{ Language: "en_US", Title: "The VPN is off", Description: "Turn the VPN on." }] }] },
  null,
  2,
);

export default function CustomRules({ definition, instance, label, isReadOnly, onInstance }: ControlProps) {
  const { t } = useWords();
  const value = String(instance.simpleSettingValue?.value ?? "");
  const [text, setText] = useState(() => (value ? fromBase64(value) : ""));
  const isWrong = text.trim() !== "" && !isJson(text);
  return (
    <Field hint={t("custom.rulesHint")} validationMessage={isWrong ? t("form.jsonWrong") : undefined}>
      <Textarea
        aria-label={label}
        rows={10}
        resize="vertical"
        readOnly={isReadOnly}
        value={text}
        placeholder={BEGINNING}
        textarea={{ dir: "ltr", spellCheck: false, style: { fontFamily: "monospace" } }}
        onChange={(_, data) => {
          setText(data.value);
          onInstance({ ...instance, simpleSettingValue: simple(definition, isJson(data.value) ? toBase64(data.value) : "") });
        }}
      />
    </Field>
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
