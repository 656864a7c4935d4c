// What was opened last from the search, in this browser.

export interface Opened {
  label: string;
  hint?: string;
  href: string;
}

const PLACE = "castellan.recent";
const KEPT_MAX = 8;

export function recent(): Opened[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(kept) ? (kept as Opened[]) : [];
  } catch {
    return [];
  }
}

export function remember(opened: Opened): void {
  const others = recent().filter((known) => known.href !== opened.href);
  localStorage.setItem(PLACE, JSON.stringify([opened, ...others].slice(0, KEPT_MAX)));
}
