// The recovery keys of a device's disks and the logs that were collected from it. A key is shown when somebody asks for it; that
// they did is written down.

import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular, DocumentArrowDownRegular, EyeRegular } from "@fluentui/react-icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { at, type Entity, graph, type Page, send } from "../graph/client";
import { again, useChange, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Failure } from "../parts/Failure";
import { Answered, Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { save } from "../parts/rows";
import { Moment, Tone } from "../parts/Value";
import { useWords } from "../words";

const LIVE_MS = 3_000;
/** A key that was shown is hidden again after so long. */
const SHOWN_MS = 60_000;

const useStyles = makeStyles({
  key: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase400, letterSpacing: "0.5px", userSelect: "all", overflowWrap: "anywhere" },
});

interface RecoveryKey { id: string; createdDateTime: string; volumeType?: string; readCount?: number | null; lastReadDateTime?: string | null }

export function DeviceKeys({ device }: { device: Entity }) {
  return (
    <Columns>
      <RecoveryKeys device={device} />
      <Logs device={device} />
    </Columns>
  );
}

export function RecoveryKeys({ device }: { device: Entity }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const cache = useQueryClient();
  const [asking, setAsking] = useState<RecoveryKey | null>(null);
  const [shown, setShown] = useState<{ id: string; key: string } | null>(null);
  const keys = useRead<Page<RecoveryKey>>(at("/informationProtection/bitlocker/recoveryKeys", { $filter: `deviceId eq '${String(device.azureADDeviceId)}'` }));
  const read = useMutation({
    mutationFn: (id: string) => graph<{ id: string; key: string }>(at(`/informationProtection/bitlocker/recoveryKeys/${id}`, { $select: "key" })),
    onSuccess: (answer, id) => {
      setShown({ id, key: answer.key });
      setAsking(null);
      setTimeout(() => setShown(null), SHOWN_MS);
      void again(cache);
    },
  });
  return (
    <Section title={t("keys.title")}>
      <Answered query={keys}>
        {({ value }) => (
          <Rows
            none={t("keys.none")}
            rows={value.map((key): Row => ({
              key: key.id,
              what: shown?.id === key.id ? <span className={styles.key} dir="ltr" data-secret>{shown.key}</span> : <>{name(key.volumeType ?? "operatingSystemVolume")} <Text size={200}><code dir="ltr">{key.id}</code></Text></>,
              hint: <>{t("keys.made")} <Moment value={key.createdDateTime} /> · {key.readCount ? t("keys.read", { count: key.readCount }) : t("keys.neverRead")}{key.lastReadDateTime ? <> <Moment value={key.lastReadDateTime} /></> : null}</>,
              end: shown?.id === key.id ? <Button size="small" onClick={() => setShown(null)}>{t("keys.hide")}</Button> : <Button size="small" icon={<EyeRegular />} onClick={() => setAsking(key)}>{t("keys.show")}</Button>,
            }))}
          />
        )}
      </Answered>
      {asking && (
        <Confirm title={t("keys.showFor", { name: String(device.deviceName) })} action={t("keys.show")} isBusy={read.isPending} why={read.error} onNo={() => setAsking(null)} onYes={() => read.mutate(asking.id)}>
          <Text>{t("keys.audited")}</Text>
        </Confirm>
      )}
    </Section>
  );
}

interface LogRequest { id: string; status: string; requestedDateTimeUTC: string; sizeInKB?: number | null; expirationDateTimeUTC?: string; initiatedByUserPrincipalName?: string | null }

function Logs({ device }: { device: Entity }) {
  const { t, number } = useWords();
  const path = `/deviceManagement/managedDevices/${device.id}`;
  const requests = useRead<Page<LogRequest>>(`${path}/logCollectionRequests`, LIVE_MS);
  const collect = useChange();
  const fetched = useMutation({
    mutationFn: async (id: string) => {
      const { value } = await graph<{ value: string }>(`${path}/logCollectionRequests/${id}/createDownloadUrl`, { method: "POST", body: {} });
      const answer = await send(value);
      save(await answer.blob(), `${String(device.deviceName)}-logs.tar.gz`);
    },
  });
  return (
    <Section title={t("logs.title")} actions={<Button size="small" icon={<DocumentArrowDownRegular />} disabled={collect.isPending} onClick={() => collect.mutate({ path: `${path}/createDeviceLogCollectionRequest`, ask: { method: "POST", body: { templateType: { templateType: "predefined" } } } })}>{t("device.collectLogs")}</Button>}>
      {Boolean(collect.error ?? fetched.error) && <Failure why={collect.error ?? fetched.error} />}
      <Answered query={requests}>
        {({ value }) => (
          <Rows
            none={t("logs.none")}
            rows={[...value].sort((one, other) => other.requestedDateTimeUTC.localeCompare(one.requestedDateTimeUTC)).map((one): Row => ({
              key: one.id,
              what: <Moment value={one.requestedDateTimeUTC} />,
              hint: <>{one.sizeInKB ? `${number(Math.round(one.sizeInKB))} KB` : ""} {one.initiatedByUserPrincipalName ?? ""}</>,
              end: one.status === "completed" ? <Button size="small" icon={<ArrowDownloadRegular />} disabled={fetched.isPending} onClick={() => fetched.mutate(one.id)}>{t("logs.download")}</Button> : <Tone word={one.status} />,
            }))}
          />
        )}
      </Answered>
    </Section>
  );
}
