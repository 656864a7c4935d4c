// One sign-in: how it ended, what each policy said, and why.

import type { Entity } from "../graph/client";
import { Detail } from "../parts/Detail";
import { Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Facts, Tone } from "../parts/Value";
import { Because } from "../parts/Why";
import { useWords } from "../words";
import type { PageProps } from "./opinions";

export default function SignIn({ collection, id, listHref }: PageProps) {
  const { t, moment } = useWords();
  const code = (row: Entity) => (row.status as { errorCode?: number } | null)?.errorCode ?? 0;
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      heading={(row) => String(row.userDisplayName ?? row.servicePrincipalName ?? row.appDisplayName ?? "")}
      badge={(row) => <Tone word={code(row) === 0 ? "success" : "failure"} />}
      subtitle={(row) => `${moment(String(row.createdDateTime))} · ${String(row.appDisplayName ?? "")} → ${String(row.resourceDisplayName ?? "")}`}
      tabs={[
        {
          key: "story",
          title: t("person.story"),
          content: (row) => (
            <Columns>
              <Section title={t("list.explain")}><Because question={{ signIn: row.id }} /></Section>
              <Section title={t("list.policies")}>
                <Rows
                  none={t("signIn.noPolicy")}
                  rows={((row.appliedConditionalAccessPolicies ?? []) as Record<string, unknown>[]).map((policy, index): Row => ({
                    key: `${String(policy.id)}${index}`,
                    what: String(policy.displayName),
                    hint: ((policy.enforcedGrantControls ?? []) as string[]).join(", "),
                    end: <Tone word={String(policy.result)} />,
                  }))}
                />
              </Section>
              <Section title={t("detail.facts")}>
                <Facts facts={["userPrincipalName", "ipAddress", "location", "clientAppUsed", "deviceDetail", "authenticationRequirement", "riskLevelDuringSignIn", "isInteractive", "correlationId"].map((fact) => ({ name: fact, type: typeof row[fact] === "string" ? "String" : undefined, value: row[fact] }))} />
              </Section>
            </Columns>
          ),
        },
      ]}
    />
  );
}
