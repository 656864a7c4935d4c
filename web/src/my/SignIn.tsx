// How somebody proves who they are, where they are signed in, and the way to what happened lately.
//
// Registering takes a ceremony with its owner and happens on the server's own pages (`/account`), which ask for a second factor
// first; removing here is refused for the same reason until they did.

import { Button, makeStyles, MessageBar, MessageBarActions, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { AddRegular, FingerprintRegular, KeyRegular, MailRegular, NumberSymbolSquareRegular, PhoneRegular, ShieldKeyholeRegular, TicketDiagonalRegular } from "@fluentui/react-icons";
import { type ReactNode, useState } from "react";
import { type Entity, GraphFailure, type Page as GraphPage } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { kindOfType } from "../graph/types";
import { Failure } from "../parts/Failure";
import { Confirm } from "../parts/Confirm";
import { Answered, Columns, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment } from "../parts/Value";
import { person } from "../session/session";
import { useWords } from "../words";

const ICONS: Record<string, ReactNode> = {
  fido2AuthenticationMethod: <FingerprintRegular />,
  softwareOathAuthenticationMethod: <PhoneRegular />,
  passwordAuthenticationMethod: <KeyRegular />,
  emailAuthenticationMethod: <MailRegular />,
  temporaryAccessPassAuthenticationMethod: <TicketDiagonalRegular />,
  recoveryCodesAuthenticationMethod: <NumberSymbolSquareRegular />,
  windowsHelloForBusinessAuthenticationMethod: <FingerprintRegular />,
};
/** What is changed elsewhere, or goes by itself. */
const KEPT = new Set(["passwordAuthenticationMethod", "temporaryAccessPassAuthenticationMethod"]);

const useStyles = makeStyles({
  line: { display: "flex", gap: "12px", alignItems: "center" },
  icon: { fontSize: "22px", display: "flex", color: tokens.colorBrandForeground1 },
  hint: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  buttons: { display: "flex", gap: "8px", flexWrap: "wrap" },
});

export function useMyMethods() {
  return useRead<GraphPage<Entity>>("/me/authentication/methods");
}

export const isPasskey = (method: Entity) => kindOfType(method["@odata.type"]) === "fido2AuthenticationMethod";

export default function SignIn() {
  const { t } = useWords();
  const styles = useStyles();
  const methods = useMyMethods();
  return (
    <Page title={t("my.signInPage")} subtitle={t("my.signInPageAbout")} isNarrow>
      <Answered query={methods}>
        {({ value }) => (
          <MessageBar intent={value.some(isPasskey) ? "success" : "info"} icon={<ShieldKeyholeRegular />} layout="multiline">
            <MessageBarBody>{value.some(isPasskey) ? t("my.hasPasskey") : t("my.passkeyHint")}</MessageBarBody>
            {!value.some(isPasskey) && (
              <MessageBarActions>
                <Button appearance="primary" as="a" href="/account/security-info">{t("my.addPasskey")}</Button>
              </MessageBarActions>
            )}
          </MessageBar>
        )}
      </Answered>
      <Columns>
        <Section title={t("my.methods")}>
          <Answered query={methods}>{({ value }) => <Methods methods={value} />}</Answered>
          <div className={styles.buttons}>
            <Button icon={<AddRegular />} as="a" href="/account/security-info">{t("my.addMethod")}</Button>
            <Button as="a" href="/account/password">{t("my.changePassword")}</Button>
          </div>
        </Section>
        <Sessions />
        <Section title={t("my.recent")}>
          <Text>{t("my.recentAbout")}</Text>
          <div className={styles.buttons}>
            <Button as="a" href="/account/activity">{t("my.seeActivity")}</Button>
            <Button as="a" href="/account/sessions">{t("my.seeBrowsers")}</Button>
          </div>
        </Section>
      </Columns>
    </Page>
  );
}

function Methods({ methods }: { methods: Entity[] }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const [gone, setGone] = useState<Entity | null>(null);
  const remove = useChange(() => setGone(null));
  const kindOf = (method: Entity) => kindOfType(method["@odata.type"]) ?? "";
  const titleOf = (method: Entity) => String(method.displayName ?? method.emailAddress ?? name(kindOf(method)));
  // The server asks for a proof that is not older than ten minutes; what it says is in its own words.
  const needsProof = remove.error instanceof GraphFailure && (remove.error.isDenied || remove.error.status === 401);
  return (
    <>
      <Rows
        none={t("my.noMethods")}
        rows={methods.map((method): Row => ({
          key: method.id,
          what: (
            <span className={styles.line}>
              <span className={styles.icon} aria-hidden>{ICONS[kindOf(method)] ?? <KeyRegular />}</span>
              <span>
                {titleOf(method)}
                <span className={styles.hint} style={{ display: "block" }}>
                  {titleOf(method) !== name(kindOf(method)) && <>{name(kindOf(method))} · </>}
                  {Boolean(method.createdDateTime) && <>{t("since")} <Moment value={String(method.createdDateTime)} /></>}
                </span>
              </span>
            </span>
          ),
          end: KEPT.has(kindOf(method)) ? undefined : (
            <Button size="small" aria-label={t("my.removeMethod", { name: titleOf(method) })} onClick={() => setGone(method)}>{t("my.remove")}</Button>
          ),
        }))}
      />
      {gone && (
        <Confirm
          title={t("my.removeMethod", { name: titleOf(gone) })}
          action={t("my.remove")}
          isHarmful
          isBusy={remove.isPending}
          why={needsProof ? undefined : remove.error}
          onNo={() => (remove.reset(), setGone(null))}
          onYes={() => remove.mutate({ path: `/me/authentication/methods/${gone.id}`, ask: { method: "DELETE" } })}
        >
          <Text>{t("my.removeMethodAbout")}</Text>
          {needsProof && (
            <MessageBar intent="warning" layout="multiline">
              <MessageBarBody>{t("my.stepUp")}</MessageBarBody>
              <MessageBarActions><Button size="small" as="a" href="/account/security-info">{t("my.methods")}</Button></MessageBarActions>
            </MessageBar>
          )}
        </Confirm>
      )}
    </>
  );
}

interface Family extends Entity {
  appDisplayName: string | null;
  createdDateTime: string;
  lastUsedDateTime: string;
}

function Sessions() {
  const { t, ago } = useWords();
  const [isEnding, setEnding] = useState(false);
  const base = `/users/${person().id}`;
  const families = useRead<GraphPage<Family>>(`${base}/refreshTokenFamilies`);
  const end = useChange();
  const endAll = useChange(() => setEnding(false));
  return (
    <Section title={t("my.signedInAt")} actions={<Button size="small" onClick={() => setEnding(true)}>{t("my.endAll")}</Button>}>
      {end.error && <Failure why={end.error} />}
      <Answered query={families}>
        {({ value }) => (
          <Rows
            none={t("my.noSessionsHere")}
            rows={value.map((family): Row => ({
              key: family.id,
              what: family.appDisplayName ?? String(family.appId),
              hint: t("my.sinceLast", { since: ago(family.createdDateTime), used: ago(family.lastUsedDateTime) }),
              end: <Button size="small" disabled={end.isPending} onClick={() => end.mutate({ path: `${base}/refreshTokenFamilies/${family.id}`, ask: { method: "DELETE" } })}>{t("my.endOne")}</Button>,
            }))}
          />
        )}
      </Answered>
      {isEnding && (
        <Confirm title={t("my.endAll")} action={t("my.endAll")} isHarmful isBusy={endAll.isPending} why={endAll.error} onNo={() => setEnding(false)} onYes={() => endAll.mutate({ path: "/me/revokeSignInSessions", ask: { method: "POST", body: {} } })}>
          <Text>{t("my.endAllAbout")}</Text>
        </Confirm>
      )}
    </Section>
  );
}
