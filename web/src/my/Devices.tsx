// Somebody's devices: whether each is as the organisation wants it and, if not, what to do about it step by step; and what they
// can do themselves: check, rename, restart, lock, and take everything off one that they lost.

import { Button, Field, Input, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { ArrowSyncRegular, CheckmarkCircleFilled, KeyRegular, LaptopRegular, LocationOffRegular, LockClosedRegular, MoreHorizontalRegular, PhoneRegular, PowerRegular, RenameRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { RecoveryKeys } from "../devices/DeviceKeys";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { type CheckResult, ruleName } from "../parts/CheckResults";
import { Confirm } from "../parts/Confirm";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Answered, Empty, Page, Section } from "../parts/page";
import { Facts, Moment, Tone } from "../parts/Value";
import { useWords } from "../words";
import { useMyDevices } from "./mine";
import { Register } from "./Register";
import { Registered } from "./Registered";

/** A device is looked at again so often while its page is open. */
const LIVE_MS = 3_000;
const HOLDS = new Set(["compliant", "notApplicable"]);
/** As `setDeviceName` takes it. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

type Act = "rename" | "lock" | "restart" | "lost" | "keys";

const useStyles = makeStyles({
  title: { display: "inline-flex", gap: "10px", alignItems: "center", flexWrap: "wrap" },
  icon: { fontSize: "24px", display: "flex", color: tokens.colorBrandForeground1 },
  steps: { margin: 0, padding: 0, listStyle: "none", display: "flex", flexDirection: "column", gap: "12px", counterReset: "step" },
  step: { display: "flex", gap: "12px", alignItems: "flex-start" },
  number: { flexShrink: 0, width: "28px", height: "28px", borderRadius: "50%", display: "grid", placeItems: "center", backgroundColor: tokens.colorBrandBackground, color: tokens.colorNeutralForegroundOnBrand, fontWeight: tokens.fontWeightSemibold },
  fix: { display: "flex", flexDirection: "column", gap: "12px", padding: "14px", borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground3 },
  hint: { color: tokens.colorNeutralForeground2 },
  well: { display: "flex", gap: "8px", alignItems: "center" },
  good: { color: tokens.colorStatusSuccessForeground1, flexShrink: 0 },
  foot: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "center" },
});

export default function Devices() {
  const { t } = useWords();
  const devices = useMyDevices(LIVE_MS);
  return (
    <Page title={t("my.devices")} subtitle={t("my.devicesAbout")} isNarrow>
      <Answered query={devices}>
        {({ value }) => (
          <>
            {value.length ? value.map((device) => <One key={device.id} device={device} />) : <Empty title={t("my.noDevices")}>{t("my.noDevicesAdvice")}</Empty>}
            <Registered managed={value} />
          </>
        )}
      </Answered>
      <Register />
    </Page>
  );
}

/** The rules that a device fails. */
export function failing(device: Entity): CheckResult[] {
  const all = (Array.isArray(device.complianceResults) ? device.complianceResults : []) as CheckResult[];
  return all.filter((result) => !HOLDS.has(result.state));
}

function One({ device }: { device: Entity }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const [act, setAct] = useState<Act | null>(null);
  const sync = useChange();
  const failed = failing(device);
  const isPhone = /android|ios/i.test(String(device.operatingSystem));
  const isPersonal = device.managedDeviceOwnerType === "personal";
  const actions = (Array.isArray(device.deviceActionResults) ? device.deviceActionResults : []) as { actionName: string; actionState: string }[];
  const underWay = actions.filter((one) => ["pending", "active"].includes(one.actionState));
  return (
    <Section
      title={
        <span className={styles.title}>
          <span className={styles.icon} aria-hidden>{isPhone ? <PhoneRegular /> : <LaptopRegular />}</span>
          {String(device.deviceName)} <Tone word={String(device.complianceState)} />
        </span>
      }
      actions={
        <span className={styles.foot}>
          <Button size="small" icon={<ArrowSyncRegular />} disabled={sync.isPending} onClick={() => sync.mutate({ path: `/deviceManagement/managedDevices/${device.id}/syncDevice`, ask: { method: "POST", body: {} } })}>
            {t("device.check")}
          </Button>
          <Menu>
            <MenuTrigger disableButtonEnhancement>
              <Button size="small" icon={<MoreHorizontalRegular />} aria-label={`${t("more")}: ${String(device.deviceName)}`} />
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                {!isPersonal && <MenuItem icon={<RenameRegular />} onClick={() => setAct("rename")}>{t("my.rename")}</MenuItem>}
                <MenuItem icon={<PowerRegular />} onClick={() => setAct("restart")}>{t("my.restart")}</MenuItem>
                <MenuItem icon={<LockClosedRegular />} onClick={() => setAct("lock")}>{t("my.lock")}</MenuItem>
                <MenuItem icon={<KeyRegular />} onClick={() => setAct("keys")}>{t("my.keys")}</MenuItem>
                <MenuItem icon={<LocationOffRegular />} onClick={() => setAct("lost")}>{t("my.lost")}</MenuItem>
              </MenuList>
            </MenuPopover>
          </Menu>
        </span>
      }
    >
      {sync.error && <Failure why={sync.error} />}
      {underWay.length > 0 && (
        <MessageBar intent="info"><MessageBarBody>{t("my.underWay", { what: underWay.map((one) => name(one.actionName)).join(", ") })}</MessageBarBody></MessageBar>
      )}
      {failed.length ? <Fix device={device} failed={failed} /> : (
        <div className={styles.well}>
          {device.complianceState === "compliant" && <><CheckmarkCircleFilled fontSize={20} className={styles.good} aria-hidden /><Text>{t("my.allWell")}</Text></>}
        </div>
      )}
      <Facts
        facts={[
          { name: "operatingSystem", type: "String", value: [device.operatingSystem, device.osVersion].filter(Boolean).join(" ") },
          { name: "model", type: "String", value: [device.manufacturer, device.model].filter(Boolean).join(" ") },
          { name: "serialNumber", type: "String", value: device.serialNumber },
          { name: "isEncrypted", value: device.isEncrypted },
          { name: "lastSyncDateTime", type: "DateTimeOffset", value: device.lastSyncDateTime },
        ]}
      />
      <div><Go href={`/my/privacy?device=${device.id}`}>{t("my.whatTheySee")}</Go></div>
      {act === "keys" && <OwnKeys device={device} onClose={() => setAct(null)} />}
      {act && act !== "keys" && <Acting act={act} device={device} onClose={() => setAct(null)} />}
    </Section>
  );
}

/** What fails, as steps to take. */
function Fix({ device, failed }: { device: Entity; failed: CheckResult[] }) {
  const { t, name, finding, moment } = useWords();
  const styles = useStyles();
  const grace = device.complianceState === "inGracePeriod" && device.complianceGracePeriodExpirationDateTime;
  return (
    <div className={styles.fix}>
      <Text weight="semibold">{t("my.fixTitle")}</Text>
      <Text>{grace ? t("my.fixGrace", { until: moment(String(grace)) }) : t("my.fixConsequence")}</Text>
      <ol className={styles.steps}>
        {failed.map((result, index) => (
          <li key={index} className={styles.step}>
            <span className={styles.number} aria-hidden>{index + 1}</span>
            <div>
              <Text weight="semibold" block>{ruleName(result, name)}</Text>
              {result.remediation && <Text block dir="auto">{finding(result.remediation)}</Text>}
              <Text size={200} className={styles.hint} block>
                {t("device.expected")} <b dir="auto">{finding(result.expected ?? "–")}</b> · {t("device.actual")} <b dir="auto">{finding(result.actual ?? "–")}</b>
                {result.sinceDateTime && <> · {t("since")} <Moment value={result.sinceDateTime} /></>}
              </Text>
            </div>
          </li>
        ))}
        <li className={styles.step}>
          <span className={styles.number} aria-hidden>{failed.length + 1}</span>
          <Text>{t("my.fixCheck")}</Text>
        </li>
      </ol>
    </div>
  );
}

/** The recovery keys of its disk; reading one is written down, as for anybody. */
function OwnKeys({ device, onClose }: { device: Entity; onClose: () => void }) {
  const { t } = useWords();
  return (
    <>
      <Text>{t("my.keysAbout")}</Text>
      <RecoveryKeys device={device} />
      <div><Button size="small" onClick={onClose}>{t("close")}</Button></div>
    </>
  );
}

function Acting({ act, device, onClose }: { act: Exclude<Act, "keys">; device: Entity; onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState(String(device.deviceName));
  const change = useChange(onClose);
  const called = String(device.deviceName);
  const send = (action: string, body: object = {}) => change.mutate({ path: `/deviceManagement/managedDevices/${device.id}/${action}`, ask: { method: "POST", body } });
  const shared = { isBusy: change.isPending, why: change.error, onNo: onClose };
  switch (act) {
    case "rename":
      return (
        <Confirm {...shared} isBusy={change.isPending || !NAME.test(name)} title={t("my.renameTitle", { name: called })} action={t("my.rename")} onYes={() => send("setDeviceName", { deviceName: name })}>
          <Field label={t("my.newName")} hint={t("my.renameHint")} validationState={NAME.test(name) ? "none" : "error"}>
            <Input dir="ltr" value={name} maxLength={63} onChange={(_, data) => setName(data.value.trim())} />
          </Field>
        </Confirm>
      );
    case "restart":
      return <Confirm {...shared} title={t("my.restartTitle", { name: called })} action={t("my.restart")} onYes={() => send("rebootNow")}><Text>{t("my.restartAbout")}</Text></Confirm>;
    case "lock":
      return <Confirm {...shared} title={t("my.lockTitle", { name: called })} action={t("my.lock")} onYes={() => send("remoteLock")}><Text>{t("my.lockAbout")}</Text></Confirm>;
    case "lost":
      return <Confirm {...shared} title={t("my.lostTitle", { name: called })} action={t("my.lostGo")} isHarmful typed={called} onYes={() => send("retire")}><Text>{t("my.lostAbout")}</Text></Confirm>;
  }
}
