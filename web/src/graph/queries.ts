// Reading and changing over Graph with a cache: what several parts of a page ask for is asked for once.

import { QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Ask, at, GraphFailure, graph, type Page, whole } from "./client";

/** What was read is shown again without asking for so long. */
const FRESH_MS = 5_000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // Whether the server is there is found out by asking it, not from what the browser thinks of the network.
      networkMode: "always",
      retry: (times, why) => why instanceof GraphFailure && why.isOffline && times < 3,
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: "always" },
  },
});

/** One path's answer. Keys are the path itself, so that everything below `/users` can be thrown away together. */
export function reading<T>(path: string | null, every?: number) {
  return queryOptions({
    queryKey: ["graph", path],
    queryFn: ({ signal }) => graph<T>(path!, { signal }),
    enabled: path !== null,
    refetchInterval: every,
  });
}

export function useRead<T>(path: string | null, every?: number) {
  return useQuery(reading<T>(path, every));
}

/** Every page of a list, as far as a page of the app can hold it. */
export function useWhole<T>(path: string | null) {
  return useQuery({ queryKey: ["graph", path, "whole"], queryFn: ({ signal }) => whole<T>(path!, undefined, signal), enabled: path !== null });
}

/** A list within an object, and the version of the object that it is at least from. */
export async function ownedList<T>(path: string, list: string, signal?: AbortSignal): Promise<{ value: T[]; etag?: string }> {
  // The version first: if somebody changes the list in between, the version is the older of the two and a save of it is refused.
  const owner = await graph<Record<string, string>>(at(path, { $select: "id" }), { signal });
  const { value } = await graph<Page<T>>(`${path}/${list}`, { signal });
  return { value, etag: owner["@odata.etag"] };
}

export function useOwnedList<T>(path: string, list: string) {
  return useQuery({ queryKey: ["graph", `${path}/${list}`, "owned"], queryFn: ({ signal }) => ownedList<T>(path, list, signal) });
}

export interface Change {
  path: string;
  ask: Ask;
}

/** Change something, then read again what is on the page. */
export function useChange<T = unknown>(after?: (answer: T) => void) {
  const cache = useQueryClient();
  return useMutation<T, Error, Change>({
    mutationFn: ({ path, ask }) => graph<T>(path, ask),
    onSuccess: async (answer) => {
      await again(cache);
      after?.(answer);
    },
  });
}

/** Reactions follow a commit within milliseconds, so what is read now is read once more a moment later. */
export async function again(cache: QueryClient): Promise<void> {
  await cache.invalidateQueries({ queryKey: ["graph"] });
  setTimeout(() => void cache.invalidateQueries({ queryKey: ["graph"] }), 700);
}
