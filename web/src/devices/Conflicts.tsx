// Where policies disagree: for each setting what each policy wants, on how many devices, and the way to either policy.

import { Badge, makeStyles, Text, tokens } from "@fluentui/react-components";
import type { Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { Go } from "../parts/Go";
import { Answered, Empty, Page, Section } from "../parts/page";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { definitionIdOf, toldValue, useCatalog } from "./catalog";

interface Summary {
  id: string;
  conflictingDeviceConfigurations: { id: string; displayName: string }[];
  deviceCheckinsImpacted: number;
  settings: { settingDefinitionId: string; values: { policyId: string; value: string }[] }[];
  devices: { managedDeviceId: string; deviceName?: string }[];
}

const LIVE_MS = 10_000;

const useStyles = makeStyles({
  sides: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 260px), 1fr))", gap: "8px", margin: "6px 0 0" },
  side: { padding: "8px 12px", borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground3, minWidth: 0, overflowWrap: "anywhere" },
  devices: { display: "flex", gap: "4px 12px", flexWrap: "wrap" },
});

export default function Conflicts() {
  const { t } = useWords();
  const styles = useStyles();
  const query = useRead<GraphPage<Summary>>("/deviceManagement/deviceConfigurationConflictSummary", LIVE_MS);
  const catalog = useCatalog("configuration", t("compliance.distributions"));
  return (
    <Page title={t("list.conflicts")} subtitle={t("about.conflicts")} isNarrow>
      <Answered query={query}>
        {({ value }) =>
          value.length ? (
            value.map((summary) => (
              <Section key={summary.id} title={summary.conflictingDeviceConfigurations.map((policy) => policy.displayName).join(" · ")} actions={<Badge appearance="tint" color="danger">{t("conflict.devices", { count: summary.deviceCheckinsImpacted })}</Badge>}>
                {summary.settings.map((setting) => {
                  const { id, member } = definitionIdOf(setting.settingDefinitionId);
                  const definition = catalog.data?.get(id);
                  return (
                    <div key={setting.settingDefinitionId}>
                      <Text weight="semibold">{definition?.displayName ?? id}{member ? ` · ${member}` : ""}</Text>
                      <div className={styles.sides}>
                        {setting.values.map((side) => (
                          <div key={side.policyId} className={styles.side}>
                            <Go href={placeOf("deviceManagementConfigurationPolicy", side.policyId) ?? ""}>{summary.conflictingDeviceConfigurations.find((policy) => policy.id === side.policyId)?.displayName ?? side.policyId}</Go>
                            <Text block dir="auto" weight="semibold">{toldValue(definition, side.value)}</Text>
                          </div>
                        ))}
                      </div>
                    </div>
                  );
                })}
                <div className={styles.devices}>
                  {summary.devices.map((device) => <Go key={device.managedDeviceId} href={placeOf("managedDevice", device.managedDeviceId) ?? ""}>{device.deviceName ?? device.managedDeviceId}</Go>)}
                  {summary.deviceCheckinsImpacted > summary.devices.length && <Text>{t("bulk.others", { count: summary.deviceCheckinsImpacted - summary.devices.length })}</Text>}
                </div>
                <Text size={200}>{t("conflict.advice")}</Text>
              </Section>
            ))
          ) : (
            <Empty title={t("conflict.none")}><Text>{t("conflict.noneAbout")}</Text></Empty>
          )
        }
      </Answered>
    </Page>
  );
}
