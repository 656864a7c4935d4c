// Applications that the organisation offers for somebody's own devices: ask for one, see it come, take it away again.

import { Avatar, Button, Field, makeStyles, Select, Spinner, Text, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Failure } from "../parts/Failure";
import { type Row, Rows } from "../parts/Rows";
import { Section } from "../parts/page";
import { Tone } from "../parts/Value";
import { useWords } from "../words";
import { useMyDevices } from "./mine";

/** While something is on its way it is looked at so often, and otherwise so. */
const COMING_MS = 3_000;
const RESTING_MS = 30_000;

const useStyles = makeStyles({
  what: { display: "flex", gap: "12px", alignItems: "center" },
  words: { display: "flex", flexDirection: "column", minWidth: 0 },
  hint: { color: tokens.colorNeutralForeground3 },
  icon: { width: "40px", height: "40px", borderRadius: tokens.borderRadiusMedium, objectFit: "contain", flexShrink: 0 },
});

/** What the server says of an application that is offered for one device. */
export interface Offered {
  id: string;
  displayName: string;
  description: string | null;
  publisher: string | null;
  displayVersion: string | null;
  largeIcon: { type: string; value: string } | null;
  installState: string;
  error: string | null;
  requestedAction: "install" | "uninstall" | null;
  isInstallAllowed: boolean;
  isUninstallAllowed: boolean;
  notApplicableReason: string | null;
}

/** Whether what the person asked for has neither arrived nor failed. */
export function isComing(app: Offered): boolean {
  switch (app.requestedAction) {
    case "install":
      return !["installed", "failed", "notApplicable"].includes(app.installState);
    case "uninstall":
      return !["notInstalled", "uninstallFailed", "notApplicable", "unknown"].includes(app.installState);
    case null:
      return false;
  }
}

/** Nothing, where no device of theirs is managed. */
export function DeviceApps() {
  const { t } = useWords();
  const devices = useMyDevices();
  const [chosen, setChosen] = useState<string | null>(null);
  const all: Entity[] = devices.data?.value ?? [];
  const device = all.find(({ id }) => id === chosen) ?? all[0];
  if (!device) return null;
  return (
    <Section title={t("my.deviceApps")}>
      {all.length > 1 && (
        <Field label={t("my.deviceAppsOn")} style={{ maxWidth: "360px" }}>
          <Select value={device.id} onChange={(_, data) => setChosen(data.value)}>
            {all.map(({ id, deviceName }) => <option key={id} value={id}>{String(deviceName)}</option>)}
          </Select>
        </Field>
      )}
      <On key={device.id} id={device.id} />
    </Section>
  );
}

function On({ id }: { id: string }) {
  const { t } = useWords();
  const [isBusy, setBusy] = useState(false);
  const offered = useRead<{ value: Offered[] }>(`/me/managedDevices/${id}/availableApps`, isBusy ? COMING_MS : RESTING_MS);
  const ask = useChange();
  const apps = offered.data?.value ?? [];
  const isOneComing = apps.some(isComing);
  if (isOneComing !== isBusy) setBusy(isOneComing);
  const send = (action: "installApp" | "uninstallApp", app: Offered) =>
    ask.mutate({ path: `/me/managedDevices/${id}/${action}`, ask: { method: "POST", body: { mobileAppId: app.id } } });
  return (
    <>
      {ask.error && <Failure why={ask.error} />}
      <Rows
        query={offered}
        none={t("my.deviceAppsNone")}
        rows={apps.map((app): Row => ({
          key: app.id,
          what: <What app={app} />,
          hint: app.notApplicableReason ?? (["failed", "uninstallFailed"].includes(app.installState) ? app.error : undefined),
          end: <End app={app} isBusy={ask.isPending} onAsk={(action) => send(action, app)} />,
        }))}
      />
    </>
  );
}

function What({ app }: { app: Offered }) {
  const styles = useStyles();
  const icon = app.largeIcon && /^image\/(png|jpeg|gif|webp)$/.test(app.largeIcon.type) ? app.largeIcon : null;
  return (
    <span className={styles.what}>
      {icon ? (
        <img className={styles.icon} src={`data:${icon.type};base64,${icon.value}`} alt="" />
      ) : (
        <Avatar name={app.displayName} shape="square" size={40} color="colorful" aria-hidden />
      )}
      <span className={styles.words}>
        <Text weight="semibold">{app.displayName}</Text>
        <Text size={200} className={styles.hint}>{[app.publisher, app.displayVersion].filter(Boolean).join(" · ")}</Text>
        {app.description && <Text size={200} className={styles.hint}>{app.description}</Text>}
      </span>
    </span>
  );
}

function End({ app, isBusy, onAsk }: { app: Offered; isBusy: boolean; onAsk: (action: "installApp" | "uninstallApp") => void }) {
  const { t } = useWords();
  if (isComing(app)) {
    return <Spinner size="tiny" label={t(app.requestedAction === "install" ? "my.appComing" : "my.appGoing")} labelPosition="after" />;
  }
  const isInstalled = app.installState === "installed";
  const hasFailed = app.installState === "failed";
  return (
    <>
      {(isInstalled || hasFailed || app.notApplicableReason) && <Tone word={app.notApplicableReason ? "notApplicable" : app.installState} />}
      {app.isInstallAllowed && !isInstalled && (
        <Button size="small" appearance="primary" icon={<ArrowDownloadRegular />} disabled={isBusy} aria-label={t(hasFailed ? "my.appAgainNamed" : "my.appInstallNamed", { name: app.displayName })} onClick={() => onAsk("installApp")}>
          {t(hasFailed ? "my.appAgain" : "my.appInstall")}
        </Button>
      )}
      {app.isUninstallAllowed && (
        <Button size="small" disabled={isBusy} aria-label={t("my.appRemoveNamed", { name: app.displayName })} onClick={() => onAsk("uninstallApp")}>
          {t("my.appRemove")}
        </Button>
      )}
    </>
  );
}
