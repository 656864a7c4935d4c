// Microsoft Graph as this server speaks it: one function for a request, one for a batch, one for all pages.
//
// Every failure is a `GraphFailure` that says what happened in words for a person. Reads are tried again when the server asks
// for patience; writes never are, except when the server says that nothing happened.

import { signIn, token } from "../session/session";
import { server } from "../settings";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Entity = { id: string } & Record<string, unknown>;

export interface Page<T> {
  value: T[];
  "@odata.count"?: number;
  "@odata.nextLink"?: string;
}

/** Requests that one batch may hold (`protocols/graph/src/limits.rs`). */
export const BATCH_MAX = 20;
/** How often a read is tried again, and how long at most between. */
const TRIES_MAX = 3;
const WAIT_SECONDS_MAX = 10;

export class GraphFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null,
  ) {
    super(message);
    this.name = "GraphFailure";
  }
  /** The server could not be reached at all. */
  get isOffline(): boolean {
    return this.status === 0;
  }
  get isMissing(): boolean {
    return this.status === 404;
  }
  /** What was to be changed is another since it was read. */
  get isOutdated(): boolean {
    return this.status === 412;
  }
  get isDenied(): boolean {
    return this.status === 403;
  }
}

export interface Ask {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Ask for a path below the API's version, as `/users?$top=10`, or for an address that the server gave. */
export async function graph<T = unknown>(path: string, ask: Ask = {}): Promise<T> {
  const answer = await send(path, ask);
  if (answer.status === 204 || answer.status === 202) return undefined as T;
  const text = await answer.text();
  const body: unknown = text ? JSON.parse(text) : undefined;
  const etag = answer.headers.get("etag");
  // The version of what was read, for a change that is made from it.
  if (etag && typeof body === "object" && body !== null) (body as Record<string, unknown>)["@odata.etag"] ??= etag;
  return body as T;
}

/** The same with the answer's headers, where they matter. */
export async function send(path: string, ask: Ask = {}): Promise<Response> {
  const method = ask.method ?? "GET";
  const isRead = method === "GET";
  let isRefused = false;
  for (let tries = 1; ; tries++) {
    const bearer = await token(isRefused).catch((): never => {
      reachable(false);
      throw new GraphFailure(0, "Offline", "The server cannot be reached.", null);
    });
    if (!bearer) {
      await signIn();
      throw new GraphFailure(401, "SignedOut", "Your session ended.", null);
    }
    let answer: Response;
    try {
      answer = await fetch(address(path), {
        method,
        signal: ask.signal,
        headers: { authorization: `Bearer ${bearer}`, ...headersOf(ask), ...ask.headers },
        body: bodyOf(ask.body),
        cache: "no-store",
      });
    } catch (why) {
      if (ask.signal?.aborted) throw why;
      reachable(false);
      throw new GraphFailure(0, "Offline", "The server cannot be reached.", null);
    }
    reachable(true);
    if (answer.ok) return answer;
    if (answer.status === 401) {
      const challenge = answer.headers.get("www-authenticate") ?? "";
      const claims = /claims="([^"]+)"/.exec(challenge)?.[1];
      if (claims) {
        await signIn(atob(claims));
      } else if (!isRefused) {
        isRefused = true;
        continue;
      } else {
        await signIn();
      }
    }
    const isBusy = answer.status === 429 || answer.status === 503;
    if (isBusy && isRead && tries < TRIES_MAX) {
      const seconds = Math.min(Number(answer.headers.get("retry-after") ?? tries), WAIT_SECONDS_MAX);
      await new Promise((wake) => setTimeout(wake, seconds * 1000));
      continue;
    }
    throw await failure(answer);
  }
}

/** Many reads or writes in few requests. An answer that failed is a `GraphFailure`, the others are as asked for. */
export async function batch<T = unknown>(asks: { path: string; ask?: Ask }[], signal?: AbortSignal): Promise<(T | GraphFailure)[]> {
  const answers: (T | GraphFailure)[] = [];
  for (let at = 0; at < asks.length; at += BATCH_MAX) {
    const some = asks.slice(at, at + BATCH_MAX);
    const requests = some.map(({ path, ask }, index) => ({
      id: String(index),
      method: ask?.method ?? "GET",
      url: path,
      headers: { ...headersOf(ask ?? {}), ...ask?.headers },
      ...(ask?.body === undefined ? {} : { body: ask.body }),
    }));
    const { responses } = await graph<{ responses: BatchAnswer[] }>("/$batch", { method: "POST", body: { requests }, signal });
    const byId = new Map(responses.map((response) => [response.id, response]));
    for (const { id } of requests) {
      const response = byId.get(id);
      if (!response) answers.push(new GraphFailure(500, "Missing", "The batch has no answer for this.", null));
      else if (response.status >= 400) answers.push(failureOf(response.status, response.body));
      else answers.push(response.body as T);
    }
  }
  return answers;
}

interface BatchAnswer {
  id: string;
  status: number;
  body?: unknown;
}

/** Everything at a path, page after page, at most `most`. */
export async function everything<T>(path: string, most = 10_000, signal?: AbortSignal): Promise<T[]> {
  return (await whole<T>(path, most, signal)).value;
}

/** The same, and whether there is more than was read. */
export async function whole<T>(path: string, most = 10_000, signal?: AbortSignal): Promise<{ value: T[]; isCut: boolean }> {
  const value: T[] = [];
  let next: string | undefined = path;
  while (next && value.length < most) {
    const page: Page<T> = await graph<Page<T>>(next, { signal });
    value.push(...page.value);
    next = page["@odata.nextLink"];
  }
  return { value, isCut: next !== undefined };
}

/** Text inside an OData literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path with query options, each escaped. */
export function at(path: string, options: Record<string, string | number | boolean | undefined>): string {
  const pairs = Object.entries(options).filter(([, value]) => value !== undefined && value !== "");
  if (!pairs.length) return path;
  const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

/** Called with every change of whether the server can be reached. */
const watchers = new Set<(isReachable: boolean) => void>();
let isReachable = true;

export function watchReachable(watch: (isReachable: boolean) => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}

export function serverIsReachable(): boolean {
  return isReachable;
}

function reachable(is: boolean): void {
  if (is === isReachable) return;
  isReachable = is;
  for (const watch of watchers) watch(is);
}

/** Ask whether the server is there again; needs no sign-in. */
export async function knock(): Promise<boolean> {
  try {
    const answer = await fetch(`${server}/healthz`, { cache: "no-store" });
    reachable(answer.ok);
    return answer.ok;
  } catch {
    return false;
  }
}

function address(path: string): string {
  return path.startsWith("http") ? path : `${server}/beta${path}`;
}

function headersOf(ask: Ask): Record<string, string> {
  const headers: Record<string, string> = { consistencylevel: "eventual" };
  if (ask.body !== undefined && !(ask.body instanceof Blob)) headers["content-type"] = "application/json";
  return headers;
}

function bodyOf(body: unknown): BodyInit | undefined {
  if (body === undefined) return undefined;
  return body instanceof Blob ? body : JSON.stringify(body);
}

async function failure(answer: Response): Promise<GraphFailure> {
  const text = await answer.text().catch(() => "");
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return failureOf(answer.status, body, answer.headers.get("request-id"));
}

function failureOf(status: number, body: unknown, requestId: string | null = null): GraphFailure {
  const error = (body as { error?: { code?: string; message?: string; innerError?: Record<string, string> } })?.error;
  const id = requestId ?? error?.innerError?.["request-id"] ?? null;
  return new GraphFailure(status, error?.code ?? String(status), error?.message ?? `HTTP ${status}`, id);
}
