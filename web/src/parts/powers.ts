// What a role allows, list by list of this center: from what is printed of the permission matrix.

import { roles as printed, type Powers } from "../printed/roles";
import { isCollection, rooms, type RoomName } from "../rooms/rooms";
import { makeable } from "../schema";

export type Column = "see" | "make" | "change" | "remove" | "act";
export const COLUMNS: Column[] = ["see", "make", "change", "remove", "act"];

/** `true`: all of it. Names: only these attributes, links or actions. Nothing: not allowed. */
export type Cell = true | string[];

export interface PowerRow {
  room: RoomName;
  list: string;
  kind: string;
  cells: Record<Column, Cell>;
  /** Whether secrets of other people can be set. */
  hasCredentials: boolean;
}

const WHOLE: Record<string, Column[]> = { read: ["see"], create: ["make"], update: ["change"], links: ["change"], delete: ["remove"], actions: ["act"] };
const PART: Record<string, Column> = { update: "change", link: "change", action: "act" };

export function powersOf(templateId: string): Powers | undefined {
  return printed[templateId];
}

/** The rows of several roles together. */
export function powerRows(all: Powers[]): PowerRow[] {
  const verbs = new Map<string, Set<string>>();
  for (const group of all.flat()) {
    for (const kind of group.kinds) verbs.set(kind, new Set([...(verbs.get(kind) ?? []), ...group.verbs]));
  }
  return rooms.flatMap((room) =>
    // What was deleted is of many kinds, and restored by those who may make it.
    room.entries.filter(isCollection).filter((entry) => entry.kind !== "directoryObject").map((entry) => {
      // A list of an abstract kind is of whatever inherits from it.
      const kinds = [entry.kind, ...makeable(entry.kind)];
      const held = new Set(kinds.flatMap((kind) => [...(verbs.get(kind) ?? [])]));
      return { room: room.name, list: entry.key, kind: entry.kind, cells: cellsOf(held), hasCredentials: held.has("credentials") };
    }),
  );
}

function cellsOf(held: Set<string>): Record<Column, Cell> {
  const cells = Object.fromEntries(COLUMNS.map((column) => [column, [] as Cell])) as Record<Column, Cell>;
  for (const verb of held) {
    const [sort = "", name] = verb.split(":");
    if (name === undefined) {
      for (const column of WHOLE[sort] ?? []) cells[column] = true;
    } else {
      const column = PART[sort];
      const known = column && cells[column];
      if (column && known !== true && known !== undefined) cells[column] = [...known, name];
    }
  }
  return cells;
}

export const isAny = (cell: Cell) => cell === true || cell.length > 0;
