// The schema as the server has it: kinds, attributes, links and enumerations, printed by `cargo xtask print`.
//
// Loaded only by routes that show things by description; nothing here is typed by hand.

import { enumerations, kinds, records, sets } from "./printed/model";

export type Write = "caller" | "create" | "system";
export type Shown = "always" | "selected" | "never";
export type Found = "none" | "equal" | "range";

/** An attribute of a kind, or a field of a nested record. */
export interface Attribute {
  name: string;
  /** `Boolean`, `String`, …, or the name of an enumeration or of a record. */
  type: string;
  many?: boolean;
  required?: boolean;
  write?: Write;
  shown?: Shown;
  found?: Found;
}

export interface Link {
  name: string;
  to: string;
  one?: boolean;
  /** Whether callers add and remove. */
  isWritten?: boolean;
}

export interface Kind {
  name: string;
  base?: string;
  isAbstract?: boolean;
  restorableDays?: number;
  attributes: Attribute[];
  links: Link[];
}

export interface RecordShape {
  name: string;
  base?: string;
  isAbstract?: boolean;
  isOpen?: boolean;
  fields: Attribute[];
}

export interface Enumeration {
  name: string;
  members: string[];
  isFlags?: boolean;
}

const kindsByName = new Map<string, Kind>(kinds.map((kind) => [kind.name, kind]));
const recordsByName = new Map<string, RecordShape>(records.map((record) => [record.name, record]));
const enumsByName = new Map<string, Enumeration>(enumerations.map((one) => [one.name, one]));

export function kindNamed(name: string): Kind | undefined {
  return kindsByName.get(name);
}

/** Own attributes and inherited ones, the base's first. */
export function attributesOf(kind: string): Attribute[] {
  const own = kindsByName.get(kind);
  if (!own) return [];
  return [...(own.base ? attributesOf(own.base) : []), ...own.attributes];
}

export function linksOf(kind: string): Link[] {
  const own = kindsByName.get(kind);
  if (!own) return [];
  return [...(own.base ? linksOf(own.base) : []), ...own.links];
}

/** The kinds that can be made where `kind` is wanted: itself and what inherits from it, without the abstract ones. */
export function makeable(kind: string): string[] {
  const inherits = (name: string | undefined): boolean =>
    name !== undefined && (name === kind || inherits(kindsByName.get(name)?.base));
  return [...kindsByName.values()].filter((one) => !one.isAbstract && inherits(one.name)).map((one) => one.name);
}

/** Whether objects of a kind are directory objects, which Graph searches by `$search` and knows no `contains` for. */
export function isDirectory(kind: string): boolean {
  return kind === "directoryObject" || (kindsByName.get(kind)?.base !== undefined && isDirectory(kindsByName.get(kind)?.base ?? ""));
}

export function recordNamed(name: string): RecordShape | undefined {
  return recordsByName.get(name);
}

export function fieldsOf(record: string): Attribute[] {
  const own = recordsByName.get(record);
  if (!own) return [];
  return [...(own.base ? fieldsOf(own.base) : []), ...own.fields];
}

export function enumNamed(name: string): Enumeration | undefined {
  return enumsByName.get(name);
}

/** The attribute at a path as `status/errorCode`. */
export function attributeAt(kind: string, path: string): Attribute | undefined {
  const [first, ...rest] = path.split("/");
  let found = attributesOf(kind).find((attribute) => attribute.name === first);
  for (const step of rest) {
    found = found && fieldsOf(found.type).find((field) => field.name === step);
  }
  return found;
}

/** Where a deleted object of a kind waits to be restored. */
export function deletedPathOf(kind: string): string {
  const inherits = (name: string | undefined): string[] => (name === undefined ? [] : [name, ...inherits(kindsByName.get(name)?.base)]);
  const own = inherits(kind).flatMap((name) => sets.find((set) => set.kind === name && set.source === "deleted") ?? []);
  return own[0]?.path ?? "directory/deletedItems";
}
