// What a device is made of and says about itself, and what is installed on it.

import { Input, Text } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { type Entity, everything } from "../graph/client";
import { useQuery } from "@tanstack/react-query";
import { Answered, Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Facts } from "../parts/Value";
import { recordNamed } from "../schema";
import { useWords } from "../words";

const SHOWN_MAX = 200;
const PROGRAMS_MAX = 20_000;

interface Unknown { name: string; reason: string }

export function DeviceInventory({ device }: { device: Entity }) {
  const { t, name } = useWords();
  const facts = (device.deviceFacts ?? {}) as Record<string, unknown>;
  const hardware = (device.hardwareInformation ?? {}) as Record<string, unknown>;
  const unknown = (facts.unknown ?? []) as Unknown[];
  const typeOf = (record: string, field: string) => recordNamed(record)?.fields.find((known) => known.name === field)?.type;
  const told = Object.entries(facts).filter(([key]) => key !== "unknown").map(([key, value]) => ({ name: key, type: typeOf("deviceFacts", key), value }));
  return (
    <>
      <Columns>
        <Section title={t("device.hardware")}>
          <Facts
            facts={[
              ...["manufacturer", "model", "serialNumber", "processorArchitecture", "chassisType", "wiFiMacAddress", "ethernetMacAddress"].map((key) => ({ name: key, type: "String", value: device[key] })),
              ...["physicalMemoryInBytes", "totalStorageSpaceInBytes", "freeStorageSpaceInBytes"].map((key) => ({ name: key, type: "Int64", value: device[key] })),
              ...Object.entries(hardware).map(([key, value]) => ({ name: key, type: typeOf("hardwareInformation", key), value })).filter(({ name: key }) => !["manufacturer", "model", "serialNumber"].includes(key)),
            ]}
          />
        </Section>
        <Section title={t("device.facts")}>
          <Facts facts={told} />
        </Section>
        {unknown.length > 0 && (
          <Section title={t("device.cannotTell")}>
            <Rows rows={unknown.map((one): Row => ({ key: one.name, what: name(one.name), hint: <span dir="auto">{one.reason}</span> }))} />
          </Section>
        )}
      </Columns>
      <Programs device={device} />
    </>
  );
}

function Programs({ device }: { device: Entity }) {
  const { t } = useWords();
  const [text, setText] = useState("");
  const path = `/deviceManagement/managedDevices/${device.id}/detectedApps`;
  const query = useQuery({ queryKey: ["graph", path], queryFn: ({ signal }) => everything<{ id: string; displayName: string; version?: string; publisher?: string }>(path, PROGRAMS_MAX, signal) });
  return (
    <Section title={t("device.programs")}>
      <Answered query={query}>
        {(all) => {
          const found = all.filter((one) => one.displayName.toLowerCase().includes(text.toLowerCase()));
          return (
            <>
              {all.length > 0 && <Input type="search" contentBefore={<SearchRegular />} value={text} placeholder={t("list.search")} aria-label={t("device.findProgram")} onChange={(_, data) => setText(data.value)} style={{ maxWidth: "360px" }} />}
              <Rows none={t(device.managedDeviceOwnerType === "personal" ? "device.noProgramsPersonal" : "device.noPrograms")} rows={found.slice(0, SHOWN_MAX).map((one): Row => ({ key: one.id, what: one.displayName, hint: one.publisher, end: <Text dir="ltr">{one.version}</Text> }))} />
              {found.length > SHOWN_MAX && <Text>{t("bulk.others", { count: found.length - SHOWN_MAX })}</Text>}
            </>
          );
        }}
      </Answered>
    </Section>
  );
}
