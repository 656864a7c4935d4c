// What would happen if this person signed in to that application from there: every policy, and what keeps it away.

import { Button, Dropdown, Field, Input, Option } from "@fluentui/react-components";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Entity, graph, type Page as GraphPage } from "../graph/client";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Columns, Page, Section } from "../parts/page";
import { Picker, type Picked } from "../parts/Picker";
import { type Row, Rows } from "../parts/Rows";
import { Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { PLATFORMS, RISKS } from "./policy";

interface Result extends Entity {
  displayName: string;
  state: string;
  policyApplies: boolean;
  analysisReasons: string;
  grantControls: { builtInControls?: string[] } | null;
}

export default function WhatIf() {
  const { t, name } = useWords();
  const [user, setUser] = useState<Picked | null>(null);
  const [app, setApp] = useState<Picked | null>(null);
  const [conditions, setConditions] = useState<Record<string, string>>({ clientAppType: "browser" });
  const ask = useMutation({
    mutationFn: () =>
      graph<GraphPage<Result>>("/identity/conditionalAccess/evaluate", {
        method: "POST",
        body: {
          signInIdentity: { "@odata.type": "#microsoft.graph.userSignIn", userId: user?.id },
          signInContext: { "@odata.type": "#microsoft.graph.applicationContext", includeApplications: [app?.appId ?? "00000003-0000-0000-c000-000000000000"] },
          signInConditions: Object.fromEntries(Object.entries(conditions).filter(([, value]) => value)),
          appliedPoliciesOnly: false,
        },
      }),
  });
  const choice = (key: string, all: string[]) => (
    <Field label={t(`whatIf.${key}` as never)}>
      <Dropdown value={conditions[key] ? name(conditions[key]) : t("whatIf.unsaid")} selectedOptions={[conditions[key] ?? ""]} onOptionSelect={(_, data) => setConditions({ ...conditions, [key]: data.optionValue ?? "" })}>
        <Option value="" text={t("whatIf.unsaid")}>{t("whatIf.unsaid")}</Option>
        {all.map((one) => <Option key={one} value={one} text={name(one)}>{name(one)}</Option>)}
      </Dropdown>
    </Field>
  );
  const row = (policy: Result): Row => ({
    key: policy.id,
    what: <Go href={placeOf("conditionalAccessPolicy", policy.id) ?? ""}>{policy.displayName}</Go>,
    hint: policy.policyApplies ? (policy.grantControls?.builtInControls ?? []).map((one) => name(one)).join(", ") : t("whatIf.because", { condition: name(policy.analysisReasons) }),
    end: <Tone word={policy.state} />,
  });
  const results = ask.data?.value ?? [];
  return (
    <Page title={t("list.whatIf")} subtitle={t("whatIf.about")} isNarrow>
      <Section>
        <Picker label={user ? `${t("why.who")}: ${user.name}` : t("why.who")} kinds={["user"]} onPick={setUser} />
        <Picker label={app ? `${t("whatIf.app")}: ${app.name}` : t("whatIf.app")} kinds={["servicePrincipal"]} onPick={setApp} />
        <Columns>
          {choice("clientAppType", ["browser", "mobileAppsAndDesktopClients", "other"])}
          {choice("devicePlatform", PLATFORMS)}
          {choice("signInRiskLevel", RISKS)}
          {choice("userRiskLevel", RISKS)}
          <Field label={t("whatIf.ipAddress")}><Input dir="ltr" placeholder="192.0.2.1" value={conditions.ipAddress ?? ""} onChange={(_, data) => setConditions({ ...conditions, ipAddress: data.value.trim() })} /></Field>
          <Field label={t("whatIf.country")}><Input dir="ltr" maxLength={2} value={conditions.country ?? ""} onChange={(_, data) => setConditions({ ...conditions, country: data.value.toUpperCase() })} /></Field>
        </Columns>
        {ask.error && <Failure why={ask.error} />}
        <div><Button appearance="primary" disabled={!user || ask.isPending} onClick={() => ask.mutate()}>{t("why.ask")}</Button></div>
      </Section>
      {ask.data && (
        <Columns>
          <Section title={t("whatIf.apply")}><Rows none={t("signIn.noPolicy")} rows={results.filter((one) => one.policyApplies).map(row)} /></Section>
          <Section title={t("whatIf.away")}><Rows rows={results.filter((one) => !one.policyApplies).map(row)} /></Section>
        </Columns>
      )}
    </Page>
  );
}
