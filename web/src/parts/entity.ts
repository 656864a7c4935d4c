// An object as its page asks for it: where it is, what is read of it, what it is called, and what can be changed.

import type { Entity } from "../graph/client";
import type { Collection } from "../rooms/rooms";
import { attributesOf } from "../schema";

/** The address of an object in the API. */
export function addressOf(collection: Collection, id: string): string {
  return collection.isSingleton ? `/${collection.path}` : `/${collection.path}/${encodeURIComponent(id)}`;
}

/** Everything that can be seen of a kind. */
export function selected(kind: string): string {
  return ["id", ...attributesOf(kind).filter((attribute) => attribute.shown !== "never").map((attribute) => attribute.name)]
    .filter((name, index, all) => all.indexOf(name) === index)
    .join(",");
}

export function titleOf(entity: Entity, collection: Collection): string {
  const path = collection.title ?? "displayName";
  const named = path.split("/").reduce<unknown>((value, step) => (value as Record<string, unknown> | null)?.[step], entity);
  return String(named ?? entity.displayName ?? entity.name ?? entity.id ?? "");
}

export function editableNames(collection: Collection, kind: string): string[] {
  if (collection.edit) return collection.edit;
  if (collection.isSingleton) {
    return attributesOf(kind).filter((attribute) => attribute.write === "caller" && attribute.name !== "id").map((attribute) => attribute.name);
  }
  return collection.form ?? [];
}
