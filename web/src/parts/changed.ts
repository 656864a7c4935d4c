// What an audit record says of one property, as a person reads it: what went and what came, with names in place of ids.
//
// Deliberately absent: what follows from everything else each time (`DERIVED`). It stands in the record as the API says it.

/** Worked out anew by the server with every change; no story of its own. */
export const DERIVED = new Set(["membershipRuleProcessingStatus", "assignedPlans", "provisionedPlans", "licenseAssignmentStates"]);
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const TEXT_MAX = 160;

export interface Speaker {
  called: (id: string) => string | undefined;
  name: (word: string) => string;
  moment: (value: string) => string;
  yes: string;
  no: string;
}

/** Of a list only what is no longer in it, and what is new in it. */
export function difference(before: string | null, after: string | null, speaker: Speaker): { gone: string[]; come: string[] } {
  const [old, fresh] = [items(before), items(after)];
  const without = (some: unknown[], others: unknown[]) => {
    const known = new Set(others.map((other) => JSON.stringify(other)));
    return some.filter((one) => !known.has(JSON.stringify(one))).map((one) => said(one, speaker)).filter(Boolean);
  };
  return { gone: without(old, fresh), come: without(fresh, old) };
}

/** Every id in a value, to ask for the names of all at once. */
export function idsIn(json: string | null): string[] {
  const found: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value === "string" && ID.test(value)) found.push(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(look);
  };
  look(items(json));
  return found;
}

function items(json: string | null): unknown[] {
  if (json === null) return [];
  const value = read(json);
  return Array.isArray(value) ? value : [value];
}

function read(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

function said(value: unknown, speaker: Speaker): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return value ? speaker.yes : speaker.no;
  if (Array.isArray(value)) return value.map((one) => said(one, speaker)).filter(Boolean).join(", ");
  if (typeof value === "object") {
    const fields = Object.entries(value).filter(([name]) => !name.includes("@odata"));
    const told = fields.map(([name, one]) => [name, said(one, speaker)] as const).filter(([, text]) => text);
    // What has nothing but its own name or id needs no heading.
    return told.length === 1 ? (told[0]?.[1] ?? "") : told.map(([name, text]) => `${speaker.name(name)}: ${text}`).join(", ");
  }
  const text = String(value);
  if (ID.test(text)) return speaker.called(text) ?? text;
  if (MOMENT.test(text)) return speaker.moment(text);
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}
