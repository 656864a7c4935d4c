// What people ask administrators to let an application do: who asks and why, and the answer. Yes is consent for everybody, given
// by whoever may give it; no is the reviewer's, on the approval of each request (`governance/src/consent_request.rs`).

import { Button, Field, MessageBar, MessageBarBody, Text, Textarea } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { at, type Entity, graph, GraphFailure, type Page as GraphPage, quoted } from "../graph/client";
import { again, type Change, useRead, useWhole } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Detail } from "../parts/Detail";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Answered, Columns, Section } from "../parts/page";
import { Followed, rehearseAll } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { type Grant, grantsFor, grantsPath, type Resource, RESOURCE_FIELDS, wishesOf } from "./consent";
import type { PageProps } from "./opinions";

const WHY_CHARS_MAX = 1000;

interface Stage extends Entity { status?: string; reviewResult?: string; assignedToMe?: boolean }

export default function ConsentRequest({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      subtitle={() => t("list.consentRequests")}
      tabs={[{ key: "asked", title: t("consent.asked"), content: (request) => <Asked request={request} path={`/${collection.path}/${id}`} /> }]}
    />
  );
}

function Asked({ request, path }: { request: Entity; path: string }) {
  const { t } = useWords();
  const scopes = ((request.pendingScopes ?? []) as { displayName: string }[]).map((scope) => scope.displayName);
  const people = useRead<GraphPage<Entity>>(`${path}/userConsentRequests`);
  const principals = useRead<GraphPage<Entity>>(at("/servicePrincipals", { $filter: `appId eq ${quoted(String(request.appId))}`, $select: "id,displayName" }));
  const resources = useWhole<Resource>(at("/servicePrincipals", { $select: RESOURCE_FIELDS, $top: 999 }));
  const client = principals.data?.value[0];
  const open = (people.data?.value ?? []).filter((one) => one.status === "InProgress");
  const [answering, setAnswering] = useState<"yes" | "no" | null>(null);
  return (
    <>
      <Columns>
        <Section title={t("consent.who")}>
          <Rows
            query={people}
            rows={(people.data?.value ?? []).map((one): Row => {
              const by = (one.createdBy as { user?: { id?: string; displayName?: string } } | null)?.user;
              return {
                key: one.id,
                what: by?.id ? <Go href={placeOf("user", by.id) ?? ""}>{by.displayName ?? by.id}</Go> : one.id,
                hint: <>{one.reason ? <span dir="auto">“{String(one.reason)}” · </span> : null}<Moment value={String(one.createdDateTime)} /></>,
                end: <Tone word={String(one.status)} />,
              };
            })}
          />
        </Section>
        <Section title={t("consent.what")}>
          <Rows none={t("consent.nothingOpen")} rows={scopes.map((scope): Row => ({ key: scope, what: <code dir="ltr">{scope}</code> }))} />
          {client && <Go href={placeOf("servicePrincipal", client.id) ?? ""}>{t("consent.application", { name: String(client.displayName) })}</Go>}
        </Section>
      </Columns>
      {open.length > 0 && (
        <div style={{ display: "flex", gap: "8px" }}>
          <Button appearance="primary" disabled={!client || !resources.data} onClick={() => setAnswering("yes")}>{t("consent.approve")}</Button>
          <Button onClick={() => setAnswering("no")}>{t("my.deny")}</Button>
        </div>
      )}
      {answering === "yes" && client && resources.data && <Approve app={request} client={client.id} scopes={scopes} resources={resources.data.value} onClose={() => setAnswering(null)} />}
      {answering === "no" && <Deny app={request} path={path} requests={open} onClose={() => setAnswering(null)} />}
    </>
  );
}

function Approve({ app, client, scopes, resources, onClose }: { app: Entity; client: string; scopes: string[]; resources: Resource[]; onClose: () => void }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const grants = useRead<GraphPage<Grant>>(grantsPath(client));
  const { wishes, unknown } = wishesOf(scopes, resources);
  const changes = grants.data ? grantsFor(client, wishes, grants.data.value) : [];
  const give = useMutation({
    mutationFn: async () => {
      for (const { path, ask } of changes) await graph(path, ask);
    },
    onSuccess: async () => (await again(cache), onClose()),
  });
  return (
    <Confirm title={t("consent.approveFor", { name: String(app.appDisplayName) })} action={t("consent.approve")} isBusy={give.isPending || !changes.length} why={give.error} onNo={onClose} onYes={() => give.mutate()}>
      <Text>{t("consent.approveAbout")}</Text>
      {unknown.length > 0 && <MessageBar intent="warning" layout="multiline"><MessageBarBody>{t("consent.unknown", { what: unknown.join(", ") })}</MessageBarBody></MessageBar>}
      {wishes.map((wish) => <Text key={wish.resource.id}>{wish.resource.displayName}: <code dir="ltr">{wish.scopes.join(" ")}</code></Text>)}
      <Answered query={grants}>{() => changes.length > 0 && <Following changes={changes} />}</Answered>
    </Confirm>
  );
}

function Following({ changes }: { changes: Change[] }) {
  const query = useQuery({ queryKey: ["rehearsal", changes], queryFn: () => rehearseAll(changes), retry: false, gcTime: 0 });
  if (query.error instanceof GraphFailure && query.error.isDenied) return null;
  if (query.error) return <Failure why={query.error} />;
  return query.data ? <Followed rehearsed={query.data} /> : null;
}

function Deny({ app, path, requests, onClose }: { app: Entity; path: string; requests: Entity[]; onClose: () => void }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [why, setWhy] = useState("");
  const deny = useMutation({
    mutationFn: async () => {
      let isAnswered = false;
      for (const request of requests) {
        const stages = `${path}/userConsentRequests/${request.id}/approval/stages`;
        const mine = (await graph<GraphPage<Stage>>(stages)).value.find((stage) => stage.assignedToMe !== false && (!stage.reviewResult || stage.reviewResult === "NotReviewed"));
        if (!mine) continue;
        await graph(`${stages}/${mine.id}`, { method: "PATCH", body: { reviewResult: "Deny", justification: why.trim() || null } });
        isAnswered = true;
      }
      if (!isAnswered) throw new Error(t("consent.notReviewer"));
    },
    onSuccess: async () => (await again(cache), onClose()),
  });
  return (
    <Confirm title={t("consent.denyFor", { name: String(app.appDisplayName) })} action={t("my.deny")} isHarmful isBusy={deny.isPending} why={deny.error} onNo={onClose} onYes={() => deny.mutate()}>
      <Text>{t("consent.denyAbout", { count: requests.length })}</Text>
      <Field label={t("my.reason")}><Textarea value={why} maxLength={WHY_CHARS_MAX} onChange={(_, data) => setWhy(data.value)} /></Field>
    </Confirm>
  );
}
