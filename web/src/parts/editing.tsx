// Changing what others may change at the same time. A draft remembers what it began from; when that is another on the server,
// what one did not touch follows and what one did stays, and where both touched the same the person decides. A save says which
// version it was made from (`If-Match`, RFC 9110 §13.1.1), so nothing that nobody has seen is written over.

import { Button, MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Entity, graph, GraphFailure } from "../graph/client";
import { again, type Change } from "../graph/queries";
import { useWords } from "../words";
import { forgetDraft, keepDraft, keptDraft } from "./drafts";
import { merge, put, same, valueAt } from "./merge";

export interface Known<T> {
  value: T;
  etag?: string;
}

/** A save of several requests: the first of them is given what says which version it was made from. */
export type Saving = (ifMatch: Record<string, string>) => Promise<unknown>;

export interface Editing<T> {
  draft: T;
  setDraft: (next: T) => void;
  /** What the draft is compared with: as it is on the server. */
  base: T;
  isChanged: boolean;
  /** It was there from before, when the page was opened. */
  isKept: boolean;
  discard: () => void;
  forget: () => void;
  save: (change: Change | Saving, after?: (answer: unknown) => void) => void;
  isSaving: boolean;
  why: Error | null;
  /** Others changed it meanwhile. */
  isMet: boolean;
  /** Where both changed the same, with what it is now. */
  clashes: { path: string[]; theirs: unknown }[];
  decide: (isMine: boolean) => void;
}

interface Held<T> {
  seen: string;
  base: T;
  etag: string | undefined;
  draft: T;
  isMet: boolean;
  clashes: Editing<T>["clashes"];
}

/** How often a save is tried again where only the version is another, and nothing of what is edited. */
const TRIES_MAX = 3;

/** `keptAt`: where a draft outlives the page. `read`: the same as `known`, read anew. */
export function useEditing<T extends object>(known: Known<T>, { keptAt, read }: { keptAt?: string; read?: () => Promise<Known<T>> } = {}): Editing<T> {
  const cache = useQueryClient();
  const [isKept] = useState(() => keptAt !== undefined && keptDraft(keptAt) !== null);
  const [held, setHeld] = useState<Held<T>>(() => begun(known, keptAt));
  const mutation = useMutation<unknown, Error, { change: Change | Saving; sent: T; after?: (answer: unknown) => void }>({
    mutationFn: async ({ change, sent }) => {
      const answer = await saved(change, held, read);
      setHeld((now) => ({ ...now, base: sent, isMet: false, clashes: [] }));
      return answer;
    },
    onSuccess: async (answer, { after }) => {
      if (keptAt) forgetDraft(keptAt);
      await again(cache);
      after?.(answer);
    },
    // The page reads it as it is now, and the draft is put over that.
    onError: () => again(cache),
  });
  // While a save is under way, what is read may be from before or after it.
  if (!mutation.isPending && textOf(known) !== held.seen) setHeld(rebased(held, known));
  useEffect(() => {
    if (!keptAt) return;
    if (same(held.draft, held.base)) forgetDraft(keptAt);
    else keepDraft(keptAt, { base: held.base, draft: held.draft });
  }, [keptAt, held.draft, held.base]);
  return {
    draft: held.draft,
    setDraft: (draft) => setHeld((now) => ({ ...now, draft })),
    base: held.base,
    isChanged: !same(held.draft, held.base),
    isKept,
    discard: () => (mutation.reset(), setHeld((now) => ({ ...now, draft: now.base, isMet: false, clashes: [] }))),
    forget: () => keptAt && forgetDraft(keptAt),
    save: (change, after) => mutation.mutate({ change, sent: held.draft, after }),
    isSaving: mutation.isPending,
    why: mutation.error,
    isMet: held.isMet,
    clashes: held.clashes,
    decide: (isMine) =>
      setHeld((now) => ({ ...now, isMet: false, clashes: [], draft: isMine ? now.draft : now.clashes.reduce((draft, { path, theirs }) => put(draft, path, theirs), now.draft) })),
  };
}

/** The editing of an object at an address, as `of` reads it. */
export function useEntityEditing<T extends object>(path: string, entity: Entity, of: (entity: Entity) => T, keptAt?: string): Editing<T> {
  const known = (given: Entity): Known<T> => ({ value: of(given), etag: etagOf(given) });
  return useEditing(known(entity), { keptAt, read: async () => known(await graph<Entity>(path)) });
}

export function etagOf(entity: Record<string, unknown>): string | undefined {
  const etag = entity["@odata.etag"];
  return typeof etag === "string" ? etag : undefined;
}

/** What others did meanwhile, and what one makes of it. Stands above what saves. */
export function Meanwhile<T>({ editing: { isMet, clashes, decide } }: { editing: Editing<T> }) {
  const { t, name } = useWords();
  if (!isMet && !clashes.length) return null;
  const both = clashes.map(({ path }) => name(path.findLast((step) => /^[a-z]/i.test(step)) ?? "")).join(", ");
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        {t("edit.meanwhile")} {clashes.length > 0 && t("edit.both", { what: both })}
      </MessageBarBody>
      <MessageBarActions>
        {clashes.length > 0 && <Button size="small" onClick={() => decide(false)}>{t("edit.takeTheirs")}</Button>}
        <Button size="small" onClick={() => decide(true)}>{t(clashes.length ? "edit.keepMine" : "close")}</Button>
      </MessageBarActions>
    </MessageBar>
  );
}

async function saved<T>(change: Change | Saving, { base, etag }: Held<T>, read?: () => Promise<Known<T>>): Promise<unknown> {
  let version = etag;
  for (let tries = 1; ; tries++) {
    try {
      const ifMatch: Record<string, string> = version ? { "if-match": version } : {};
      if (typeof change === "function") return await change(ifMatch);
      return await graph(change.path, { ...change.ask, headers: { ...change.ask.headers, ...ifMatch } });
    } catch (why) {
      if (!(why instanceof GraphFailure && why.isOutdated) || !read || tries >= TRIES_MAX) throw why;
      const now = await read();
      // A sign-in stamps a person, a report stamps a device: nobody's work is in the way.
      if (!same(now.value, base)) throw why;
      version = now.etag;
    }
  }
}

function begun<T>(known: Known<T>, keptAt?: string): Held<T> {
  const kept = keptAt === undefined ? null : keptDraft<T>(keptAt);
  const now: Held<T> = { seen: textOf(known), base: known.value, etag: known.etag, draft: known.value, isMet: false, clashes: [] };
  return kept ? rebased({ ...now, base: kept.base, draft: kept.draft }, known) : now;
}

function rebased<T>(held: Held<T>, known: Known<T>): Held<T> {
  const now = { ...held, seen: textOf(known), etag: known.etag, base: known.value };
  if (same(known.value, held.base)) return now;
  const { value, clashes } = merge(held.base, held.draft, known.value);
  const isMine = !same(value, known.value);
  const open = [...held.clashes.map(({ path }) => path), ...clashes].filter((path, at, all) => all.findIndex((other) => same(path, other)) === at);
  return { ...now, draft: value, isMet: isMine, clashes: isMine ? open.map((path) => ({ path, theirs: valueAt(known.value, path) })) : [] };
}

const textOf = <T,>({ value, etag }: Known<T>) => JSON.stringify([value, etag ?? null]);
