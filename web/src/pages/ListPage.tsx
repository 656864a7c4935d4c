// The list of a collection with what can be done from it; or, of a kind there is one object of, that object.

import { Button, ProgressBar, Text } from "@fluentui/react-components";
import { AddRegular, ArrowSyncRegular, DeleteRegular, PersonLockRegular, PersonProhibitedRegular } from "@fluentui/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useRef, useState } from "react";
import { ACTS as DEVICE_ACTS, type DeviceAct } from "../devices/acts";
import { type Ask, batch, BATCH_MAX, type Entity, GraphFailure } from "../graph/client";
import { again } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { titleOf } from "../parts/entity";
import { useGo } from "../parts/Go";
import { type Bulk, List } from "../parts/List";
import { BRAKE } from "../parts/brake";
import { Confirm } from "../parts/Confirm";
import { Empty, Page, Waiting } from "../parts/page";
import type { Wish } from "../parts/rows";
import { collectionOf, type Collection, titleKey } from "../rooms/rooms";
import { kindOfType } from "../graph/types";
import { placeOf } from "../rooms/rooms";
import { told } from "../parts/Failure";
import { type Key, useWords } from "../words";
import { creations, stories } from "./opinions";
import { RISK_ACTS, riskChange } from "./RiskActs";

const BulkAction = lazy(() => import("../devices/BulkAction").then((file) => ({ default: file.BulkAction })));


export default function ListPage() {
  const { t } = useWords();
  const { room, list } = useParams({ strict: false }) as { room: string; list: string };
  const wish = useSearch({ strict: false }) as Wish;
  const navigate = useNavigate();
  const go = useGo();
  const Story = stories[list];
  const collection = collectionOf(room, list);
  const [acting, setActing] = useState<{ act: Act; rows: Entity[] } | null>(null);
  const [telling, setTelling] = useState<{ act: DeviceAct; rows: Entity[] } | null>(null);
  if (Story) {
    return (
      <Suspense fallback={<Waiting />}>
        <Story />
      </Suspense>
    );
  }
  if (!collection) return <Empty title={t("failure.missing")}>{t("failure.missingAdvice")}</Empty>;
  const here = `/admin/${room}/${list}`;
  if (collection.isSingleton) return <Detail key={list} collection={collection} id="" listHref={here} heading={() => t(titleKey(list))} />;
  const canCreate = creations[list] !== undefined || (collection.form?.length ?? 0) > 0;
  const together: Bulk[] = collection.kind === "managedDevice" ? DEVICE_ACTS.filter((act) => act.isBulk).map((act) => ({ key: act.action, label: t(act.label), onChosen: (rows) => setTelling({ act, rows }) })) : [];
  const bulk: Bulk[] = actsOn(collection).map((act) => ({ key: act.key, label: t(act.label), icon: act.icon, onChosen: (rows) => setActing({ act, rows }) }));
  const place = (row: Entity) =>
    collection.leadsTo ? placeOf(collection.leadsTo, row.id) : collection.key === "deletedItems" ? undefined : (collection.kind === "directoryObject" ? placeOf(kindOfType(row["@odata.type"]), row.id) : `${here}/${encodeURIComponent(row.id)}`);
  return (
    <Page
      title={t(titleKey(list))}
      subtitle={t(`about.${list}` as Key)}
      actions={
        canCreate && (
          <Button appearance="primary" icon={<AddRegular />} onClick={() => go(`${here}/new`)}>
            {t("list.new")}
          </Button>
        )
      }
    >
      <List
        key={list}
        collection={collection}
        wish={wish}
        place={place}
        bulk={[...together, ...bulk]}
        onWish={(next) => void navigate({ to: ".", search: tidied(next) as never, replace: true })}
      />
      {telling && <Suspense fallback={null}><BulkAction act={telling.act} devices={telling.rows} onClose={() => setTelling(null)} /></Suspense>}
      {acting && <Acting {...acting} collection={collection} onClose={() => setActing(null)} />}
    </Page>
  );
}

function tidied(wish: Wish): Wish {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value)) as Wish;
}

interface Act {
  key: string;
  label: Key;
  icon: React.ReactNode;
  isHarmful?: boolean;
  ask: (row: Entity, collection: Collection) => { path: string; ask: Ask };
}

const remove: Act = {
  key: "delete",
  label: "delete",
  icon: <DeleteRegular />,
  isHarmful: true,
  ask: (row, collection) => ({ path: `/${collection.path}/${encodeURIComponent(row.id)}`, ask: { method: "DELETE" } }),
};

const ACTS: Record<string, Act[]> = {
  users: [
    { key: "disable", label: "person.disable", icon: <PersonProhibitedRegular />, isHarmful: true, ask: (row) => ({ path: `/users/${row.id}`, ask: { method: "PATCH", body: { accountEnabled: false } } }) },
    { key: "enable", label: "person.enable", icon: <PersonLockRegular />, ask: (row) => ({ path: `/users/${row.id}`, ask: { method: "PATCH", body: { accountEnabled: true } } }) },
    { key: "revoke", label: "person.revoke", icon: <PersonLockRegular />, ask: (row) => ({ path: `/users/${row.id}/revokeSignInSessions`, ask: { method: "POST", body: {} } }) },
  ],
  riskyUsers: RISK_ACTS.map(({ key, icon, isHarmful }) => ({ key, label: `risk.${key}` as const, icon, isHarmful, ask: (row) => riskChange(key, [row.id]) })),
  deletedItems: [
    { key: "restore", label: "restore", icon: <ArrowSyncRegular />, ask: (row) => ({ path: `/directory/deletedItems/${row.id}/restore`, ask: { method: "POST", body: {} } }) },
  ],
};

function actsOn(collection: Collection): Act[] {
  return [...(ACTS[collection.key] ?? []), ...(collection.canDelete ? [remove] : [])];
}

/** One act on many: asked first, done twenty at a time, stopped at any moment, and told what failed. */
export function Acting({ act, rows, collection, onClose }: { act: Act; rows: Entity[]; collection: Collection; onClose: () => void }) {
  const words = useWords();
  const { t } = words;
  const cache = useQueryClient();
  const [done, setDone] = useState(0);
  const [isRunning, setRunning] = useState(false);
  const [broken, setBroken] = useState<unknown>(null);
  const [failures, setFailures] = useState<{ row: Entity; why: GraphFailure }[]>([]);
  const isStopped = useRef(false);
  const run = async () => {
    setRunning(true);
    setBroken(null);
    isStopped.current = false;
    const failed = [...failures];
    let isBroken = false;
    for (let at = done; at < rows.length && !isStopped.current && !isBroken; at += BATCH_MAX) {
      const some = rows.slice(at, at + BATCH_MAX);
      try {
        const answers = await batch(some.map((row) => act.ask(row, collection)));
        answers.forEach((answer, index) => {
          const row = some[index];
          if (answer instanceof GraphFailure && row) failed.push({ row, why: answer });
        });
        setDone(Math.min(at + BATCH_MAX, rows.length));
        setFailures([...failed]);
      } catch (why) {
        // Those before are done, and it can go on from here.
        isBroken = true;
        setBroken(why);
      }
    }
    setRunning(false);
    await again(cache);
    if (!failed.length && !isStopped.current && !isBroken) onClose();
  };
  const stop = () => {
    isStopped.current = true;
    if (!isRunning) onClose();
  };
  return (
    <Confirm
      title={t("bulk.title", { act: t(act.label), count: rows.length })}
      action={t(act.label)}
      isHarmful={act.isHarmful}
      isBusy={isRunning || done >= rows.length}
      why={broken}
      typed={rows.length > BRAKE && act.isHarmful ? String(rows.length) : undefined}
      onYes={() => void run()}
      onNo={stop}
    >
      <Text>{rows.slice(0, 5).map((row) => titleOf(row, collection)).join(", ")}{rows.length > 5 ? ` … ${t("bulk.others", { count: rows.length - 5 })}` : ""}</Text>
      {(isRunning || done > 0 || Boolean(broken)) && <ProgressBar value={done / rows.length} aria-label={t("bulk.progress", { done, count: rows.length })} />}
      {Boolean(broken) && <Text role="status">{t("bulk.progress", { done, count: rows.length })}</Text>}
      {failures.length > 0 && (
        <div role="alert">
          <Text weight="semibold">{t("bulk.failed", { count: failures.length })}</Text>
          <ul>
            {failures.slice(0, 10).map(({ row, why }) => (
              <li key={row.id}>
                {titleOf(row, collection)}: {told(why, words).title} <bdi>{why.message}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Confirm>
  );
}
