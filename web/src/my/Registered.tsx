// Devices that somebody registered and nobody looks after: known to sign-ins, without settings or checks.
//
// Deliberately absent: taking one off. The API lets people read their devices' objects; an administrator disables or deletes them.

import { Text } from "@fluentui/react-components";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { Go } from "../parts/Go";
import { unmanaged } from "../parts/unmanaged";
import { Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { useWords } from "../words";

const SELECT = "id,displayName,deviceId,operatingSystem,operatingSystemVersion,trustType,accountEnabled,approximateLastSignInDateTime,registrationDateTime";

export function Registered({ managed }: { managed: Entity[] }) {
  const { t, name } = useWords();
  const registered = useRead<GraphPage<Entity>>(at("/me/registeredDevices", { $select: SELECT, $top: 100 }));
  const owned = useRead<GraphPage<Entity>>(at("/me/ownedDevices", { $select: SELECT, $top: 100 }));
  const shown = unmanaged([...(registered.data?.value ?? []), ...(owned.data?.value ?? [])], managed);
  if (registered.data && owned.data && !shown.length) return null;
  return (
    <Section title={t("register.unmanaged")}>
      <Text>{t("register.unmanagedAbout")} <Go href="/my/signin" inline>{t("my.endAll")}</Go></Text>
      <Rows
        query={[registered, owned]}
        rows={shown.map((device): Row => ({
          key: device.id,
          what: String(device.displayName),
          hint: (
            <>
              {[device.operatingSystem, device.operatingSystemVersion].filter(Boolean).join(" ")}
              {device.trustType ? ` · ${name(String(device.trustType))}` : ""}
              {typeof device.approximateLastSignInDateTime === "string" && <> · {name("approximateLastSignInDateTime")}: <Moment value={device.approximateLastSignInDateTime} /></>}
            </>
          ),
          end: device.accountEnabled === false ? <Tone word="disabled" /> : undefined,
        }))}
      />
    </Section>
  );
}
