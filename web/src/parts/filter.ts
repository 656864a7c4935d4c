// Conditions that a person puts together, and the `$filter` that they make.
//
// Deliberately absent: reading a `$filter` back into conditions. Whoever edits the text edits the text.

import { quoted } from "../graph/client";
import { type Attribute, attributesOf, enumNamed, isDirectory } from "../schema";
import { isDay, midnight } from "./days";

export type Operator = "eq" | "ne" | "startswith" | "contains" | "ge" | "le" | "any" | "empty" | "full";

export interface Condition {
  attribute: string;
  operator: Operator;
  value: string;
}

/** What can be filtered by: one value or many texts; what is never shown is never asked for. */
export function filterable(kind: string): Attribute[] {
  const isPlain = (attribute: Attribute) =>
    PLAIN.has(attribute.type) || enumNamed(attribute.type) !== undefined;
  return attributesOf(kind)
    .filter((attribute) => attribute.shown !== "never" && isPlain(attribute))
    .sort((one, other) => one.name.localeCompare(other.name));
}

const PLAIN = new Set(["Boolean", "Int32", "Int64", "Double", "String", "Guid", "DateTimeOffset", "Date"]);

export function operatorsFor(kind: string, attribute: Attribute): Operator[] {
  if (attribute.many) return ["any"];
  if (attribute.type === "Boolean" || enumNamed(attribute.type)) return ["eq", "ne"];
  if (attribute.type === "String") {
    return ["eq", "ne", "startswith", ...(isDirectory(kind) ? [] : (["contains"] as const)), "empty", "full"];
  }
  if (attribute.type === "Guid") return ["eq", "ne"];
  return ["ge", "le", "eq", "empty", "full"];
}

/** The text of a condition; nothing while it is not complete. */
export function clause(kind: string, condition: Condition): string | undefined {
  const attribute = attributesOf(kind).find((known) => known.name === condition.attribute);
  if (!attribute) return undefined;
  const { name } = attribute;
  if (condition.operator === "empty") return `${name} eq null`;
  if (condition.operator === "full") return `${name} ne null`;
  if (condition.value.trim() === "") return undefined;
  const value = literal(attribute, condition.value.trim());
  if (value === undefined) return undefined;
  switch (condition.operator) {
    case "startswith":
    case "contains":
      return `${condition.operator}(${name},${value})`;
    case "any":
      return `${name}/any(x:x eq ${value})`;
    default:
      return `${name} ${condition.operator} ${value}`;
  }
}

export function filterText(kind: string, conditions: Condition[]): string {
  return conditions.flatMap((condition) => clause(kind, condition) ?? []).join(" and ");
}

function literal(attribute: Attribute, value: string): string | undefined {
  switch (attribute.type) {
    case "Boolean":
      return value === "true" ? "true" : "false";
    case "Int32":
    case "Int64":
    case "Double":
      return Number.isFinite(Number(value)) ? String(Number(value)) : undefined;
    case "DateTimeOffset": {
      if (isDay(attribute.name)) return /^\d{4}-\d\d-\d\d$/.test(value) ? midnight(value) : undefined;
      const moment = new Date(value);
      return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
    }
    case "Date":
    case "Guid":
      return value;
    default:
      return quoted(value);
  }
}
