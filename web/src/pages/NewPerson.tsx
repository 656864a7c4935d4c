// A new person: who they are, how they come in first, and what follows from it, before it is done.

import { Field, Input, MessageBar, MessageBarBody, Text } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity, Page as GraphPage } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { useDraft } from "../parts/drafts";
import { useGo } from "../parts/Go";
import { Page, Section } from "../parts/page";
import { Preview } from "../parts/Preview";
import { Wizard } from "../parts/Wizard";
import { useWords } from "../words";
import { nick } from "./NewGroup";
import type { PageProps } from "./opinions";

const EMPTY = { givenName: "", surname: "", userName: "", department: "", jobTitle: "", employeeId: "", usageLocation: "" };

export default function NewPerson({ listHref }: Omit<PageProps, "id">) {
  const { t, name } = useWords();
  const go = useGo();
  const [draft, setDraft, forget] = useDraft("users.new", EMPTY);
  const [password] = useState(strong);
  const domains = useRead<GraphPage<Entity & { isDefault: boolean }>>("/domains");
  const domain = domains.data?.value.find((known) => known.isDefault)?.id ?? domains.data?.value[0]?.id ?? "";
  const create = useChange<Entity>((made) => {
    forget();
    go(`${listHref}/${made.id}`);
  });
  const put = (part: Partial<typeof EMPTY>) => setDraft({ ...draft, ...part });
  const displayName = [draft.givenName, draft.surname].filter(Boolean).join(" ");
  const userName = draft.userName || [nick(draft.givenName), nick(draft.surname)].filter(Boolean).join(".");
  const upn = userName.includes("@") ? userName : `${userName}@${domain}`;
  const more = Object.fromEntries(["department", "jobTitle", "employeeId", "usageLocation", "givenName", "surname"].flatMap((key) => (draft[key as keyof typeof EMPTY] ? [[key, draft[key as keyof typeof EMPTY]]] : [])));
  const body = { accountEnabled: true, displayName, userPrincipalName: upn, mailNickname: upn.split("@")[0], passwordProfile: { password, forceChangePasswordNextSignIn: true }, ...more };
  const wanted = { path: "/users", ask: { method: "POST" as const, body } };
  const field = (key: keyof typeof EMPTY, isRequired = false) => (
    <Field key={key} label={name(key)} required={isRequired}>
      <Input value={draft[key]} onChange={(_, data) => put({ [key]: data.value })} />
    </Field>
  );
  return (
    <Page title={t("create.title", { kind: t("list.users") })} isNarrow>
      <Section>
        <Wizard
          action={t("create")}
          isBusy={create.isPending}
          why={create.error}
          onDone={() => create.mutate(wanted)}
          onCancel={() => (forget(), go(listHref))}
          steps={[
            {
              key: "who",
              title: t("person.identity"),
              lacks: displayName && userName ? undefined : t("form.missing", { name: name("displayName") }),
              content: (
                <>
                  {field("givenName", true)}
                  {field("surname", true)}
                  <Field label={name("userPrincipalName")} hint={upn}><Input value={draft.userName} placeholder={userName} onChange={(_, data) => put({ userName: data.value })} /></Field>
                </>
              ),
            },
            { key: "work", title: t("person.work"), content: <>{(["department", "jobTitle", "employeeId"] as const).map((key) => field(key))}<Field label={name("usageLocation")} hint={t("person.usageHint")}><Input maxLength={2} value={draft.usageLocation} onChange={(_, data) => put({ usageLocation: data.value.toUpperCase() })} /></Field></> },
            {
              key: "review",
              title: t("wizard.review"),
              content: (
                <>
                  <Text size={400} weight="semibold">{displayName} · {upn}</Text>
                  <MessageBar layout="multiline"><MessageBarBody>{t("person.firstPassword")} <code>{password}</code></MessageBarBody></MessageBar>
                  <Preview change={wanted} />
                </>
              ),
            },
          ]}
        />
      </Section>
    </Page>
  );
}

/** A first password, of letters that are told apart easily. The person chooses another at the first sign-in. */
function strong(): string {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  const chance = crypto.getRandomValues(new Uint32Array(20));
  const text = [...chance].map((number) => letters[number % letters.length]).join("");
  return text.replace(/(.{5})(?=.)/g, "$1-");
}
