// Roles that somebody may activate when they need them, and those that are in force.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Dropdown, Field, Option, Textarea } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { Failure } from "../parts/Failure";
import { Answered, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone, useDuration } from "../parts/Value";
import { person } from "../session/session";
import { useWords } from "../words";
import { activationPath, useMyActiveRoles, useMyEligibilities } from "./mine";

const DURATIONS = ["PT30M", "PT1H", "PT2H", "PT4H", "PT8H"];

export default function Roles() {
  const { t } = useWords();
  const eligible = useMyEligibilities();
  const active = useMyActiveRoles();
  const [wanted, setWanted] = useState<Entity | null>(null);
  const change = useChange();
  const nameOf = (item: Entity) => String((item.roleDefinition as Entity | null)?.displayName ?? item.roleDefinitionId);
  const isActive = (item: Entity) => (active.data?.value ?? []).some((other) => other.roleDefinitionId === item.roleDefinitionId && other.directoryScopeId === item.directoryScopeId);
  const giveUp = (item: Entity) =>
    change.mutate({ path: activationPath, ask: { method: "POST", body: { action: "selfDeactivate", principalId: person().id, roleDefinitionId: item.roleDefinitionId, directoryScopeId: item.directoryScopeId } } });
  return (
    <Page title={t("my.roles")} subtitle={t("my.rolesAbout")} isNarrow>
      {change.error && <Failure why={change.error} />}
      <Section title={t("my.rolesActive")}>
        <Answered query={active}>
          {({ value }) => (
            <Rows none={t("my.noneActive")} rows={value.map((item): Row => ({
              key: item.id,
              what: nameOf(item),
              hint: item.endDateTime ? <>{t("until")} <Moment value={String(item.endDateTime)} /></> : undefined,
              end: <><Tone word="Active" />{item.assignmentType === "Activated" && <Button size="small" disabled={change.isPending} onClick={() => giveUp(item)}>{t("my.giveUp")}</Button>}</>,
            }))} />
          )}
        </Answered>
      </Section>
      <Section title={t("my.rolesEligible")}>
        <Answered query={eligible}>
          {({ value }) => (
            <Rows none={t("my.noneEligible")} rows={value.map((item): Row => ({
              key: item.id,
              what: nameOf(item),
              hint: item.endDateTime ? <>{t("until")} <Moment value={String(item.endDateTime)} /></> : undefined,
              end: isActive(item) ? undefined : <Button size="small" appearance="primary" onClick={() => setWanted(item)}>{t("my.activate")}</Button>,
            }))} />
          )}
        </Answered>
      </Section>
      {wanted && <Activation item={wanted} title={nameOf(wanted)} onClose={() => setWanted(null)} />}
    </Page>
  );
}

function Activation({ item, title, onClose }: { item: Entity; title: string; onClose: () => void }) {
  const { t } = useWords();
  const [why, setWhy] = useState("");
  const [duration, setDuration] = useState("PT1H");
  const activate = useChange(onClose);
  const send = () =>
    activate.mutate({
      path: activationPath,
      ask: { method: "POST", body: { action: "selfActivate", principalId: person().id, roleDefinitionId: item.roleDefinitionId, directoryScopeId: item.directoryScopeId, justification: why.trim(), scheduleInfo: { expiration: { type: "afterDuration", duration } } } },
    });
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t("my.activateRole", { role: title })}</DialogTitle>
          <DialogContent style={{ display: "flex", flexDirection: "column", gap: "12px" }}>
            <Field label={t("my.forHowLong")}>
              <Dropdown value={useDuration(duration)} selectedOptions={[duration]} onOptionSelect={(_, data) => data.optionValue && setDuration(data.optionValue)}>
                {DURATIONS.map((known) => <Length key={known} value={known} />)}
              </Dropdown>
            </Field>
            <Field label={t("my.reason")} required>
              <Textarea value={why} maxLength={500} onChange={(_, data) => setWhy(data.value)} />
            </Field>
            {activate.error && <Failure why={activate.error} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button appearance="primary" disabled={activate.isPending || !why.trim()} onClick={send}>{t("my.activate")}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function Length({ value }: { value: string }) {
  const text = useDuration(value);
  return <Option value={value} text={text}>{text}</Option>;
}
