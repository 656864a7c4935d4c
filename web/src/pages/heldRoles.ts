// The roles that somebody holds or is eligible for: given to them, or to a role-assignable group that they are directly in, as the
// server counts them (`access/src/rights.rs`).

import { useQuery } from "@tanstack/react-query";
import { at, type Entity, quoted, whole } from "../graph/client";

export interface HeldRole {
  item: Entity;
  role: Entity | null;
  /** The group it is held through. */
  group?: Entity;
}

/** Principals in one filter. */
const IDS_MAX = 15;

export function useHeldRoles(user: string, list: "roleAssignments" | "roleEligibilityScheduleInstances") {
  return useQuery<HeldRole[]>({
    queryKey: ["graph", `/roleManagement/directory/${list}?of=${user}`],
    queryFn: async ({ signal }) => {
      const all = await whole<Entity>(at(`/users/${user}/memberOf/microsoft.graph.group`, { $select: "id,displayName,isAssignableToRole" }), undefined, signal);
      const groups = new Map(all.value.filter((group) => group.isAssignableToRole === true).map((group) => [group.id, group]));
      const holders = [user, ...groups.keys()];
      const found: Entity[] = [];
      for (let first = 0; first < holders.length; first += IDS_MAX) {
        const some = holders.slice(first, first + IDS_MAX).map(quoted).join(",");
        const page = await whole<Entity>(at(`/roleManagement/directory/${list}`, { $filter: `principalId in (${some})`, $expand: "roleDefinition" }), undefined, signal);
        found.push(...page.value);
      }
      return found.map((item) => ({ item, role: item.roleDefinition as Entity | null, group: groups.get(String(item.principalId)) }));
    },
  });
}
