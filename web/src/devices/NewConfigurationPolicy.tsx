// A new configuration policy: what it is called and what it begins with, its settings, who gets it, and a look at all of it.

import { Dropdown, Field, Input, Option, Textarea } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { at, type Entity, graph, type Page as GraphPage } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { useSearch } from "@tanstack/react-router";
import { useDraft } from "../parts/drafts";
import { useGo } from "../parts/Go";
import { Page, Section } from "../parts/page";
import { Wizard } from "../parts/Wizard";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { Assignments } from "./Assignments";
import { type Assignment, given } from "./assignment";
import { type Instance, settingsOf, useCatalog } from "./catalog";
import { SettingsEditor, SettingsReview, useLack } from "./SettingsEditor";
import { instancesOfTemplate, type SettingTemplate, templateName } from "./template";

interface Draft {
  name: string;
  description: string;
  templateId: string;
  instances: Instance[];
  assignments: Assignment[];
}

const EMPTY: Draft = { name: "", description: "", templateId: "", instances: [], assignments: [] };

export default function NewConfigurationPolicy({ collection, listHref }: Omit<PageProps, "id">) {
  const { t, name } = useWords();
  const go = useGo();
  const { about } = useSearch({ strict: false }) as { about?: string };
  const [draft, setDraft, forget] = useDraft<Draft>(`configurationPolicies.new.${about ?? ""}`, EMPTY);
  const catalog = useCatalog("configuration", t("compliance.distributions"));
  const templates = useRead<GraphPage<Entity>>(at("/deviceManagement/configurationPolicyTemplates", { $filter: "lifecycleState eq 'active'" }));
  const lack = useLack("configuration", draft.instances);
  const create = useChange<Entity>((made) => {
    forget();
    go(`${listHref}/${made.id}`);
  });
  const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const begin = async (templateId: string) => {
    if (!templateId) return put({ templateId });
    const { value } = await graph<GraphPage<SettingTemplate>>(`/deviceManagement/configurationPolicyTemplates/${templateId}/settingTemplates`);
    const template = templates.data?.value.find((known) => known.id === templateId);
    setDraft({ ...draft, templateId, name: draft.name || String(template?.displayName ?? ""), instances: instancesOfTemplate(value, catalog.data) });
  };
  // A page that leads here may name the baseline to begin with.
  useQuery({ queryKey: ["begin", about, Boolean(catalog.data), Boolean(templates.data)], enabled: Boolean(about && catalog.data && templates.data && !draft.templateId), staleTime: Infinity, queryFn: () => begin(about ?? "").then(() => true) });
  const template = templates.data?.value.find((known) => known.id === draft.templateId);
  const body = {
    name: draft.name.trim(),
    description: draft.description.trim() || null,
    platforms: "linux",
    technologies: "linuxMdm",
    settings: catalog.data ? settingsOf(draft.instances, catalog.data) : [],
    ...(draft.templateId && { templateReference: { templateId: draft.templateId } }),
  };
  const done = async () => {
    const made = await create.mutateAsync({ path: `/${collection.path}`, ask: { method: "POST", body } });
    if (draft.assignments.length) await graph(`/${collection.path}/${made.id}/assign`, { method: "POST", body: { assignments: given(draft.assignments) } });
  };
  return (
    <Page title={t("create.title", { kind: t("list.configurationPolicies") })} isNarrow>
      <Wizard
        action={t("create")}
        isBusy={create.isPending}
        why={create.error}
        onDone={() => void done().catch(() => undefined)}
        onCancel={() => (forget(), go(listHref))}
        steps={[
          {
            key: "what",
            title: t("policy.what"),
            lacks: draft.name.trim() ? undefined : t("form.missing", { name: name("displayName") }),
            content: (
              <Section>
                <Field label={name("displayName")} required><Input value={draft.name} onChange={(_, data) => put({ name: data.value })} /></Field>
                <Field label={name("description")}><Textarea value={draft.description} onChange={(_, data) => put({ description: data.value })} /></Field>
                <Field label={t("policy.template")} hint={template ? String(template.description ?? "") : t("baseline.beginHint")}>
                  <Dropdown value={template ? templateName(template) : t("policy.noTemplate")} selectedOptions={[draft.templateId]} onOptionSelect={(_, data) => void begin(data.optionValue ?? "")}>
                    <Option value="" text={t("policy.noTemplate")}>{t("policy.noTemplate")}</Option>
                    {(templates.data?.value ?? []).map((known) => <Option key={known.id} value={known.id} text={templateName(known)}>{templateName(known)}</Option>)}
                  </Dropdown>
                </Field>
              </Section>
            ),
          },
          { key: "settings", title: t("device.settings"), lacks: lack, content: <SettingsEditor usage="configuration" instances={draft.instances} onInstances={(instances) => put({ instances })} /> },
          { key: "who", title: t("assign.tab"), content: <Assignments assignments={draft.assignments} onAssignments={(assignments) => put({ assignments })} platforms="linux" /> },
          {
            key: "review",
            title: t("wizard.review"),
            lacks: lack,
            content: <Section title={draft.name}><SettingsReview usage="configuration" instances={draft.instances} /></Section>,
          },
        ]}
      />
    </Page>
  );
}
