// Something that needs a second administrator: what is to happen, who asked and why; and the decision of somebody else.

import { Button, Field, Input } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { Failure } from "../parts/Failure";
import { Section } from "../parts/page";
import { Facts, Tone } from "../parts/Value";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";

export default function ApprovalRequest({ collection, id, listHref }: PageProps) {
  const { t, name } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      heading={(request) => name(String(request.requiredOperationApprovalPolicyTypes ?? collection.kind))}
      badge={(request) => <Tone word={String(request.status)} />}
      tabs={[{ key: "decide", title: t("approval.tab"), content: (request) => <Decide request={request} path={`/${collection.path}/${id}`} /> }]}
    />
  );
}

function Decide({ request, path }: { request: Entity; path: string }) {
  const { t } = useWords();
  const [why, setWhy] = useState("");
  const change = useChange();
  const decide = (action: "approve" | "reject") => change.mutate({ path: `${path}/${action}`, ask: { method: "POST", body: { justification: why.trim() } } });
  const isOpen = request.status === "needsApproval";
  return (
    <>
      <Section>
        <Facts facts={["requestedOperation", "requestor", "requestJustification", "requestDateTime", "expirationDateTime", "approver", "approvalJustification"].map((fact) => ({ name: fact, type: fact.endsWith("DateTime") ? "DateTimeOffset" : "String", value: request[fact] }))} />
      </Section>
      {isOpen && (
        <Section title={t("approval.decide")}>
          <Field label={t("my.reason")}><Input value={why} onChange={(_, data) => setWhy(data.value)} /></Field>
          {change.error && <Failure why={change.error} />}
          <div style={{ display: "flex", gap: "8px" }}>
            <Button appearance="primary" disabled={change.isPending} onClick={() => decide("approve")}>{t("my.approve")}</Button>
            <Button disabled={change.isPending} onClick={() => decide("reject")}>{t("my.deny")}</Button>
          </div>
        </Section>
      )}
    </>
  );
}
