// Terms of use out of a text, in as many languages as are written; a Conditional Access policy asks people to accept them.

import { Button, Checkbox, Dropdown, Field, Input, MessageBar, MessageBarBody, Option, Textarea } from "@fluentui/react-components";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { toBase64 } from "../devices/base64";
import { useDraft } from "../parts/drafts";
import { Failure } from "../parts/Failure";
import { useGo } from "../parts/Go";
import { Columns, Page, Section } from "../parts/page";
import { languages, useWords } from "../words";
import { agreementBody, type AgreementDraft, lacksText } from "./agreement";
import type { PageProps } from "./opinions";

const EMPTY: AgreementDraft = { displayName: "", isViewingBeforeAcceptanceRequired: true, isPerDeviceAcceptanceRequired: false, everyDays: 0, texts: [{ language: "en", text: "" }] };
/** After how long they are asked again; never is the first. */
const EVERY = [0, 30, 90, 180, 365];

export default function NewAgreement({ collection, listHref }: Omit<PageProps, "id">) {
  const { t, name } = useWords();
  const go = useGo();
  const [draft, setDraft, forget, isKept] = useDraft<AgreementDraft>("agreements.new", EMPTY);
  const create = useChange<Entity>((made) => (forget(), go(`${listHref}/${made.id}`)));
  const set = (part: Partial<AgreementDraft>) => setDraft({ ...draft, ...part });
  const setText = (at: number, part: Partial<AgreementDraft["texts"][number]>) => set({ texts: draft.texts.map((known, index) => (index === at ? { ...known, ...part } : known)) });
  const free = languages.filter(({ id }) => !draft.texts.some(({ language }) => language === id));
  const said = (days: number) => (days ? t("terms.everyDays", { count: days }) : t("terms.once"));
  return (
    <Page title={t("create.title", { kind: t("list.agreements") })} subtitle={t("terms.about")} isNarrow>
      {isKept && <MessageBar><MessageBarBody>{t("form.draft")}</MessageBarBody></MessageBar>}
      <Section>
        <Field label={name("displayName")} required><Input value={draft.displayName} maxLength={256} onChange={(_, data) => set({ displayName: data.value })} /></Field>
        <Checkbox label={t("terms.mustView")} checked={draft.isViewingBeforeAcceptanceRequired} onChange={(_, data) => set({ isViewingBeforeAcceptanceRequired: data.checked === true })} />
        <Checkbox label={t("terms.perDevice")} checked={draft.isPerDeviceAcceptanceRequired} onChange={(_, data) => set({ isPerDeviceAcceptanceRequired: data.checked === true })} />
        <Field label={t("terms.again")} style={{ maxWidth: "320px" }}>
          <Dropdown value={said(draft.everyDays)} selectedOptions={[String(draft.everyDays)]} onOptionSelect={(_, data) => set({ everyDays: Number(data.optionValue) })}>
            {EVERY.map((days) => <Option key={days} value={String(days)} text={said(days)}>{said(days)}</Option>)}
          </Dropdown>
        </Field>
      </Section>
      <Columns isWide>
        {draft.texts.map(({ language, text }, at) => {
          const known = languages.find(({ id }) => id === language)?.name ?? language;
          return (
            <Section key={language} title={known} actions={at > 0 && <Button size="small" onClick={() => set({ texts: draft.texts.filter((_, index) => index !== at) })}>{t("group.remove")}</Button>}>
              <Field label={t("terms.text", { language: known })} hint={at === 0 ? t("terms.default") : undefined} required>
                <Textarea dir="auto" lang={language} resize="vertical" rows={12} value={text} onChange={(_, data) => setText(at, { text: data.value })} />
              </Field>
            </Section>
          );
        })}
      </Columns>
      {free.length > 0 && <div style={{ display: "flex", gap: "8px", flexWrap: "wrap" }}>{free.map(({ id, name: of }) => <Button key={id} onClick={() => set({ texts: [...draft.texts, { language: id, text: "" }] })}>{t("terms.addText", { language: of })}</Button>)}</div>}
      {create.error && <Failure why={create.error} />}
      <div><Button appearance="primary" disabled={create.isPending || lacksText(draft)} onClick={() => create.mutate({ path: `/${collection.path}`, ask: { method: "POST", body: agreementBody(draft, toBase64) } })}>{t("create")}</Button></div>
    </Page>
  );
}
