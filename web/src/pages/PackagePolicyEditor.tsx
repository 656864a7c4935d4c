// The form of an assignment policy, with what it means in one sentence.

import { Checkbox, Field, Input, MessageBar, MessageBarBody, Radio, RadioGroup, SpinButton, Textarea } from "@fluentui/react-components";
import { useState } from "react";
import { useNames } from "../parts/names";
import { dayOf, endOfDay } from "../parts/duration";
import { Columns, Section } from "../parts/page";
import { SpanField } from "../parts/SpanField";
import { idOf, sortOf, type SubjectSet, Subjects } from "../parts/Subjects";
import { useDuration } from "../parts/Value";
import { type Key, useWords } from "../words";
import { EMPTY, laterStages, type PackagePolicyDraft, SCOPES, type Stage } from "./packagePolicy";

/** As `governance` takes them. */
const DAYS_MAX = 3650;
const WAIT_DAYS_MAX = 30;
const LEVELS_MAX = 10;

export function PackagePolicyEditor({ draft, onDraft }: { draft: PackagePolicyDraft; onDraft: (draft: PackagePolicyDraft) => void }) {
  const { t, name } = useWords();
  const set = (part: Partial<PackagePolicyDraft>) => onDraft({ ...draft, ...part });
  const scopeName = useScopeName();
  // One that was there and is none of these can be kept.
  const [scopes] = useState(() => [...new Set<string>([...SCOPES, draft.scope])]);
  return (
    <>
      <Columns isWide>
        <Section title={t("packagePolicy.what")}>
          <Field label={name("displayName")} required><Input value={draft.displayName} onChange={(_, data) => set({ displayName: data.value })} /></Field>
          <Field label={name("description")}><Textarea value={draft.description} onChange={(_, data) => set({ description: data.value })} /></Field>
        </Section>
        <Section title={t("packagePolicy.who")}>
          <RadioGroup aria-label={t("packagePolicy.who")} value={draft.scope} onChange={(_, data) => set({ scope: data.value })}>
            {scopes.map((scope) => <Radio key={scope} value={scope} label={scopeName(scope)} />)}
          </RadioGroup>
          {draft.scope === "specificDirectoryUsers" && <Subjects label={t("packagePolicy.some")} sets={draft.targets} onSets={(targets) => set({ targets })} />}
          {draft.scope !== "notSpecified" && <Checkbox label={t("packagePolicy.askerSays")} checked={draft.askerSays} onChange={(_, data) => set({ askerSays: data.checked === true })} />}
        </Section>
        {draft.scope !== "notSpecified" && (
          <Section title={t("packagePolicy.approval")}>
            <RadioGroup aria-label={t("packagePolicy.approval")} value={draft.decides} onChange={(_, data) => set({ decides: data.value as PackagePolicyDraft["decides"] })}>
              {(["nobody", "manager", "some"] as const).map((who) => <Radio key={who} value={who} label={t(`packagePolicy.${who}` as Key)} />)}
            </RadioGroup>
            {draft.decides === "manager" && (
              <Field label={t("packagePolicy.level")} style={{ maxWidth: "280px" }}>
                <SpinButton min={1} max={LEVELS_MAX} value={draft.managerLevel} onChange={(_, data) => {
                  const wanted = Math.round(data.value ?? Number(data.displayValue));
                  if (Number.isFinite(wanted)) set({ managerLevel: Math.min(Math.max(wanted, 1), LEVELS_MAX) });
                }} />
              </Field>
            )}
            {draft.decides === "manager" && <Subjects label={t("packagePolicy.fallback")} sets={draft.fallback} onSets={(fallback) => set({ fallback })} />}
            {draft.decides === "some" && <Subjects label={t("packagePolicy.approvers")} sets={draft.approvers} onSets={(approvers) => set({ approvers })} />}
            {draft.decides !== "nobody" && (
              <>
                <SpanField label={t("packagePolicy.days")} value={draft.wait} unit="D" most={WAIT_DAYS_MAX} onValue={(wait) => set({ wait })} />
                <Checkbox label={t("packagePolicy.deciderSays")} checked={draft.deciderSays} onChange={(_, data) => set({ deciderSays: data.checked === true })} />
                {draft.mayExtend && <Checkbox label={t("packagePolicy.alsoExtend")} checked={draft.alsoExtend} onChange={(_, data) => set({ alsoExtend: data.checked === true })} />}
              </>
            )}
          </Section>
        )}
        <Section title={t("packagePolicy.ends")}>
          <RadioGroup aria-label={t("packagePolicy.ends")} value={draft.ends} onChange={(_, data) => set({ ends: data.value as PackagePolicyDraft["ends"] })}>
            <Radio value="after" label={t("packagePolicy.endsAfter")} />
            <Radio value="on" label={t("packagePolicy.endsOn")} />
            <Radio value="never" label={t("packagePolicy.endsNever")} />
          </RadioGroup>
          {draft.ends === "after" && <SpanField label={t("packagePolicy.dayCount")} value={draft.lasts} unit="D" most={DAYS_MAX} onValue={(lasts) => set({ lasts })} />}
          {draft.ends === "on" && <Field label={t("packagePolicy.lastDay")} style={{ maxWidth: "280px" }}><Input type="date" value={dayOf(draft.endsAt)} onChange={(_, data) => set({ endsAt: endOfDay(data.value) })} /></Field>}
          {draft.ends !== "never" && <Checkbox label={t("packagePolicy.mayExtend")} checked={draft.mayExtend} onChange={(_, data) => set({ mayExtend: data.checked === true })} />}
        </Section>
      </Columns>
      <MessageBar layout="multiline"><MessageBarBody><b>{t("packagePolicy.inShort")}:</b> <Said draft={draft} /></MessageBarBody></MessageBar>
    </>
  );
}

/** What a policy means. */
export function Said({ draft }: { draft: PackagePolicyDraft }) {
  const { t, day } = useWords();
  const [lasts, wait] = [useDuration(draft.lasts), useDuration(draft.wait)];
  const scopeName = useScopeName();
  const [targets, approvers] = [useSetNames(draft.targets), useSetNames(draft.approvers)];
  const ends = draft.ends === "never" ? t("packagePolicy.saidEver") : draft.ends === "after" ? t("packagePolicy.saidDays", { days: lasts }) : draft.endsAt ? t("packagePolicy.saidUntil", { day: day(draft.endsAt) }) : "";
  if (draft.scope === "notSpecified") return <>{t("packagePolicy.saidNobody")} {ends}</>;
  const who = draft.scope === "specificDirectoryUsers" ? targets : scopeName(draft.scope);
  const decides =
    draft.decides === "nobody" ? t("packagePolicy.saidAtOnce")
    : draft.decides === "manager" ? t("packagePolicy.saidManager", { days: wait })
    : t("packagePolicy.saidSome", { who: approvers, days: wait });
  return <>{t("packagePolicy.said", { who })} {decides} {laterStages(draft).map((stage, index) => <SaidThen key={index} stage={stage} />)} {ends}</>;
}

/** A later stage of approval, which is followed but not changed here. */
function SaidThen({ stage }: { stage: Stage }) {
  const { t } = useWords();
  const days = useDuration(stage.durationBeforeAutomaticDenial ?? EMPTY.wait);
  return <>{t("packagePolicy.saidThen", { who: useSetNames(stage.primaryApprovers ?? []), days })} </>;
}

function useScopeName(): (scope: string) => string {
  const { t, name } = useWords();
  return (scope) => {
    const known = SCOPES.find((one) => one === scope);
    return known ? t(`package.scopes.${known}`) : name(scope);
  };
}

/** Whom a list means, in one line. */
function useSetNames(sets: SubjectSet[]): string {
  const { name } = useWords();
  const names = useNames(sets.map(idOf));
  return sets.map((set) => (idOf(set) ? (names.get(idOf(set)) ?? "…") : name(sortOf(set)))).join(", ") || "…";
}
