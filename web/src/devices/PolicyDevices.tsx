// How a configuration policy went: each device that it reaches with how many of its settings were done, refused or fought over.

import type { Entity } from "../graph/client";
import { useRead } from "../graph/queries";
import { Answered } from "../parts/page";
import { Results } from "../parts/Results";
import { type Collection, placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { POLICY_STATES } from "./policyStates";

const LIVE_MS = 10_000;

export function PolicyDevices({ path, policy }: { path: string; policy: Entity }) {
  const { t } = useWords();
  const overview = useRead<Record<string, number>>(`${path}/deviceStatusOverview`, LIVE_MS);
  const collection: Collection = {
    key: "policyDevices",
    path: `${path.slice(1)}/deviceStatuses`,
    kind: "deviceConfigurationDeviceStatus",
    title: "deviceDisplayName",
    columns: ["deviceDisplayName", "userPrincipalName", "status", "succeededSettingCount", "errorSettingCount", "conflictSettingCount", "lastReportedDateTime"],
    search: ["deviceDisplayName", "userPrincipalName"],
    quick: POLICY_STATES.map(([, key, theirs]) => ({ key, filter: `status eq '${theirs}'` })),
    isReport: true,
  };
  return (
    <Answered query={overview}>
      {(counts) => <Results key={policy.id} collection={collection} counts={POLICY_STATES.map(([name, key, , tone]) => ({ key, count: counts[name] ?? 0, tone }))} place={(row) => placeOf("managedDevice", row.id.split("_").pop() ?? "")} every={LIVE_MS} none={t("assign.nobody")} />}
    </Answered>
  );
}
