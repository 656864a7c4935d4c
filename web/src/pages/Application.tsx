// An app registration: what it proves itself with and for how long that is good, and where it may send people back to.
//
// Deliberately absent: adding certificates, whose public half an application's own tools upload (`addKey` needs a proof by the
// old key). They are shown, with when they end.

import { Badge, Button, Dropdown, Field, Input, MessageBar, MessageBarBody, Option, Text } from "@fluentui/react-components";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage, quoted } from "../graph/client";
import { type Change, useChange, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Detail } from "../parts/Detail";
import { Go } from "../parts/Go";
import { Columns, Section } from "../parts/page";
import { Preview } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { Moment } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { byEnd, type Credential, ends, isRunningOut } from "./credentials";
import type { PageProps } from "./opinions";
import { Redirects } from "./Redirects";

/** How long a new secret may be good; the longest is what the server gives when nothing is said. */
const SPANS = [90, 180, 365, 730];
const NAME_CHARS_MAX = 100;
const DAY_MS = 86_400_000;

export default function Application({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  const path = `/${collection.path}/${id}`;
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      subtitle={(app) => <code dir="ltr">{String(app.appId)}</code>}
      tabs={[
        { key: "credentials", title: t("app.credentials"), content: (app) => <Credentials app={app} path={path} /> },
        { key: "addresses", title: t("app.addresses"), content: (app) => <Redirects app={app} path={path} /> },
      ]}
    />
  );
}

function Credentials({ app, path }: { app: Entity; path: string }) {
  const { t } = useWords();
  const [isAdding, setAdding] = useState(false);
  const [gone, setGone] = useState<Credential | null>(null);
  const remove = useChange(() => setGone(null));
  const principals = useRead<GraphPage<Entity>>(at("/servicePrincipals", { $filter: `appId eq ${quoted(String(app.appId))}`, $select: "id,displayName" }));
  const principal = principals.data?.value[0];
  const secrets = byEnd((app.passwordCredentials ?? []) as Credential[]);
  const certificates = byEnd((app.keyCredentials ?? []) as Credential[]);
  const removal = (keyId: string): Change => ({ path: `${path}/removePassword`, ask: { method: "POST", body: { keyId } } });
  const line = (one: Credential): Omit<Row, "end"> => ({
    key: one.keyId,
    what: <>{one.displayName || t("app.unnamed")} {one.hint && <code dir="ltr">{one.hint}…</code>} <EndBadge credential={one} /></>,
    hint: one.endDateTime ? <>{t("until")} <Moment value={one.endDateTime} /></> : t("app.endsNever"),
  });
  return (
    <>
      {isRunningOut(app, new Date()) && <MessageBar intent="warning"><MessageBarBody>{t("app.runsOut")}</MessageBarBody></MessageBar>}
      <Columns>
        <Section title={t("app.secrets")} actions={<Button onClick={() => setAdding(true)}>{t("app.addSecret")}</Button>}>
          <Rows none={t("app.noSecrets")} rows={secrets.map((one) => ({ ...line(one), end: <Button size="small" aria-label={t("app.removeOf", { name: one.displayName || one.hint || one.keyId })} onClick={() => setGone(one)}>{t("group.remove")}</Button> }))} />
        </Section>
        {certificates.length > 0 && <Section title={t("app.certificates")}><Rows rows={certificates.map(line)} /></Section>}
        <Section title={t("list.servicePrincipals")}>
          <Text>{t("app.principalAbout")}</Text>
          <Rows query={principals} none={t("app.noPrincipal")} rows={principal ? [{ key: principal.id, what: <Go href={placeOf("servicePrincipal", principal.id) ?? ""}>{String(principal.displayName)}</Go> }] : []} />
        </Section>
      </Columns>
      {isAdding && <NewSecret app={app} path={path} onClose={() => setAdding(false)} />}
      {gone && (
        <Confirm title={t("app.removeSecret", { name: gone.displayName || gone.hint || "" })} action={t("group.remove")} isHarmful isBusy={remove.isPending} why={remove.error} onNo={() => setGone(null)} onYes={() => remove.mutate(removal(gone.keyId))}>
          <Text>{t("app.removeSecretAbout")}</Text>
          <Preview change={removal(gone.keyId)} />
        </Confirm>
      )}
    </>
  );
}

function EndBadge({ credential }: { credential: Credential }) {
  const { t } = useWords();
  const when = ends(credential, new Date());
  if (when !== "ended" && when !== "soon") return null;
  return <Badge appearance="tint" color={when === "ended" ? "danger" : "warning"}>{t(`app.${when}`)}</Badge>;
}

/** The secret is shown where it was asked for and is nowhere afterwards, neither here nor on the server. */
function NewSecret({ app, path, onClose }: { app: Entity; path: string; onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState("");
  const [days, setDays] = useState(180);
  const [isCopied, setCopied] = useState(false);
  const make = useChange<{ secretText: string; endDateTime: string }>();
  const made = make.data;
  const send = () => make.mutate({ path: `${path}/addPassword`, ask: { method: "POST", body: { passwordCredential: { displayName: name.trim(), endDateTime: new Date(Date.now() + days * DAY_MS).toISOString() } } } });
  return (
    <Confirm title={t("app.secretFor", { name: String(app.displayName) })} action={made ? t("close") : t("app.makeSecret")} isBusy={make.isPending || (!made && !name.trim())} why={make.error} onNo={onClose} onYes={() => (made ? onClose() : send())}>
      {made ? (
        <MessageBar intent="success" layout="multiline">
          <MessageBarBody>
            <Text size={400} block style={{ overflowWrap: "anywhere" }}><code dir="ltr">{made.secretText}</code></Text>
            {t("app.secretOnce")} <Text block>{t("app.goodUntil")} <Moment value={made.endDateTime} /></Text>
            <div><Button size="small" onClick={() => void navigator.clipboard.writeText(made.secretText).then(() => setCopied(true))}>{t(isCopied ? "app.copied" : "app.copy")}</Button></div>
          </MessageBarBody>
        </MessageBar>
      ) : (
        <>
          <Field label={t("app.secretName")} hint={t("app.secretNameHint")} required><Input value={name} maxLength={NAME_CHARS_MAX} onChange={(_, data) => setName(data.value)} /></Field>
          <Field label={t("app.goodFor")}>
            <Dropdown value={t("app.days", { count: days })} selectedOptions={[String(days)]} onOptionSelect={(_, data) => setDays(Number(data.optionValue))}>
              {SPANS.map((count) => <Option key={count} value={String(count)} text={t("app.days", { count })}>{t("app.days", { count })}</Option>)}
            </Dropdown>
          </Field>
        </>
      )}
    </Confirm>
  );
}
