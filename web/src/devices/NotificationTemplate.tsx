// The message that people get when their device falls short, in each language; what stands between double braces is filled in.

import { Button, Field, Input, makeStyles, Radio, RadioGroup, Tab, TabList, Text, Textarea, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { ownedList, useChange, useOwnedList } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { useEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Answered, Columns, Section } from "../parts/page";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { SaveBar } from "./SaveBar";

interface Message {
  locale: string;
  subject: string;
  messageTemplate: string;
  isDefault: boolean;
}

type Written = Message & { id: string };

/** What is filled in, with what it might be. */
const TOKENS: Record<string, string> = { UserName: "Amir Haddad", DeviceName: "amirs-laptop", DeviceId: "01a20085-9e7d-7d7c-a11d-99360abfd969", OSAndVersion: "Linux (Debian 12)" };

const useStyles = makeStyles({
  mail: { padding: "16px", borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground3, whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  tokens: { display: "flex", gap: "6px", flexWrap: "wrap" },
});

export default function NotificationTemplate({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return <Detail collection={collection} id={id} listHref={listHref} tabs={[{ key: "words", title: t("message.tab"), content: () => <Messages path={`/${collection.path}/${id}`} /> }]} />;
}

const LIST = "localizedNotificationMessages";
const NEW = "new";

function Messages({ path }: { path: string }) {
  const { t } = useWords();
  const [tab, setTab] = useState<string>();
  const messages = useOwnedList<Written>(path, LIST);
  return (
    <Answered query={messages}>
      {({ value, etag }) => {
        const message = tab === NEW ? undefined : (value.find((one) => one.id === tab) ?? value[0]);
        const current = message?.id ?? NEW;
        return (
          <>
            <TabList selectedValue={current} onTabSelect={(_, data) => setTab(String(data.value))} aria-label={t("message.languages")} style={{ flexWrap: "wrap" }}>
              {value.map((one) => <Tab key={one.id} value={one.id}>{languageName(one.locale)}</Tab>)}
              <Tab value={NEW} icon={<AddRegular />}>{t("message.add")}</Tab>
            </TabList>
            <Editor key={current} path={path} message={message} etag={etag} isFirst={!value.length} onDone={setTab} />
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

/** The part of a message that is written here. */
const draftOf = ({ locale, subject, messageTemplate, isDefault }: Message): Message => ({ locale, subject, messageTemplate, isDefault });

function Editor({ path, message, etag, isFirst, onDone }: { path: string; message?: Written; etag?: string; isFirst: boolean; onDone: (id: string | undefined) => void }) {
  const { t, name, language } = useWords();
  const styles = useStyles();
  const blank: Message = { locale: isFirst ? language : "", subject: "", messageTemplate: "", isDefault: isFirst };
  const known = message ? { value: draftOf(message), etag } : { value: blank };
  const read = async () => {
    const now = await ownedList<Written>(path, LIST);
    return { value: draftOf(now.value.find((one) => one.id === message?.id) ?? blank), etag: now.etag };
  };
  const editing = useEditing(known, { keptAt: `${path}.${LIST}.${message?.id ?? NEW}`, read: message && read });
  const { draft } = editing;
  const remove = useChange(() => {
    editing.forget();
    onDone(undefined);
  });
  const put = (part: Partial<Message>) => editing.setDraft({ ...draft, ...part });
  const isReady = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(draft.locale) && draft.subject.trim() && draft.messageTemplate.trim();
  const filled = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (whole, token: string) => TOKENS[token] ?? whole);
  const at = message ? `${path}/${LIST}/${message.id}` : `${path}/${LIST}`;
  const save = () => editing.save({ path: at, ask: { method: message ? "PATCH" : "POST", body: draft } }, message ? undefined : (made) => onDone((made as Written).id));
  return (
    <>
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
          {remove.error && <Failure why={remove.error} />}
          {message && <div><Button icon={<DeleteRegular />} disabled={remove.isPending} onClick={() => remove.mutate({ path: at, ask: { method: "DELETE" } })}>{t("delete")}</Button></div>}
        </Section>
        <Section title={t("message.preview")}>
          <div className={styles.mail} dir="auto"><Text block weight="semibold">{filled(draft.subject) || "…"}</Text>{"\n"}{filled(draft.messageTemplate) || "…"}</div>
        </Section>
      </Columns>
      <SaveBar editing={editing} lacks={isReady ? undefined : t("message.lacks")} onSave={save} />
    </>
  );
}
