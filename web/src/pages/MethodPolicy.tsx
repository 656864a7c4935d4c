// One method of the policy, the campaign, the reset of forgotten passwords or the order of methods: on or off, for whom, its
// settings; and, before it is saved, how many people could do less or more than now.

import { Badge, Button, makeStyles, MessageBar, MessageBarBody, Switch, Text, tokens } from "@fluentui/react-components";
import { ArrowRightRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { SaveBar } from "../devices/SaveBar";
import { GraphFailure } from "../graph/client";
import { type Change, useRead } from "../graph/queries";
import { isForEverybody, isOn, type Targeted } from "../parts/audience";
import { Confirm } from "../parts/Confirm";
import { useEntityEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Go, useGo } from "../parts/Go";
import { Nothing } from "../parts/Nothing";
import { Answered, Columns, Page, Section, Waiting } from "../parts/page";
import { Targets } from "../parts/Targets";
import { offerUndo } from "../parts/undo";
import { placeOf } from "../rooms/rooms";
import { type Key, useWords } from "../words";
import { CampaignSettings, MethodSettings, ResetSettings } from "./MethodSettings";
import { SELECTED } from "./MethodsPolicy";
import { campaignMethod, type Configuration, difference, type Impact, impactOf, type MethodsPolicy as Policy, POLICY } from "./methodsPolicy";
import type { PageProps } from "./opinions";

/** Whoever takes their second factor from more people than this types how many they are. */
const BRAKE = 10;
/** Whoever goes on changing is not asked about each step. */
const PAUSE_MS = 350;

const useStyles = makeStyles({
  told: { display: "flex", flexDirection: "column", gap: "12px" },
  counts: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto auto auto", gap: "6px 10px", alignItems: "center", margin: 0 },
  number: { fontVariantNumeric: "tabular-nums", textAlign: "end" },
  worse: { color: tokens.colorStatusDangerForeground1, fontWeight: tokens.fontWeightSemibold },
  better: { color: tokens.colorStatusSuccessForeground1, fontWeight: tokens.fontWeightSemibold },
  arrow: { display: "flex", color: tokens.colorNeutralForeground3, ":dir(rtl)": { transform: "scaleX(-1)" } },
});

export default function MethodPolicy({ id, listHref }: PageProps) {
  const policy = useRead<Policy>(SELECTED);
  return (
    <Answered query={policy}>
      {(known) => {
        const part = partOf(known, id);
        return part ? <Editor id={id} policy={known} part={part} listHref={listHref} /> : <Nothing />;
      }}
    </Answered>
  );
}

/** A part of the policy, and the request that changes it. */
interface Part {
  before: Targeted;
  title: Key;
  about: Key;
  /** What a target says that is named anew. */
  beginning: object;
  change: (now: Partial<Targeted>, whole: Targeted) => Change;
}

function partOf(policy: Policy, id: string): Part | undefined {
  const whole = (name: string, wrap: (whole: Targeted) => unknown = (value) => value) => (_: Partial<Targeted>, value: Targeted): Change => ({ path: POLICY, ask: { method: "PATCH", body: { [name]: wrap(value) } } });
  if (id === "campaign") {
    const before = policy.registrationEnforcement?.authenticationMethodsRegistrationCampaign ?? { state: "disabled", snoozeDurationInDays: 1, includeTargets: [{ id: "all_users", targetType: "group", targetedAuthenticationMethod: "Fido2" }], excludeTargets: [] };
    return { before, title: "campaign.title", about: "campaign.long", beginning: {}, change: whole("registrationEnforcement", (value) => ({ authenticationMethodsRegistrationCampaign: value })) };
  }
  if (id === "reset") {
    const before = policy.selfServicePasswordReset ?? { state: "disabled", numberOfMethodsRequired: 1, includeTargets: [{ id: "all_users", targetType: "group" }], excludeTargets: [] };
    return { before, title: "reset.title", about: "reset.about", beginning: {}, change: whole("selfServicePasswordReset") };
  }
  if (id === "preferences") {
    const known = policy.systemCredentialPreferences;
    const before = known?.state && known.state !== "default" ? known : { ...known, state: "enabled", includeTargets: [{ id: "all_users", targetType: "group" }], excludeTargets: [] };
    return { before, title: "preferred.title", about: "preferred.about", beginning: {}, change: whole("systemCredentialPreferences") };
  }
  const configuration = policy.authenticationMethodConfigurations.find((one) => one.id === id);
  if (!configuration) return undefined;
  return {
    before: configuration,
    title: `method.${id}` as Key,
    about: `method.${id}.about` as Key,
    beginning: { isRegistrationRequired: false },
    change: (now) => ({ path: `${POLICY}/authenticationMethodConfigurations/${id}`, ask: { method: "PATCH", body: { "@odata.type": configuration["@odata.type"], ...now } } }),
  };
}

function Editor({ id, policy, part, listHref }: { id: string; policy: Policy; part: Part; listHref: string }) {
  const { t } = useWords();
  const go = useGo();
  const editing = useEntityEditing<Targeted>(SELECTED, policy, (known) => partOf(known as Policy, id)?.before ?? {}, `${POLICY}.${id}`);
  const { draft, setDraft, base: before } = editing;
  const { change } = part;
  const [isAsking, setAsking] = useState(false);
  const { now, back } = difference(before, draft);
  const { isChanged } = editing;
  const wanted = change(now, draft);
  const impact = useImpact(isChanged ? wanted : null);
  const named = isForEverybody(draft) || (draft.includeTargets?.length ?? 0) > 0;
  const lacks = isOn(draft) && !named ? t("methods.lackWho") : undefined;
  const lost = impact.data?.lostCount ?? 0;
  const send = () =>
    editing.save(wanted, () => {
      setAsking(false);
      offerUndo({ said: t("methods.saved", { name: t(part.title) }), change: change(back, before) });
    });
  return (
    <Page
      title={t(part.title)}
      subtitle={t(part.about)}
      badge={<Badge appearance="tint" shape="rounded" color={isOn(before) ? "success" : "subtle"}>{t(isOn(before) ? "methods.on" : "methods.off")}</Badge>}
      actions={<Button onClick={() => go(listHref)}>{t("list.methodsPolicy")}</Button>}
      isNarrow
    >
      <Section>
        <Switch label={t(isOn(draft) ? "methods.isOn" : "methods.isOff")} checked={isOn(draft)} onChange={(_, data) => setDraft({ ...draft, state: data.checked ? "enabled" : "disabled" })} />
      </Section>
      <Columns isWide>
        <Section title={t("methods.forWhom")}>
          <Targets targeted={draft} onTargeted={setDraft} beginning={id === "campaign" ? { targetedAuthenticationMethod: campaignMethod(draft) } : part.beginning} />
        </Section>
        {id === "campaign" && <CampaignSettings draft={draft} onDraft={setDraft} />}
        {id === "reset" && <ResetSettings draft={draft} onDraft={setDraft} />}
        {"@odata.type" in before && <MethodSettings draft={draft as Configuration} onDraft={setDraft} />}
      </Columns>
      {isChanged && id !== "preferences" && <Meaning impact={impact} />}
      <SaveBar editing={editing} lacks={lacks} onSave={() => (lost > 0 ? setAsking(true) : send())} />
      {isAsking && (
        <Confirm title={t("methods.takeTitle", { count: lost })} action={t("save")} isHarmful typed={lost > BRAKE ? String(lost) : undefined} isBusy={editing.isSaving} why={editing.why} onNo={() => setAsking(false)} onYes={send}>
          <Text>{t("methods.takeAbout")}</Text>
          {impact.data && <Lost impact={impact.data} />}
        </Confirm>
      )}
    </Page>
  );
}

function useImpact(wanted: Change | null) {
  const key = JSON.stringify(wanted);
  const [asked, setAsked] = useState<string>("null");
  useEffect(() => {
    const timer = setTimeout(() => setAsked(key), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const query = useQuery({
    queryKey: ["rehearsal", "methods", asked],
    enabled: asked !== "null",
    retry: false,
    placeholderData: (before) => before,
    queryFn: () => impactOf(JSON.parse(asked) as Change),
  });
  return { ...query, data: asked === key ? query.data : undefined };
}

/** What people could do, now and then. */
function Meaning({ impact }: { impact: { data: Impact | undefined; error: unknown } }) {
  const { t, number } = useWords();
  const styles = useStyles();
  // Who may not read the audit and the reports is not told what would stand in them.
  if (impact.error instanceof GraphFailure && impact.error.isDenied) return null;
  return (
    <Section title={t("methods.meaning")}>
      {impact.error ? (
        <Failure why={impact.error} />
      ) : !impact.data ? (
        <Waiting />
      ) : (
        <div role="status" className={styles.told}>
          <div className={styles.counts}>
            {impact.data.counts.map(({ key, before, after }) => (
              <Line key={key} label={t(key)} before={number(before)} after={number(after)} tone={after < before ? styles.worse : after > before ? styles.better : undefined} />
            ))}
          </div>
          {impact.data.lostCount > 0 ? <Lost impact={impact.data} /> : <Text>{t("methods.nobodyLoses")}</Text>}
        </div>
      )}
    </Section>
  );
}

function Line({ label, before, after, tone }: { label: string; before: string; after: string; tone?: string }): ReactNode {
  const { t } = useWords();
  const styles = useStyles();
  return (
    <>
      <span>{label}</span>
      <span className={styles.number} aria-label={t("methods.now", { count: before })}>{before}</span>
      <ArrowRightRegular className={styles.arrow} aria-hidden />
      <span className={`${styles.number} ${tone ?? ""}`} aria-label={t("methods.then", { count: after })}>{after}</span>
    </>
  );
}

/** So many are named. */
const NAMED = 8;

function Lost({ impact }: { impact: Impact }) {
  const { t } = useWords();
  const named = impact.lost.slice(0, NAMED);
  const admins = impact.lost.filter((one) => one.isAdmin).length;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        {t("methods.lose", { count: impact.lostCount })} {admins > 0 && t("methods.loseAdmins", { count: admins })}{" "}
        {named.map((one, index) => <span key={one.id}>{index > 0 && ", "}<Go href={placeOf("user", one.id) ?? ""}>{one.userDisplayName}</Go></span>)}
        {impact.lostCount > named.length && <> {t("bulk.others", { count: impact.lostCount - named.length })}</>}
      </MessageBarBody>
    </MessageBar>
  );
}
