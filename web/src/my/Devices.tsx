// Somebody's devices: whether each is as the organisation wants it, and if not, what to do about it.

import { Button, Text } from "@fluentui/react-components";
import { ArrowSyncRegular } from "@fluentui/react-icons";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { CheckResults } from "../parts/CheckResults";
import { Failure } from "../parts/Failure";
import { Answered, Empty, Page, Section } from "../parts/page";
import { Facts, Moment, Tone } from "../parts/Value";
import { useWords } from "../words";
import { useMyDevices } from "./mine";

/** A device is looked at again so often while its page is open. */
const LIVE_MS = 3_000;

export default function Devices() {
  const { t } = useWords();
  const devices = useMyDevices(LIVE_MS);
  return (
    <Page title={t("my.devices")} subtitle={t("my.devicesAbout")} isNarrow>
      <Answered query={devices}>
        {({ value }) => (value.length ? value.map((device) => <One key={device.id} device={device} />) : <Empty title={t("my.noDevices")}>{t("my.noDevicesAdvice")}</Empty>)}
      </Answered>
    </Page>
  );
}

function One({ device }: { device: Entity }) {
  const { t } = useWords();
  const sync = useChange();
  return (
    <Section
      title={
        <>
          {String(device.deviceName)} <Tone word={String(device.complianceState)} />
        </>
      }
      actions={
        <Button size="small" icon={<ArrowSyncRegular />} disabled={sync.isPending} onClick={() => sync.mutate({ path: `/deviceManagement/managedDevices/${device.id}/syncDevice`, ask: { method: "POST", body: {} } })}>
          {t("device.check")}
        </Button>
      }
    >
      {device.complianceState === "inGracePeriod" && Boolean(device.complianceGracePeriodExpirationDateTime) && (
        <Text>
          {t("device.graceUntil")} <Moment value={String(device.complianceGracePeriodExpirationDateTime)} />
        </Text>
      )}
      {sync.error && <Failure why={sync.error} />}
      <CheckResults results={device.complianceResults} forPerson />
      <Facts
        facts={[
          { name: "operatingSystem", type: "String", value: [device.operatingSystem, device.osVersion].filter(Boolean).join(" ") },
          { name: "model", type: "String", value: [device.manufacturer, device.model].filter(Boolean).join(" ") },
          { name: "serialNumber", type: "String", value: device.serialNumber },
          { name: "isEncrypted", value: device.isEncrypted },
          { name: "lastSyncDateTime", type: "DateTimeOffset", value: device.lastSyncDateTime },
        ]}
      />
    </Section>
  );
}
