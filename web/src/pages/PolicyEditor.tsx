// The parts of a Conditional Access policy: for whom, for what, when, and what is demanded; and what the draft would have done
// to the sign-ins of the last days, before anybody meets it.

import { Button, Checkbox, Dropdown, Field, Input, makeStyles, MessageBar, MessageBarBody, Option, Radio, RadioGroup, SpinButton, Tag, TagGroup, Text, tokens } from "@fluentui/react-components";
import { useMutation } from "@tanstack/react-query";
import { at, type Entity, graph, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { Failure } from "../parts/Failure";
import { useNames } from "../parts/names";
import { Columns, Section } from "../parts/page";
import { Picker, type PickKind } from "../parts/Picker";
import { type Row, Rows } from "../parts/Rows";
import { useWords } from "../words";
import { MoreConditions, MorePeople, MoreSession, MoreTargets, Terms, useContexts } from "./PolicyMore";
import { type About, aboutOf, withAbout } from "./policyMore";
import { bodyOf, CONTROLS, lacks, PLATFORMS, type PolicyDraft, RISKS, STATES, type UserList, withFrequency, withLocations, withPlatforms } from "./policy";

const useStyles = makeStyles({
  checks: { display: "flex", flexWrap: "wrap", columnGap: "16px", border: "none", margin: 0, padding: 0 },
  legend: { fontWeight: tokens.fontWeightSemibold, padding: 0 },
  often: { display: "flex", gap: "8px 16px", flexWrap: "wrap", alignItems: "flex-end" },
  numbers: { display: "flex", gap: "32px", flexWrap: "wrap" },
  number: { fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold, display: "block" },
  bad: { color: tokens.colorStatusDangerForeground1 },
  warn: { color: tokens.colorStatusWarningForeground3 },
});

/** What is asked for by a tick. */
const FREQUENCY = { isEnabled: true, type: "hours", value: 8, authenticationType: "primaryAndSecondaryAuthentication", frequencyInterval: "timeBased" };

export function PolicyEditor({ draft, onDraft }: { draft: PolicyDraft; onDraft: (draft: PolicyDraft) => void }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const conditions = (part: Partial<PolicyDraft["conditions"]>) => onDraft({ ...draft, conditions: { ...draft.conditions, ...part } });
  const users = (part: Partial<Record<UserList, string[]>>) => conditions({ users: { ...draft.conditions.users, ...part } });
  const apps = (part: object) => conditions({ applications: { ...draft.conditions.applications, ...part } });
  const strengths = useRead<GraphPage<Entity>>(at("/policies/authenticationStrengthPolicies", { $select: "id,displayName" }));
  const locations = useRead<GraphPage<Entity>>(at("/identity/conditionalAccess/namedLocations", { $select: "id,displayName" }));
  const { users: who, applications, clientAppTypes, platforms, locations: where } = draft.conditions;
  const isEverybody = who.includeUsers?.includes("All") ?? false;
  const about = aboutOf(applications);
  const contexts = useContexts();
  const grant = draft.grantControls;
  const isBlock = grant?.builtInControls?.includes("block") ?? false;
  const setGrant = (part: object) => onDraft({ ...draft, grantControls: { ...(grant ?? { operator: "OR", builtInControls: [] }), ...part } });
  const session = draft.sessionControls;
  const frequency = session?.signInFrequency as { isEnabled?: boolean; value?: number | null; type?: string | null; frequencyInterval?: string | null } | null | undefined;
  const places = [{ id: "All", displayName: t("policy.anywhere") }, { id: "AllTrusted", displayName: t("policy.trusted") }, ...(locations.data?.value ?? [])];
  const placeName = (id: string) => String(places.find((place) => place.id === id)?.displayName ?? id);
  const setWhere = (part: object) => conditions({ locations: withLocations(where, part) });
  const setFrequency = (next: Record<string, unknown> | null) => onDraft({ ...draft, sessionControls: withFrequency(session, next) });
  const often = frequency?.frequencyInterval === "everyTime" ? "everyTime" : frequency?.type === "days" ? "days" : "hours";
  return (
    <Columns>
      <Section title={t("policy.what")}>
        <Field label={name("displayName")} required>
          <Input value={draft.displayName} onChange={(_, data) => onDraft({ ...draft, displayName: data.value })} />
        </Field>
        <Field label={t("policy.state")} hint={t("policy.stateHint")}>
          <Dropdown value={name(draft.state)} selectedOptions={[draft.state]} onOptionSelect={(_, data) => onDraft({ ...draft, state: data.optionValue ?? draft.state })}>
            {STATES.map((state) => <Option key={state} value={state} text={name(state)}>{name(state)}</Option>)}
          </Dropdown>
        </Field>
      </Section>
      <Section title={t("policy.who")}>
        <RadioGroup value={isEverybody ? "all" : "some"} onChange={(_, data) => users({ includeUsers: data.value === "all" ? ["All"] : [] })} aria-label={t("policy.who")}>
          <Radio value="all" label={t("policy.everybody")} />
          <Radio value="some" label={t("policy.some")} />
        </RadioGroup>
        {!isEverybody && <Chosen label={t("policy.include")} lists={[["includeUsers", who.includeUsers], ["includeGroups", who.includeGroups]]} onLists={users} />}
        <Chosen label={t("policy.exclude")} lists={[["excludeUsers", who.excludeUsers], ["excludeGroups", who.excludeGroups]]} onLists={users} />
        <MorePeople draft={draft} onDraft={onDraft} />
      </Section>
      <Section title={t("policy.apps")}>
        <RadioGroup value={about} onChange={(_, data) => conditions({ applications: withAbout(applications, data.value as About, contexts.map(({ id }) => id)) })} aria-label={t("policy.apps")}>
          <Radio value="all" label={t("policy.everyApp")} />
          <Radio value="some" label={t("policy.someApps")} />
          <Radio value="actions" label={t("policy.userActions")} />
          {(contexts.length > 0 || about === "contexts") && <Radio value="contexts" label={t("policy.contexts")} />}
        </RadioGroup>
        {about === "some" && <Apps label={t("policy.include")} ids={applications.includeApplications ?? []} onIds={(includeApplications) => apps({ includeApplications })} />}
        {(about === "all" || about === "some") && <Apps label={t("policy.exclude")} ids={applications.excludeApplications ?? []} onIds={(excludeApplications) => apps({ excludeApplications })} />}
        <MoreTargets draft={draft} onDraft={onDraft} />
      </Section>
      <Section title={t("policy.when")}>
        <Checks label={t("policy.clients")} all={["browser", "mobileAppsAndDesktopClients", "other"]} chosen={clientAppTypes.includes("all") ? [] : clientAppTypes} onChosen={(some) => conditions({ clientAppTypes: some.length ? some : ["all"] })} />
        <Checks label={t("policy.platforms")} all={PLATFORMS} chosen={platforms?.includePlatforms?.filter((one) => one !== "all") ?? []} onChosen={(includePlatforms) => conditions({ platforms: withPlatforms(platforms, { includePlatforms }) })} />
        <Checks label={t("policy.notPlatforms")} all={PLATFORMS} chosen={platforms?.excludePlatforms ?? []} onChosen={(excludePlatforms) => conditions({ platforms: withPlatforms(platforms, { excludePlatforms }) })} />
        <Checks label={t("policy.signInRisk")} all={RISKS} chosen={draft.conditions.signInRiskLevels ?? []} onChosen={(signInRiskLevels) => conditions({ signInRiskLevels })} />
        <Checks label={t("policy.userRisk")} all={RISKS} chosen={draft.conditions.userRiskLevels ?? []} onChosen={(userRiskLevels) => conditions({ userRiskLevels })} />
        <Field label={t("policy.from")}>
          <Dropdown multiselect value={(where?.includeLocations ?? []).map(placeName).join(", ")} selectedOptions={where?.includeLocations ?? []} onOptionSelect={(_, data) => setWhere({ includeLocations: data.selectedOptions })}>
            {places.map((place) => <Option key={place.id} value={place.id} text={String(place.displayName)}>{String(place.displayName)}</Option>)}
          </Dropdown>
        </Field>
        <Field label={t("policy.notFrom")}>
          <Dropdown multiselect value={(where?.excludeLocations ?? []).map(placeName).join(", ")} selectedOptions={where?.excludeLocations ?? []} onOptionSelect={(_, data) => setWhere({ excludeLocations: data.selectedOptions })}>
            {places.slice(1).map((place) => <Option key={place.id} value={place.id} text={String(place.displayName)}>{String(place.displayName)}</Option>)}
          </Dropdown>
        </Field>
      </Section>
      <Section title={t("policy.demand")}>
        <RadioGroup value={isBlock ? "block" : "grant"} onChange={(_, data) => setGrant({ builtInControls: data.value === "block" ? ["block"] : ["mfa"], authenticationStrength: null, ...(grant?.termsOfUse ? { termsOfUse: [] } : {}) })} aria-label={t("policy.demand")}>
          <Radio value="grant" label={t("policy.grant")} />
          <Radio value="block" label={t("policy.block")} />
        </RadioGroup>
        {!isBlock && (
          <>
            <Checks label={t("policy.controls")} all={CONTROLS} chosen={grant?.builtInControls ?? []} onChosen={(builtInControls) => setGrant({ builtInControls })} />
            <Field label={t("policy.strength")}>
              <Dropdown
                value={String(strengths.data?.value.find((known) => known.id === grant?.authenticationStrength?.id)?.displayName ?? t("policy.noStrength"))}
                selectedOptions={[grant?.authenticationStrength?.id ?? ""]}
                onOptionSelect={(_, data) => setGrant({ authenticationStrength: data.optionValue ? { id: data.optionValue } : null })}
              >
                <Option value="" text={t("policy.noStrength")}>{t("policy.noStrength")}</Option>
                {(strengths.data?.value ?? []).map((known) => <Option key={known.id} value={known.id} text={String(known.displayName)}>{String(known.displayName)}</Option>)}
              </Dropdown>
            </Field>
            <Terms draft={draft} onDraft={onDraft} />
            <RadioGroup layout="horizontal" value={grant?.operator ?? "OR"} onChange={(_, data) => setGrant({ operator: data.value })} aria-label={t("policy.operator")}>
              <Radio value="OR" label={t("policy.one")} />
              <Radio value="AND" label={t("policy.all")} />
            </RadioGroup>
          </>
        )}
        <Checkbox
          label={t("policy.frequency")}
          checked={frequency?.isEnabled === true}
          onChange={(_, data) => setFrequency(data.checked ? FREQUENCY : null)}
        />
        {frequency?.isEnabled && (
          <div className={styles.often}>
            {often !== "everyTime" && (
              <Field label={t(`policy.${often}`)}>
                <SpinButton min={1} max={720} value={Number(frequency.value ?? FREQUENCY.value)} onChange={(_, data) => setFrequency({ ...frequency, value: Number(data.value ?? data.displayValue) || FREQUENCY.value })} />
              </Field>
            )}
            <Field label={t("policy.often")}>
              <Dropdown
                value={t(`policy.${often}`)}
                selectedOptions={[often]}
                onOptionSelect={(_, data) => setFrequency(data.optionValue === "everyTime" ? { ...frequency, frequencyInterval: "everyTime", type: null, value: null } : { ...frequency, frequencyInterval: "timeBased", type: data.optionValue, value: frequency.value ?? 1 })}
              >
                {(["hours", "days", "everyTime"] as const).map((one) => <Option key={one} value={one} text={t(`policy.${one}`)}>{t(`policy.${one}`)}</Option>)}
              </Dropdown>
            </Field>
          </div>
        )}
      </Section>
      <MoreConditions draft={draft} onDraft={onDraft} />
      <MoreSession draft={draft} onDraft={onDraft} />
    </Columns>
  );
}

function Checks({ label, all, chosen, onChosen }: { label: string; all: string[]; chosen: string[]; onChosen: (chosen: string[]) => void }) {
  const { name } = useWords();
  const styles = useStyles();
  return (
    <fieldset className={styles.checks}>
      <legend className={styles.legend}>{label}</legend>
      {all.map((one) => (
        <Checkbox key={one} label={name(one)} checked={chosen.includes(one)} onChange={(_, data) => onChosen(data.checked ? [...chosen, one] : chosen.filter((known) => known !== one))} />
      ))}
    </fieldset>
  );
}

/** People and groups by name, each in the list of its kind. */
function Chosen({ label, lists, onLists }: { label: string; lists: [UserList, string[] | undefined][]; onLists: (part: Partial<Record<UserList, string[]>>) => void }) {
  const { t } = useWords();
  const all = lists.flatMap(([list, ids]) => (ids ?? []).filter((id) => id !== "All" && id !== "None").map((id) => ({ list, id })));
  const names = useNames(all.map(({ id }) => id));
  const kinds: PickKind[] = ["user", "group"];
  return (
    <>
      <Picker
        label={label}
        kinds={kinds}
        onPick={(item) => {
          const list = lists[item.kind === "group" ? 1 : 0]?.[0];
          const known = lists.find(([name]) => name === list)?.[1] ?? [];
          if (list && !known.includes(item.id)) onLists({ [list]: [...known.filter((id) => id !== "None"), item.id] });
        }}
      />
      <TagGroup aria-label={label} style={{ flexWrap: "wrap" }} onDismiss={(_, data) => {
        const found = all.find(({ id }) => id === data.value);
        const known = lists.find(([name]) => name === found?.list)?.[1] ?? [];
        if (found) onLists({ [found.list]: known.filter((id) => id !== found.id) });
      }}>
        {all.map(({ id }) => <Tag key={id} value={id} dismissible dismissIcon={{ "aria-label": t("group.remove") }}>{names.get(id) ?? id}</Tag>)}
      </TagGroup>
    </>
  );
}

function Apps({ label, ids, onIds }: { label: string; ids: string[]; onIds: (ids: string[]) => void }) {
  const { t } = useWords();
  const apps = useRead<GraphPage<Entity>>(at("/servicePrincipals", { $select: "id,displayName,appId", $top: 999 }));
  const shown = ids.filter((id) => id !== "All" && id !== "None");
  return (
    <>
      <Picker label={label} kinds={["servicePrincipal"]} onPick={(item) => item.appId && !ids.includes(item.appId) && onIds([...shown, item.appId])} />
      <TagGroup aria-label={label} style={{ flexWrap: "wrap" }} onDismiss={(_, data) => onIds(ids.filter((id) => id !== data.value))}>
        {shown.map((id) => <Tag key={id} value={id} dismissible dismissIcon={{ "aria-label": t("group.remove") }}>{String(apps.data?.value.find((app) => app.appId === id || app.id === id)?.displayName ?? id)}</Tag>)}
      </TagGroup>
    </>
  );
}

interface Report {
  signInsJudged: number;
  isComplete: boolean;
  blocked: { signIns: number; users: number };
  prompted: { signIns: number; users: number };
  byUser: Tally[];
  byApplication: Tally[];
}

interface Tally {
  id: string;
  displayName?: string;
  userPrincipalName?: string;
  blocked: number;
  prompted: number;
}

const DAYS = 7;

/** The draft tried on the sign-ins of the last days. */
export function Replay({ draft }: { draft: PolicyDraft }) {
  const { t, number } = useWords();
  const styles = useStyles();
  const replay = useMutation({ mutationFn: () => graph<Report>("/identity/conditionalAccess/preview", { method: "POST", body: { days: DAYS, policy: bodyOf(draft) } }) });
  const report = replay.data;
  const rows = (tallies: Tally[]): Row[] => tallies.slice(0, 20).map((one) => ({ key: one.id, what: one.displayName || one.userPrincipalName || one.id, end: <Text>{t("policy.tally", { blocked: one.blocked, prompted: one.prompted })}</Text> }));
  return (
    <Section title={t("policy.replay")} actions={<Button disabled={replay.isPending || lacks(draft) !== undefined} onClick={() => replay.mutate()}>{t("policy.try", { days: DAYS })}</Button>}>
      {replay.error && <Failure why={replay.error} />}
      {!report && !replay.error && <Text>{t("policy.replayAbout")}</Text>}
      {report && (
        <>
          <div className={styles.numbers} role="status">
            <div><span className={styles.number}>{number(report.signInsJudged)}</span>{t("policy.judged")}</div>
            <div><span className={`${styles.number} ${report.blocked.signIns ? styles.bad : ""}`}>{number(report.blocked.signIns)}</span>{t("policy.blocked", { count: report.blocked.users })}</div>
            <div><span className={`${styles.number} ${report.prompted.signIns ? styles.warn : ""}`}>{number(report.prompted.signIns)}</span>{t("policy.prompted", { count: report.prompted.users })}</div>
          </div>
          {!report.isComplete && <MessageBar><MessageBarBody>{t("policy.notAll")}</MessageBarBody></MessageBar>}
          <Columns>
            <Section title={t("list.users")} isBare><Rows none={t("group.nobody")} rows={rows(report.byUser)} /></Section>
            <Section title={t("room.apps")} isBare><Rows rows={rows(report.byApplication)} /></Section>
          </Columns>
        </>
      )}
    </Section>
  );
}
