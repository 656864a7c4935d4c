// A device as it is now, looked at again every two seconds: what it lacks and how to mend it, each setting, each application,
// what it was told to do and how far that is.

import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Text } from "@fluentui/react-components";
import { ArrowSyncRegular, DeleteDismissRegular, LockClosedRegular, SignOutRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { CheckResults } from "../parts/CheckResults";
import { Confirm } from "../parts/Confirm";
import { Detail, selected } from "../parts/Detail";
import { Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Facts, Moment, Tone } from "../parts/Value";
import { WhyButton } from "../parts/Why";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "./opinions";

const LIVE_MS = 2_000;

type Act = "syncDevice" | "remoteLock" | "retire" | "wipe";

export default function ManagedDevice({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  const [act, setAct] = useState<Act | null>(null);
  const path = at(`/${collection.path}/${id}`, { $select: selected(collection.kind), $expand: collection.expand });
  // The same query as the page's own, so that it lives too.
  useRead<Entity>(path, LIVE_MS);
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(device) => <Tone word={String(device.complianceState ?? "unknown")} />}
      subtitle={(device) => [device.userDisplayName, device.operatingSystem, device.osVersion].filter(Boolean).join(" · ")}
      actions={(device) => (
        <>
          <Menu>
            <MenuTrigger disableButtonEnhancement>
              <Button appearance="primary">{t("person.actions")}</Button>
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                <MenuItem icon={<ArrowSyncRegular />} onClick={() => setAct("syncDevice")}>{t("device.sync")}</MenuItem>
                <MenuItem icon={<LockClosedRegular />} onClick={() => setAct("remoteLock")}>{t("device.lock")}</MenuItem>
                <MenuItem icon={<SignOutRegular />} onClick={() => setAct("retire")}>{t("device.retire")}</MenuItem>
                <MenuItem icon={<DeleteDismissRegular />} onClick={() => setAct("wipe")}>{t("device.wipe")}</MenuItem>
              </MenuList>
            </MenuPopover>
          </Menu>
          {act && <Acting act={act} device={device} onClose={() => setAct(null)} />}
        </>
      )}
      tabs={[{ key: "live", title: t("device.live"), content: (device) => <Live device={device} /> }]}
    />
  );
}

function Live({ device }: { device: Entity }) {
  const { t, name } = useWords();
  const settings = list(device.configurationSettingStates);
  const apps = list(device.appInstallStates);
  const actions = list(device.actionQueue).concat(list(device.deviceActionResults)).sort((one, other) => String(other.startDateTime).localeCompare(String(one.startDateTime)));
  const person = placeOf("user", String(device.userId ?? ""));
  return (
    <>
      <Section title={t("device.compliance")} actions={<WhyButton question={{ device: device.id }} about={String(device.deviceName)} />}>
        <CheckResults results={device.complianceResults} />
      </Section>
      <Columns>
        <Section title={t("device.settings")}>
          <Rows
            none={t("device.noSettings")}
            rows={settings.map((state): Row => ({
              key: String(state.settingDefinitionId),
              what: String(state.settingDefinitionId),
              hint: <><span dir="auto">{String(state.value ?? "–")}</span>{state.error ? ` · ${String(state.error)}` : ""}</>,
              end: <><Tone word={String(state.state)} /><WhyButton question={{ device: device.id, setting: String(state.settingDefinitionId) }} about={String(state.settingDefinitionId)} /></>,
            }))}
          />
        </Section>
        <Section title={t("room.apps")}>
          <Rows
            none={t("device.noApps")}
            rows={apps.map((app): Row => ({ key: String(app.applicationId), what: `${String(app.displayName)} ${String(app.installedVersion ?? app.version ?? "")}`, hint: app.error ? String(app.error) : undefined, end: <Tone word={String(app.installState)} /> }))}
          />
        </Section>
        <Section title={t("device.actions")}>
          <Rows
            none={t("device.noActions")}
            rows={actions.map((action, index): Row => ({
              key: `${String(action.id ?? "")}${index}`,
              what: name(String(action.actionName)),
              hint: <>{action.startDateTime ? <Moment value={String(action.startDateTime)} /> : null} {action.detail ? `· ${String(action.detail)}` : ""}</>,
              end: <Tone word={String(action.actionState)} />,
            }))}
          />
        </Section>
        <Section title={t("device.hardware")}>
          <Facts
            facts={[
              { name: "userDisplayName", value: person ? { "@odata.type": "#microsoft.graph.user", id: device.userId, displayName: device.userDisplayName } : device.userDisplayName },
              ...["manufacturer", "model", "serialNumber", "managedDeviceOwnerType", "managementState"].map((fact) => ({ name: fact, type: "String", value: device[fact] })),
              { name: "isEncrypted", value: device.isEncrypted },
              { name: "totalStorageSpaceInBytes", type: "Int64", value: device.totalStorageSpaceInBytes },
              { name: "freeStorageSpaceInBytes", type: "Int64", value: device.freeStorageSpaceInBytes },
              { name: "enrolledDateTime", type: "DateTimeOffset", value: device.enrolledDateTime },
              { name: "lastSyncDateTime", type: "DateTimeOffset", value: device.lastSyncDateTime },
            ]}
          />
        </Section>
      </Columns>
    </>
  );
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

function Acting({ act, device, onClose }: { act: Act; device: Entity; onClose: () => void }) {
  const { t } = useWords();
  const change = useChange(onClose);
  const who = String(device.deviceName);
  const isHarmful = act === "wipe" || act === "retire";
  return (
    <Confirm
      title={t(`device.${act}For`, { name: who })}
      action={t(act === "syncDevice" ? "device.sync" : act === "remoteLock" ? "device.lock" : act === "retire" ? "device.retire" : "device.wipe")}
      isHarmful={isHarmful}
      typed={act === "wipe" ? who : undefined}
      isBusy={change.isPending}
      why={change.error}
      onNo={onClose}
      onYes={() => change.mutate({ path: `/deviceManagement/managedDevices/${device.id}/${act}`, ask: { method: "POST", body: {} } })}
    >
      <Text>{t(`device.${act}About`)}</Text>
    </Confirm>
  );
}
