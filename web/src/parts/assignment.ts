// When access from a package ends: said by its schedule while it is held, and by `expiredDateTime` once it ended.

import type { Entity } from "../graph/client";

export function endOf(assignment: Entity): string | undefined {
  const schedule = assignment.schedule as { expiration?: { endDateTime?: string | null } | null } | null | undefined;
  const end = schedule?.expiration?.endDateTime ?? assignment.expiredDateTime;
  return typeof end === "string" ? end : undefined;
}
