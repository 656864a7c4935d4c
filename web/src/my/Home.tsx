// My portal's first page: what wants doing, and what somebody has.

import { Button, MessageBar, MessageBarActions, MessageBarBody, Text } from "@fluentui/react-components";
import { Go, useGo } from "../parts/Go";
import { Columns, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { person } from "../session/session";
import { useWords } from "../words";
import { useMyActiveRoles, useMyApprovals, useMyAssignments, useMyDevices, useMyEligibilities } from "./mine";

export default function Home() {
  const { t } = useWords();
  const go = useGo();
  const approvals = useMyApprovals();
  const devices = useMyDevices();
  const packages = useMyAssignments();
  const roles = useMyActiveRoles();
  const eligible = useMyEligibilities();
  const waiting = approvals.data?.value.length ?? 0;
  const failing = (devices.data?.value ?? []).filter((device) => device.complianceState === "noncompliant");
  return (
    <Page title={t("my.hello", { name: person().name })} subtitle={person().userName} isNarrow>
      {waiting > 0 && (
        <MessageBar intent="info">
          <MessageBarBody>{t("my.waiting", { count: waiting })}</MessageBarBody>
          <MessageBarActions>
            <Button size="small" onClick={() => go("/my/approvals")}>{t("my.look")}</Button>
          </MessageBarActions>
        </MessageBar>
      )}
      {failing.length > 0 && (
        <MessageBar intent="warning">
          <MessageBarBody>{t("my.failing", { name: String(failing[0]?.deviceName) })}</MessageBarBody>
          <MessageBarActions>
            <Button size="small" onClick={() => go("/my/devices")}>{t("my.howToFix")}</Button>
          </MessageBarActions>
        </MessageBar>
      )}
      <Columns>
        <Section title={t("my.signIn")}>
          <Text>{t("my.signInAbout")}</Text>
          <div style={{ display: "flex", gap: "8px", flexWrap: "wrap" }}>
            <Button as="a" href="/account/security-info">{t("my.methods")}</Button>
            <Button as="a" href="/account/password">{t("my.password")}</Button>
            <Button as="a" href="/account/sessions">{t("my.sessions")}</Button>
            <Button as="a" href="/account/activity">{t("my.activity")}</Button>
          </div>
        </Section>
        <Section title={t("my.devices")} actions={<Go href="/my/devices">{t("home.all")}</Go>}>
          <Rows
            none={t("my.noDevices")}
            rows={(devices.data?.value ?? []).slice(0, 5).map((device): Row => ({ key: device.id, what: String(device.deviceName), hint: <Moment value={String(device.lastSyncDateTime)} />, end: <Tone word={String(device.complianceState)} /> }))}
          />
        </Section>
        <Section title={t("my.access")} actions={<Go href="/my/access">{t("my.ask")}</Go>}>
          <Rows
            none={t("my.noAccess")}
            rows={(packages.data?.value ?? []).map((item): Row => ({
              key: item.id,
              what: String((item.accessPackage as { displayName?: string } | null)?.displayName ?? ""),
              hint: item.expiredDateTime ? <>{t("until")} <Moment value={String(item.expiredDateTime)} /></> : undefined,
              end: <Tone word={String(item.state)} />,
            }))}
          />
        </Section>
        {((eligible.data?.value.length ?? 0) > 0 || (roles.data?.value.length ?? 0) > 0) && (
          <Section title={t("my.roles")} actions={<Go href="/my/roles">{t("my.activate")}</Go>}>
            <Rows rows={[...(roles.data?.value ?? []), ...(eligible.data?.value ?? [])].map((item, index): Row => ({
              key: `${item.id}${index}`,
              what: String((item.roleDefinition as { displayName?: string } | null)?.displayName ?? ""),
              hint: item.endDateTime ? <>{t("until")} <Moment value={String(item.endDateTime)} /></> : undefined,
              end: <Tone word={index < (roles.data?.value.length ?? 0) ? "Active" : "eligible"} />,
            }))} />
            <div><Button as="a" href="/admin">{t("own.toAdmin")}</Button></div>
          </Section>
        )}
      </Columns>
    </Page>
  );
}
