// Devices that somebody registered and nobody looks after: what sign-ins know of them.

import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { unmanaged } from "../parts/unmanaged";
import { Go } from "../parts/Go";
import { Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";

const SELECT = "id,displayName,deviceId,operatingSystem,operatingSystemVersion,trustType,accountEnabled,approximateLastSignInDateTime";

/** `managed`: the person's managed devices, once they are known. */
export function PersonDevices({ user, managed }: { user: Entity; managed: Entity[] | undefined }) {
  const { t, name } = useWords();
  const registered = useRead<GraphPage<Entity>>(at(`/users/${user.id}/registeredDevices`, { $select: SELECT, $top: 100 }));
  const owned = useRead<GraphPage<Entity>>(at(`/users/${user.id}/ownedDevices`, { $select: SELECT, $top: 100 }));
  const shown = unmanaged([...(registered.data?.value ?? []), ...(owned.data?.value ?? [])], managed ?? []);
  if (!managed || !shown.length) return null;
  return (
    <Section title={t("register.unmanaged")}>
      <Rows
        rows={shown.map((device): Row => ({
          key: device.id,
          what: <Go href={placeOf("device", device.id) ?? ""}>{String(device.displayName)}</Go>,
          hint: (
            <>
              {[device.operatingSystem, device.operatingSystemVersion].filter(Boolean).join(" ")}
              {device.trustType ? ` · ${name(String(device.trustType))}` : ""}
              {typeof device.approximateLastSignInDateTime === "string" && <> · <Moment value={device.approximateLastSignInDateTime} /></>}
            </>
          ),
          end: device.accountEnabled === false ? <Tone word="disabled" /> : undefined,
        }))}
      />
    </Section>
  );
}
