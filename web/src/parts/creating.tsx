// Making something new: a draft that outlives the page, what is asked of the server for it, and where one is afterwards.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { type Entity, graph } from "../graph/client";
import { again, type Change } from "../graph/queries";
import { type Key, useWords } from "../words";
import { useDraft } from "./drafts";
import { useGo } from "./Go";
import { Page } from "./page";
import { type Step, Wizard } from "./Wizard";

export interface Creating<T> {
  draft: T;
  setDraft: (next: T) => void;
  put: (part: Partial<T>) => void;
  /** Make it, then do what belongs to it, then go to its page. */
  make: (change: Change, then?: (made: Entity) => Promise<unknown>) => void;
  isBusy: boolean;
  why: Error | null;
  cancel: () => void;
}

export function useCreating<T extends object>(draftKey: string, empty: T, listHref: string): Creating<T> {
  const go = useGo();
  const cache = useQueryClient();
  const [draft, setDraft, forget] = useDraft(draftKey, empty);
  // What was made before something that belongs to it failed is gone on with, not made again.
  const made = useRef<Entity | null>(null);
  const creation = useMutation<Entity, Error, { change: Change; then?: (made: Entity) => Promise<unknown> }>({
    mutationFn: async ({ change, then }) => {
      made.current ??= await graph<Entity>(change.path, change.ask);
      await then?.(made.current);
      return made.current;
    },
    onSuccess: async ({ id }) => {
      forget();
      await again(cache);
      go(`${listHref}/${id}`);
    },
  });
  return {
    draft,
    setDraft,
    put: (part) => setDraft({ ...draft, ...part }),
    make: (change, then) => creation.mutate({ change, then }),
    isBusy: creation.isPending,
    why: creation.error,
    cancel: () => {
      forget();
      go(listHref);
    },
  };
}

/** The page on which something of a list is made step by step. */
export function CreationPage({ list, creating, steps, onDone }: { list: Key; creating: Pick<Creating<object>, "isBusy" | "why" | "cancel">; steps: Step[]; onDone: () => void }) {
  const { t } = useWords();
  return (
    <Page title={t("create.title", { kind: t(list) })} isNarrow>
      <Wizard action={t("create")} isBusy={creating.isBusy} why={creating.why} onDone={onDone} onCancel={creating.cancel} steps={steps} />
    </Page>
  );
}
