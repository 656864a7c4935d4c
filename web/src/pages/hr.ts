// A file of the HR system: comma-separated rows into SCIM requests. The same columns and complaints as `castellan hr import`
// has; what the server says of a person is the server's.

export interface HrPerson {
  line: number;
  user: Record<string, unknown>;
}

export interface HrFile {
  people: HrPerson[];
  wrong: { line: number; reason: string }[];
}

/** Rows of one file (`cli/src/hr_file.rs`). */
const ROWS_MAX = 1_000_000;
const COLUMNS = [
  "employeeId", "userName", "givenName", "familyName", "displayName", "title", "department", "company", "managerId", "country",
  "city", "mobile", "email", "hireDate", "leaveDate", "active",
];
const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const EMPLOYMENT = "urn:ietf:params:scim:schemas:extension:castellan:1.0:User";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/** Read a file; an error is about the file as a whole. */
export function readHr(text: string): HrFile {
  const [head, ...rows] = lines(text.replace(/^\ufeff/, ""));
  const names = head?.cells.map((cell) => cell.trim()) ?? [];
  const unknown = names.filter((name) => !COLUMNS.includes(name));
  if (unknown.length || !names.includes("employeeId")) {
    throw new Error(`the first row must name columns out of ${COLUMNS.join(", ")}; \`employeeId\` is needed${unknown.length ? `; not known: ${unknown.join(", ")}` : ""}`);
  }
  if (rows.length > ROWS_MAX) throw new Error(`the file has more than ${ROWS_MAX} rows; split it`);
  const file: HrFile = { people: [], wrong: [] };
  const seen = new Map<string, number>();
  for (const { line, cells } of rows) {
    const reason = cells.length !== names.length ? `the row has ${cells.length} fields where the first row has ${names.length}` : complaint(names, cells);
    if (reason) {
      file.wrong.push({ line, reason });
      continue;
    }
    const row = new Map(names.map((name, at) => [name, (cells[at] ?? "").trim()]));
    const id = row.get("employeeId") ?? "";
    const first = seen.get(id);
    if (first !== undefined) file.wrong.push({ line, reason: `employeeId: \`${id}\` stands on line ${first} already` });
    else {
      seen.set(id, line);
      file.people.push({ line, user: user(row) });
    }
  }
  return file;
}

/** The bulk request of some people (RFC 7644 §3.7). */
export function scim(people: HrPerson[]): unknown {
  const operations = people.map(({ line, user: data }) => ({ method: "POST", bulkId: String(line), path: "/Users", data }));
  return { schemas: [BULK], Operations: operations };
}

/** Whether the file says of somebody that they leave. */
export function isLeaving({ user: { active, [EMPLOYMENT]: employment } }: HrPerson): boolean {
  return active === false || Boolean((employment as { leaveDate?: string } | undefined)?.leaveDate);
}

function complaint(names: string[], cells: string[]): string | undefined {
  for (const [at, name] of names.entries()) {
    const text = (cells[at] ?? "").trim();
    if (!text && name === "employeeId") return "employeeId: a value is needed";
    const wanted = text ? wrong(name, text) : undefined;
    if (wanted) return `${name}: \`${text}\` is not ${wanted}`;
  }
  return undefined;
}

function wrong(name: string, text: string): string | undefined {
  switch (name) {
    case "country":
      return /^[A-Za-z]{2}$/.test(text) ? undefined : "a country of two letters (ISO 3166-1)";
    case "email":
      return /^[^@]+@.*\./.test(text) ? undefined : "a mail address";
    case "hireDate":
    case "leaveDate":
      return isDate(text) ? undefined : "a date like 2026-11-21";
    case "active":
      return /^(true|false)$/i.test(text) ? undefined : "`true` or `false`";
    default:
      return new TextEncoder().encode(text).length <= 256 ? undefined : "a text of at most 256 bytes";
  }
}

function isDate(text: string): boolean {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

/** The SCIM user of a row (RFC 7643); empty fields are left out, so that they are not touched. */
function user(row: Map<string, string>): Record<string, unknown> {
  const get = (name: string) => row.get(name) || undefined;
  const object = (fields: Record<string, unknown>) => {
    const there = Object.entries(fields).filter(([, value]) => value !== undefined);
    return there.length ? Object.fromEntries(there) : undefined;
  };
  const address = object({ country: get("country"), locality: get("city") });
  return (
    object({
      schemas: [CORE, ENTERPRISE, EMPLOYMENT],
      externalId: get("employeeId"),
      userName: get("userName"),
      displayName: get("displayName"),
      title: get("title"),
      active: get("active") === undefined ? undefined : get("active")?.toLowerCase() === "true",
      name: object({ givenName: get("givenName"), familyName: get("familyName") }),
      emails: get("email") && [{ type: "work", value: get("email"), primary: true }],
      phoneNumbers: get("mobile") && [{ type: "mobile", value: get("mobile") }],
      addresses: address && [{ type: "work", ...address }],
      [ENTERPRISE]: object({ employeeNumber: get("employeeId"), department: get("department"), organization: get("company"), manager: get("managerId") && { value: get("managerId") } }),
      [EMPLOYMENT]: object({ hireDate: get("hireDate"), leaveDate: get("leaveDate") }),
    }) ?? {}
  );
}

/** The rows of comma-separated text (RFC 4180), each with the line it begins on; empty lines are none. */
function lines(text: string): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let line = 1;
  let began = 1;
  const end = () => {
    cells.push(cell);
    if (cells.length > 1 || cells[0]?.trim()) rows.push({ line: began, cells });
    cells = [];
    cell = "";
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === "\n") line++;
    if (isQuoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else isQuoted = false;
    } else if (letter === '"' && cell.trim() === "") {
      cell = "";
      isQuoted = true;
    } else if (letter === ",") {
      cells.push(cell);
      cell = "";
    } else if (letter === "\n") {
      end();
      began = line;
    } else if (letter !== "\r") cell += letter;
  }
  if (cell || cells.length) end();
  return rows;
}
