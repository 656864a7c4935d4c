// Whom something is for, as policies of the directory say it: everybody or those who are named, and who is left out.

import type { Speech } from "../words";

/** The target that is everybody. */
export const EVERYBODY = "all_users";

export interface Target {
  id: string;
  targetType?: string;
  [more: string]: unknown;
}

/** Whatever is for some people and not for others. */
export interface Targeted {
  state?: string;
  includeTargets?: Target[];
  excludeTargets?: Target[];
  [more: string]: unknown;
}

export const isOn = (targeted: Targeted | null | undefined) => targeted?.state === "enabled";

export const isForEverybody = (targeted: Targeted) => (targeted.includeTargets ?? []).some((target) => target.id.toLowerCase() === EVERYBODY);

/** Whom it is for, in words. */
export function audience(targeted: Targeted, nameOf: (id: string) => string, t: Speech["t"]): string {
  const named = (targets: Target[] | undefined) => (targets ?? []).filter((target) => target.id.toLowerCase() !== EVERYBODY).map((target) => nameOf(target.id)).join(", ");
  const who = isForEverybody(targeted) ? t("methods.everybody") : named(targeted.includeTargets) || t("methods.nobody");
  const without = named(targeted.excludeTargets);
  return without ? t("methods.exceptWho", { who, without }) : who;
}

/** For everybody, or for those who are named. What a target says besides stays. */
export function forEverybody(targeted: Targeted, is: boolean): Targeted {
  if (is) return { ...targeted, includeTargets: [{ ...targeted.includeTargets?.[0], id: EVERYBODY, targetType: "group" }] };
  return { ...targeted, includeTargets: (targeted.includeTargets ?? []).filter((target) => target.id.toLowerCase() !== EVERYBODY) };
}
