// Roles that somebody may activate when they need them, and those that are in force.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Dropdown, Field, Input, Option, Textarea } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { activationOf, useRoleRules } from "../pages/RoleRules";
import { secondsOf } from "../parts/duration";
import { Failure } from "../parts/Failure";
import { Answered, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone, useDuration } from "../parts/Value";
import { person } from "../session/session";
import { useWords } from "../words";
import { activationPath, useMyActiveRoles, useMyEligibilities } from "./mine";

const DURATIONS = ["PT30M", "PT1H", "PT2H", "PT4H", "PT8H"];

/** The lengths that are offered where a role allows at most so much. */
export function lengthsUpTo(longest: string): string[] {
  const most = secondsOf(longest) ?? 0;
  return [...DURATIONS.filter((known) => (secondsOf(known) ?? 0) < most), longest];
}

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

export function Activation({ item, title, onClose }: { item: Entity; title: string; onClose: () => void }) {
  const { t } = useWords();
  const [why, setWhy] = useState("");
  const rules = useRoleRules(String(item.roleDefinitionId));
  const [ticket, setTicket] = useState({ ticketNumber: "", ticketSystem: "" });
  const { longest, demands } = activationOf(rules.data?.known.value ?? []);
  const lengths = lengthsUpTo(longest);
  const [chosen, setDuration] = useState<string | null>(null);
  const duration = chosen ?? (lengths.includes("PT1H") ? "PT1H" : (lengths[0] ?? longest));
  const [needsReason, needsTicket] = [demands.includes("Justification"), demands.includes("Ticketing")];
  const isReady = rules.data !== undefined && (!needsReason || why.trim()) && (!needsTicket || ticket.ticketNumber.trim());
  const activate = useChange(onClose);
  const send = () =>
    activate.mutate({
      path: activationPath,
      ask: { method: "POST", body: { action: "selfActivate", principalId: person().id, roleDefinitionId: item.roleDefinitionId, directoryScopeId: item.directoryScopeId, justification: why.trim() || null, ...(needsTicket && { ticketInfo: { ticketNumber: ticket.ticketNumber.trim(), ticketSystem: ticket.ticketSystem.trim() || null } }), scheduleInfo: { expiration: { type: "afterDuration", duration } } } },
    });
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t("my.activateRole", { role: title })}</DialogTitle>
          <DialogContent style={{ display: "flex", flexDirection: "column", gap: "12px" }}>
            <Field label={t("my.forHowLong")}>
              <Dropdown value={useDuration(duration)} selectedOptions={[duration]} onOptionSelect={(_, data) => data.optionValue && setDuration(data.optionValue)}>
                {lengths.map((known) => <Length key={known} value={known} />)}
              </Dropdown>
            </Field>
            <Field label={t("my.reason")} required={needsReason}>
              <Textarea value={why} maxLength={500} onChange={(_, data) => setWhy(data.value)} />
            </Field>
            {needsTicket && (
              <>
                <Field label={t("my.ticket")} required><Input value={ticket.ticketNumber} maxLength={100} onChange={(_, data) => setTicket({ ...ticket, ticketNumber: data.value })} /></Field>
                <Field label={t("my.ticketSystem")}><Input value={ticket.ticketSystem} maxLength={100} onChange={(_, data) => setTicket({ ...ticket, ticketSystem: data.value })} /></Field>
              </>
            )}
            {rules.error && <Failure why={rules.error} again={() => void rules.refetch()} />}
            {activate.error && <Failure why={activate.error} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button appearance="primary" disabled={activate.isPending || !isReady} onClick={send}>{t("my.activate")}</Button>
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
