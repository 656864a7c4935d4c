// The job that takes people in from HR: found by the application it belongs to.

import { useQuery } from "@tanstack/react-query";
import { at, type Entity, graph, type Page } from "../graph/client";

export interface HrJob {
  path: string;
  job: Entity;
}

/** The mappings are only told when they are asked for. */
export const withSchema = (path: string) => at(path, { $select: "id,schema" });

/** `null` where there is none. One query, so that a step that fails is the whole's failure. */
export function useHrJob() {
  return useQuery<HrJob | null>({
    queryKey: ["graph", "/servicePrincipals", "hrJob"],
    queryFn: async ({ signal }) => {
      const ask = { signal };
      const principals = await graph<Page<Entity>>(at("/servicePrincipals", { $filter: "displayName eq 'HR inbound provisioning'", $select: "id" }), ask);
      const principal = principals.value[0]?.id;
      if (!principal) return null;
      const jobs = await graph<Page<Entity>>(`/servicePrincipals/${principal}/synchronization/jobs`, ask);
      const id = jobs.value[0]?.id;
      if (!id) return null;
      const path = `/servicePrincipals/${principal}/synchronization/jobs/${id}`;
      return { path, job: await graph<Entity>(withSchema(path), ask) };
    },
  });
}
