// Which script of custom compliance a policy asks: one of those that are there, or a new one, written here.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Dropdown, Field, Input, Option, Textarea } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity, type Page } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Failure } from "../parts/Failure";
import { useWords } from "../words";
import { simple } from "./catalog";
import { toBase64 } from "./base64";
import type { ControlProps } from "./SettingControl";

const SCRIPT = "linux_customcompliance_discoveryscript_reusablesetting";
const KIND = "#microsoft.graph.deviceManagementConfiguration";
const BEGINNING = '#!/bin/sh\n# Prints one JSON object, in one line.\necho \'{"VpnIsOn": true}\'\n';

export default function DiscoveryScript({ definition, instance, label, isReadOnly, onInstance }: ControlProps) {
  const { t } = useWords();
  const [isNew, setNew] = useState(false);
  const scripts = useRead<Page<Entity>>(at("/deviceManagement/reusablePolicySettings", { $filter: `settingDefinitionId eq '${SCRIPT}'`, $select: "id,displayName", $top: 200 }));
  const value = String(instance.simpleSettingValue?.value ?? "");
  const known = scripts.data?.value.find((script) => script.id === value);
  const choose = (id: string) => onInstance({ ...instance, simpleSettingValue: simple(definition, id) });
  return (
    <div style={{ display: "flex", gap: "8px", flexWrap: "wrap" }}>
      <Dropdown aria-label={label} disabled={isReadOnly} value={String(known?.displayName ?? value)} selectedOptions={[value]} placeholder={t("custom.choose")} onOptionSelect={(_, data) => data.optionValue && choose(data.optionValue)}>
        {(scripts.data?.value ?? []).map((script) => <Option key={script.id} value={script.id} text={String(script.displayName)}>{String(script.displayName)}</Option>)}
      </Dropdown>
      {!isReadOnly && <Button icon={<AddRegular />} onClick={() => setNew(true)}>{t("custom.new")}</Button>}
      {isNew && <NewScript onClose={() => setNew(false)} onMade={choose} />}
    </div>
  );
}

function NewScript({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const { t, name } = useWords();
  const [displayName, setDisplayName] = useState("");
  const [script, setScript] = useState(BEGINNING);
  const create = useChange<Entity>((made) => {
    onMade(made.id);
    onClose();
  });
  const send = () => {
    const simpleSettingValue = { "@odata.type": `${KIND}StringSettingValue`, value: toBase64(script) };
    const settingInstance = { "@odata.type": `${KIND}SimpleSettingInstance`, settingDefinitionId: SCRIPT, simpleSettingValue };
    create.mutate({ path: "/deviceManagement/reusablePolicySettings", ask: { method: "POST", body: { displayName: displayName.trim(), settingDefinitionId: SCRIPT, settingInstance } } });
  };
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t("custom.new")}</DialogTitle>
          <DialogContent style={{ display: "flex", flexDirection: "column", gap: "12px" }}>
            <Field label={name("displayName")} required><Input value={displayName} onChange={(_, data) => setDisplayName(data.value)} /></Field>
            <Field label={t("script.content")} hint={t("custom.hint")} required>
              <Textarea value={script} rows={10} resize="vertical" textarea={{ dir: "ltr", spellCheck: false, style: { fontFamily: "monospace" } }} onChange={(_, data) => setScript(data.value)} />
            </Field>
            {create.error && <Failure why={create.error} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button appearance="primary" disabled={create.isPending || !displayName.trim() || !script.startsWith("#!")} onClick={send}>{t("create")}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
