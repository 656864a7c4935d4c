// One act on many devices: asked first, sent a hundred at a time, and followed until every device has answered. What the server's
// brake or a second administrator stops is said.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, makeStyles, MessageBar, MessageBarBody, ProgressBar, Spinner, Text, tokens } from "@fluentui/react-components";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { at, type Entity, everything, graph } from "../graph/client";
import { BRAKE } from "../parts/brake";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { type Key, useWords } from "../words";
import type { DeviceAct } from "./acts";

/** Devices in one request (`devices/src/actions`). */
const TOGETHER_MAX = 100;
const LIVE_MS = 1_000;
const ENDED = new Set(["done", "failed", "notSupported", "canceled"]);

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: "12px" },
  numbers: { display: "flex", gap: "8px 28px", flexWrap: "wrap" },
  number: { display: "block", fontSize: tokens.fontSizeBase600, lineHeight: tokens.lineHeightBase600, fontWeight: tokens.fontWeightSemibold },
  bad: { color: tokens.colorStatusDangerForeground1 },
  list: { margin: 0, paddingInlineStart: "18px", maxHeight: "180px", overflowY: "auto" },
});

interface Answer {
  successfulDeviceIds: string[];
  failedDeviceIds: string[];
  notFoundDeviceIds: string[];
  notSupportedDeviceIds: string[];
  bulkDeviceActionId: string | null;
  operationApprovalRequestId: string | null;
}

interface Asked { id: string; actionState: string; deviceDisplayName: string; managedDeviceId: string }

export function BulkAction({ act, devices, onClose }: { act: DeviceAct; devices: Entity[]; onClose: () => void }) {
  const { t, name, number } = useWords();
  const styles = useStyles();
  const [typed, setTyped] = useState("");
  const [why, setWhy] = useState("");
  // What is under way stays on the page, whatever becomes of the requests after it.
  const [answers, setAnswers] = useState<Answer[]>([]);
  const [sent, setSent] = useState(0);
  const send = useMutation({
    mutationFn: async () => {
      for (let from = 0; from < devices.length; from += TOGETHER_MAX) {
        const deviceIds = devices.slice(from, from + TOGETHER_MAX).map((device) => device.id);
        const answer = await graph<Answer>("/deviceManagement/managedDevices/executeAction", { method: "POST", body: { actionName: act.action, deviceIds, ...(act.isHarmful && why.trim() && { justification: why.trim() }) } });
        setAnswers((before) => [...before, answer]);
        setSent(from + deviceIds.length);
      }
    },
  });
  const isSent = sent > 0;
  const bulkIds = answers.flatMap((answer) => answer.bulkDeviceActionId ?? []);
  const progress = useQuery<Asked[]>({
    queryKey: ["graph", "bulk", bulkIds.join()],
    enabled: bulkIds.length > 0,
    refetchInterval: (query) => (query.state.data?.every((one) => ENDED.has(one.actionState)) ? false : LIVE_MS),
    queryFn: async ({ signal }) => (await Promise.all(bulkIds.map((id) => everything<Asked>(at("/deviceManagement/remoteActionAudits", { $filter: `bulkDeviceActionId eq '${id}'`, $top: TOGETHER_MAX }), TOGETHER_MAX, signal)))).flat(),
  });
  const asked = progress.data ?? [];
  const refused = answers.flatMap((answer) => [...answer.failedDeviceIds, ...answer.notFoundDeviceIds, ...answer.notSupportedDeviceIds]);
  const ended = asked.filter((one) => ENDED.has(one.actionState)).length;
  const needsTyping = devices.length > BRAKE && act.isHarmful;
  const nameOf = (id: string) => String(devices.find((device) => device.id === id)?.deviceName ?? id);
  const failed = asked.filter((one) => one.actionState === "failed" || one.actionState === "notSupported");
  const waits = answers.some((answer) => answer.operationApprovalRequestId);
  return (
    <Dialog open modalType="alert" onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t("bulk.title", { act: t(act.label), count: devices.length })}</DialogTitle>
          <DialogContent className={styles.content}>
            {!isSent && (
              <>
                <Text>{t(`device.${act.action}About` as Key)}</Text>
                <Text>{devices.slice(0, 5).map((device) => String(device.deviceName)).join(", ")}{devices.length > 5 ? ` … ${t("bulk.others", { count: devices.length - 5 })}` : ""}</Text>
                {act.isHarmful && <Field label={t("device.why")} hint={t("device.whyHint")}><Input value={why} onChange={(_, data) => setWhy(data.value)} /></Field>}
                {needsTyping && <Field label={t("confirm.type", { typed: String(devices.length) })}><Input value={typed} onChange={(_, data) => setTyped(data.value)} /></Field>}
              </>
            )}
            {send.error && <Failure why={send.error} />}
            {send.error && isSent && <Text role="alert">{t("bulk.notSent", { count: devices.length - sent })}</Text>}
            {waits && <MessageBar intent="info" layout="multiline"><MessageBarBody>{t("device.secondAdmin")} <Go href="/admin/devices/approvalRequests">{t("list.approvalRequests")}</Go></MessageBarBody></MessageBar>}
            {bulkIds.length > 0 && (
              <>
                <ProgressBar value={asked.length ? ended / asked.length : 0} aria-label={t("bulk.progress", { done: ended, count: asked.length })} />
                <div className={styles.numbers} role="status">
                  {["pending", "active", "done", "failed", "notSupported", "canceled"].map((state) => {
                    const count = asked.filter((one) => one.actionState === state).length;
                    return count > 0 && <div key={state}><span className={`${styles.number} ${state === "failed" ? styles.bad : ""}`}>{number(count)}</span>{name(state)}</div>;
                  })}
                </div>
                <Text size={200}>{t("bulk.goesOn")}</Text>
              </>
            )}
            {refused.length + failed.length > 0 && (
              <div role="alert">
                <Text weight="semibold">{t("bulk.failed", { count: refused.length + failed.length })}</Text>
                <ul className={styles.list}>{[...refused.map(nameOf), ...failed.map((one) => `${one.deviceDisplayName}: ${name(one.actionState)}`)].map((text) => <li key={text}>{text}</li>)}</ul>
              </div>
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t(isSent ? "close" : "cancel")}</Button>
            {!isSent && (
              <Button
                appearance="primary"
                disabled={send.isPending || (needsTyping && typed !== String(devices.length))}
                icon={send.isPending ? <Spinner size="tiny" /> : undefined}
                style={act.isHarmful ? { backgroundColor: tokens.colorStatusDangerBackground3, color: tokens.colorNeutralForegroundInverted } : undefined}
                onClick={() => send.mutate()}
              >
                {t(act.label)}
              </Button>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
