// What was opened last, in this browser: from the search, a list or an address.

import { person } from "../session/session";

export interface Opened {
  label: string;
  hint?: string;
  href: string;
}

/** Each person's own: a browser is used by several. */
const place = () => `castellan.recent.${person().id}`;
const KEPT_MAX = 8;

export function recent(): Opened[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place()) ?? "[]");
    return Array.isArray(kept) ? (kept as Opened[]) : [];
  } catch {
    return [];
  }
}

export function remember(opened: Opened): void {
  const others = recent().filter((known) => known.href !== opened.href);
  localStorage.setItem(place(), JSON.stringify([opened, ...others].slice(0, KEPT_MAX)));
}
