// What an administrator does for a person: a way in, a new password, an end to their sessions, a lock and its end.

import { Field, Input, MessageBar, MessageBarBody, SpinButton, Switch, Text } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Preview } from "../parts/Preview";
import { offerUndo } from "../parts/undo";
import { useWords } from "../words";

export const ACTS = ["reset", "pass", "revoke", "disable", "enable"] as const;
export type Act = (typeof ACTS)[number];

const ASKS: Record<Exclude<Act, "reset" | "pass">, { path: (id: string) => string; method: "POST" | "PATCH"; body: unknown }> = {
  revoke: { path: (id) => `/users/${id}/revokeSignInSessions`, method: "POST", body: {} },
  disable: { path: (id) => `/users/${id}`, method: "PATCH", body: { accountEnabled: false } },
  enable: { path: (id) => `/users/${id}`, method: "PATCH", body: { accountEnabled: true } },
};

export function Acting({ act, user, onClose }: { act: Act; user: Entity; onClose: () => void }) {
  const { t } = useWords();
  const who = String(user.displayName);
  const change = useChange<Entity>();
  const [password, setPassword] = useState("");
  const [minutes, setMinutes] = useState(60);
  const [isOnce, setOnce] = useState(true);
  if (act === "pass") {
    const secret = change.data?.temporaryAccessPass as string | undefined;
    return (
      <Confirm
        title={t("person.passFor", { who })}
        action={secret ? t("close") : t("person.passMake")}
        isBusy={change.isPending}
        why={change.error}
        onNo={onClose}
        onYes={() => (secret ? onClose() : change.mutate({ path: `/users/${user.id}/authentication/temporaryAccessPassMethods`, ask: { method: "POST", body: { lifetimeInMinutes: minutes, isUsableOnce: isOnce } } }))}
      >
        {secret ? (
          <MessageBar intent="success" layout="multiline">
            <MessageBarBody>
              <Text size={500} font="monospace" block><code>{secret}</code></Text>
              {t("person.passOnce")}
            </MessageBarBody>
          </MessageBar>
        ) : (
          <>
            <Text>{t("person.passAbout")}</Text>
            <Field label={t("person.passMinutes")}>
              <SpinButton value={minutes} min={10} max={43_200} step={10} onChange={(_, data) => setMinutes(Number(data.value ?? data.displayValue) || 60)} />
            </Field>
            <Switch label={t("person.passOnceOnly")} checked={isOnce} onChange={(_, data) => setOnce(data.checked)} />
          </>
        )}
      </Confirm>
    );
  }
  if (act === "reset") {
    const isDone = change.isSuccess;
    return (
      <Confirm
        title={t("person.resetFor", { who })}
        action={isDone ? t("close") : t("person.reset")}
        isBusy={change.isPending || (!isDone && password.length < 8)}
        why={change.error}
        onNo={onClose}
        onYes={() => (isDone ? onClose() : change.mutate({ path: `/users/${user.id}`, ask: { method: "PATCH", body: { passwordProfile: { password, forceChangePasswordNextSignIn: true } } } }))}
      >
        {isDone ? <Text>{t("person.resetDone")}</Text> : (
          <Field label={t("person.newPassword")} hint={t("person.resetHint")}>
            <Input type="text" autoComplete="off" value={password} onChange={(_, data) => setPassword(data.value)} />
          </Field>
        )}
      </Confirm>
    );
  }
  const ask = ASKS[act];
  const wanted = { path: ask.path(user.id), ask: { method: ask.method, body: ask.body } };
  const done = () => {
    if (act === "disable") offerUndo({ said: t("undo.disabled", { who }), change: { path: `/users/${user.id}`, ask: { method: "PATCH", body: { accountEnabled: true } } } });
    onClose();
  };
  return (
    <Confirm title={t(`person.${act}For`, { who })} action={t(`person.${act}`)} isHarmful={act !== "enable"} isBusy={change.isPending} why={change.error} onNo={onClose} onYes={() => change.mutate(wanted, { onSuccess: done })}>
      <Preview change={wanted} />
    </Confirm>
  );
}
