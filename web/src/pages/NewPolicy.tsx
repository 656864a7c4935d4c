// A new Conditional Access policy: from nothing or from a template of the common baseline; it reports before it is in force.

import { Dropdown, Field, Option } from "@fluentui/react-components";
import type { Entity, Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { useCreating } from "../parts/creating";
import { Page, Section } from "../parts/page";
import { person } from "../session/session";
import { useWords } from "../words";
import type { PageProps } from "./opinions";
import { SaveOrSayWhy } from "./Policy";
import { bodyOf, emptyPolicy, lacks, type PolicyDraft } from "./policy";
import { PolicyEditor, Replay } from "./PolicyEditor";
import { PolicyWarnings } from "./PolicyWarnings";

const EMPTY = emptyPolicy(person().id);

export default function NewPolicy({ collection, listHref }: Omit<PageProps, "id">) {
  const { t } = useWords();
  const { draft, setDraft, make, isBusy, why } = useCreating<PolicyDraft>("policies.new", EMPTY, listHref);
  const templates = useRead<GraphPage<Entity>>("/identity/conditionalAccess/templates");
  const begin = (id: string | undefined) => {
    const template = templates.data?.value.find((known) => known.id === id);
    const details = template?.details as Partial<PolicyDraft> | undefined;
    if (!details) return setDraft(EMPTY);
    const filled = (given: object | undefined, empty: object) => ({ ...empty, ...Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== null)) });
    setDraft({
      ...EMPTY,
      displayName: String(template?.name ?? template?.displayName ?? ""),
      conditions: {
        ...filled(details.conditions, EMPTY.conditions),
        users: filled(details.conditions?.users, { ...EMPTY.conditions.users, includeUsers: [] }),
        applications: filled(details.conditions?.applications, { ...EMPTY.conditions.applications, includeApplications: [] }),
      } as PolicyDraft["conditions"],
      grantControls: details.grantControls ?? null,
      sessionControls: details.sessionControls ?? null,
    });
  };
  return (
    <Page title={t("create.title", { kind: t("list.policies") })}>
      <Section>
        <Field label={t("policy.template")} style={{ maxWidth: "560px" }}>
          <Dropdown placeholder={t("policy.noTemplate")} onOptionSelect={(_, data) => begin(data.optionValue)}>
            <Option value="" text={t("policy.noTemplate")}>{t("policy.noTemplate")}</Option>
            {(templates.data?.value ?? []).map((known) => <Option key={known.id} value={known.id} text={String(known.name)}>{String(known.name)}</Option>)}
          </Dropdown>
        </Field>
      </Section>
      <PolicyEditor draft={draft} onDraft={setDraft} />
      <PolicyWarnings draft={draft} />
      <Replay draft={draft} />
      <SaveOrSayWhy why={why} isBusy={isBusy} isReady={lacks(draft) === undefined} label={t("create")} onSave={(more) => make({ path: `/${collection.path}`, ask: { method: "POST", body: { ...bodyOf(draft), ...more } } })} />
    </Page>
  );
}
