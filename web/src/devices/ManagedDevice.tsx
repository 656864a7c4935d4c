// A device as it is now, told by the stream of changes as they happen: what it lacks and how to mend it, what it was told and how far that
// is, each setting as wanted and as found, what is installed, its keys and logs, and what happened to it.

import { type Entity } from "../graph/client";
import { useRead } from "../graph/queries";
import { CheckResults } from "../parts/CheckResults";
import { Detail } from "../parts/Detail";
import { addressOf, selected } from "../parts/entity";
import { Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Facts, Tone } from "../parts/Value";
import { WhyButton } from "../parts/Why";
import { at } from "../graph/client";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { ActionProgress } from "./ActionProgress";
import { DeviceActions } from "./DeviceActions";
import { DeviceConfiguration, type SettingState } from "./DeviceConfiguration";
import { DeviceInventory } from "./DeviceInventory";
import { DeviceKeys } from "./DeviceKeys";
import { DeviceLocation } from "./DeviceLocation";
import { DeviceTimeline } from "./DeviceTimeline";

/** Where the stream of changes is not to be had, the device is looked at again so often. */
const AGAIN_MS = 15_000;

export default function ManagedDevice({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  // The same query as the page's own, so that this is true of it too.
  useRead<Entity>(at(addressOf(collection, id), { $select: selected(collection.kind), $expand: collection.expand }), AGAIN_MS);
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(device) => <Tone word={String(device.complianceState ?? "unknown")} />}
      subtitle={(device) => [device.userDisplayName, device.operatingSystem, device.osVersion].filter(Boolean).join(" · ")}
      actions={(device) => <DeviceActions device={device} />}
      tabs={[
        { key: "live", title: t("device.live"), content: (device) => <Live device={device} /> },
        { key: "configuration", title: t("device.configuration"), content: (device) => <DeviceConfiguration device={device} /> },
        { key: "inventory", title: t("device.inventory"), content: (device) => <DeviceInventory device={device} /> },
        { key: "keys", title: t("device.keys"), content: (device) => <DeviceKeys device={device} /> },
        { key: "timeline", title: t("device.timeline"), content: (device) => <DeviceTimeline device={device} /> },
      ]}
    />
  );
}

function Live({ device }: { device: Entity }) {
  const { t, name } = useWords();
  const settings = list<SettingState>(device.configurationSettingStates);
  const apps = list<Record<string, unknown>>(device.appInstallStates);
  const person = placeOf("user", String(device.userId ?? ""));
  const states = ["succeeded", "conflict", "error", "notApplicable"].map((state) => ({ state, count: settings.filter((one) => one.state === state).length })).filter(({ count }) => count);
  return (
    <>
      <Section title={t("device.compliance")} actions={<WhyButton question={{ device: device.id }} about={String(device.deviceName)} />}>
        <CheckResults results={device.complianceResults} />
      </Section>
      <Columns>
        <ActionProgress device={device} />
        <DeviceLocation device={device} />
        <Section title={t("device.settings")}>
          <Rows none={t("device.noSettings")} rows={states.map(({ state, count }): Row => ({ key: state, what: <Tone word={state} />, end: <b>{count}</b> }))} />
        </Section>
        <Section title={t("room.apps")}>
          <Rows
            none={t("device.noApps")}
            rows={apps.map((app): Row => ({ key: String(app.applicationId), what: `${String(app.displayName)} ${String(app.installedVersion ?? app.version ?? "")}`, hint: app.error ? <span dir="auto">{String(app.error)}</span> : undefined, end: <><Tone word={String(app.installState)} /><WhyButton question={{ device: device.id, app: String(app.applicationId) }} about={String(app.displayName)} /></> }))}
          />
        </Section>
        <Section title={t("device.hardware")}>
          <Facts
            facts={[
              { name: "userDisplayName", value: person ? { "@odata.type": "#microsoft.graph.user", id: device.userId, displayName: device.userDisplayName } : device.userDisplayName },
              ...["manufacturer", "model", "serialNumber"].map((fact) => ({ name: fact, type: "String", value: device[fact] })),
              ...["managedDeviceOwnerType", "managementState"].map((fact) => ({ name: fact, type: "String", value: device[fact] ? name(String(device[fact])) : null })),
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

export function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}
