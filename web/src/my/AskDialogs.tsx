// Asking for access, and for more time of what one has. What is typed outlives a session that ends in the middle of it.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Dropdown, Field, Option, Text, Textarea } from "@fluentui/react-components";
import { at, type Entity } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { endOf } from "../parts/assignment";
import { Confirm } from "../parts/Confirm";
import { useDraft } from "../parts/drafts";
import { Failure } from "../parts/Failure";
import { Answered } from "../parts/page";
import { useDuration } from "../parts/Value";
import { person } from "../session/session";
import { useWords } from "../words";
import { packagesPath, requestPath } from "./mine";

/** Where what was typed is kept, before the object's id. */
export const ASKING = "my.ask.";
export const EXTENDING = "my.extend.";

export interface Policy extends Entity {
  displayName: string;
  expiration?: { duration?: string | null };
  allowedTargetScope?: string;
  requestorSettings?: { enableTargetsToSelfAddAccess?: boolean } | null;
  requestApprovalSettings?: { isApprovalRequiredForAdd?: boolean; isApprovalRequiredForUpdate?: boolean } | null;
}

/** The policies by which people ask for themselves. */
export function policiesOf(item: Entity): Policy[] {
  const all = (item.assignmentPolicies ?? []) as Policy[];
  return all.filter((policy) => policy.allowedTargetScope !== "notSpecified" && policy.requestorSettings?.enableTargetsToSelfAddAccess !== false);
}

export function Extending({ item, title, onClose }: { item: Entity; title: string; onClose: () => void }) {
  const { t, moment } = useWords();
  const [draft, setDraft, forget] = useDraft(EXTENDING + item.id, { why: "" });
  const close = () => (forget(), onClose());
  const ask = useChange(close);
  const policy = item.assignmentPolicy as Policy | null;
  const lasts = useDuration(policy?.expiration?.duration ?? "");
  const send = () => ask.mutate({ path: requestPath, ask: { method: "POST", body: { requestType: "userUpdate", justification: draft.why.trim() || null, assignment: { id: item.id, targetId: person().id } } } });
  return (
    <Confirm title={t("my.extendFor", { name: title })} action={t("my.extend")} isBusy={ask.isPending} why={ask.error} onNo={close} onYes={send}>
      <Text>
        {t("my.extendAbout", { end: moment(endOf(item) ?? "") })}{" "}
        {policy?.requestApprovalSettings?.isApprovalRequiredForUpdate ? t("my.needsApproval") : t("my.noApproval")} {lasts && t("my.lasts", { time: lasts })}
      </Text>
      <Field label={t("my.reason")}>
        <Textarea value={draft.why} maxLength={1000} onChange={(_, data) => setDraft({ why: data.value })} />
      </Field>
    </Confirm>
  );
}

export function Asking({ id, onClose }: { id: string; onClose: () => void }) {
  const item = useRead<Entity>(at(`${packagesPath}/${id}`, { $expand: "assignmentPolicies" }));
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <Answered query={item}>{(known) => <Wanted item={known} onClose={onClose} />}</Answered>
      </DialogSurface>
    </Dialog>
  );
}

function Wanted({ item, onClose }: { item: Entity; onClose: () => void }) {
  const { t } = useWords();
  const policies = policiesOf(item);
  const [draft, setDraft, forget] = useDraft(ASKING + item.id, { why: "", policyId: policies[0]?.id ?? "" });
  const close = () => (forget(), onClose());
  const ask = useChange(close);
  const policy = policies.find((known) => known.id === draft.policyId) ?? policies[0];
  const lasts = useDuration(policy?.expiration?.duration ?? "");
  const send = () =>
    ask.mutate({
      path: requestPath,
      ask: { method: "POST", body: { requestType: "userAdd", justification: draft.why.trim() || null, assignment: { targetId: person().id, accessPackageId: item.id, assignmentPolicyId: policy?.id } } },
    });
  return (
    <DialogBody>
      <DialogTitle>{t("my.askFor", { name: String(item.displayName) })}</DialogTitle>
      <DialogContent style={{ display: "flex", flexDirection: "column", gap: "12px" }}>
        {policies.length > 1 && (
          <Field label={t("my.how")}>
            <Dropdown value={policy?.displayName ?? ""} selectedOptions={policy ? [policy.id] : []} onOptionSelect={(_, data) => data.optionValue && setDraft({ ...draft, policyId: data.optionValue })}>
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
          <Textarea value={draft.why} maxLength={1000} onChange={(_, data) => setDraft({ ...draft, why: data.value })} />
        </Field>
        {ask.error && <Failure why={ask.error} />}
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>{t("cancel")}</Button>
        <Button appearance="primary" disabled={ask.isPending || !policy} onClick={send}>{t("my.send")}</Button>
      </DialogActions>
    </DialogBody>
  );
}
