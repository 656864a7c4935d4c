// What few Conditional Access policies say: roles and guests, user actions and authentication contexts, devices by a rule, ways of
// handing a sign-in on, terms of use, and further limits on the session. Beside the parts that every policy has (`PolicyEditor.tsx`).
//
// Deliberately absent: service principals, the tenants of guests and the filters over attributes. They are not lost: what is not
// shown stays as it was.

import { Checkbox, Dropdown, Field, Option, Textarea } from "@fluentui/react-components";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { Section } from "../parts/page";
import { type Key, useWords } from "../words";
import type { PolicyDraft } from "./policy";
import { type About, aboutOf, type DeviceFilter, filterOf, FLOWS, flowsOf, GUESTS, guestsOf, modeOf, USER_ACTIONS, withControl, withFilter, withFlows, withGuests } from "./policyMore";

interface Part {
  draft: PolicyDraft;
  onDraft: (draft: PolicyDraft) => void;
}

interface Choice {
  id: string;
  name: string;
}

const named = (page: GraphPage<Entity> | undefined, id = "id"): Choice[] => (page?.value ?? []).map((item) => ({ id: String(item[id] ?? item.id), name: String(item.displayName ?? item.id) }));

/** Roles and guests, beside the people and groups. */
export function MorePeople({ draft, onDraft }: Part) {
  const { t, name } = useWords();
  const roles = useRead<GraphPage<Entity>>(at("/roleManagement/directory/roleDefinitions", { $select: "id,displayName,templateId", $top: 500 }));
  const { conditions } = draft;
  const guests = GUESTS.map((id) => ({ id, name: name(id) }));
  const setRoles = (list: "includeRoles" | "excludeRoles") => (ids: string[]) => onDraft({ ...draft, conditions: { ...conditions, users: { ...conditions.users, [list]: ids } } });
  return (
    <>
      {!conditions.users.includeUsers?.includes("All") && (
        <>
          <Many label={t("policy.roles")} all={named(roles.data, "templateId")} chosen={conditions.users.includeRoles ?? []} onChosen={setRoles("includeRoles")} />
          <Many label={t("policy.guests")} all={guests} chosen={guestsOf(conditions, "include")} onChosen={(types) => onDraft({ ...draft, conditions: withGuests(conditions, "include", types) })} />
        </>
      )}
      <Many label={t("policy.notRoles")} all={named(roles.data, "templateId")} chosen={conditions.users.excludeRoles ?? []} onChosen={setRoles("excludeRoles")} />
      <Many label={t("policy.notGuests")} all={guests} chosen={guestsOf(conditions, "exclude")} onChosen={(types) => onDraft({ ...draft, conditions: withGuests(conditions, "exclude", types) })} />
    </>
  );
}

const CONTEXTS = at("/identity/conditionalAccess/authenticationContextClassReferences", { $select: "id,displayName" });

export function useContexts(): Choice[] {
  return named(useRead<GraphPage<Entity>>(CONTEXTS).data);
}

/** What somebody does, or what an application calls for, in place of applications. */
export function MoreTargets({ draft, onDraft }: Part) {
  const { t } = useWords();
  const contexts = useContexts();
  const { conditions } = draft;
  const { applications } = conditions;
  const about: About = aboutOf(applications);
  const set = (part: object) => onDraft({ ...draft, conditions: { ...conditions, applications: { ...applications, ...part } } });
  if (about === "actions") {
    const all = USER_ACTIONS.map((id) => ({ id, name: t(`policy.${id.split(":").pop() ?? ""}` as Key) }));
    return <Many label={t("policy.userActions")} all={all} chosen={applications.includeUserActions as string[]} onChosen={(includeUserActions) => includeUserActions.length && set({ includeUserActions })} />;
  }
  if (about !== "contexts") return null;
  return <Many label={t("policy.contexts")} all={contexts} chosen={applications.includeAuthenticationContextClassReferences as string[]} onChosen={(chosen) => chosen.length && set({ includeAuthenticationContextClassReferences: chosen })} />;
}

export function MoreConditions({ draft, onDraft }: Part) {
  const { t, name } = useWords();
  const { conditions } = draft;
  const filter = filterOf(conditions);
  const setFilter = (next: DeviceFilter | null) => onDraft({ ...draft, conditions: withFilter(conditions, next) });
  return (
    <Section title={t("policy.moreConditions")}>
      <One
        label={t("policy.deviceFilter")}
        all={["include", "exclude"].map((id) => ({ id, name: t(`policy.filter.${id}` as Key) }))}
        none={t("policy.filter.none")}
        chosen={filter?.mode}
        onChosen={(mode) => setFilter(mode ? { rule: "", ...filter, mode } : null)}
      />
      {filter && (
        <Field label={t("policy.deviceRule")} hint={<code dir="ltr">device.isCompliant -eq True -and device.operatingSystem -eq "Linux"</code>}>
          <Textarea dir="ltr" resize="vertical" rows={3} style={{ fontFamily: "monospace" }} maxLength={3072} value={filter.rule ?? ""} onChange={(_, data) => setFilter({ ...filter, rule: data.value })} />
        </Field>
      )}
      <Many label={t("policy.flows")} all={FLOWS.map((id) => ({ id, name: name(id) }))} chosen={flowsOf(conditions)} onChosen={(flows) => onDraft({ ...draft, conditions: withFlows(conditions, flows) })} />
    </Section>
  );
}

/** Terms that are accepted first. */
export function Terms({ draft, onDraft }: Part) {
  const { t } = useWords();
  const agreements = useRead<GraphPage<Entity>>(at("/identityGovernance/termsOfUse/agreements", { $select: "id,displayName" }));
  const grant = draft.grantControls;
  const chosen = (grant?.termsOfUse as string[] | undefined) ?? [];
  if (!agreements.data?.value.length && !chosen.length) return null;
  return <Many label={t("policy.terms")} all={named(agreements.data)} chosen={chosen} onChosen={(termsOfUse) => onDraft({ ...draft, grantControls: { ...(grant ?? { operator: "OR", builtInControls: [] }), termsOfUse } })} />;
}

export function MoreSession({ draft, onDraft }: Part) {
  const { t } = useWords();
  const session = draft.sessionControls;
  const set = (control: string, value: Record<string, unknown> | null) => onDraft({ ...draft, sessionControls: withControl(session, control, value) });
  const modes = (control: string, all: string[]) => all.map((id) => ({ id, name: t(`policy.${control}.${id}` as Key) }));
  return (
    <Section title={t("policy.moreSession")}>
      <One label={t("policy.persistentBrowser")} none={t("policy.unsaid")} all={modes("persistentBrowser", ["always", "never"])} chosen={modeOf(session, "persistentBrowser")} onChosen={(mode) => set("persistentBrowser", mode ? { isEnabled: true, mode } : null)} />
      <One label={t("policy.continuousAccessEvaluation")} none={t("policy.unsaid")} all={modes("continuousAccessEvaluation", ["strictLocation", "disabled"])} chosen={modeOf(session, "continuousAccessEvaluation")} onChosen={(mode) => set("continuousAccessEvaluation", mode ? { mode } : null)} />
      <Checkbox label={t("policy.secureSignInSession")} checked={modeOf(session, "secureSignInSession") !== undefined} onChange={(_, data) => set("secureSignInSession", data.checked ? { isEnabled: true } : null)} />
      <Checkbox label={t("policy.applicationEnforcedRestrictions")} checked={modeOf(session, "applicationEnforcedRestrictions") !== undefined} onChange={(_, data) => set("applicationEnforcedRestrictions", data.checked ? { isEnabled: true } : null)} />
    </Section>
  );
}

/** What is chosen but not known here is shown by its id, and stays. */
function Many({ label, all, chosen, onChosen }: { label: string; all: Choice[]; chosen: string[]; onChosen: (ids: string[]) => void }) {
  const known = [...all, ...chosen.filter((id) => !all.some((one) => one.id === id)).map((id) => ({ id, name: id }))];
  return (
    <Field label={label}>
      <Dropdown multiselect value={known.filter(({ id }) => chosen.includes(id)).map((one) => one.name).join(", ")} selectedOptions={chosen} onOptionSelect={(_, data) => onChosen(data.selectedOptions)}>
        {known.map((one) => <Option key={one.id} value={one.id} text={one.name}>{one.name}</Option>)}
      </Dropdown>
    </Field>
  );
}

function One({ label, all, none, chosen, onChosen }: { label: string; all: Choice[]; none: string; chosen: string | undefined; onChosen: (id: string | undefined) => void }) {
  const known = chosen && !all.some(({ id }) => id === chosen) ? [...all, { id: chosen, name: chosen }] : all;
  return (
    <Field label={label}>
      <Dropdown value={known.find(({ id }) => id === chosen)?.name ?? none} selectedOptions={[chosen ?? ""]} onOptionSelect={(_, data) => onChosen(data.optionValue || undefined)}>
        <Option value="" text={none}>{none}</Option>
        {known.map((one) => <Option key={one.id} value={one.id} text={one.name}>{one.name}</Option>)}
      </Dropdown>
    </Field>
  );
}
