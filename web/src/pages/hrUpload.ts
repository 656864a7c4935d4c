// The people of an HR file on their way to the server: tried, sent some at a time, and asked after. The server takes every
// request that it understands; what became of each person stands in its provisioning log.

import { at, everything, GraphFailure, send } from "../graph/client";
import { rehearseAll, type Rehearsed } from "../parts/Preview";
import { type HrPerson, isLeaving, scim } from "./hr";

/** People in one SCIM request, requests in one rehearsal: what the server takes. */
const PER_REQUEST = 50;
const PER_BATCH = 20;
/** So many people are tried before anything happens. */
export const TRIED_MAX = PER_REQUEST * PER_BATCH;

/** A row of the provisioning log. */
export interface Line {
  changeId: string;
  provisioningAction: string;
  sourceIdentity: { displayName: string | null; id: string | null } | null;
  provisioningStatusInfo: { status: string; errorInformation: { reason?: string } | null } | null;
  modifiedProperties: { displayName: string; oldValue: string | null; newValue: string | null }[];
}

export interface Tried {
  lines: Line[];
  rehearsed: Rehearsed;
}

/** What came of those that were sent. */
export interface Sent {
  taken: number;
  refused: { key: string; who: string; reason: string }[];
  /** Of those the server said nothing. */
  untold: number;
  /** Not sent yet. */
  rest: HrPerson[];
}

export const isFailed = (line: Line) => line.provisioningStatusInfo?.status === "failure";
export const isLeaver = (line: Line) =>
  (line.modifiedProperties ?? []).some(({ displayName, newValue }) => displayName === "employeeLeaveDateTime" || (displayName === "accountEnabled" && newValue === "false"));

/** Who leaves: by the server's word as far as it was asked, by the file's from there on, where there may be more. */
export function leavers(lines: Line[], people: HrPerson[]): { count: number; isExact: boolean } {
  const told = lines.filter((line) => !isFailed(line) && isLeaver(line)).length;
  const untried = people.slice(TRIED_MAX);
  return { count: told + untried.filter(isLeaving).length, isExact: untried.length === 0 };
}

/** Try the first of them on a fork of the directory. */
export async function attempt(path: string, people: HrPerson[]): Promise<Tried> {
  const some = people.slice(0, TRIED_MAX);
  const uploads = [];
  for (let first = 0; first < some.length; first += PER_REQUEST) {
    uploads.push({ path, ask: { method: "POST" as const, body: scim(some.slice(first, first + PER_REQUEST)) } });
  }
  const rehearsed = await rehearseAll(uploads);
  return { rehearsed, lines: rehearsed.provisioning as unknown as Line[] };
}

/** Send them all, and say after each request how far it is. Stops where going on is of no use; what is left is in `rest`. */
export async function carryOut(path: string, before: Sent, tell: (sent: Sent) => void): Promise<unknown> {
  let sent = before;
  while (sent.rest.length) {
    const some = sent.rest.slice(0, PER_REQUEST);
    const rest = sent.rest.slice(PER_REQUEST);
    let location: string | null;
    try {
      location = (await send(path, { method: "POST", body: scim(some) })).headers.get("location");
    } catch (why) {
      if (!(why instanceof GraphFailure) || !isAboutThese(why)) return why;
      const refused = some.map(({ line, user }) => ({ key: `line${line}`, who: nameOf(user), reason: why.message }));
      sent = { ...sent, refused: [...sent.refused, ...refused], rest };
      tell(sent);
      continue;
    }
    try {
      const lines = location ? await everything<Line>(at(location, { $top: 999 })) : [];
      const failed = lines.filter(isFailed);
      const refused = failed.map((line, index) => ({ key: `${line.changeId}${index}`, who: line.sourceIdentity?.displayName ?? line.sourceIdentity?.id ?? "", reason: line.provisioningStatusInfo?.errorInformation?.reason ?? "" }));
      const taken = Math.min(lines.length - failed.length, some.length);
      sent = { taken: sent.taken + taken, refused: [...sent.refused, ...refused], untold: sent.untold + Math.max(0, some.length - taken - failed.length), rest };
    } catch {
      // They were sent; whether they were taken in is not known here.
      sent = { ...sent, untold: sent.untold + some.length, rest };
    }
    tell(sent);
  }
  return null;
}

/** Whether the server refuses what was sent, and would take other people. */
const isAboutThese = (why: GraphFailure) => why.status >= 400 && why.status < 500 && ![401, 403, 404, 429].includes(why.status);

const nameOf = (user: Record<string, unknown>) => String(user.displayName ?? user.userName ?? user.externalId ?? "");
