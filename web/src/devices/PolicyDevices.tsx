// How a configuration policy went: each device that it reaches with what was done, refused, fought over or not meant for it.

import { Badge, Text } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { at, batch, type Entity, GraphFailure, type Page } from "../graph/client";
import { useRead } from "../graph/queries";
import { Go } from "../parts/Go";
import { Answered, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { type Assignment, useReach } from "./assignment";

interface State {
  settingDefinitionId: string;
  state: string;
  policyIds: string[];
}

const LIVE_MS = 5_000;
const TONES = [["succeeded", "success"], ["conflict", "danger"], ["error", "danger"], ["notApplicable", "subtle"]] as const;

export function PolicyDevices({ path, policy }: { path: string; policy: Entity }) {
  const assignments = useRead<Page<Assignment>>(`${path}/assignments`);
  return <Answered query={assignments}>{({ value }) => <Reached assignments={value} policy={policy} />}</Answered>;
}

function Reached({ assignments, policy }: { assignments: Assignment[]; policy: Entity }) {
  const { t, name, number } = useWords();
  const reach = useReach(assignments, String(policy.platforms));
  const ids = (reach.data?.devices ?? []).map((device) => device.managedDeviceId);
  const devices = useQuery<Entity[]>({
    queryKey: ["graph", "policyDevices", policy.id, ids.join()],
    enabled: reach.data !== undefined,
    refetchInterval: LIVE_MS,
    placeholderData: (before) => before,
    queryFn: async () => {
      const answers = await batch<Entity>(ids.map((id) => ({ path: at(`/deviceManagement/managedDevices/${id}`, { $select: "id,deviceName,userPrincipalName,lastSyncDateTime,configurationSettingStates" }) })));
      return answers.filter((answer): answer is Entity => !(answer instanceof GraphFailure));
    },
  });
  return (
    <Answered<unknown> query={reach.error ? reach : devices}>
      {() => (
        <Section title={t("status.reached", { count: reach.data?.deviceCount ?? 0 })}>
          <Rows
            none={t("assign.nobody")}
            rows={(devices.data ?? []).map((device): Row => {
              const states = ((device.configurationSettingStates as State[] | null) ?? []).filter((state) => state.policyIds?.includes(policy.id));
              return {
                key: device.id,
                what: <Go href={placeOf("managedDevice", device.id) ?? ""}>{String(device.deviceName)}</Go>,
                hint: <>{String(device.userPrincipalName ?? "")} {device.lastSyncDateTime ? <>· <Moment value={String(device.lastSyncDateTime)} /></> : null}</>,
                end: states.length ? (
                  <>
                    {TONES.map(([state, color]) => {
                      const count = states.filter((one) => one.state === state).length;
                      return count > 0 && <Badge key={state} appearance="tint" color={color} shape="rounded">{number(count)} {name(state)}</Badge>;
                    })}
                  </>
                ) : (
                  <Badge appearance="tint" color="subtle" shape="rounded">{name("pending")}</Badge>
                ),
              };
            })}
          />
          {reach.data && reach.data.deviceCount > ids.length && <Text>{t("bulk.others", { count: reach.data.deviceCount - ids.length })}</Text>}
        </Section>
      )}
    </Answered>
  );
}
