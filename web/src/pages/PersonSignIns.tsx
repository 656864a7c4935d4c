// How and where a person signs in: their methods, what keeps them signed in, and the last times.

import { Button } from "@fluentui/react-components";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { resultOf } from "../parts/signInResult";
import { kindOfType } from "../graph/types";
import { useWords } from "../words";
import { PersonRisk } from "./PersonRisk";

const SEGMENTS: Record<string, string> = {
  temporaryAccessPassAuthenticationMethod: "temporaryAccessPassMethods",
  fido2AuthenticationMethod: "fido2Methods",
  softwareOathAuthenticationMethod: "softwareOathMethods",
  emailAuthenticationMethod: "emailMethods",
};

export function SigningIn({ user }: { user: Entity }) {
  const { t, name } = useWords();
  const methods = useRead<GraphPage<Entity>>(`/users/${user.id}/authentication/methods`);
  const families = useRead<GraphPage<Entity>>(`/users/${user.id}/refreshTokenFamilies`);
  const signIns = useRead<GraphPage<Entity>>(at("/auditLogs/signIns", { $filter: `userId eq '${user.id}'`, $top: 20 }));
  const remove = useChange();
  const kind = (method: Entity) => kindOfType(method["@odata.type"]) ?? "";
  return (
    <>
      <PersonRisk user={user} />
      <Columns>
        <Section title={t("list.methodsPolicy")}>
          {remove.error && <Failure why={remove.error} />}
          <Rows
            query={methods}
            none={t("person.noMethods")}
            rows={(methods.data?.value ?? []).map((method): Row => ({
              key: method.id,
              what: <>{name(kind(method).replace(/AuthenticationMethod$/, ""))} {method.displayName ? `· ${String(method.displayName)}` : ""}</>,
              hint: method.createdDateTime ? <Moment value={String(method.createdDateTime)} /> : undefined,
              end: kind(method).startsWith("password") ? undefined : (
                <Button size="small" disabled={remove.isPending} onClick={() => remove.mutate({ path: `/users/${user.id}/authentication/${SEGMENTS[kind(method)] ?? "methods"}/${method.id}`, ask: { method: "DELETE" } })}>
                  {t("delete")}
                </Button>
              ),
            }))}
          />
        </Section>
        <Section title={t("person.sessions")}>
          <Rows
            query={families}
            none={t("person.noSessions")}
            rows={(families.data?.value ?? []).map((family, index): Row => ({
              key: String(family.id ?? index),
              what: String(family.appDisplayName ?? family.displayName ?? family.appId ?? family.clientId ?? ""),
              hint: typeof family.lastUsedDateTime === "string" ? <Moment value={family.lastUsedDateTime} /> : undefined,
              end: (
                <Button size="small" disabled={remove.isPending} onClick={() => remove.mutate({ path: `/users/${user.id}/refreshTokenFamilies/${String(family.id)}`, ask: { method: "DELETE" } })}>
                  {t("person.endSession")}
                </Button>
              ),
            }))}
          />
        </Section>
      </Columns>
      <Section title={t("person.lastSignIns")} actions={<Go href={`/admin/monitor/signIns?filter=${encodeURIComponent(`userId eq '${user.id}'`)}`}>{t("home.all")}</Go>}>
        <Rows
          none={t("home.noSignIns")}
          rows={(signIns.data?.value ?? []).map((row): Row => ({
            key: row.id,
            what: <Go href={`/admin/monitor/signIns/${row.id}`}>{String(row.appDisplayName ?? "")} → {String(row.resourceDisplayName ?? "")}</Go>,
            hint: <><Moment value={String(row.createdDateTime)} /> · {String(row.ipAddress ?? "")}</>,
            end: <Tone word={resultOf(row.status)} />,
          }))}
        />
      </Section>
    </>
  );
}
