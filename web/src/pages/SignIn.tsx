// One sign-in: how it ended and why, what each policy said, how somebody proved who they are, from where; and what else happened
// in the same act.

import { makeStyles, MessageBar, MessageBarBody, MessageBarTitle, Text, tokens } from "@fluentui/react-components";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { country } from "../parts/cells";
import { Detail } from "../parts/Detail";
import { Go } from "../parts/Go";
import type { Audit } from "../parts/History";
import { Answered, Columns, Section } from "../parts/page";
import { useNames } from "../parts/names";
import { type Row, Rows } from "../parts/Rows";
import { codeOf, reasonOf, type Result, resultOf, type Status } from "../parts/signInResult";
import { Facts, Moment, Tone } from "../parts/Value";
import { Because } from "../parts/Why";
import { placeOf } from "../rooms/rooms";
import { type Key, useWords } from "../words";
import { idsIn, readable } from "./evidence";
import type { PageProps } from "./opinions";

/** So much of what belongs together is shown. */
const TOGETHER_MAX = 20;
const INTENTS: Record<Result, "success" | "warning" | "error"> = { success: "success", interrupted: "warning", failure: "error" };

const useStyles = makeStyles({
  conditions: { listStyle: "none", margin: "4px 0 0", padding: 0, display: "flex", flexDirection: "column", gap: "2px" },
  unmet: { color: tokens.colorNeutralForeground3 },
});

export default function SignIn({ collection, id, listHref }: PageProps) {
  const { t, moment } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      heading={(row) => String(row.userDisplayName ?? row.servicePrincipalName ?? row.appDisplayName ?? "")}
      badge={(row) => <Tone word={resultOf(row.status)} />}
      subtitle={(row) => `${moment(String(row.createdDateTime))} · ${[row.appDisplayName, row.resourceDisplayName].filter(Boolean).join(" → ")}`}
      tabs={[{ key: "story", title: t("person.story"), content: (row) => <Story row={row} path={`/${collection.path}/${id}`} /> }]}
    />
  );
}

function Story({ row, path }: { row: Entity; path: string }) {
  const { t, name } = useWords();
  return (
    <>
      <Ending row={row} />
      <Columns isWide>
        <Section title={t("signIn.policies")}><Policies row={row} /></Section>
        <Proofs path={path} />
        <Section title={t("signIn.from")}><From row={row} /></Section>
        <Section title={t("list.explain")}><Because question={{ signIn: row.id }} /></Section>
        <Together row={row} />
        <Section title={t("detail.facts")}>
          <Facts
            facts={["clientAppUsed", "authenticationProtocol", "riskLevelDuringSignIn", "riskState", "correlationId", "userAgent"].map((fact) => ({
              name: fact,
              type: "String",
              value: typeof row[fact] === "string" && ["riskLevelDuringSignIn", "riskState"].includes(fact) ? name(String(row[fact])) : row[fact],
            }))}
          />
        </Section>
      </Columns>
    </>
  );
}

function Ending({ row }: { row: Entity }) {
  const { t } = useWords();
  const result = resultOf(row.status);
  const why = reasonOf(row.status, t);
  const said = (row.status as Status | null)?.failureReason ?? "";
  return (
    <MessageBar intent={INTENTS[result]} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t(`signIn.${result}`)}</MessageBarTitle> {why}
        {result !== "success" && (
          <Text block size={200}>
            AADSTS{codeOf(row.status)}{said && said !== why && <>: <span dir="auto">{said}</span></>}
          </Text>
        )}
      </MessageBarBody>
    </MessageBar>
  );
}

interface Applied {
  id: string;
  displayName: string;
  result: string;
  enforcedGrantControls?: string[];
  enforcedSessionControls?: string[];
  conditionResults?: { condition: string; isSatisfied: boolean | null; evidence: string }[];
}

/** Those that were in force first, then those that only report, then the rest. */
const RANK = ["failure", "interrupted", "success", "reportOnlyFailure", "reportOnlyInterrupted", "reportOnlySuccess", "notApplied", "notEnabled"];

function Policies({ row }: { row: Entity }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const applied = [...((row.appliedConditionalAccessPolicies ?? []) as Applied[])].sort((one, other) => rank(one) - rank(other));
  // A policy names an application by its application id, which is not the id of an object: the row itself knows those two.
  const own: Record<string, unknown> = { [String(row.resourceId)]: row.resourceDisplayName, [String(row.appId)]: row.appDisplayName, [String(row.userId)]: row.userDisplayName };
  const others = useNames(idsIn(applied.flatMap((policy) => (policy.conditionResults ?? []).map((one) => one.evidence))).filter((id) => !own[id]));
  const called = (id: string) => (own[id] ? String(own[id]) : others.get(id));
  return (
    <Rows
      none={t("signIn.noPolicy")}
      rows={applied.map((policy, index): Row => {
        const demands = [...(policy.enforcedGrantControls ?? []), ...(policy.enforcedSessionControls ?? [])].map((control) => name(lowered(control)));
        // Of a policy that did not apply, what kept it away; of one that did, what it saw.
        const told = (policy.conditionResults ?? []).filter((one) => policy.result !== "notApplied" || one.isSatisfied === false);
        return {
          key: `${policy.id}${index}`,
          what: <Go href={placeOf("conditionalAccessPolicy", policy.id) ?? ""}>{policy.displayName}</Go>,
          hint: (
            <>
              {demands.length > 0 && <Text size={200} block>{t("signIn.demands", { what: demands.join(", ") })}</Text>}
              <ul className={styles.conditions}>
                {told.map((one, at) => (
                  <li key={at} className={one.isSatisfied ? undefined : styles.unmet}>
                    {t(one.isSatisfied === true ? "signIn.met" : one.isSatisfied === false ? "signIn.unmet" : "signIn.unseen", { what: name(one.condition, "condition") })} <span dir="auto">{readable(one.evidence, called, name)}</span>
                  </li>
                ))}
              </ul>
            </>
          ),
          end: <Tone word={policy.result} />,
        };
      })}
    />
  );
}

function rank(policy: Applied): number {
  const found = RANK.indexOf(policy.result);
  return found < 0 ? RANK.length : found;
}

const lowered = (word: string) => word.charAt(0).toLowerCase() + word.slice(1);

interface Step {
  authenticationStepDateTime?: string;
  authenticationMethod?: string;
  succeeded?: boolean;
}

/** How they proved who they are; read apart, for the log says it only when it is asked. */
function Proofs({ path }: { path: string }) {
  const { t, name } = useWords();
  const more = useRead<Entity>(at(path, { $select: "id,authenticationDetails,authenticationRequirement,isInteractive" }));
  const steps = (more.data?.authenticationDetails ?? []) as Step[];
  const requirement = more.data?.authenticationRequirement;
  return (
    <Section title={t("signIn.proofs")}>
      {Boolean(requirement) && <Text>{t(requirement === "multiFactorAuthentication" ? "signIn.twoFactors" : "signIn.oneFactor")}</Text>}
      <Answered query={more}>
        {() => (
          <Rows
            none={t("signIn.noProof")}
            rows={steps.map((step, index): Row => ({
              key: String(index),
              what: name(step.authenticationMethod ?? ""),
              hint: step.authenticationStepDateTime && <Moment value={step.authenticationStepDateTime} />,
              end: <Tone word={step.succeeded === false ? "failure" : "success"} />,
            }))}
          />
        )}
      </Answered>
    </Section>
  );
}

function From({ row }: { row: Entity }) {
  const { t, language } = useWords();
  const device = (row.deviceDetail ?? {}) as { deviceId?: string; displayName?: string; operatingSystem?: string; isCompliant?: boolean; isManaged?: boolean; trustType?: string };
  const place = row.location as { city?: string; countryOrRegion?: string } | null;
  const list = (filter: string) => `/admin/monitor/signIns?filter=${encodeURIComponent(filter)}`;
  const found = useRead<GraphPage<Entity>>(device.deviceId ? at("/devices", { $filter: `deviceId eq '${device.deviceId}'`, $select: "id" }) : null);
  const known = found.data?.value[0];
  const rows: Row[] = [];
  if (row.userId) rows.push({ key: "who", what: <Go href={placeOf("user", String(row.userId)) ?? ""}>{String(row.userDisplayName ?? row.userPrincipalName)}</Go>, hint: String(row.userPrincipalName ?? ""), end: <Go href={list(`userId eq '${String(row.userId)}'`)}>{t("signIn.others")}</Go> });
  if (row.ipAddress) rows.push({ key: "address", what: <span dir="ltr">{String(row.ipAddress)}</span>, hint: [place?.city, place?.countryOrRegion && country(place.countryOrRegion, language)].filter(Boolean).join(", "), end: <Go href={list(`ipAddress eq '${String(row.ipAddress)}'`)}>{t("signIn.others")}</Go> });
  const called = device.displayName || device.operatingSystem || "";
  rows.push({
    key: "device",
    what: known ? <Go href={placeOf("device", known.id) ?? ""}>{called}</Go> : called || t("signIn.noDevice"),
    hint: device.deviceId ? [device.operatingSystem, device.trustType].filter(Boolean).join(" · ") : t("signIn.notRegistered"),
    end: device.deviceId ? <Tone word={device.isCompliant ? "compliant" : "noncompliant"} /> : undefined,
  });
  return <Rows rows={rows} />;
}

/** What else happened in the same act: other requests of the same sign-in, and what it changed. */
function Together({ row }: { row: Entity }) {
  const { t } = useWords();
  const correlation = String(row.correlationId ?? "");
  const since = new Date(new Date(String(row.createdDateTime)).getTime() - 3_600_000).toISOString();
  const signIns = useRead<GraphPage<Entity>>(correlation ? at("/auditLogs/signIns", { $filter: `correlationId eq '${correlation}' and createdDateTime ge ${since}`, $top: TOGETHER_MAX }) : null);
  const audits = useRead<GraphPage<Audit>>(correlation ? at("/auditLogs/directoryAudits", { $filter: `correlationId eq '${correlation}' and activityDateTime ge ${since}`, $top: TOGETHER_MAX }) : null);
  const others = (signIns.data?.value ?? []).filter((other) => other.id !== row.id);
  const changes = audits.data?.value ?? [];
  if (!others.length && !changes.length) return null;
  const rows: [string, Row][] = [
    ...others.map((other): [string, Row] => [
      String(other.createdDateTime),
      { key: other.id, what: <Go href={`/admin/monitor/signIns/${other.id}`}>{String(other.appDisplayName ?? "")} → {String(other.resourceDisplayName ?? "")}</Go>, hint: <Moment value={String(other.createdDateTime)} />, end: <Tone word={resultOf(other.status)} /> },
    ]),
    ...changes.map((audit): [string, Row] => [audit.activityDateTime, { key: audit.id, what: <Go href={`/admin/monitor/audits/${audit.id}`}>{audit.activityDisplayName}</Go>, hint: <Moment value={audit.activityDateTime} />, end: t("list.audits" as Key) }]),
  ];
  return (
    <Section title={t("signIn.together")}>
      <Rows rows={rows.sort(([one], [other]) => one.localeCompare(other)).map(([, told]) => told)} />
    </Section>
  );
}
