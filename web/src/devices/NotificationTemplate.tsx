// The message that people get when their device falls short, in each language; what stands between double braces is filled in.

import { Button, Field, Input, makeStyles, Radio, RadioGroup, Tab, TabList, Text, Textarea, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular } from "@fluentui/react-icons";
import { useState } from "react";
import type { Page } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { Failure } from "../parts/Failure";
import { Answered, Columns, Section } from "../parts/page";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";

interface Message {
  id?: string;
  locale: string;
  subject: string;
  messageTemplate: string;
  isDefault: boolean;
}

/** What is filled in, with what it might be. */
const TOKENS: Record<string, string> = { UserName: "Amir Haddad", DeviceName: "amirs-laptop", DeviceId: "01a20085-9e7d-7d7c-a11d-99360abfd969", OSAndVersion: "Linux (Debian 12)" };

const useStyles = makeStyles({
  mail: { padding: "16px", borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground3, whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  tokens: { display: "flex", gap: "6px", flexWrap: "wrap" },
  foot: { display: "flex", gap: "8px", flexWrap: "wrap" },
});

export default function NotificationTemplate({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return <Detail collection={collection} id={id} listHref={listHref} tabs={[{ key: "words", title: t("message.tab"), content: () => <Messages path={`/${collection.path}/${id}/localizedNotificationMessages`} /> }]} />;
}

const NEW = "new";

function Messages({ path }: { path: string }) {
  const { t } = useWords();
  const [tab, setTab] = useState<string>();
  const messages = useRead<Page<Message>>(path);
  return (
    <Answered query={messages}>
      {({ value }) => {
        const current = tab ?? value[0]?.id ?? NEW;
        const message = value.find((one) => one.id === current);
        return (
          <>
            <TabList selectedValue={current} onTabSelect={(_, data) => setTab(String(data.value))} aria-label={t("message.languages")} style={{ flexWrap: "wrap" }}>
              {value.map((one) => <Tab key={one.id} value={one.id}>{languageName(one.locale)}</Tab>)}
              <Tab value={NEW} icon={<AddRegular />}>{t("message.add")}</Tab>
            </TabList>
            <Editor key={current} path={path} message={message} isFirst={!value.length} onDone={(made) => setTab(made)} />
          </>
        );
      }}
    </Answered>
  );
}

function languageName(locale: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: "language" }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}

function Editor({ path, message, isFirst, onDone }: { path: string; message?: Message; isFirst: boolean; onDone: (id: string | undefined) => void }) {
  const { t, name, language } = useWords();
  const styles = useStyles();
  const [draft, setDraft] = useState<Message>(() => message ?? { locale: isFirst ? language : "", subject: "", messageTemplate: "", isDefault: isFirst });
  const save = useChange<Message | undefined>((made) => made?.id && onDone(made.id));
  const remove = useChange(() => onDone(undefined));
  const put = (part: Partial<Message>) => setDraft({ ...draft, ...part });
  const isReady = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(draft.locale) && draft.subject.trim() && draft.messageTemplate.trim();
  const filled = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (whole, token: string) => TOKENS[token] ?? whole);
  const body = { locale: draft.locale, subject: draft.subject, messageTemplate: draft.messageTemplate, isDefault: draft.isDefault };
  return (
    <Columns>
      <Section>
        <Field label={name("locale")} hint={t("message.localeHint")} required><Input value={draft.locale} readOnly={message !== undefined} input={{ dir: "ltr" }} onChange={(_, data) => put({ locale: data.value })} /></Field>
        <Field label={name("subject")} required><Input value={draft.subject} input={{ dir: "auto" }} onChange={(_, data) => put({ subject: data.value })} /></Field>
        <Field label={t("message.text")} required><Textarea rows={8} resize="vertical" value={draft.messageTemplate} textarea={{ dir: "auto" }} onChange={(_, data) => put({ messageTemplate: data.value })} /></Field>
        <div className={styles.tokens} role="group" aria-label={t("message.insert")}>
          <Text>{t("message.insert")}</Text>
          {Object.keys(TOKENS).map((token) => <Button key={token} size="small" onClick={() => put({ messageTemplate: `${draft.messageTemplate}{{${token}}}` })}><code>{`{{${token}}}`}</code></Button>)}
        </div>
        <RadioGroup aria-label={t("message.default")} layout="horizontal" value={String(draft.isDefault)} onChange={(_, data) => put({ isDefault: data.value === "true" })}>
          <Radio value="true" label={t("message.isDefault")} />
          <Radio value="false" label={t("message.isNotDefault")} />
        </RadioGroup>
        {Boolean(save.error ?? remove.error) && <Failure why={save.error ?? remove.error} />}
        <div className={styles.foot}>
          <Button appearance="primary" disabled={!isReady || save.isPending} onClick={() => save.mutate(message?.id ? { path: `${path}/${message.id}`, ask: { method: "PATCH", body } } : { path, ask: { method: "POST", body } })}>{t("save")}</Button>
          {message?.id && <Button icon={<DeleteRegular />} disabled={remove.isPending} onClick={() => remove.mutate({ path: `${path}/${message.id}`, ask: { method: "DELETE" } })}>{t("delete")}</Button>}
        </div>
      </Section>
      <Section title={t("message.preview")}>
        <div className={styles.mail} dir="auto"><Text block weight="semibold">{filled(draft.subject) || "…"}</Text>{"\n"}{filled(draft.messageTemplate) || "…"}</div>
      </Section>
    </Columns>
  );
}
