// Names of objects of which only ids are known: asked for together, once.

import { useQuery } from "@tanstack/react-query";
import { type Entity, graph, type Page } from "../graph/client";

/** What `getByIds` takes at once. */
const IDS_MAX = 1000;

export function useNames(ids: string[]): Map<string, string> {
  const guids = [...new Set(ids.filter((id) => /^[0-9a-f-]{36}$/i.test(id)))].sort().slice(0, IDS_MAX);
  const { data } = useQuery({
    queryKey: ["graph", "names", guids.join()],
    enabled: guids.length > 0,
    placeholderData: (before) => before,
    queryFn: () => graph<Page<Entity>>("/directoryObjects/getByIds", { method: "POST", body: { ids: guids } }),
  });
  return new Map((data?.value ?? []).map((item) => [item.id, String(item.displayName ?? item.id)]));
}
