// The settings catalogue as the API lists it, and what a policy says of a setting, in Graph's own shape: begun with the
// definition's default, checked against its limits, told in words.
//
// Deliberately absent: any knowledge of single settings, but for two of compliance whose parts the catalogue lists one by one.

import { useQuery } from "@tanstack/react-query";
import { at, everything } from "../graph/client";

export type Usage = "configuration" | "compliance";

export interface Definition {
  "@odata.type": string;
  id: string;
  displayName: string;
  description?: string | null;
  categoryId: string;
  rootDefinitionId?: string;
  applicability?: { description?: string | null; platform?: string } | null;
  options?: { itemId: string; name: string; displayName: string }[];
  defaultOptionId?: string | null;
  defaultValue?: { value: string | number } | null;
  valueDefinition?: { "@odata.type"?: string; minimumValue?: number; maximumValue?: number; minimumLength?: number; maximumLength?: number; isSecret?: boolean } | null;
  minimumCount?: number;
  maximumCount?: number;
  childIds?: string[];
  dependentOn?: { dependentOn: string; parentSettingId: string }[];
}

export interface Category {
  id: string;
  displayName: string;
  description?: string | null;
}

/** What a policy says of one setting: Graph's `deviceManagementConfigurationSettingInstance`. */
export interface Instance {
  "@odata.type": string;
  settingDefinitionId: string;
  choiceSettingValue?: { "@odata.type"?: string; value: string; children?: Instance[] } | null;
  simpleSettingValue?: Simple | null;
  simpleSettingCollectionValue?: Simple[] | null;
  groupSettingCollectionValue?: { children: Instance[] }[] | null;
}

interface Simple {
  "@odata.type": string;
  value: string | number;
  /** Of a secret: itself as somebody has just typed it, or the token that stands for it. */
  valueState?: "notEncrypted" | "encryptedValueToken";
}

export type Shape = "choice" | "integer" | "text" | "texts" | "group";

const KIND = "#microsoft.graph.deviceManagementConfiguration";
/** What is shown of a secret, however long it is. */
const MASKED = "••••••••";
/** The catalogue changes with the program alone. */
const FRESH_MS = 60 * 60_000;
const DEFINITIONS_MAX = 20_000;

/** Distributions are demanded in a group, of which the catalogue lists the members alone. */
const DISTRIBUTIONS = "linux_distribution_alloweddistros";
const DISTRIBUTION_ITEM = `${DISTRIBUTIONS}_item_`;
/** What stands beneath an option, where the catalogue lists it beside it. */
export const BENEATH: Record<string, string[]> = {
  linux_customcompliance_required_true: ["linux_customcompliance_discoveryscript", "linux_customcompliance_rules"],
};

export class Catalog {
  readonly byId: Map<string, Definition>;
  constructor(
    readonly definitions: Definition[],
    readonly categories: Category[],
  ) {
    this.byId = new Map(definitions.map((definition) => [definition.id.toLowerCase(), definition]));
  }
  get(id: string): Definition | undefined {
    return this.byId.get(id.toLowerCase());
  }
  /** What can be put into a policy by itself. */
  get roots(): Definition[] {
    const beneath = new Set([...this.definitions.flatMap((definition) => definition.childIds ?? []), ...Object.values(BENEATH).flat()]);
    return this.definitions.filter((definition) => !beneath.has(definition.id));
  }
  category(id: string): string {
    return this.categories.find((category) => category.id === id)?.displayName ?? id;
  }
}

export function useCatalog(usage: Usage, distributions = "") {
  return useQuery({
    queryKey: ["catalog", usage, distributions],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }) => {
      const [definitions, categories] = await Promise.all([
        everything<Definition>(at(`/deviceManagement/${usage}Settings`, { $top: 500 }), DEFINITIONS_MAX, signal),
        everything<Category>(`/deviceManagement/${usage}Categories`, DEFINITIONS_MAX, signal),
      ]);
      return new Catalog(withDistributions(definitions, distributions), categories);
    },
  });
}

/** The definitions with that of the group that they are members of. */
export function withDistributions(definitions: Definition[], displayName: string): Definition[] {
  const first = definitions.findIndex((definition) => definition.id.startsWith(DISTRIBUTION_ITEM));
  const known = definitions[first];
  if (!known || definitions.some((definition) => definition.id === DISTRIBUTIONS)) return definitions;
  const childIds = definitions.filter((definition) => definition.id.startsWith(DISTRIBUTION_ITEM)).map((definition) => definition.id);
  const group = { "@odata.type": `${KIND}SettingGroupCollectionDefinition`, id: DISTRIBUTIONS, displayName, categoryId: known.categoryId, applicability: known.applicability, childIds, minimumCount: 1, maximumCount: 20 };
  return [...definitions.slice(0, first), group, ...definitions.slice(first)];
}

export function shapeOf(definition: Definition): Shape {
  const kind = definition["@odata.type"].replace(KIND, "");
  if (kind === "ChoiceSettingDefinition") return "choice";
  if (kind === "SettingGroupCollectionDefinition") return "group";
  if (kind === "SimpleSettingCollectionDefinition") return "texts";
  return definition.valueDefinition?.["@odata.type"]?.includes("Integer") ? "integer" : "text";
}

/** What a form begins with. */
export function begun(definition: Definition, catalog: Catalog): Instance {
  const named = { settingDefinitionId: definition.id };
  switch (shapeOf(definition)) {
    case "choice": {
      const value = definition.defaultOptionId ?? definition.options?.[0]?.itemId ?? "";
      return { "@odata.type": `${KIND}ChoiceSettingInstance`, ...named, choiceSettingValue: chosen(value, catalog) };
    }
    case "integer":
      return { "@odata.type": `${KIND}SimpleSettingInstance`, ...named, simpleSettingValue: simple(definition, definition.defaultValue?.value ?? definition.valueDefinition?.minimumValue ?? 0) };
    case "text":
      return { "@odata.type": `${KIND}SimpleSettingInstance`, ...named, simpleSettingValue: simple(definition, definition.defaultValue?.value ?? "") };
    case "texts":
      return { "@odata.type": `${KIND}SimpleSettingCollectionInstance`, ...named, simpleSettingCollectionValue: [simple(definition, "")] };
    case "group":
      return { "@odata.type": `${KIND}GroupSettingCollectionInstance`, ...named, groupSettingCollectionValue: [member(definition, catalog)] };
  }
}

/** One more member of a group. */
export function member(definition: Definition, catalog: Catalog): { children: Instance[] } {
  const children = (definition.childIds ?? []).flatMap((id) => catalog.get(id) ?? []);
  return { children: children.map((child) => begun(child, catalog)) };
}

/** The value of a choice, with what stands beneath the option. */
export function chosen(value: string, catalog: Catalog): NonNullable<Instance["choiceSettingValue"]> {
  const children = (BENEATH[value] ?? []).flatMap((id) => catalog.get(id) ?? []);
  return { "@odata.type": `${KIND}ChoiceSettingValue`, value, children: children.map((child) => begun(child, catalog)) };
}

export function simple(definition: Definition, value: string | number): Simple {
  if (definition.valueDefinition?.isSecret) return { "@odata.type": `${KIND}SecretSettingValue`, value, valueState: "notEncrypted" };
  const kind = shapeOf(definition) === "integer" ? "Integer" : "String";
  return { "@odata.type": `${KIND}${kind}SettingValue`, value };
}

export type Problem =
  | { is: "missing" }
  | { is: "tooFew"; limit: number }
  | { is: "tooMany"; limit: number }
  | { is: "tooShort"; limit: number }
  | { is: "tooLong"; limit: number }
  | { is: "below"; limit: number }
  | { is: "above"; limit: number };

/** What is wrong with a simple value, by the definition's limits. */
export function problemOf(definition: Definition, value: string | number): Problem | undefined {
  const limits = definition.valueDefinition ?? {};
  if (shapeOf(definition) === "integer") {
    if (typeof value !== "number" || !Number.isInteger(value)) return { is: "missing" };
    if (limits.minimumValue !== undefined && value < limits.minimumValue) return { is: "below", limit: limits.minimumValue };
    if (limits.maximumValue !== undefined && value > limits.maximumValue) return { is: "above", limit: limits.maximumValue };
    return undefined;
  }
  const text = String(value);
  if (!text && (limits.minimumLength ?? 0) > 0) return { is: "missing" };
  if (limits.minimumLength !== undefined && text.length < limits.minimumLength) return { is: "tooShort", limit: limits.minimumLength };
  if (limits.maximumLength !== undefined && text.length > limits.maximumLength) return { is: "tooLong", limit: limits.maximumLength };
  return undefined;
}

/** Whether a value is a token: the secret is kept, and nobody reads it. */
export function isKept(value: Simple | null | undefined): boolean {
  return value?.valueState === "encryptedValueToken";
}

/** What is wrong with an instance, wherever in it. */
export function problemIn(instance: Instance, catalog: Catalog): Problem | undefined {
  const definition = catalog.get(instance.settingDefinitionId);
  if (!definition) return undefined;
  if (isKept(instance.simpleSettingValue)) return undefined;
  if (instance.simpleSettingValue) return problemOf(definition, instance.simpleSettingValue.value);
  const many = instance.simpleSettingCollectionValue ?? instance.groupSettingCollectionValue;
  if (many) {
    if (many.length < (definition.minimumCount ?? 0)) return { is: "tooFew", limit: definition.minimumCount ?? 0 };
    if (many.length > (definition.maximumCount ?? Infinity)) return { is: "tooMany", limit: definition.maximumCount ?? 0 };
  }
  for (const item of instance.simpleSettingCollectionValue ?? []) {
    const problem = problemOf(definition, item.value);
    if (problem) return problem;
  }
  const children = [...(instance.groupSettingCollectionValue ?? []).flatMap((one) => one.children), ...(instance.choiceSettingValue?.children ?? [])];
  for (const child of children) {
    const problem = isOptional(child, catalog) ? undefined : problemIn(child, catalog);
    if (problem) return problem;
  }
  return undefined;
}

/** A text, or a list, within a group that nobody filled is left out when it is sent; the group's first names it and must be there. */
function isOptional(child: Instance, catalog: Catalog): boolean {
  const definition = catalog.get(child.settingDefinitionId);
  if (definition && shapeOf(definition) === "texts") return (child.simpleSettingCollectionValue ?? []).every((item) => item.value === "");
  return definition !== undefined && shapeOf(definition) === "text" && child.simpleSettingValue?.value === "" && !/_(name|\$type|script|rules|pem|discoveryscript)$/.test(definition.id);
}

/** As it is sent: without what somebody left empty. */
export function sent(instance: Instance, catalog: Catalog): Instance {
  const kept = (children: Instance[]) => children.filter((child) => !isOptional(child, catalog)).map((child) => sent(child, catalog));
  return {
    ...instance,
    ...(instance.groupSettingCollectionValue && { groupSettingCollectionValue: instance.groupSettingCollectionValue.map((one) => ({ ...one, children: kept(one.children) })) }),
    ...(instance.choiceSettingValue && { choiceSettingValue: { ...instance.choiceSettingValue, children: kept(instance.choiceSettingValue.children ?? []) } }),
  };
}

export interface Setting {
  "@odata.type"?: string;
  id?: string;
  settingInstance: Instance;
}

/** Instances as a policy holds them. */
export function settingsOf(instances: Instance[], catalog: Catalog): Setting[] {
  return instances.map((instance) => ({ "@odata.type": `${KIND}Setting`, settingInstance: sent(instance, catalog) }));
}

/** A value in words: the option's name, the number, the texts. */
export function told(instance: Instance, catalog: Catalog): string {
  const definition = catalog.get(instance.settingDefinitionId);
  if (instance.choiceSettingValue) {
    const value = instance.choiceSettingValue.value;
    return definition?.options?.find((option) => option.itemId === value)?.displayName ?? value;
  }
  if (instance.simpleSettingValue?.valueState) return instance.simpleSettingValue.value === "" ? "" : MASKED;
  if (instance.simpleSettingValue) return String(instance.simpleSettingValue.value);
  if (instance.simpleSettingCollectionValue) return instance.simpleSettingCollectionValue.map((item) => item.value).join(", ");
  return (instance.groupSettingCollectionValue ?? []).map((one) => one.children.slice(0, 2).map((child) => told(child, catalog)).filter(Boolean).join(" ")).join(", ");
}

/** The setting that a device's state is about: its id without the member in brackets. */
export function definitionIdOf(stateId: string): { id: string; member?: string } {
  const found = /^(.*?)\[(.*)\]$/.exec(stateId);
  return found ? { id: found[1] ?? stateId, member: found[2] } : { id: stateId };
}

/** A value as the API tells it (`true`, `3`) in the option's words. */
export function toldValue(definition: Definition | undefined, value: string | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return definition?.options?.find((option) => option.name === value)?.displayName ?? value;
}

/** Those that a text is found in: every word of it, in name, id, description or category. */
export function found(catalog: Catalog, text: string, categoryId?: string): Definition[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return catalog.roots.filter((definition) => {
    if (categoryId && definition.categoryId !== categoryId) return false;
    const where = [definition.displayName, definition.id, definition.description ?? "", catalog.category(definition.categoryId)].join("\n").toLowerCase();
    return words.every((word) => where.includes(word));
  });
}
