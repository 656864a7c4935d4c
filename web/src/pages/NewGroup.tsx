// A new group: what it is, then who is in it, by hand or by a rule that is tried before the group is there.

import { Field, Input, Radio, RadioGroup, Textarea } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { useDraft } from "../parts/drafts";
import { useGo } from "../parts/Go";
import { Page, Section } from "../parts/page";
import { Facts } from "../parts/Value";
import { Wizard } from "../parts/Wizard";
import { useWords } from "../words";
import { RuleField, RulePreview } from "./Group";
import type { PageProps } from "./opinions";

const EMPTY = { displayName: "", description: "", mailNickname: "", by: "hand", rule: "" };

export default function NewGroup({ listHref }: Omit<PageProps, "id">) {
  const { t, name } = useWords();
  const go = useGo();
  const [draft, setDraft, forget] = useDraft("groups.new", EMPTY);
  const [isTouched, setTouched] = useState(false);
  const create = useChange<Entity>((made) => {
    forget();
    go(`${listHref}/${made.id}`);
  });
  const put = (part: Partial<typeof EMPTY>) => setDraft({ ...draft, ...part });
  const nickname = draft.mailNickname || nick(draft.displayName);
  const isByRule = draft.by === "rule";
  const body = {
    displayName: draft.displayName, description: draft.description || null, mailNickname: nickname, mailEnabled: false, securityEnabled: true,
    groupTypes: isByRule ? ["DynamicMembership"] : [],
    ...(isByRule ? { membershipRule: draft.rule, membershipRuleProcessingState: "On" } : {}),
  };
  const wanted = { path: "/groups", ask: { method: "POST" as const, body } };
  return (
    <Page title={t("create.title", { kind: t("list.groups") })} isNarrow>
      <Section>
        <Wizard
          action={t("create")}
          isBusy={create.isPending}
          why={create.error}
          onDone={() => create.mutate(wanted)}
          onCancel={() => (forget(), go(listHref))}
          steps={[
            {
              key: "what",
              title: t("group.what"),
              lacks: draft.displayName.trim() ? undefined : t("form.missing", { name: name("displayName") }),
              content: (
                <>
                  <Field label={name("displayName")} required><Input value={draft.displayName} onChange={(_, data) => put({ displayName: data.value })} /></Field>
                  <Field label={name("description")}><Textarea value={draft.description} onChange={(_, data) => put({ description: data.value })} /></Field>
                  <Field label={name("mailNickname")}><Input value={isTouched ? draft.mailNickname : nickname} onChange={(_, data) => (setTouched(true), put({ mailNickname: data.value }))} /></Field>
                </>
              ),
            },
            {
              key: "who",
              title: t("group.members"),
              lacks: isByRule && !draft.rule.trim() ? t("form.missing", { name: t("group.rule") }) : undefined,
              content: (
                <>
                  <Field label={t("group.how")}>
                    <RadioGroup value={draft.by} onChange={(_, data) => put({ by: data.value })}>
                      <Radio value="hand" label={t("group.byHand")} />
                      <Radio value="rule" label={t("group.byRule")} />
                    </RadioGroup>
                  </Field>
                  {isByRule && (
                    <>
                      <RuleField rule={draft.rule} onRule={(rule) => put({ rule })} />
                      <RulePreview change={wanted} rule={draft.rule} />
                    </>
                  )}
                </>
              ),
            },
            {
              key: "review",
              title: t("wizard.review"),
              content: <Facts facts={["displayName", "description", "mailNickname", "membershipRule"].map((fact) => ({ name: fact, type: "String", value: (body as Record<string, unknown>)[fact] }))} />,
            },
          ]}
        />
      </Section>
    </Page>
  );
}

/** A nickname made from a name: what an address may have before its `@`. */
export function nick(text: string): string {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60);
}
