// The tenant at a glance. Every number is one that the API answered a moment ago, and leads to the list that it counts.
//
// What the person may not read is not there; nothing is estimated.

import { makeStyles, mergeClasses, ProgressBar, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { at, batch, type Entity, GraphFailure, type Page as GraphPage } from "../graph/client";
import type { Audit } from "../parts/History";
import { Go } from "../parts/Go";
import { Answered, Columns, Empty, Page, Section } from "../parts/page";
import { person } from "../session/session";
import { type Key, useWords } from "../words";
import { SignInChart, type SignInRow } from "./SignInChart";

const DAY = 86_400_000;
/** A licence is short when so much of it is in use. */
const SHORT = 0.9;
/** Something ends soon when it ends within so many days. */
const SOON_DAYS = 30;
/** A device is silent when it was not heard of for so many days. */
const SILENT_DAYS = 14;
/** So many applications are looked at whose credentials end soon. */
const CREDENTIALS = 50;
/** So many licences are shown. */
const LICENCES = 8;
/** So many sign-ins are looked at for the chart. */
const SIGN_INS = 1000;

const useStyles = makeStyles({
  tiles: { display: "grid", gap: "12px", gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 150px), 1fr))" },
  tile: { display: "flex", flexDirection: "column", gap: "2px", padding: "14px 16px", borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, textDecorationLine: "none", color: tokens.colorNeutralForeground1, ":hover": { border: `1px solid ${tokens.colorBrandStroke1}` }, position: "relative" },
  number: { fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: "tabular-nums" },
  label: { color: tokens.colorNeutralForeground2 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  warn: { color: tokens.colorStatusWarningForeground3 },
  list: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "10px" },
  licence: { display: "flex", flexDirection: "column", gap: "4px" },
  between: { display: "flex", justifyContent: "space-between", gap: "12px" },
});

interface Tile {
  key: Key;
  path: string;
  filter?: string;
  href: string;
  /** How it looks when it is not zero. */
  tone?: "bad" | "warn";
}

function tiles(now: number): Tile[] {
  const since = (days: number) => new Date(now - days * DAY).toISOString();
  const link = (href: string, filter?: string) => (filter ? `${href}?filter=${encodeURIComponent(filter)}` : href);
  const rows: [Key, string, string, string?, Tile["tone"]?][] = [
    ["home.people", "/users", "/admin/identity/users"],
    ["home.peopleNew", "/users", "/admin/identity/users", `createdDateTime ge ${since(7)}`],
    ["home.peopleDisabled", "/users", "/admin/identity/users", "accountEnabled eq false"],
    ["home.groups", "/groups", "/admin/identity/groups"],
    ["home.devices", "/deviceManagement/managedDevices", "/admin/devices/managedDevices"],
    ["home.devicesCompliant", "/deviceManagement/managedDevices", "/admin/devices/managedDevices", "complianceState eq 'compliant'"],
    ["home.devicesFailing", "/deviceManagement/managedDevices", "/admin/devices/managedDevices", "complianceState eq 'noncompliant'", "bad"],
    ["home.devicesGrace", "/deviceManagement/managedDevices", "/admin/devices/managedDevices", "complianceState eq 'inGracePeriod'", "warn"],
    ["home.devicesSilent", "/deviceManagement/managedDevices", "/admin/devices/managedDevices", `lastSyncDateTime le ${since(SILENT_DAYS)}`, "warn"],
    ["home.approvals", "/identityGovernance/entitlementManagement/assignmentRequests", "/admin/governance/assignmentRequests", "state eq 'pendingApproval'", "warn"],
    ["home.roleRequests", "/roleManagement/directory/roleAssignmentScheduleRequests", "/admin/governance/roleRequests", "status eq 'PendingApproval'", "warn"],
    ["home.operations", "/deviceManagement/operationApprovalRequests", "/admin/devices/approvalRequests", "status eq 'needsApproval'", "warn"],
    ["home.risky", "/identityProtection/riskyUsers", "/admin/signin/riskyUsers", "riskState eq 'atRisk'", "bad"],
    ["home.policies", "/identity/conditionalAccess/policies", "/admin/access/policies", "state eq 'enabled'"],
    ["home.reportOnly", "/identity/conditionalAccess/policies", "/admin/access/policies", "state eq 'enabledForReportingButNotEnforced'"],
  ];
  return rows.map(([key, path, href, filter, tone]) => ({ key, path, filter, href: link(href, filter), tone }));
}

export default function Home() {
  const { t } = useWords();
  const hour = new Date().getHours();
  const greeting: Key = hour < 12 ? "home.morning" : hour < 18 ? "home.day" : "home.evening";
  const glance = useQuery({ queryKey: ["graph", "home"], queryFn: ({ signal }) => lookAround(signal), refetchInterval: 30_000 });
  return (
    <Page title={t("room.home")} subtitle={t(greeting, { name: person().name.split(" ")[0] ?? "" })}>
      <Answered query={glance}>{(seen) => <Glance seen={seen} />}</Answered>
    </Page>
  );
}

interface Seen {
  counts: { tile: Tile; count: number }[];
  signIns: SignInRow[] | null;
  isAllSignIns: boolean;
  licences: Entity[] | null;
  credentials: { app: Entity; what: string; end: string }[];
  audits: Audit[] | null;
}

async function lookAround(signal: AbortSignal): Promise<Seen> {
  const now = Date.now();
  const wanted = tiles(now);
  const yesterday = new Date(now - DAY).toISOString();
  const asks = [
    ...wanted.map(({ path, filter }) => at(path, { $select: "id", $top: 1, $count: true, $filter: filter })),
    at("/auditLogs/signIns", { $select: "createdDateTime,status,conditionalAccessStatus,isInteractive", $top: SIGN_INS, $filter: `createdDateTime ge ${yesterday}` }),
    at("/subscribedSkus", { $select: "id,skuPartNumber,consumedUnits,prepaidUnits" }),
    at("/applications", { $select: "id,displayName,passwordCredentials,keyCredentials", $top: CREDENTIALS, $count: true, $filter: endingSoon(now) }),
    at("/auditLogs/directoryAudits", { $top: 8, $filter: `activityDateTime ge ${yesterday} and initiatedBy/user ne null` }),
  ];
  const answers = await batch<GraphPage<Entity>>(asks.map((path) => ({ path })), signal);
  const [signIns, licences, apps, audits] = answers.slice(wanted.length).map((answer) => (answer instanceof GraphFailure ? null : answer));
  const offline = answers.find((answer) => answer instanceof GraphFailure && answer.status >= 500);
  if (offline) throw offline;
  return {
    counts: wanted.flatMap((tile, index) => {
      const answer = answers[index];
      return !answer || answer instanceof GraphFailure ? [] : [{ tile, count: answer["@odata.count"] ?? answer.value.length }];
    }),
    signIns: (signIns?.value as unknown as SignInRow[]) ?? null,
    isAllSignIns: !signIns?.["@odata.nextLink"],
    licences: licences?.value ?? null,
    credentials: ending(apps?.value ?? [], now),
    audits: (audits?.value as Audit[] | undefined) ?? null,
  };
}

/** The `$filter` of applications of which a secret or a certificate ends soon, or has ended within a month. */
function endingSoon(now: number): string {
  const [past, soon] = [-SOON_DAYS, SOON_DAYS].map((days) => new Date(now + days * DAY).toISOString());
  return ["passwordCredentials", "keyCredentials"].map((what) => `${what}/any(c:c/endDateTime ge ${past} and c/endDateTime le ${soon})`).join(" or ");
}

/** Secrets and certificates of applications that end soon or have ended within a month: the first of them. */
function ending(apps: Entity[], now: number): Seen["credentials"] {
  const all = apps.flatMap((app) =>
    (["passwordCredentials", "keyCredentials"] as const).flatMap((what) =>
      ((app[what] ?? []) as { endDateTime?: string; displayName?: string }[]).map((credential) => ({ app, what, end: credential.endDateTime ?? "" })),
    ),
  );
  const isSoon = (end: string) => Math.abs(new Date(end).getTime() - now) < SOON_DAYS * DAY;
  return all.filter(({ end }) => end && isSoon(end)).sort((one, other) => one.end.localeCompare(other.end)).slice(0, 8);
}

function Glance({ seen }: { seen: Seen }) {
  const { t, number, ago } = useWords();
  const styles = useStyles();
  return (
    <>
      <div className={styles.tiles}>
        {seen.counts.map(({ tile, count }) => (
          <Go key={tile.key} href={tile.href} className={styles.tile}>
            <span className={mergeClasses(styles.number, count > 0 && tile.tone === "bad" && styles.bad, count > 0 && tile.tone === "warn" && styles.warn)}>{number(count)}</span>
            <span className={styles.label}>{t(tile.key, { count, days: SILENT_DAYS })}</span>
          </Go>
        ))}
      </div>
      <Columns>
        {seen.signIns && (
          <Section title={t(seen.isAllSignIns ? "home.signIns" : "home.signInsSome", { count: SIGN_INS })} actions={<Go href="/admin/monitor/signIns">{t("home.all")}</Go>}>
            {seen.signIns.length ? <SignInChart rows={seen.signIns} /> : <Empty title={t("home.noSignIns")} />}
          </Section>
        )}
        {seen.licences && seen.licences.length > 0 && (
          <Section title={t("home.licences")} actions={<Go href="/admin/identity/licences">{t("home.all")}</Go>}>
            <ul className={styles.list}>
              {soonest(seen.licences).map((sku) => (
                <Licence key={sku.id} sku={sku} />
              ))}
            </ul>
          </Section>
        )}
        {seen.credentials.length > 0 && (
          <Section title={t("home.credentials")}>
            <ul className={styles.list}>
              {seen.credentials.map(({ app, what, end }, index) => (
                <li key={index} className={styles.between}>
                  <Go href={`/admin/identity/applications/${app.id}`}>{String(app.displayName)}</Go>
                  <Text>{t(what === "keyCredentials" ? "home.certificate" : "home.secret", { when: ago(end) })}</Text>
                </li>
              ))}
            </ul>
          </Section>
        )}
        {seen.audits && (
          <Section title={t("home.changes")} actions={<Go href="/admin/monitor/audits">{t("home.all")}</Go>}>
            {seen.audits.length ? (
              <Changes audits={seen.audits} />
            ) : (
              <Empty title={t("home.noChanges")} />
            )}
          </Section>
        )}
      </Columns>
    </>
  );
}

function Changes({ audits }: { audits: Audit[] }): ReactNode {
  const { activity, ago, moment } = useWords();
  const styles = useStyles();
  return (
    <ol className={styles.list}>
      {audits.map((row) => (
        <li key={row.id}>
          <Go href={`/admin/monitor/audits/${row.id}`}>{activity(row.activityDisplayName)}</Go>{" "}
          <Text>{row.targetResources.slice(0, 2).map((target) => target.displayName ?? "").filter(Boolean).join(", ")}</Text>
          <Text block size={200} className={styles.label}>
            {row.initiatedBy.user?.displayName} · <time dateTime={row.activityDateTime} title={ago(row.activityDateTime)}>{moment(row.activityDateTime)}</time>
          </Text>
        </li>
      ))}
    </ol>
  );
}

function seatsOf(sku: Entity): { used: number; bought: number; share: number } {
  const used = Number(sku.consumedUnits ?? 0);
  const bought = Number((sku.prepaidUnits as { enabled?: number } | null)?.enabled ?? 0);
  return { used, bought, share: bought ? used / bought : used ? 1 : 0 };
}

/** Those that run out next first. */
function soonest(skus: Entity[]): Entity[] {
  return [...skus].sort((one, other) => seatsOf(other).share - seatsOf(one).share).slice(0, LICENCES);
}

function Licence({ sku }: { sku: Entity }) {
  const { t } = useWords();
  const styles = useStyles();
  const { used, bought, share } = seatsOf(sku);
  return (
    <li className={styles.licence}>
      <div className={styles.between}>
        <Go href={`/admin/identity/licences/${encodeURIComponent(sku.id)}`}>{String(sku.skuPartNumber)}</Go>
        <Text className={share >= SHORT ? styles.warn : styles.label}>{t("home.seats", { used, bought })}</Text>
      </div>
      <ProgressBar value={Math.min(share, 1)} color={share >= 1 ? "error" : share >= SHORT ? "warning" : "brand"} thickness="large" aria-label={t("home.seats", { used, bought })} />
    </li>
  );
}
