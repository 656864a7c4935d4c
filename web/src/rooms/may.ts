// What the person may read, found out by asking: every list in the menu is asked for one row, all in one or two batches.
//
// So the menu shows exactly what the server would answer, for roles of the organisation's own too, and nothing about roles is
// known here.

import { useQuery } from "@tanstack/react-query";
import { at, batch, GraphFailure } from "../graph/client";
import { type Collection, isCollection, rooms } from "./rooms";

/** Once found out, it holds for so long. */
const FRESH_MS = 5 * 60_000;
const KEPT_AT = "castellan.may";

export function useMay() {
  const { data } = useQuery({
    queryKey: ["may"],
    staleTime: FRESH_MS,
    // Known from before, the menu stands at once; it is asked for again all the same.
    placeholderData: () => kept(),
    queryFn: async () => {
      const all = rooms.flatMap((room) => room.entries.filter(isCollection));
      const answers = await batch(all.map((collection) => ({ path: probe(collection) })));
      const keys = all.filter((_, index) => !refused(answers[index])).map((collection) => collection.key);
      sessionStorage.setItem(KEPT_AT, JSON.stringify(keys));
      return new Set(keys);
    },
  });
  return data;
}

function probe(collection: Collection): string {
  return collection.isSingleton ? at(`/${collection.path}`, { $select: "id" }) : at(`/${collection.path}`, { $top: 1, $select: "id" });
}

function refused(answer: unknown): boolean {
  return answer instanceof GraphFailure && (answer.isDenied || answer.isMissing || answer.status === 401);
}

function kept(): Set<string> | undefined {
  const keys = sessionStorage.getItem(KEPT_AT);
  return keys ? new Set(JSON.parse(keys) as string[]) : undefined;
}
