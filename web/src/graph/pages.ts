// A list that is read page after page, as far as somebody wants.

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { graph, type Page } from "./client";

export function usePages<T>(path: string | null) {
  const query = useInfiniteQuery({
    queryKey: ["graph", path, "pages"],
    enabled: path !== null,
    initialPageParam: path ?? "",
    queryFn: ({ pageParam, signal }) => graph<Page<T>>(pageParam, { signal }),
    getNextPageParam: (last) => last["@odata.nextLink"],
    placeholderData: keepPreviousData,
  });
  const data = query.data && { value: query.data.pages.flatMap((page) => page.value), hasMore: query.hasNextPage, count: query.data.pages[0]?.["@odata.count"] };
  return { data, error: query.error, isPending: query.isPending, isFetching: query.isFetching, fetchStatus: query.fetchStatus, refetch: query.refetch, more: () => void query.fetchNextPage() };
}
