// A Conditional Access policy: edit it, try it on what happened, put it in force.

import { Button, Field, Input } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { Failure } from "../parts/Failure";
import { Tone } from "../parts/Value";
import { useWords } from "../words";
import type { PageProps } from "./opinions";
import { bodyOf, lacks, type PolicyDraft } from "./policy";
import { PolicyEditor, Replay } from "./PolicyEditor";

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
  const [draft, setDraft] = useState(() => policy as unknown as PolicyDraft);
  const change = useChange();
  return (
    <>
      <PolicyEditor draft={draft} onDraft={setDraft} />
      <Replay draft={draft} />
      <SaveOrSayWhy why={change.error} isBusy={change.isPending} isReady={lacks(draft) === undefined} label={t("save")} onSave={(more) => change.mutate({ path, ask: { method: "PATCH", body: { ...bodyOf(draft), ...more } } })} />
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
