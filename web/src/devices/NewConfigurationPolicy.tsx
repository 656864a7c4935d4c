// A new configuration policy: from nothing, or from a baseline.

import { Dropdown, Field, Option } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { at, type Entity, graph, type Page } from "../graph/client";
import { useRead } from "../graph/queries";
import { useCreating } from "../parts/creating";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { useCatalog } from "./catalog";
import { EMPTY, NewSettingsPolicy, type SettingsPolicyDraft } from "./NewSettingsPolicy";
import { instancesOfTemplate, type SettingTemplate, templateName } from "./template";

interface Draft extends SettingsPolicyDraft {
  templateId: string;
}

const BEGINNING: Draft = { ...EMPTY, templateId: "" };
const TEMPLATES = "/deviceManagement/configurationPolicyTemplates";

export default function NewConfigurationPolicy({ collection, listHref }: Omit<PageProps, "id">) {
  const { t } = useWords();
  const { about } = useSearch({ strict: false }) as { about?: string };
  const creating = useCreating(`configurationPolicies.new.${about ?? ""}`, BEGINNING, listHref);
  const { draft: { templateId, name }, put } = creating;
  const catalog = useCatalog("configuration", t("compliance.distributions"));
  const templates = useRead<Page<Entity>>(at(TEMPLATES, { $filter: "lifecycleState eq 'active'" }));
  const templateOf = (id: string) => templates.data?.value.find((known) => known.id === id);
  const begin = async (id: string) => {
    if (!id) return put({ templateId: "" });
    const { value } = await graph<Page<SettingTemplate>>(`${TEMPLATES}/${id}/settingTemplates`);
    put({ templateId: id, name: name || String(templateOf(id)?.displayName ?? ""), instances: instancesOfTemplate(value, catalog.data) });
  };
  // A page that leads here may name the baseline to begin with.
  useQuery({ queryKey: ["begin", about, Boolean(catalog.data), Boolean(templates.data)], enabled: Boolean(about && catalog.data && templates.data && !templateId), staleTime: Infinity, queryFn: () => begin(about ?? "").then(() => true) });
  const template = templateOf(templateId);
  return (
    <NewSettingsPolicy
      collection={collection}
      usage="configuration"
      creating={creating}
      settings={t("device.settings")}
      beginning={
        <Field label={t("policy.template")} hint={template ? String(template.description ?? "") : t("baseline.beginHint")}>
          <Dropdown value={template ? templateName(template) : t("policy.noTemplate")} selectedOptions={[templateId]} onOptionSelect={(_, data) => void begin(data.optionValue ?? "")}>
            <Option value="" text={t("policy.noTemplate")}>{t("policy.noTemplate")}</Option>
            {(templates.data?.value ?? []).map((known) => <Option key={known.id} value={known.id} text={templateName(known)}>{templateName(known)}</Option>)}
          </Dropdown>
        </Field>
      }
      body={templateId ? { templateReference: { templateId } } : undefined}
    />
  );
}
