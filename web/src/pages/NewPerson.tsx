// A new person: who they are, how they come in first, and what follows from it, before it is done.

import { Field, Input, MessageBar, MessageBarBody, Text } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity, Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { CreationPage, useCreating } from "../parts/creating";
import { Section } from "../parts/page";
import { Preview } from "../parts/Preview";
import { useWords } from "../words";
import { nick } from "./NewGroup";
import type { PageProps } from "./opinions";

const EMPTY = { givenName: "", surname: "", userName: "", department: "", jobTitle: "", employeeId: "", usageLocation: "" };

export default function NewPerson({ listHref }: Omit<PageProps, "id">) {
  const { t, name } = useWords();
  const creating = useCreating("users.new", EMPTY, listHref);
  const { draft, put } = creating;
  const [password] = useState(strong);
  const domains = useRead<GraphPage<Entity & { isDefault: boolean }>>("/domains");
  const domain = domains.data?.value.find((known) => known.isDefault)?.id ?? domains.data?.value[0]?.id ?? "";
  const displayName = [draft.givenName, draft.surname].filter(Boolean).join(" ");
  const userName = draft.userName || [nick(draft.givenName), nick(draft.surname)].filter(Boolean).join(".");
  const upn = userName.includes("@") ? userName : `${userName}@${domain}`;
  const { userName: _, ...said } = draft;
  const more = Object.fromEntries(Object.entries(said).filter(([, text]) => text));
  const body = { accountEnabled: true, displayName, userPrincipalName: upn, mailNickname: upn.split("@")[0], passwordProfile: { password, forceChangePasswordNextSignIn: true }, ...more };
  const wanted = { path: "/users", ask: { method: "POST" as const, body } };
  const field = (key: keyof typeof EMPTY, isRequired = false) => (
    <Field key={key} label={name(key)} required={isRequired}>
      <Input value={draft[key]} onChange={(_, data) => put({ [key]: data.value })} />
    </Field>
  );
  return (
    <CreationPage
      list="list.users"
      creating={creating}
      onDone={() => creating.make(wanted)}
      steps={[
        {
          key: "who",
          title: t("person.identity"),
          lacks: displayName && userName ? undefined : t("form.missing", { name: name("displayName") }),
          content: (
            <Section>
              {field("givenName", true)}
              {field("surname", true)}
              <Field label={name("userPrincipalName")} hint={upn}><Input value={draft.userName} placeholder={userName} onChange={(_, data) => put({ userName: data.value })} /></Field>
            </Section>
          ),
        },
        {
          key: "work",
          title: t("person.work"),
          content: (
            <Section>
              {(["department", "jobTitle", "employeeId"] as const).map((key) => field(key))}
              <Field label={name("usageLocation")} hint={t("person.usageHint")}><Input maxLength={2} value={draft.usageLocation} onChange={(_, data) => put({ usageLocation: data.value.toUpperCase() })} /></Field>
            </Section>
          ),
        },
        {
          key: "review",
          title: t("wizard.review"),
          content: (
            <Section>
              <Text size={400} weight="semibold">{displayName} · {upn}</Text>
              <MessageBar layout="multiline"><MessageBarBody>{t("person.firstPassword")} <code>{password}</code></MessageBarBody></MessageBar>
              <Preview change={wanted} />
            </Section>
          ),
        },
      ]}
    />
  );
}

/** A first password, of letters that are told apart easily. The person chooses another at the first sign-in. */
function strong(): string {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  const chance = crypto.getRandomValues(new Uint32Array(20));
  const text = [...chance].map((number) => letters[number % letters.length]).join("");
  return text.replace(/(.{5})(?=.)/g, "$1-");
}
