// A new group: what it is, then who is in it, by hand or by a rule that is tried before the group is there.

import { Field, Input, Radio, RadioGroup, Textarea } from "@fluentui/react-components";
import { useState } from "react";
import { CreationPage, useCreating } from "../parts/creating";
import { Section } from "../parts/page";
import { Facts } from "../parts/Value";
import { useWords } from "../words";
import { RuleField, RulePreview } from "./Group";
import type { PageProps } from "./opinions";

const EMPTY = { displayName: "", description: "", mailNickname: "", by: "hand", rule: "" };

export default function NewGroup({ listHref }: Omit<PageProps, "id">) {
  const { t, name } = useWords();
  const creating = useCreating("groups.new", EMPTY, listHref);
  const { draft, put } = creating;
  const [isTouched, setTouched] = useState(false);
  const nickname = draft.mailNickname || nick(draft.displayName);
  const isByRule = draft.by === "rule";
  const body = {
    displayName: draft.displayName, description: draft.description || null, mailNickname: nickname, mailEnabled: false, securityEnabled: true,
    groupTypes: isByRule ? ["DynamicMembership"] : [],
    ...(isByRule ? { membershipRule: draft.rule, membershipRuleProcessingState: "On" } : {}),
  };
  const wanted = { path: "/groups", ask: { method: "POST" as const, body } };
  return (
    <CreationPage
      list="list.groups"
      creating={creating}
      onDone={() => creating.make(wanted)}
      steps={[
        {
          key: "what",
          title: t("group.what"),
          lacks: draft.displayName.trim() ? undefined : t("form.missing", { name: name("displayName") }),
          content: (
            <Section>
              <Field label={name("displayName")} required><Input value={draft.displayName} onChange={(_, data) => put({ displayName: data.value })} /></Field>
              <Field label={name("description")}><Textarea value={draft.description} onChange={(_, data) => put({ description: data.value })} /></Field>
              <Field label={name("mailNickname")}><Input value={isTouched ? draft.mailNickname : nickname} onChange={(_, data) => (setTouched(true), put({ mailNickname: data.value }))} /></Field>
            </Section>
          ),
        },
        {
          key: "who",
          title: t("group.members"),
          lacks: isByRule && !draft.rule.trim() ? t("form.missing", { name: t("group.rule") }) : undefined,
          content: (
            <Section>
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
            </Section>
          ),
        },
        {
          key: "review",
          title: t("wizard.review"),
          content: <Section><Facts facts={["displayName", "description", "mailNickname", "membershipRule"].map((fact) => ({ name: fact, type: "String", value: (body as Record<string, unknown>)[fact] }))} /></Section>,
        },
      ]}
    />
  );
}

/** A nickname made from a name: what an address may have before its `@`. */
export function nick(text: string): string {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60);
}
