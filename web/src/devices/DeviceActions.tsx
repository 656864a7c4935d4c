// Telling a device to do something: the menu, and the question before it. An act that needs a second administrator becomes a
// request, and says so.

import { Button, Dropdown, Field, Input, Menu, MenuDivider, MenuItem, MenuList, MenuPopover, MenuTrigger, MessageBar, MessageBarBody, Option, Text } from "@fluentui/react-components";
import { ArrowClockwiseRegular, ArrowSyncRegular, DeleteDismissRegular, DocumentArrowDownRegular, KeyResetRegular, LocationRegular, LockClosedRegular, PowerRegular, RenameRegular, SignOutRegular, WrenchRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity, type Page } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Go } from "../parts/Go";
import { useWantedAct } from "../parts/wantedAct";
import { type Key, useWords } from "../words";
import { ACTS, type DeviceAct } from "./acts";

const ICONS: Record<string, React.ReactNode> = {
  syncDevice: <ArrowSyncRegular />, remoteLock: <LockClosedRegular />, rebootNow: <ArrowClockwiseRegular />, shutDown: <PowerRegular />, setDeviceName: <RenameRegular />,
  rotateBitLockerKeys: <KeyResetRegular />, createDeviceLogCollectionRequest: <DocumentArrowDownRegular />, locateDevice: <LocationRegular />, initiateOnDemandProactiveRemediation: <WrenchRegular />, retire: <SignOutRegular />, wipe: <DeleteDismissRegular />,
};

export function iconOf(act: DeviceAct): React.ReactNode {
  return ICONS[act.action];
}

export function DeviceActions({ device }: { device: Entity }) {
  const { t } = useWords();
  const [act, setAct] = useState<DeviceAct | null>(null);
  const [isRequested, setRequested] = useState(false);
  useWantedAct((wanted) => setAct(ACTS.find(({ action }) => action === wanted) ?? null));
  const item = (one: DeviceAct) => <MenuItem key={one.action} icon={iconOf(one) as never} onClick={() => setAct(one)}>{t(one.label)}</MenuItem>;
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement><Button appearance="primary">{t("person.actions")}</Button></MenuTrigger>
        <MenuPopover>
          <MenuList>
            {ACTS.filter((one) => !one.isHarmful).map(item)}
            <MenuDivider />
            {ACTS.filter((one) => one.isHarmful).map(item)}
          </MenuList>
        </MenuPopover>
      </Menu>
      {act && <Acting act={act} device={device} onClose={() => setAct(null)} onRequested={() => setRequested(true)} />}
      {isRequested && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{t("device.secondAdmin")} <Go href="/admin/devices/approvalRequests">{t("list.approvalRequests")}</Go></MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}

function Acting({ act, device, onClose, onRequested }: { act: DeviceAct; device: Entity; onClose: () => void; onRequested: () => void }) {
  const { t, name } = useWords();
  const [text, setText] = useState(act.asks === "name" ? String(device.deviceName ?? "") : "");
  const [why, setWhy] = useState("");
  const change = useChange<{ requestedOperation?: unknown } | undefined>((answer) => {
    if (answer && "requestedOperation" in answer) onRequested();
    onClose();
  });
  const who = String(device.deviceName);
  const body = { ...act.body, ...(act.asks === "name" && { deviceName: text.trim() }), ...(act.asks === "remediation" && { scriptPolicyId: text }), ...(act.isHarmful && why.trim() && { justification: why.trim() }) };
  return (
    <Confirm
      title={t("device.actFor", { act: t(act.label), name: who })}
      action={t(act.label)}
      isHarmful={act.isHarmful}
      typed={act.isTyped ? who : undefined}
      isBusy={change.isPending || (act.asks !== undefined && !text.trim())}
      why={change.error}
      onNo={onClose}
      onYes={() => change.mutate({ path: `/deviceManagement/managedDevices/${device.id}/${act.action}`, ask: { method: "POST", body } })}
    >
      <Text>{t(`device.${act.action}About` as Key)}</Text>
      {act.asks === "name" && <Field label={name("deviceName")}><Input value={text} input={{ dir: "ltr" }} onChange={(_, data) => setText(data.value)} /></Field>}
      {act.asks === "remediation" && <Remediation chosen={text} onChosen={setText} />}
      {act.isHarmful && <Field label={t("device.why")} hint={t("device.whyHint")}><Input value={why} onChange={(_, data) => setWhy(data.value)} /></Field>}
    </Confirm>
  );
}

function Remediation({ chosen, onChosen }: { chosen: string; onChosen: (id: string) => void }) {
  const { t } = useWords();
  const scripts = useRead<Page<Entity>>(at("/deviceManagement/deviceHealthScripts", { $select: "id,displayName", $top: 200 }));
  return (
    <Field label={t("list.healthScripts")}>
      <Dropdown value={String(scripts.data?.value.find((script) => script.id === chosen)?.displayName ?? "")} selectedOptions={[chosen]} onOptionSelect={(_, data) => onChosen(data.optionValue ?? "")}>
        {(scripts.data?.value ?? []).map((script) => <Option key={script.id} value={script.id} text={String(script.displayName)}>{String(script.displayName)}</Option>)}
      </Dropdown>
    </Field>
  );
}
