// A Conditional Access policy: edit it, try it on what happened, put it in force.

import { Button, Field, Input, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { Detail } from "../parts/Detail";
import { Meanwhile, useEntityEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Tone } from "../parts/Value";
import { useWords } from "../words";
import type { PageProps } from "./opinions";
import { bodyOf, draftOf, lacks } from "./policy";
import { PolicyEditor, Replay } from "./PolicyEditor";
import { PolicyWarnings } from "./PolicyWarnings";
import { ReportedImpact } from "./ReportedImpact";

const REPORTS = "enabledForReportingButNotEnforced";

export default function Policy({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(policy) => <Tone word={String(policy.state)} />}
      subtitle={() => t("list.policies")}
      tabs={[{ key: "edit", title: t("policy.title"), content: (policy) => <Editor policy={policy} path={`/${collection.path}/${id}`} /> }]}
    />
  );
}

function Editor({ policy, path }: { policy: Entity; path: string }) {
  const { t } = useWords();
  const editing = useEntityEditing(path, policy, draftOf, `${path}.edit`);
  const { draft } = editing;
  return (
    <>
      {editing.isKept && <MessageBar><MessageBarBody>{t("form.draft")}</MessageBarBody></MessageBar>}
      {policy.state === REPORTS && <ReportedImpact policy={policy} />}
      <PolicyEditor draft={draft} onDraft={editing.setDraft} />
      <PolicyWarnings draft={draft} id={policy.id} />
      <Replay draft={draft} />
      <Meanwhile editing={editing} />
      <SaveOrSayWhy why={editing.why} isBusy={editing.isSaving} isReady={lacks(draft) === undefined && !editing.clashes.length} label={t("save")} onSave={(more) => editing.save({ path, ask: { method: "PATCH", body: { ...bodyOf(draft), ...more } } })} />
    </>
  );
}

/** Saving; and where that would lock every administrator out, only with a reason. */
export function SaveOrSayWhy({ why, isBusy, isReady, label, onSave }: { why: Error | null; isBusy: boolean; isReady: boolean; label: string; onSave: (more: object) => void }) {
  const { t } = useWords();
  const [reason, setReason] = useState("");
  const isLockout = why?.message.includes("isLockoutAccepted") ?? false;
  return (
    <>
      {why && <Failure why={why} />}
      {isLockout && <Field label={t("policy.lockout")}><Input value={reason} onChange={(_, data) => setReason(data.value)} /></Field>}
      <div>
        <Button appearance="primary" disabled={isBusy || !isReady} onClick={() => onSave(isLockout && reason.trim() ? { isLockoutAccepted: true, lockoutAcceptedReason: reason.trim() } : {})}>
          {label}
        </Button>
      </div>
    </>
  );
}
