// Roles that somebody may activate when they need them, and those that are in force.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Dropdown, Field, Input, Option, Textarea } from "@fluentui/react-components";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { activationOf, useRoleRules } from "../pages/RoleRules";
import { secondsOf } from "../parts/duration";
import { useDraft } from "../parts/drafts";
import { Failure } from "../parts/Failure";
import { useOpened } from "../parts/keptOpen";
import { Answered, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone, useDuration } from "../parts/Value";
import { person } from "../session/session";
import { useWords } from "../words";
import { activationPath, useMyActiveRoles, useMyEligibilities } from "./mine";

/** Where what was typed is kept, before the eligibility's id. */
const ACTIVATING = "my.activate.";
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
  const [wanted, setWanted] = useOpened(ACTIVATING);
  const chosen = eligible.data?.value.find((item) => item.id === wanted);
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
              end: isActive(item) ? undefined : <Button size="small" appearance="primary" onClick={() => setWanted(item.id)}>{t("my.activate")}</Button>,
            }))} />
          )}
        </Answered>
      </Section>
      {chosen && <Activation item={chosen} title={nameOf(chosen)} onClose={() => setWanted(null)} />}
    </Page>
  );
}

export function Activation({ item, title, onClose }: { item: Entity; title: string; onClose: () => void }) {
  const { t } = useWords();
  const [draft, setDraft, forget] = useDraft(ACTIVATING + item.id, { why: "", ticketNumber: "", ticketSystem: "", duration: "" });
  const { why } = draft;
  const rules = useRoleRules(String(item.roleDefinitionId));
  const { longest, demands } = activationOf(rules.data?.known.value ?? []);
  const lengths = lengthsUpTo(longest);
  const duration = draft.duration || (lengths.includes("PT1H") ? "PT1H" : (lengths[0] ?? longest));
  const [needsReason, needsTicket] = [demands.includes("Justification"), demands.includes("Ticketing")];
  const isReady = rules.data !== undefined && (!needsReason || why.trim()) && (!needsTicket || draft.ticketNumber.trim());
  const close = () => (forget(), onClose());
  const activate = useChange(close);
  const send = () =>
    activate.mutate({
      path: activationPath,
      ask: { method: "POST", body: { action: "selfActivate", principalId: person().id, roleDefinitionId: item.roleDefinitionId, directoryScopeId: item.directoryScopeId, justification: why.trim() || null, ...(needsTicket && { ticketInfo: { ticketNumber: draft.ticketNumber.trim(), ticketSystem: draft.ticketSystem.trim() || null } }), scheduleInfo: { expiration: { type: "afterDuration", duration } } } },
    });
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && close()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t("my.activateRole", { role: title })}</DialogTitle>
          <DialogContent style={{ display: "flex", flexDirection: "column", gap: "12px" }}>
            <Field label={t("my.forHowLong")}>
              <Dropdown value={useDuration(duration)} selectedOptions={[duration]} onOptionSelect={(_, data) => data.optionValue && setDraft({ ...draft, duration: data.optionValue })}>
                {lengths.map((known) => <Length key={known} value={known} />)}
              </Dropdown>
            </Field>
            <Field label={t("my.reason")} required={needsReason}>
              <Textarea value={why} maxLength={500} onChange={(_, data) => setDraft({ ...draft, why: data.value })} />
            </Field>
            {needsTicket && (
              <>
                <Field label={t("my.ticket")} required><Input value={draft.ticketNumber} maxLength={100} onChange={(_, data) => setDraft({ ...draft, ticketNumber: data.value })} /></Field>
                <Field label={t("my.ticketSystem")}><Input value={draft.ticketSystem} maxLength={100} onChange={(_, data) => setDraft({ ...draft, ticketSystem: data.value })} /></Field>
              </>
            )}
            {rules.error && <Failure why={rules.error} again={() => void rules.refetch()} />}
            {activate.error && <Failure why={activate.error} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={close}>{t("cancel")}</Button>
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
