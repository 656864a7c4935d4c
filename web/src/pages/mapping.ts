// The mappings of the HR job as their editor changes them: read from the job's schema, or the built-in ones; written back as a
// schema.

import type { Entity } from "../graph/client";
import { mappings as builtIn } from "../printed/mappings";
import type { Key } from "../words";

export interface MappingDraft {
  target: string;
  expression: string;
  isOnlyNew: boolean;
  isMatch: boolean;
  /** What the editor does not know of it. */
  rest: Record<string, unknown>;
}

interface Given {
  targetAttributeName?: string;
  flowType?: string | null;
  matchingPriority?: number | null;
  source?: { expression?: string | null; name?: string | null; type?: string | null } | null;
}

export function mappingsOf(job: Entity): { mappings: MappingDraft[]; isOwn: boolean } {
  const schema = job.schema as { synchronizationRules?: { objectMappings?: { attributeMappings?: Given[] }[] }[] } | null;
  if (!schema) return { isOwn: false, mappings: builtIn.map((one) => ({ target: one.target, expression: one.expression, isOnlyNew: one.isOnlyNew ?? false, isMatch: (one.priority ?? 0) > 0, rest: {} })) };
  const given = (schema.synchronizationRules ?? []).flatMap((rule) => rule.objectMappings ?? []).flatMap((object) => object.attributeMappings ?? []);
  return { isOwn: true, mappings: given.map(({ targetAttributeName, flowType, matchingPriority, source, ...rest }) => ({ target: targetAttributeName ?? "", expression: expressionOf(source), isOnlyNew: flowType === "ObjectAddOnly", isMatch: (matchingPriority ?? 0) > 0, rest })) };
}

function expressionOf(source: Given["source"]): string {
  if (source?.expression) return source.expression;
  if (source?.type === "Constant") return JSON.stringify(source.name ?? "");
  return source?.name ? `[${source.name}]` : "";
}

/** The body of a change of the job. */
export function schemaBody(mappings: MappingDraft[]): Record<string, unknown> {
  let priority = 0;
  const attributeMappings = mappings.map(({ target, expression, isOnlyNew, isMatch, rest }) => ({
    ...rest,
    targetAttributeName: target,
    flowType: isOnlyNew ? "ObjectAddOnly" : "Always",
    matchingPriority: isMatch ? ++priority : 0,
    source: { type: "Function", expression },
  }));
  return { schema: { synchronizationRules: [{ name: "HR", objectMappings: [{ enabled: true, sourceObjectName: "User", targetObjectName: "user", attributeMappings }] }] } };
}

export function mappingLacks(mappings: MappingDraft[]): Key | undefined {
  if (mappings.some((one) => !one.target.trim() || !one.expression.trim())) return "mapping.needsTarget";
  return mappings.some((one) => one.isMatch) ? undefined : "mapping.needsMatch";
}

/** A record to try mappings on. */
export const SAMPLE = {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  externalId: "4711",
  name: { givenName: "Amina", familyName: "Rossi" },
  title: "Analyst",
  active: true,
  addresses: [{ type: "work", locality: "Turin", country: "IT" }],
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department: "Sales" },
};
