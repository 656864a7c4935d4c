// Which application is protected by what: every application down, and the policies that apply to it, with what each demands of whom.
//
// Applications that policies name together (`Office365`) have a row of their own; the admin center is a portal for
// administrators, as the server judges it (`access/src/conditional/bundles.rs`).

import { Badge, makeStyles, MessageBar, MessageBarBody, SearchBox, Switch, Text, tokens } from "@fluentui/react-components";
import { ShieldCheckmarkRegular, ShieldErrorRegular, ShieldRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity } from "../graph/client";
import { useWhole } from "../graph/queries";
import { Go } from "../parts/Go";
import { Answered, Page } from "../parts/page";
import { placeOf } from "../rooms/rooms";
import { type Key, useWords } from "../words";
import type { PolicyDraft } from "./policy";
import { narrows, type Protection, protections } from "./protection";

const useStyles = makeStyles({
  tools: { display: "flex", gap: "16px", flexWrap: "wrap", alignItems: "center" },
  list: { listStyle: "none", margin: 0, padding: 0, border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1 },
  row: { display: "grid", gridTemplateColumns: "24px minmax(160px, 280px) minmax(0, 1fr)", gap: "6px 14px", padding: "12px 16px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, alignItems: "start", ":last-child": { borderBottom: "none" }, "@media (max-width: 640px)": { gridTemplateColumns: "24px minmax(0, 1fr)" } },
  policies: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "6px", "@media (max-width: 640px)": { gridColumn: "2" } },
  policy: { display: "flex", gap: "4px 10px", flexWrap: "wrap", alignItems: "center" },
  hint: { color: tokens.colorNeutralForeground3 },
  good: { color: tokens.colorStatusSuccessForeground1, fontSize: "20px" },
  bad: { color: tokens.colorStatusWarningForeground3, fontSize: "20px" },
});

export default function ProtectionMap() {
  const { t } = useWords();
  const styles = useStyles();
  const [text, setText] = useState("");
  const [isOnlyOpen, setOnlyOpen] = useState(false);
  const policies = useWhole<Entity>("/identity/conditionalAccess/policies");
  const apps = useWhole<Entity>(at("/servicePrincipals", { $filter: "servicePrincipalType eq 'Application' or servicePrincipalType eq null", $select: "id,displayName,appId,accountEnabled", $top: 999 }));
  return (
    <Page title={t("list.caMap")} subtitle={t("caMap.about")}>
      <Answered query={policies}>
        {(known) => (
          <Answered query={apps}>
            {(found) => {
              const all = protections(found.value, known.value as unknown as (PolicyDraft & { id: string })[]);
              const open = all.filter((one) => one.protected === "no");
              const inPart = all.filter((one) => one.protected === "part");
              const isAll = !open.length && !inPart.length && !found.isCut && !known.isCut;
              const shown = all.filter((one) => (!isOnlyOpen || one.protected !== "whole") && one.name.toLowerCase().includes(text.trim().toLowerCase()));
              return (
                <>
                  <MessageBar intent={isAll ? "success" : "warning"} layout="multiline">
                    <MessageBarBody>
                      {isAll && t("caMap.allProtected")} {open.length > 0 && t("caMap.unprotected", { count: open.length })} {inPart.length > 0 && t("caMap.inPart", { count: inPart.length })}{" "}
                      {(found.isCut || known.isCut) && t("caMap.cut", { count: found.value.length })}
                    </MessageBarBody>
                  </MessageBar>
                  <div className={styles.tools}>
                    <SearchBox aria-label={t("caMap.find")} placeholder={t("caMap.find")} value={text} onChange={(_, data) => setText(data.value)} />
                    <Switch label={t("caMap.onlyOpen")} checked={isOnlyOpen} onChange={(_, data) => setOnlyOpen(data.checked)} />
                  </div>
                  {shown.length > 0 && <ul className={styles.list}>{shown.map((one) => <Row key={one.appId} one={one} />)}</ul>}
                </>
              );
            }}
          </Answered>
        )}
      </Answered>
    </Page>
  );
}

/** Conditions in words; others by their name. */
const NARROWED: Record<string, Key> = { clientAppTypes: "caMap.clients", platforms: "caMap.platforms", signInRiskLevels: "caMap.signInRisk", userRiskLevels: "caMap.userRisk", locations: "caMap.places", devices: "caMap.device" };

function Row({ one }: { one: Protection }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const demand = (policy: PolicyDraft) => {
    const grant = policy.grantControls;
    if (grant?.builtInControls?.includes("block")) return t("caMap.blocks");
    const controls = [...(grant?.builtInControls ?? []).map((one) => name(one)), ...(grant?.authenticationStrength ? [t("policy.strength")] : [])];
    return controls.length ? t("caMap.demands", { what: controls.join(grant?.operator === "AND" ? " + " : " / ") }) : t("caMap.session");
  };
  const narrowed = (policy: PolicyDraft) => {
    const by = [...new Set(narrows(policy).map((key) => (key.startsWith("exclude") ? t("caMap.excluded") : NARROWED[key] ? t(NARROWED[key]) : name(key))))];
    return by.length > 0 && ` · ${t("caMap.narrowed", { what: by.join(", ") })}`;
  };
  return (
    <li className={styles.row}>
      {one.protected === "whole" ? <ShieldCheckmarkRegular className={styles.good} aria-label={t("yes")} /> : one.protected === "part" ? <ShieldRegular className={styles.bad} aria-label={t("caMap.part")} /> : <ShieldErrorRegular className={styles.bad} aria-label={t("no")} />}
      <div>{one.id ? <Go href={placeOf("servicePrincipal", one.id) ?? ""}>{one.name}</Go> : <Text>{one.name}</Text>}</div>
      <ul className={styles.policies}>
        {one.policies.length === 0 && <li className={styles.hint}>{t("caMap.none")}</li>}
        {one.policies.map((policy) => (
          <li key={policy.id} className={styles.policy}>
            <Go href={placeOf("conditionalAccessPolicy", policy.id) ?? ""}>{policy.displayName}</Go>
            <Text size={200}>{demand(policy)} · {t(policy.conditions.users.includeUsers?.includes("All") ? "caMap.forAll" : "caMap.forSome")}{narrowed(policy)}</Text>
            {policy.state !== "enabled" && <Badge appearance="tint" color="warning" style={{ height: "auto" }}>{t("caMap.report")}</Badge>}
          </li>
        ))}
      </ul>
    </li>
  );
}
