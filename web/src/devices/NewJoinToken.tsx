// A join token: many devices come in with it, without anybody signing in. It is shown here and nowhere afterwards.

import { Button, MessageBar, MessageBarBody, Text } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { Form } from "../parts/Form";
import { useGo } from "../parts/Go";
import { Page, Section } from "../parts/page";
import type { PageProps } from "../pages/opinions";
import { server } from "../settings";
import { useWords } from "../words";

const DAY_MS = 86_400_000;
/** What a new one begins with: good for a month, for a roomful of devices. */
const DAYS = 30;
const DEVICES = 25;

export default function NewJoinToken({ collection, listHref }: Omit<PageProps, "id">) {
  const { t, name } = useWords();
  const go = useGo();
  const [initial] = useState(() => ({ expirationDateTime: new Date(Date.now() + DAYS * DAY_MS).toISOString(), maximumDeviceCount: DEVICES, isRegistrationRequired: false }));
  const create = useChange<Entity>();
  const made = create.data;
  return (
    <Page title={t("create.title", { kind: t("list.joinTokens") })} subtitle={name(collection.kind)} isNarrow>
      <Section>
        {made ? (
          <>
            <MessageBar intent="success" layout="multiline">
              <MessageBarBody>
                <Text size={400} block style={{ overflowWrap: "anywhere" }}><code dir="ltr">{String(made.token)}</code></Text>
                {t("join.once")}
              </MessageBarBody>
            </MessageBar>
            <Text>{t("join.how")} <code dir="ltr">/etc/castellan/join.json</code></Text>
            <pre dir="ltr" style={{ margin: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{JSON.stringify({ server, token: made.token }, null, 2)}</pre>
            <div><Button appearance="primary" onClick={() => go(`${listHref}/${made.id}`)}>{t("join.noted")}</Button></div>
          </>
        ) : (
          <Form
            kind={collection.kind}
            names={collection.form ?? []}
            initial={initial}
            draftKey={`${collection.path}.new`}
            action={t("create")}
            isBusy={create.isPending}
            why={create.error}
            onCancel={() => go(listHref)}
            onSend={(changed, done) => create.mutate({ path: `/${collection.path}`, ask: { method: "POST", body: { ...initial, ...changed } } }, { onSuccess: done })}
          />
        )}
      </Section>
    </Page>
  );
}
