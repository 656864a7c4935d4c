// What changes on the server, as it happens: the stream `/changes` (server-sent events), and which answers on the page it makes old.
//
// The stream says what changed, not how; the page reads again. Without it (a proxy that holds streams back, a server that has
// too many) pages are as before: fresh when they are opened.

import type { Query, QueryClient } from "@tanstack/react-query";
import { GraphFailure, send } from "./client";

export interface Changed {
  id: string;
  /** Where such objects are listed, below the API's version: `users`, `deviceManagement/managedDevices`. */
  path?: string;
}

export interface News {
  value: Changed[];
  /** More changed than is told: everything may be old. */
  isTruncated?: boolean;
}

interface Event {
  name: string;
  id: string | undefined;
  data: string;
}

/** After a stream ended it is opened again, later each time it fails. */
const AGAIN_MS = 1_000;
const AGAIN_MS_MAX = 60_000;
/** A server that is silent for longer is gone: it says something every 20 seconds. */
const SILENCE_MS = 50_000;
/** News are told at most so often, and so many objects of them by name. */
const SPREAD_MS = 2_000;
const GATHERED_MAX = 1_000;
/** The glance at everything is read at most so often. */
const HOME_MS = 10_000;
/** A list of which more pages were read is read again at most so often. */
const PAGES_MAX = 3;
const LONG_MS = 30_000;
/** Every object that changes makes these old: they count, or tell what happened. */
const SUMMARIES = ["home", "/auditLogs/directoryAudits"];

/** Keep what is on the page true until the answer is called. */
export function follow(cache: QueryClient): () => void {
  const stopped = new AbortController();
  void stay(cache, stopped.signal);
  return () => stopped.abort();
}

async function stay(cache: QueryClient, stopped: AbortSignal): Promise<void> {
  let last: string | undefined;
  let wait = AGAIN_MS;
  let isFirst = true;
  const spread = spreading(cache, stopped);
  while (!stopped.aborted) {
    try {
      for await (const event of events(last, stopped)) {
        wait = AGAIN_MS;
        last = event.id ?? last;
        if (event.name === "changes") spread(JSON.parse(event.data) as News);
        // What changed between the reads of the page and this moment, nobody tells.
        if (event.name === "open" && isFirst) spread({ value: [], isTruncated: true });
        isFirst = false;
        if (event.name === "ended") break;
      }
    } catch (why) {
      if (stopped.aborted) return;
      // Nothing to be had here: who may not is told so by the pages.
      if (why instanceof GraphFailure && [401, 403, 404].includes(why.status)) return;
      wait = Math.min(wait * 2, AGAIN_MS_MAX);
    }
    // Not all windows at the same moment after the server was away.
    await new Promise((wake) => setTimeout(wake, wait * (0.5 + Math.random())));
  }
}

/** Whether the answer of a query may be another now. */
export function isTouched(key: readonly unknown[], news: News): boolean {
  if (key[0] !== "graph" || typeof key[1] !== "string") return false;
  if (news.isTruncated) return true;
  const asked = key[1];
  // What of a list is somebody's own is as old as the list.
  const place = asked.split("?")[0]!.replace(/\/filterByCurrentUser\([^)]*\)$/, "");
  if (SUMMARIES.some((summary) => place === summary)) return true;
  return news.value.some(({ id, path }) => asked.includes(id) || (path !== undefined && place === `/${path}`));
}

/**
 * Tell the queries that they are old: the first news at once, what follows gathered. A read that is under way is not cancelled,
 * for where changes come faster than answers nothing would ever be seen; it is read once more when the next news are told.
 */
export function spreading(cache: QueryClient, stopped: AbortSignal): (news: News) => void {
  let gathered: News = { value: [] };
  let owed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  stopped.addEventListener("abort", () => clearTimeout(timer));
  const tell = () => {
    timer = undefined;
    last = Date.now();
    const [news, before] = [gathered, owed];
    gathered = { value: [] };
    owed = new Set();
    const isMeant = (query: Query) => {
      if (!before.has(query.queryHash) && !isTouched(query.queryKey, news)) return false;
      const isUnderWay = query.state.fetchStatus === "fetching";
      if (isUnderWay || Date.now() - query.state.dataUpdatedAt < restOf(query)) owed.add(query.queryHash);
      return !owed.has(query.queryHash);
    };
    void cache.invalidateQueries({ predicate: isMeant }, { cancelRefetch: false });
    if (owed.size) timer = setTimeout(tell, SPREAD_MS);
  };
  return (news) => {
    const value = [...gathered.value, ...news.value];
    gathered = { value: value.slice(0, GATHERED_MAX), isTruncated: gathered.isTruncated || news.isTruncated || value.length > GATHERED_MAX };
    timer ??= setTimeout(tell, Math.max(0, last + SPREAD_MS - Date.now()));
  };
}

/** How long what was read stays, whatever is told meanwhile: what takes many requests to read stays longer. */
function restOf(query: Query): number {
  if (query.queryKey[1] === "home") return HOME_MS;
  const pages = (query.state.data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0;
  return pages > PAGES_MAX ? LONG_MS : 0;
}

async function* events(last: string | undefined, stopped: AbortSignal): AsyncGenerator<Event> {
  const ended = new AbortController();
  const end = () => ended.abort();
  stopped.addEventListener("abort", end);
  let silence = setTimeout(end, SILENCE_MS);
  try {
    const headers: Record<string, string> = { accept: "text/event-stream", ...(last === undefined ? {} : { "last-event-id": last }) };
    const answer = await send("/changes", { headers, signal: ended.signal });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE_MS);
      const { whole, rest } = split(text + value);
      text = rest;
      yield* whole;
    }
  } finally {
    clearTimeout(silence);
    stopped.removeEventListener("abort", end);
    ended.abort();
  }
}

/** The events that are complete, and what has come of the next (HTML Living Standard §9.2.6). */
export function split(text: string): { whole: Event[]; rest: string } {
  const blocks = text.split("\n\n");
  const rest = blocks.pop() ?? "";
  const whole = blocks.flatMap((block) => {
    const field = (name: string) => block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = field("data");
    return data === undefined ? [] : [{ name: field("event") ?? "message", id: field("id"), data }];
  });
  return { whole, rest };
}
