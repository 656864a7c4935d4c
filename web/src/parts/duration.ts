// Lengths of time as Graph writes them (ISO 8601, `Edm.Duration`): counted in a unit where they can be, and told apart from those
// that cannot.

export type Unit = "D" | "H";

const SECONDS: Record<Unit, number> = { D: 86_400, H: 3_600 };

/** How long something is in seconds; years and months have no length of their own. */
export function secondsOf(duration: string | null | undefined): number | undefined {
  const found = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration ?? "");
  if (!found || !found.slice(1).some((part) => part !== undefined)) return undefined;
  return [604_800, 86_400, 3_600, 60, 1].reduce((sum, size, index) => sum + size * Number(found[index + 1] ?? 0), 0);
}

/** In whole units, if it is. */
export function countOf(duration: string | null | undefined, unit: Unit): number | undefined {
  const count = (secondsOf(duration) ?? Number.NaN) / SECONDS[unit];
  return Number.isInteger(count) ? count : undefined;
}

export function durationOf(count: number, unit: Unit): string {
  return unit === "D" ? `P${count}D` : `PT${count}H`;
}

/** The day, where the reader is, on which a moment falls. */
export function dayOf(moment: string | null | undefined): string {
  const date = new Date(moment ?? "");
  if (Number.isNaN(date.getTime())) return "";
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The last moment of a day where the reader is. */
export function endOfDay(day: string): string {
  const date = new Date(`${day}T23:59:59`);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(".000Z", "Z");
}
