// Access for a while: what somebody has and until when, what they asked for, and what they can ask for.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Dropdown, Field, Option, Text, Textarea } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { endOf } from "../parts/assignment";
import { Confirm } from "../parts/Confirm";
import { Failure } from "../parts/Failure";
import { Answered, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone, useDuration } from "../parts/Value";
import { person } from "../session/session";
import { useWords } from "../words";
import { requestPath, useMyAssignments, useMyRequests, usePackages } from "./mine";

interface Policy extends Entity {
  displayName: string;
  expiration?: { duration?: string | null };
  requestorSettings?: { enableTargetsToSelfAddAccess?: boolean } | null;
  requestApprovalSettings?: { isApprovalRequiredForAdd?: boolean; isApprovalRequiredForUpdate?: boolean } | null;
}

const OPEN = new Set(["submitted", "pendingApproval", "delivering", "accepted", "scheduled"]);

export default function Access() {
  const { t } = useWords();
  const packages = usePackages();
  const assigned = useMyAssignments();
  const requests = useMyRequests();
  const [asking, setAsking] = useState<Entity | null>(null);
  const change = useChange();
  const nameOf = (item: Entity) => String((item.accessPackage as Entity | null)?.displayName ?? item.id);
  const [extending, setExtending] = useState<Entity | null>(null);
  const [returning, setReturning] = useState<Entity | null>(null);
  const giveBack = useChange(() => setReturning(null));
  return (
    <Page title={t("my.access")} subtitle={t("my.accessAbout")} isNarrow>
      {change.error && <Failure why={change.error} />}
      <Section title={t("my.have")}>
        <Answered query={assigned}>
          {({ value }) => (
            <Rows
              none={t("my.noAccess")}
              rows={value.map((item): Row => ({
                key: item.id,
                what: nameOf(item),
                hint: endOf(item) ? <>{t("until")} <Moment value={endOf(item) ?? ""} />{endsSoon(item) && <> · <b>{t("my.endsSoon")}</b></>}</> : t("my.forEver"),
                end: (
                  <>
                    <Tone word={String(item.state)} />
                    {item.state === "delivered" && canExtend(item) && (
                      <Button size="small" appearance={endsSoon(item) ? "primary" : "secondary"} aria-label={t("my.extendFor", { name: nameOf(item) })} onClick={() => setExtending(item)}>
                        {t("my.extend")}
                      </Button>
                    )}
                    {item.state === "delivered" && (
                      <Button size="small" onClick={() => setReturning(item)}>
                        {t("my.giveBack")}
                      </Button>
                    )}
                  </>
                ),
              }))}
            />
          )}
        </Answered>
      </Section>
      <Section title={t("my.canAsk")}>
        <Answered query={packages}>
          {({ value }) => (
            <Rows
              none={t("my.nothingToAsk")}
              rows={value
                .filter((item) => policiesOf(item).length > 0)
                .map((item): Row => ({
                  key: item.id,
                  what: String(item.displayName),
                  hint: item.description ? String(item.description) : undefined,
                  end: (
                    <Button size="small" appearance="primary" onClick={() => setAsking(item)}>
                      {t("my.ask")}
                    </Button>
                  ),
                }))}
            />
          )}
        </Answered>
      </Section>
      <Section title={t("my.asked")}>
        <Answered query={requests}>
          {({ value }) => (
            <Rows
              none={t("my.noneAsked")}
              rows={value.map((item): Row => ({
                key: item.id,
                what: nameOf(item),
                hint: <Moment value={String(item.createdDateTime)} />,
                end: (
                  <>
                    <Tone word={String(item.state)} />
                    {OPEN.has(String(item.state)) && (
                      <Button size="small" disabled={change.isPending} onClick={() => change.mutate({ path: `${requestPath}/${item.id}/cancel`, ask: { method: "POST", body: {} } })}>
                        {t("my.withdraw")}
                      </Button>
                    )}
                  </>
                ),
              }))}
            />
          )}
        </Answered>
      </Section>
      {asking && <Asking item={asking} onClose={() => setAsking(null)} />}
      {extending && <Extending item={extending} title={nameOf(extending)} onClose={() => setExtending(null)} />}
      {returning && (
        <Confirm
          title={t("my.giveBackTitle", { name: nameOf(returning) })}
          action={t("my.giveBack")}
          isHarmful
          isBusy={giveBack.isPending}
          why={giveBack.error}
          onNo={() => setReturning(null)}
          onYes={() => giveBack.mutate({ path: requestPath, ask: { method: "POST", body: { requestType: "userRemove", assignment: { id: returning.id, targetId: person().id } } } })}
        >
          <Text>{t("my.giveBackAbout")}</Text>
        </Confirm>
      )}
    </Page>
  );
}

/** Access that ends within so long is said to end soon. */
const SOON_MS = 14 * 24 * 3_600_000;

export function endsSoon(item: Entity): boolean {
  return endOf(item) !== undefined && new Date(endOf(item) ?? "").getTime() - Date.now() < SOON_MS;
}

/** Whether the policy lets somebody ask for more time. */
function canExtend(item: Entity): boolean {
  const policy = item.assignmentPolicy as { canExtend?: boolean; requestorSettings?: { enableTargetsToSelfUpdateAccess?: boolean } | null } | null;
  return endOf(item) !== undefined && policy?.canExtend !== false && policy?.requestorSettings?.enableTargetsToSelfUpdateAccess !== false;
}

function Extending({ item, title, onClose }: { item: Entity; title: string; onClose: () => void }) {
  const { t, moment } = useWords();
  const [why, setWhy] = useState("");
  const ask = useChange(onClose);
  const policy = item.assignmentPolicy as Policy | null;
  const lasts = useDuration(policy?.expiration?.duration ?? "");
  const send = () => ask.mutate({ path: requestPath, ask: { method: "POST", body: { requestType: "userUpdate", justification: why.trim() || null, assignment: { id: item.id, targetId: person().id } } } });
  return (
    <Confirm title={t("my.extendFor", { name: title })} action={t("my.extend")} isBusy={ask.isPending} why={ask.error} onNo={onClose} onYes={send}>
      <Text>
        {t("my.extendAbout", { end: moment(endOf(item) ?? "") })}{" "}
        {policy?.requestApprovalSettings?.isApprovalRequiredForUpdate ? t("my.needsApproval") : t("my.noApproval")} {lasts && t("my.lasts", { time: lasts })}
      </Text>
      <Field label={t("my.reason")}>
        <Textarea value={why} maxLength={1000} onChange={(_, data) => setWhy(data.value)} />
      </Field>
    </Confirm>
  );
}

/** The policies by which people ask for themselves. */
function policiesOf(item: Entity): Policy[] {
  const all = (item.assignmentPolicies ?? []) as Policy[];
  return all.filter((policy) => policy.requestorSettings?.enableTargetsToSelfAddAccess !== false);
}

function Asking({ item, onClose }: { item: Entity; onClose: () => void }) {
  const { t } = useWords();
  const policies = policiesOf(item);
  const [policy, setPolicy] = useState(policies[0]);
  const [why, setWhy] = useState("");
  const ask = useChange(onClose);
  const lasts = useDuration(policy?.expiration?.duration ?? "");
  const send = () =>
    ask.mutate({
      path: requestPath,
      ask: { method: "POST", body: { requestType: "userAdd", justification: why.trim() || null, assignment: { targetId: person().id, accessPackageId: item.id, assignmentPolicyId: policy?.id } } },
    });
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t("my.askFor", { name: String(item.displayName) })}</DialogTitle>
          <DialogContent style={{ display: "flex", flexDirection: "column", gap: "12px" }}>
            {policies.length > 1 && (
              <Field label={t("my.how")}>
                <Dropdown value={policy?.displayName ?? ""} selectedOptions={policy ? [policy.id] : []} onOptionSelect={(_, data) => setPolicy(policies.find((known) => known.id === data.optionValue))}>
                  {policies.map((known) => (
                    <Option key={known.id} value={known.id} text={known.displayName}>{known.displayName}</Option>
                  ))}
                </Dropdown>
              </Field>
            )}
            <Text>
              {policy?.requestApprovalSettings?.isApprovalRequiredForAdd ? t("my.needsApproval") : t("my.noApproval")} {lasts && t("my.lasts", { time: lasts })}
            </Text>
            <Field label={t("my.reason")}>
              <Textarea value={why} maxLength={1000} onChange={(_, data) => setWhy(data.value)} />
            </Field>
            {ask.error && <Failure why={ask.error} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button appearance="primary" disabled={ask.isPending || !policy} onClick={send}>{t("my.send")}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
