// The rows of a list: read page by page as far as somebody scrolls; sorted, searched and filtered by the server.
//
// Deliberately absent: sorting or filtering here. What is on the screen is what the API answered.

import { useInfiniteQuery } from "@tanstack/react-query";
import { type Entity, type Page, at, graph, quoted, whole } from "../graph/client";
import type { Collection } from "../rooms/rooms";
import { isDirectory } from "../schema";

/** Rows in one answer. */
const PAGE = 100;
/** Rows that one export holds. */
export const EXPORT_MAX = 200_000;

/** What a list is asked for; kept in the address, so that going back and sending a link both work. */
export interface Wish {
  q?: string;
  filter?: string;
  /** Which of the list's own filters. */
  quick?: string;
  sort?: string;
  columns?: string;
}

export function columnsOf(collection: Collection, wish: Wish): string[] {
  const chosen = wish.columns?.split(",").filter(Boolean);
  return chosen?.length ? chosen : collection.columns;
}

/** The address of the first page. */
export function pathFor(collection: Collection, wish: Wish, top = PAGE): string {
  const expanded = new Set((collection.expand ?? "").replace(/\([^)]*\)/g, "").split(",").filter(Boolean));
  const columns = [...columnsOf(collection, wish), ...(collection.title ? [collection.title] : []), ...(collection.also ?? [])];
  const own = columns.map((column) => column.split("/")[0] ?? column).filter((column) => !expanded.has(column));
  const select = [...new Set(["id", ...own])].join(",");
  const isSearched = isDirectory(collection.kind);
  const fields = wish.q ? (collection.search ?? []) : [];
  const contains = isSearched ? "" : fields.map((field) => `contains(${field},${quoted(wish.q ?? "")})`).join(" or ");
  const quick = collection.quick?.find((known) => known.key === wish.quick)?.filter;
  const clauses = [collection.filter, quick, wish.filter, contains];
  const filter = clauses.filter(Boolean).map((clause, _, all) => (all.length > 1 ? `(${clause})` : clause)).join(" and ");
  return at(`/${collection.path}`, {
    $select: select,
    $expand: collection.expand,
    $top: top,
    $count: collection.isJournal ? undefined : true,
    $filter: filter,
    $search: isSearched && fields.length ? searchText(wish.q ?? "", fields) : undefined,
    // A search has an order of its own in Graph.
    $orderby: isSearched && fields.length ? undefined : (wish.sort ?? collection.orderBy),
  });
}

/** `$search` for a word in any of these, with what would end its quotes kept from doing so. */
export function searchText(text: string, fields: string[]): string {
  const word = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return fields.map((field) => `"${field}:${word}"`).join(" OR ");
}

/** `every`: read again so often, in milliseconds. */
export function useRows(collection: Collection, wish: Wish, every?: number) {
  const first = pathFor(collection, wish);
  const query = useInfiniteQuery({
    queryKey: ["graph", first, "rows"],
    queryFn: ({ pageParam, signal }) => graph<Page<Entity>>(pageParam, { signal }),
    initialPageParam: first,
    getNextPageParam: (last) => last["@odata.nextLink"],
    placeholderData: (before) => before,
    refetchInterval: every,
  });
  const rows = query.data?.pages.flatMap((page) => page.value) ?? [];
  const total = query.data?.pages[0]?.["@odata.count"];
  return { ...query, rows, total };
}

/** Every row as comma-separated values, for a spreadsheet. */
export async function exported(collection: Collection, wish: Wish, heading: (column: string) => string): Promise<{ blob: Blob; isCut: boolean }> {
  const columns = columnsOf(collection, wish);
  const { value: rows, isCut } = await whole<Entity>(pathFor(collection, wish, 999), EXPORT_MAX);
  const lines = [["id", ...columns].map((column) => cell(heading(column)))];
  for (const row of rows) {
    lines.push(["id", ...columns].map((column) => cell(textAt(row, column))));
  }
  return { isCut, blob: new Blob(["\ufeff", lines.map((line) => line.join(",")).join("\r\n")], { type: "text/csv" }) };
}

/** A cell: quoted, and never begun with what a spreadsheet would carry out. */
export function cell(text: string): string {
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

function textAt(row: Entity, column: string): string {
  const value = column.split("/").reduce<unknown>((v, step) => (v as Record<string, unknown> | null)?.[step], row);
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Hand a file to the person. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
