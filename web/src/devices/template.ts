// The settings of a baseline's version as instances for a policy.

import type { Entity } from "../graph/client";
import { type Catalog, chosen, type Instance, shapeOf, simple } from "./catalog";

export interface SettingTemplate {
  id: string;
  reason?: string;
  settingInstanceTemplate: {
    settingDefinitionId: string;
    choiceSettingValueTemplate?: { defaultValue?: { settingDefinitionOptionId?: string } } | null;
    simpleSettingValueTemplate?: { defaultValue?: { constantValue?: string | number } } | null;
    simpleSettingCollectionValueTemplate?: { defaultValue?: { constantValue?: string | number } }[] | null;
  };
}

const KIND = "#microsoft.graph.deviceManagementConfiguration";

export function instancesOfTemplate(templates: SettingTemplate[], catalog: Catalog | undefined): Instance[] {
  if (!catalog) return [];
  return templates.flatMap(({ settingInstanceTemplate: template }): Instance[] => {
    const definition = catalog.get(template.settingDefinitionId);
    if (!definition) return [];
    const named = { settingDefinitionId: definition.id };
    const option = template.choiceSettingValueTemplate?.defaultValue?.settingDefinitionOptionId;
    if (option) return [{ "@odata.type": `${KIND}ChoiceSettingInstance`, ...named, choiceSettingValue: chosen(option, catalog) }];
    const value = template.simpleSettingValueTemplate?.defaultValue?.constantValue;
    if (value !== undefined && shapeOf(definition) !== "texts") return [{ "@odata.type": `${KIND}SimpleSettingInstance`, ...named, simpleSettingValue: simple(definition, value) }];
    const values = template.simpleSettingCollectionValueTemplate?.flatMap((one) => one.defaultValue?.constantValue ?? []);
    if (values?.length) return [{ "@odata.type": `${KIND}SimpleSettingCollectionInstance`, ...named, simpleSettingCollectionValue: values.map((one) => simple(definition, one)) }];
    return [];
  });
}

export function templateName(template: Entity): string {
  return `${String(template.displayName)} ${String(template.displayVersion ?? "")}`.trim();
}
