// What the organisation can see and do on a managed device, and what it cannot: said plainly, and shown of each device as it is
// recorded at this moment.
//
// True of what the agent reports (`agent/wire`) and of what remote actions do; whoever widens those widens this text.

import { Dropdown, Field, Option, Switch, Text } from "@fluentui/react-components";
import { CheckmarkCircleRegular, EyeRegular, ProhibitedRegular, WrenchRegular } from "@fluentui/react-icons";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Entity } from "../graph/client";
import { useRead } from "../graph/queries";
import { Answered, Columns, Page, Section } from "../parts/page";
import { Facts } from "../parts/Value";
import { attributesOf } from "../schema";
import { type Key, useWords } from "../words";
import { useMyDevices } from "./mine";

const SEES = ["my.seesModel", "my.seesSystem", "my.seesChecks", "my.seesApps", "my.seesKeys", "my.seesSignIns"] as const;
const DOES = ["my.doesSettings", "my.doesApps", "my.doesScripts", "my.doesLock", "my.doesRetire"] as const;
const NEVER = ["my.neverFiles", "my.neverMail", "my.neverBrowsing", "my.neverPasswords", "my.neverScreen"] as const;
/** Of interest to the server more than to its person: shown when one asks for it. */
const TECHNICAL = /(^id$|Id$|^@|url|complianceResults|deviceActionResults|hardwareInformation|RoleScope|roleScope)/;

export default function Privacy() {
  const { t } = useWords();
  const devices = useMyDevices();
  const { device: wanted } = useSearch({ strict: false }) as { device?: string };
  const navigate = useNavigate();
  const all = devices.data?.value ?? [];
  const device = all.find((one) => one.id === wanted) ?? all[0];
  const isPersonal = device?.managedDeviceOwnerType === "personal";
  return (
    <Page title={t("my.privacy")} subtitle={t("my.privacyAbout")} isNarrow>
      {all.length > 1 && device && (
        <Field label={t("list.managedDevices")} style={{ maxWidth: "360px" }}>
          <Dropdown value={String(device.deviceName)} selectedOptions={[device.id]} onOptionSelect={(_, data) => void navigate({ to: ".", search: { device: data.optionValue } as never, replace: true })}>
            {all.map((one) => <Option key={one.id} value={one.id} text={String(one.deviceName)}>{String(one.deviceName)}</Option>)}
          </Dropdown>
        </Field>
      )}
      <Columns>
        <Section title={t("my.sees")}><List keys={SEES} icon={<EyeRegular aria-hidden />} /></Section>
        <Section title={t("my.does")}><List keys={isPersonal ? DOES : [...DOES, "my.doesWipe"]} icon={<WrenchRegular aria-hidden />} /></Section>
        <Section title={t("my.never")}><List keys={NEVER} icon={<ProhibitedRegular aria-hidden />} /><Text>{t("my.neverBut")}</Text></Section>
      </Columns>
      {device && <Recorded device={device} isPersonal={isPersonal} />}
    </Page>
  );
}

function List({ keys, icon }: { keys: readonly Key[]; icon: ReactNode }) {
  const { t } = useWords();
  return (
    <ul style={{ margin: 0, padding: 0, listStyle: "none", display: "flex", flexDirection: "column", gap: "8px" }}>
      {keys.map((key) => (
        <li key={key} style={{ display: "flex", gap: "10px", alignItems: "flex-start" }}>
          <span style={{ display: "flex", marginBlockStart: "3px" }}>{icon}</span>
          <Text>{t(key)}</Text>
        </li>
      ))}
    </ul>
  );
}

/** What an administrator would see of it now, by the same interface. */
function Recorded({ device, isPersonal }: { device: Entity; isPersonal: boolean }) {
  const { t } = useWords();
  const [isTechnical, setTechnical] = useState(false);
  const attributes = attributesOf("managedDevice").filter((attribute) => attribute.shown !== "never");
  const facts = (found: Entity, is: boolean) => attributes.filter((attribute) => TECHNICAL.test(attribute.name) === is).map((attribute) => ({ name: attribute.name, type: attribute.type, value: found[attribute.name] }));
  const query = useRead<Entity>(`/deviceManagement/managedDevices/${device.id}`);
  return (
    <Section title={t("my.privacyOf", { name: String(device.deviceName) })}>
      <Text><CheckmarkCircleRegular aria-hidden /> {t(isPersonal ? "my.personal" : "my.company")}</Text>
      <Answered query={query}>
        {(found) => (
          <>
            <Facts facts={facts(found, false)} />
            <Switch label={t("my.technical")} checked={isTechnical} onChange={(_, data) => setTechnical(data.checked)} />
            {isTechnical && <Facts facts={facts(found, true)} />}
          </>
        )}
      </Answered>
    </Section>
  );
}
