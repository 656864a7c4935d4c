// Attributes that are days though Graph gives them a time: midnight UTC, which is the evening before for half of the world. They
// are shown, typed and compared as the day that they are.
//
// Deliberately absent: a day with a time of its own. Somebody who leaves at five leaves at five, and is shown in the reader's zone.

const DAYS = new Set(["birthday", "employeeHireDate", "employeeLeaveDateTime", "hireDate"]);
const MIDNIGHT = /^\d{4}-\d\d-\d\dT00:00:00(\.0+)?Z$/;

/** Whether an attribute is a day; `value` is what stands there, if something does. */
export function isDay(attribute: string | undefined, value?: string | null): boolean {
  return attribute !== undefined && DAYS.has(attribute) && (!value || MIDNIGHT.test(value));
}

/** `2026-01-04` as the API has it. */
export function midnight(day: string): string {
  return `${day}T00:00:00Z`;
}
