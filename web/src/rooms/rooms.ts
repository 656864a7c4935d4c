// The rooms of the house as the menu shows them, and what each lists: a table. A new kind with a list, a form and a page of
// its own facts is one row here; a page with an opinion is named in `pages/opinions.ts`.
//
// Deliberately absent: columns' types and forms' fields, which the printed schema knows.

import type { Key } from "../words";
import { access } from "./access";
import { apps } from "./apps";
import { devices } from "./devices";
import { governance } from "./governance";
import { identity } from "./identity";
import { monitor } from "./monitor";
import { provisioning } from "./provisioning";
import { signin } from "./signin";

export type RoomName =
  | "identity"
  | "signin"
  | "access"
  | "governance"
  | "provisioning"
  | "devices"
  | "apps"
  | "monitor";

/** What a list shows. Paths as `status/errorCode` reach into records, and into what was expanded. */
export interface Collection {
  /** The last part of the address, and the key of its title in the words. */
  key: string;
  /** The path below the API's version. */
  path: string;
  kind: string;
  columns: string[];
  /** The column that names a row and leads to it. */
  title?: string;
  /** What is read besides the columns, because a cell shows it. */
  also?: string[];
  expand?: string;
  orderBy?: string;
  /** A filter that is always there. */
  filter?: string;
  /** Searched in these: by `$search` over the directory, elsewhere by `contains`. */
  search?: string[];
  /** What a form for a new one asks for, in this order; without it nothing is made here. */
  form?: string[];
  /** What a form for a known one shows, when not what the one for a new one asks. */
  edit?: string[];
  canDelete?: boolean;
  /** Columns whose texts are words of the API: shown in the person's own. */
  words?: string[];
  /** Columns that have more to say than others. */
  wide?: string[];
  /** Filters that are chosen with one click, by a word of the API. */
  quick?: { key: string; filter: string }[];
  /** The one object of its kind: no list, its facts at once. */
  isSingleton?: boolean;
  /** Newest first and of a journal: no counting, no sorting. */
  isJournal?: boolean;
  /** Worked out when it is asked for, in the order that the server has: no sorting. */
  isReport?: boolean;
  /** A row leads to the object of this kind that has its id. */
  leadsTo?: string;
}

/** A page that is no list. */
export interface Story {
  key: string;
  story: true;
}

export interface Room {
  name: RoomName;
  entries: (Collection | Story)[];
}

export const rooms: Room[] = [identity, signin, access, governance, provisioning, devices, apps, monitor];

export function isCollection(entry: Collection | Story): entry is Collection {
  return !("story" in entry);
}

export function collectionOf(room: string, key: string): Collection | undefined {
  const entries = rooms.find((known) => known.name === room)?.entries ?? [];
  return entries.filter(isCollection).find((entry) => entry.key === key);
}

/** Where an object of a kind has its page. */
export function placeOf(kind: string | undefined, id: string): string | undefined {
  for (const room of rooms) {
    for (const entry of room.entries) {
      if (isCollection(entry) && !entry.isSingleton && entry.kind === kind) {
        return `/admin/${room.name}/${entry.key}/${encodeURIComponent(id)}`;
      }
    }
  }
  return undefined;
}

/** The key of a title in the words. */
export function titleKey(key: string): Key {
  return `list.${key}` as Key;
}
