// Where an application may send people back to after they signed in, for each sort of program that it is.

import { Button, Field, Input, MessageBar, MessageBarBody, Text } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { Meanwhile, useEntityEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Columns, Section } from "../parts/page";
import { Rows } from "../parts/Rows";
import { useWords } from "../words";
import { addressesOf, addressFault, type Addresses, type Client, CLIENTS } from "./credentials";

export function Redirects({ app, path }: { app: Entity; path: string }) {
  const { t } = useWords();
  const editing = useEntityEditing<Addresses>(path, app, addressesOf, `${path}.addresses`);
  const { draft } = editing;
  const changed = CLIENTS.filter((client) => JSON.stringify(draft[client]) !== JSON.stringify(editing.base[client]));
  const body = Object.fromEntries(changed.map((client) => [client, { redirectUris: draft[client] }]));
  return (
    <>
      <Text>{t("app.addressesAbout")}</Text>
      {editing.isKept && <MessageBar><MessageBarBody>{t("form.draft")}</MessageBarBody></MessageBar>}
      <Columns>
        {CLIENTS.map((client) => <Sort key={client} client={client} addresses={draft[client]} onAddresses={(addresses) => editing.setDraft({ ...draft, [client]: addresses })} />)}
      </Columns>
      <Meanwhile editing={editing} />
      {editing.why && <Failure why={editing.why} />}
      <div style={{ display: "flex", gap: "8px" }}>
        <Button appearance="primary" disabled={!changed.length || editing.isSaving || editing.clashes.length > 0} onClick={() => editing.save({ path, ask: { method: "PATCH", body } })}>{t("save")}</Button>
        {changed.length > 0 && <Button onClick={editing.discard}>{t("cancel")}</Button>}
      </div>
    </>
  );
}

function Sort({ client, addresses, onAddresses }: { client: Client; addresses: string[]; onAddresses: (addresses: string[]) => void }) {
  const { t } = useWords();
  const [text, setText] = useState("");
  const wanted = text.trim();
  const fault = wanted ? addressFault(wanted, client) : undefined;
  const isKnown = addresses.includes(wanted);
  const add = () => {
    if (!wanted || fault || isKnown) return;
    onAddresses([...addresses, wanted]);
    setText("");
  };
  return (
    <Section title={t(`app.${client}`)}>
      <Rows
        none={t("app.noAddresses")}
        rows={addresses.map((one) => ({ key: one, what: <code dir="ltr">{one}</code>, end: <Button size="small" aria-label={t("app.removeOf", { name: one })} onClick={() => onAddresses(addresses.filter((other) => other !== one))}>{t("group.remove")}</Button> }))}
      />
      <Field label={t("app.addAddress", { client: t(`app.${client}`) })} validationState={fault ? "error" : "none"} validationMessage={fault && t(`app.${fault}`)}>
        <Input dir="ltr" type="url" placeholder="https://" value={text} onChange={(_, data) => setText(data.value)} onKeyDown={(event) => event.key === "Enter" && add()} contentAfter={<Button size="small" appearance="transparent" disabled={!wanted || Boolean(fault) || isKnown} onClick={add}>{t("app.addIt")}</Button>} />
      </Field>
    </Section>
  );
}
