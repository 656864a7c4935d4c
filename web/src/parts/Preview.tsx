// What would follow from a change, before it is made: the server tries it on a fork of the directory and tells the audit of it.

import { makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { graph, GraphFailure } from "../graph/client";
import type { Change } from "../graph/queries";
import { useWords } from "../words";
import { Failure } from "./Failure";
import { AuditItem, type Audit } from "./History";

export interface Rehearsed {
  isComplete: boolean;
  value: Audit[];
  provisioning: Record<string, unknown>[];
  /** Requests of a batch that would be refused. */
  refused?: { id: string; status: number; error?: { code?: string; message?: string } | null }[];
  /** What the reading requests of a batch would be answered by then. */
  answers?: { id: string; status: number; body: unknown }[];
}

/** Ask what would happen. */
export function rehearse({ path, ask }: Change): Promise<Rehearsed> {
  return graph<Rehearsed>(path, { ...ask, headers: { ...ask.headers, prefer: "rehearse" } });
}

/** Ask what several changes would do, one on top of the other. Refused as a whole if one of them would be. */
export async function rehearseAll(changes: Change[]): Promise<Rehearsed> {
  const requests = changes.map(({ path, ask }, index) => ({
    id: String(index),
    method: ask.method ?? "GET",
    url: path,
    headers: { "content-type": "application/json", consistencylevel: "eventual" },
    body: ask.body,
    ...(index ? { dependsOn: [String(index - 1)] } : {}),
  }));
  const rehearsed = await graph<Rehearsed>("/$batch", { method: "POST", headers: { prefer: "rehearse" }, body: { requests } });
  const [first] = rehearsed.refused ?? [];
  if (first) throw new GraphFailure(first.status, first.error?.code ?? String(first.status), first.error?.message ?? `HTTP ${first.status}`, null);
  return rehearsed;
}

/** What these paths would answer once the changes were made. */
export async function readAfter(changes: Change[], paths: string[]): Promise<unknown[]> {
  const { answers = [] } = await rehearseAll([...changes, ...paths.map((path): Change => ({ path, ask: {} }))]);
  return paths.map((_, index) => answers.find((answer) => answer.id === String(changes.length + index))?.body);
}

const useStyles = makeStyles({
  box: { borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground2, padding: "12px", maxHeight: "320px", overflowY: "auto" },
  list: { listStyle: "none", margin: 0, padding: 0 },
});

export function Preview({ change }: { change: Change }) {
  const { t } = useWords();
  const styles = useStyles();
  const query = useQuery({ queryKey: ["rehearsal", change], queryFn: () => rehearse(change), retry: false, staleTime: 0, gcTime: 0 });
  // Who may not read the audit is not told what would stand in it; the act itself is theirs all the same.
  if (query.error instanceof GraphFailure && query.error.isDenied) return null;
  if (query.error) return <Failure why={query.error} />;
  if (!query.data) return <Spinner size="tiny" label={t("preview.waiting")} labelPosition="after" />;
  return <Followed rehearsed={query.data} className={styles.box} />;
}

export function Followed({ rehearsed, className }: { rehearsed: Rehearsed; className?: string }) {
  const { t } = useWords();
  const styles = useStyles();
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={className ?? styles.box} role="region" aria-label={t("preview.title")} tabIndex={0}>
      <Text weight="semibold" block>
        {rehearsed.value.length ? t("preview.follows", { count: rehearsed.value.length }) : t("preview.nothing")}
      </Text>
      <ol className={styles.list}>
        {rehearsed.value.map((row) => (
          <AuditItem key={row.id} row={row} withoutTime />
        ))}
      </ol>
      {!rehearsed.isComplete && <Text>{t("preview.more")}</Text>}
    </div>
  );
}
