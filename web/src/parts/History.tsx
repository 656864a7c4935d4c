// What was done to something, newest first, with what each act led to: the audit as a story.

import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useInfiniteQuery } from "@tanstack/react-query";
import { at, type Entity, graph, type Page } from "../graph/client";
import { useRead } from "../graph/queries";
import { useWords } from "../words";
import { DERIVED, difference, idsIn } from "./changed";
import { Answered, Empty } from "./page";
import { Go } from "./Go";
import { useNames } from "./names";
import { Moment, Tone } from "./Value";

export interface Audit extends Entity {
  activityDateTime: string;
  activityDisplayName: string;
  correlationId: string;
  initiatedBy: { user?: { id: string; displayName?: string; userPrincipalName?: string } | null; app?: { displayName?: string } | null };
  additionalDetails: { key: string; value: string }[];
  result: string;
  resultReason: string | null;
  targetResources: Target[];
}

interface Target {
  id: string;
  displayName: string | null;
  type: string;
  userPrincipalName: string | null;
  modifiedProperties: { displayName: string; oldValue: string | null; newValue: string | null }[];
}

/** Lines of one act that are shown. */
const LINES_MAX = 40;

const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column" },
  item: { display: "grid", gridTemplateColumns: "170px minmax(0, 1fr)", gap: "4px 16px", paddingBlock: "10px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, "@media (max-width: 640px)": { gridTemplateColumns: "1fr" } },
  time: { color: tokens.colorNeutralForeground3 },
  changes: { margin: "4px 0 0", paddingInlineStart: "16px", color: tokens.colorNeutralForeground2, overflowWrap: "anywhere" },
});

/** What was done to the object of this id. */
export function History({ id }: { id: string }) {
  return <Audits path={at("/auditLogs/directoryAudits", { $filter: `targetResources/any(t:t/id eq '${id}')`, $top: 25 })} about={id} />;
}

export function Audits({ path, about }: { path: string; about?: string }) {
  const { t } = useWords();
  const styles = useStyles();
  const query = useInfiniteQuery({
    queryKey: ["graph", path, "history"],
    queryFn: ({ pageParam, signal }) => graph<Page<Audit>>(pageParam, { signal }),
    initialPageParam: path,
    getNextPageParam: (last) => last["@odata.nextLink"],
  });
  return (
    <Answered query={query}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.value);
        if (!rows.length && !query.hasNextPage) return <Empty title={t("history.none")} />;
        return (
          <>
            <ol className={styles.list}>
              {rows.map((row) => (
                <AuditItem key={row.id} row={row} about={about} />
              ))}
            </ol>
            {query.hasNextPage && (
              <div>
                <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
                  {t("more.show")}
                </Button>
              </div>
            )}
          </>
        );
      }}
    </Answered>
  );
}

export function AuditItem({ row, about, withoutTime }: { row: Audit; about?: string; withoutTime?: boolean }) {
  const words = useWords();
  const styles = useStyles();
  const { user, app } = row.initiatedBy;
  const who = user?.displayName ?? user?.userPrincipalName ?? app?.displayName ?? "";
  // What the server does by itself is named like what it did.
  const letters = (text: string) => text.toLowerCase().replace(/[^a-z]/g, "");
  const isItself = !user && letters(who) === letters(row.activityDisplayName);
  const others = row.targetResources.filter((target) => target.id !== about);
  const own = row.targetResources.filter((target) => target.id === about || !about);
  return (
    <li className={styles.item}>
      <Text size={200} className={styles.time}>
        {!withoutTime && <Moment value={row.activityDateTime} />}
      </Text>
      <div>
        <div>
          <Text weight="semibold">{words.activity(row.activityDisplayName)}</Text>{" "}
          {row.result !== "success" && <Tone word={row.result} />}{" "}
          {!isItself && <Text className={styles.time}>{words.t("history.by", { who })}</Text>}
        </div>
        {row.resultReason && <Text>{row.resultReason}</Text>}
        <Changes targets={own} isNamed={!about} />
        {about && others.length > 0 && (
          <Text size={200}>
            {words.t("history.with")} {others.slice(0, 5).map((target) => target.displayName ?? target.type).join(", ")}
          </Text>
        )}
        {about && (
          <div>
            <Go href={`/admin/monitor/audits/${row.id}`}>{words.t("history.whole")}</Go>
          </div>
        )}
      </div>
    </li>
  );
}

/** What changed of what, from what to what. */
export function Changes({ targets, isNamed }: { targets: Target[]; isNamed?: boolean }) {
  const styles = useStyles();
  const { t, name, moment } = useWords();
  const lines = targets.flatMap((target): { target: Target; property: Target["modifiedProperties"][number] | null }[] => {
    const told = target.modifiedProperties.filter(({ displayName }) => !DERIVED.has(displayName));
    // Who is named and did not change is among what changed of others.
    const isAlone = isNamed && !targets.some((other) => other.modifiedProperties.length);
    return told.length || !isAlone ? told.map((property) => ({ target, property })) : [{ target, property: null }];
  });
  const names = useNames(lines.flatMap(({ property }) => [...idsIn(property?.oldValue ?? null), ...idsIn(property?.newValue ?? null)]));
  const isAboutLicences = lines.some(({ property }) => `${property?.oldValue} ${property?.newValue}`.includes("skuId"));
  const skus = useRead<Page<Entity>>(isAboutLicences ? at("/subscribedSkus", { $select: "id,skuId,skuPartNumber" }) : null);
  if (!lines.length) return null;
  const called = (id: string) => names.get(id) ?? (skus.data?.value.find((sku) => sku.skuId === id)?.skuPartNumber as string | undefined);
  const speaker = { called, name, moment, yes: t("yes"), no: t("no") };
  // What has a name is what somebody looks for.
  const isNameless = ({ target }: { target: Target }) => Number(!target.displayName && !target.userPrincipalName);
  lines.sort((one, other) => isNameless(one) - isNameless(other));
  return (
    <ul className={styles.changes}>
      {lines.slice(0, LINES_MAX).map(({ target, property }, index) => {
        const who = target.displayName ?? target.userPrincipalName ?? name(target.type.charAt(0).toLowerCase() + target.type.slice(1));
        const { gone, come } = difference(property?.oldValue ?? null, property?.newValue ?? null, speaker);
        return (
          <li key={index}>
            {isNamed && <b>{who}{property && ": "}</b>}
            {property && <>{name(property.displayName)} {gone.length > 0 && <s>{gone.join(", ")}</s>} <span>{come.join(", ")}</span></>}
          </li>
        );
      })}
    </ul>
  );
}
