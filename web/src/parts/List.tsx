// The list of a collection, whatever its kind: the columns, the search, the filter and the actions on what is chosen.
//
// A table of any length: only the rows on the screen are there, and the next page is read when somebody comes near it.

import {
  Button, Checkbox, Input, makeStyles, Menu, MenuItemCheckbox, MenuList, MenuPopover, MenuTrigger, mergeClasses, MessageBar, MessageBarBody,
  Spinner, Text, ToggleButton, tokens,
} from "@fluentui/react-components";
import { ArrowClockwiseRegular, ArrowDownloadRegular, ArrowSortDownRegular, ArrowSortUpRegular, ColumnTripleEditRegular, DismissRegular, LiveRegular, SearchRegular } from "@fluentui/react-icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { type Entity, whole } from "../graph/client";
import { type Collection, titleKey } from "../rooms/rooms";
import { attributeAt, enumNamed, recordNamed } from "../schema";
import { useWords } from "../words";
import { isWorded } from "../words/texts";
import { Failure } from "./Failure";
import { filterable } from "./filter";
import { FilterBuilder } from "./FilterBuilder";
import { Go } from "./Go";
import { Empty, Waiting } from "./page";
import { CELLS } from "./cells";
import { columnsOf, EXPORT_MAX, exported, pathFor, save, useRows, type Wish } from "./rows";
import { Views } from "./ListViews";
import { Value, valueAt } from "./Value";

const ROW = 40;
/** So many are chosen at once at most, read so many at a time. */
const CHOICE_MAX = 5_000;
const CHOICE_STEP = 999;
/** While one looks on, a log is read so often. */
const LIVE_MS = 2_000;

const useStyles = makeStyles({
  tools: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "4px" },
  search: { flexGrow: 1, maxWidth: "360px", minWidth: "160px" },
  space: { flexGrow: 1 },
  count: { color: tokens.colorNeutralForeground3, paddingInline: "8px", whiteSpace: "nowrap" },
  chosen: { display: "flex", alignItems: "center", flexWrap: "wrap", gap: "8px", padding: "6px 12px", backgroundColor: tokens.colorBrandBackground2, borderRadius: tokens.borderRadiusMedium },
  frame: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, overflow: "auto", backgroundColor: tokens.colorNeutralBackground1, height: "max(320px, calc(100vh - 250px))", outlineOffset: "-2px" },
  fits: { height: "auto" },
  row: { display: "grid", alignItems: "center", width: "100%", height: `${ROW}px`, borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  body: { ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  // High contrast takes backgrounds and shadows away.
  isMarked: { "@media (forced-colors: active)": { outline: "2px solid Highlight", outlineOffset: "-2px" } },
  isNew: { boxShadow: `inset 4px 0 0 ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2 },
  isChosen: { backgroundColor: tokens.colorBrandBackground2 },
  head: { position: "sticky", top: 0, zIndex: 1, backgroundColor: tokens.colorNeutralBackground2, fontWeight: tokens.fontWeightSemibold, fontSize: tokens.fontSizeBase200 },
  cell: { paddingInline: "12px", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", minWidth: 0 },
  sort: { justifyContent: "flex-start", minWidth: 0, padding: 0, fontWeight: tokens.fontWeightSemibold, border: "none" },
  canvas: { position: "relative", width: "100%" },
});

export interface Bulk {
  key: string;
  label: string;
  icon?: ReactNode;
  onChosen: (rows: Entity[]) => void;
}

export function List({ collection, wish, onWish, place, bulk = [], actions, every, hasQuickElsewhere, none }: {
  collection: Collection;
  wish: Wish;
  onWish: (wish: Wish) => void;
  /** Where a row leads. */
  place: (row: Entity) => string | undefined;
  bulk?: Bulk[];
  actions?: ReactNode;
  /** Read again so often, in milliseconds. */
  every?: number;
  /** Its own filters are offered by what is around it. */
  hasQuickElsewhere?: boolean;
  /** What is said where nothing is. */
  none?: string;
}) {
  const { t, name, activity } = useWords();
  const styles = useStyles();
  const columns = columnsOf(collection, wish);
  const title = collection.title ?? "displayName";
  const [isLive, setLive] = useState(false);
  const { rows, total, error, isPending, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useRows(collection, wish, isLive ? LIVE_MS : every);
  // Rows that came while one looks on are marked.
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!isLive) known.current = null;
    else known.current ??= new Set(rows.map((row) => row.id));
  }, [isLive, rows]);
  const [chosen, setChosen] = useState<Map<string, Entity>>(new Map());
  const [isChoosing, setChoosing] = useState(false);
  const [choiceTold, setChoice] = useState<{ isCut?: boolean; why?: unknown } | null>(null);
  const [isExporting, setExporting] = useState(false);
  const [exportTold, setExported] = useState<{ isCut?: boolean; why?: unknown } | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => frame.current, estimateSize: () => ROW, overscan: 12 });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 25 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  useEffect(() => setChosen(new Map()), [collection.key, wish.q, wish.filter, wish.quick]);

  const hasChoice = bulk.length > 0;
  const template = `${hasChoice ? "44px " : ""}${columns.map((column) => width(collection, column, title)).join(" ")}`;
  const sorted = /^(\S+)( desc)?$/.exec(wish.sort ?? collection.orderBy ?? "");
  const sortBy = (column: string) => onWish({ ...wish, sort: sorted?.[1] === column && !sorted[2] ? `${column} desc` : column });
  const choose = (row: Entity, is: boolean) => {
    const next = new Map(chosen);
    if (is) next.set(row.id, row);
    else next.delete(row.id);
    setChosen(next);
  };
  const chooseAll = async () => {
    setChoosing(true);
    setChoice(null);
    try {
      const { value, isCut } = await whole<Entity>(pathFor(collection, wish, CHOICE_STEP), CHOICE_MAX);
      setChosen(new Map(value.slice(0, CHOICE_MAX).map((row) => [row.id, row])));
      setChoice({ isCut: isCut || value.length > CHOICE_MAX });
    } catch (why) {
      setChoice({ why });
    } finally {
      setChoosing(false);
    }
  };
  const download = async () => {
    setExporting(true);
    setExported(null);
    try {
      const { blob, isCut } = await exported(collection, wish, name);
      save(blob, `${collection.key}.csv`);
      setExported({ isCut });
    } catch (why) {
      setExported({ why });
    } finally {
      setExporting(false);
    }
  };
  const isNarrowed = Boolean(wish.q || wish.filter || wish.quick);

  return (
    <>
      <div className={styles.tools} role="toolbar" aria-label={t("list.tools")}>
        {collection.search && <SearchBox value={wish.q ?? ""} isBusy={isFetching} onSearch={(q) => onWish({ ...wish, q: q || undefined })} />}
        <FilterBuilder kind={collection.kind} filter={wish.filter ?? ""} onFilter={(filter) => onWish({ ...wish, filter: filter || undefined })} />
        {!hasQuickElsewhere && collection.quick?.map(({ key }) => (
          <ToggleButton key={key} size="small" shape="circular" checked={wish.quick === key} onClick={() => onWish({ ...wish, quick: wish.quick === key ? undefined : key })}>
            {name(key)}
          </ToggleButton>
        ))}
        <ColumnChooser collection={collection} columns={columns} onColumns={(next) => onWish({ ...wish, columns: next.join(",") })} />
        <Views collection={collection} wish={wish} onWish={onWish} />
        <Button appearance="subtle" icon={<ArrowClockwiseRegular />} onClick={() => void refetch()} aria-label={t("list.refresh")} />
        <Button appearance="subtle" icon={isExporting ? <Spinner size="tiny" aria-hidden /> : <ArrowDownloadRegular />} onClick={() => void download()} disabled={isExporting}>
          {t("list.export")}
        </Button>
        {collection.isJournal && (
          <ToggleButton appearance={isLive ? "primary" : "subtle"} icon={<LiveRegular />} checked={isLive} onClick={() => setLive(!isLive)}>
            {t("log.live")}
          </ToggleButton>
        )}
        <span className={styles.space} />
        <Text className={styles.count} aria-live="polite">
          {isFetching && <Spinner size="extra-tiny" aria-hidden style={{ display: "inline-flex", marginInlineEnd: "6px" }} />}
          {total !== undefined ? t("list.count", { count: total }) : t("list.countSoFar", { count: rows.length, more: hasNextPage ? "+" : "" })}
        </Text>
        {actions}
      </div>
      {chosen.size > 0 && (
        <div className={styles.chosen} role="region" aria-label={t("list.chosen", { count: chosen.size })}>
          <Text weight="semibold">{t("list.chosen", { count: chosen.size })}</Text>
          {chosen.size >= rows.length && hasNextPage && (
            <Button size="small" disabled={isChoosing} icon={isChoosing ? <Spinner size="tiny" aria-hidden /> : undefined} onClick={() => void chooseAll()}>
              {total === undefined ? t("list.chooseEvery") : t("list.chooseMatching", { count: Math.min(total, CHOICE_MAX) })}
            </Button>
          )}
          {bulk.map((action) => (
            <Button key={action.key} size="small" disabled={isChoosing} icon={action.icon as never} onClick={() => action.onChosen([...chosen.values()])}>
              {action.label}
            </Button>
          ))}
          <Button size="small" appearance="subtle" icon={<DismissRegular />} onClick={() => setChosen(new Map())}>
            {t("list.chooseNone")}
          </Button>
        </div>
      )}
      {choiceTold?.why !== undefined && <Failure why={choiceTold.why} again={() => void chooseAll()} />}
      {choiceTold?.isCut && chosen.size > 0 && <MessageBar intent="warning"><MessageBarBody>{t("list.choiceCut", { count: CHOICE_MAX })}</MessageBarBody></MessageBar>}
      {exportTold?.why !== undefined && <Failure why={exportTold.why} again={() => void download()} />}
      {exportTold?.isCut && <MessageBar intent="warning"><MessageBarBody>{t("list.exportCut", { count: EXPORT_MAX })}</MessageBarBody></MessageBar>}
      {error && <Failure why={error} again={() => void refetch()} />}
      {(isPending || (!rows.length && hasNextPage)) && !error ? (
        // A page may have nothing of what is looked for, and the next one have it.
        <Waiting />
      ) : !rows.length && !error ? (
        <Empty title={isNarrowed ? t("list.noneFound") : (none ?? t("list.none"))}>
          {(isNarrowed || !none) && <Text>{t(isNarrowed ? "list.noneFoundAdvice" : "list.noneAdvice")}</Text>}
          {isNarrowed && <Button onClick={() => onWish({ ...wish, q: undefined, filter: undefined, quick: undefined })}>{t("list.showAll")}</Button>}
        </Empty>
      ) : (
        // Of what failed the headings stay: another order is chosen by them.
        (rows.length > 0 || Boolean(error)) && (
          // The frame scrolls, so the keyboard must be able to reach it.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <div ref={frame} className={mergeClasses(styles.frame, rows.length < 12 && !hasNextPage && styles.fits)} tabIndex={0} role="region" aria-label={t(titleKey(collection.key))}>
            <div role="table" aria-label={t(titleKey(collection.key))} aria-rowcount={total ?? -1} aria-colcount={columns.length + (hasChoice ? 1 : 0)} className={styles.canvas} style={{ minWidth: widthMin(columns, collection, title, hasChoice) }}>
              <div role="rowgroup">
                <div role="row" aria-rowindex={1} className={mergeClasses(styles.row, styles.head)} style={{ gridTemplateColumns: template }}>
                  {hasChoice && (
                    <div role="columnheader">
                      <Checkbox
                        aria-label={t("list.chooseAll")}
                        checked={chosen.size === 0 ? false : chosen.size >= rows.length ? true : "mixed"}
                        onChange={(_, data) => setChosen(data.checked ? new Map(rows.map((row) => [row.id, row])) : new Map())}
                      />
                    </div>
                  )}
                  {columns.map((column) => {
                    const isSorted = sorted?.[1] === column;
                    const canSort = !collection.isJournal && !collection.isReport && isSortable(collection.kind, column);
                    return (
                      <div key={column} role="columnheader" className={styles.cell} aria-sort={isSorted ? (sorted[2] ? "descending" : "ascending") : undefined}>
                        {canSort ? (
                          <Button
                            appearance="transparent"
                            size="small"
                            className={styles.sort}
                            iconPosition="after"
                            icon={isSorted ? sorted[2] ? <ArrowSortDownRegular /> : <ArrowSortUpRegular /> : undefined}
                            onClick={() => sortBy(column)}
                          >
                            {heading(collection.kind, column, name)}
                          </Button>
                        ) : (
                          heading(collection.kind, column, name)
                        )}
                      </div>
                    );
                  })}
                </div>
              </div>
              <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
                {items.map((item) => {
                  const row = rows[item.index];
                  if (!row) return null;
                  const isRowChosen = chosen.has(row.id);
                  const isRowNew = known.current !== null && !known.current.has(row.id);
                  return (
                    <div
                      key={row.id ?? item.index}
                      role="row"
                      aria-rowindex={item.index + 2}
                      className={mergeClasses(styles.row, styles.body, isRowChosen && styles.isChosen, isRowNew && styles.isNew, (isRowChosen || isRowNew) && styles.isMarked)}
                      style={{ gridTemplateColumns: template, position: "absolute", top: 0, insetInlineStart: 0, transform: `translateY(${item.start}px)` }}
                    >
                      {hasChoice && (
                        <div role="cell">
                          <Checkbox aria-label={t("list.choose", { name: text(valueAt(row, title)) || row.id })} checked={isRowChosen} onChange={(_, data) => choose(row, data.checked === true)} />
                        </div>
                      )}
                      {columns.map((column) => {
                        const told = valueAt(row, column);
                        const value = column === "activityDisplayName" ? activity(String(told)) : told;
                        const href = column === title ? place(row) : undefined;
                        const Own = CELLS[`${collection.kind} ${column}`];
                        const shown = Own ? <Own row={row} /> : <Value value={value} attribute={column} type={collection.words?.includes(column) || isWorded(column) ? undefined : (attributeAt(collection.kind, column)?.type ?? "String")} isShort />;
                        return (
                          <div key={column} role="cell" className={styles.cell} title={typeof value === "string" && value.length > 24 ? value : undefined}>
                            {href ? <Go href={href}>{value === null || value === undefined || value === "" ? row.id : shown}</Go> : shown}
                          </div>
                        );
                      })}
                    </div>
                  );
                })}
              </div>
            </div>
          </div>
        )
      )}
    </>
  );
}

/** Keys that come closer than this are one. */
const KEY_MS = 30;

function SearchBox({ value, isBusy, onSearch }: { value: string; isBusy: boolean; onSearch: (text: string) => void }) {
  const { t } = useWords();
  const styles = useStyles();
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    // Whoever types is answered at once, and asks again when they have been: never more than one question is on its way.
    if (text === sent.current || isBusy) return;
    const timer = setTimeout(() => {
      sent.current = text;
      onSearch(text.trim());
    }, KEY_MS);
    return () => clearTimeout(timer);
  });
  return <Input className={styles.search} type="search" contentBefore={<SearchRegular />} placeholder={t("list.search")} aria-label={t("list.search")} value={text} onChange={(_, data) => setText(data.value)} />;
}

function ColumnChooser({ collection, columns, onColumns }: { collection: Collection; columns: string[]; onColumns: (columns: string[]) => void }) {
  const { t, name } = useWords();
  const known = useMemo(() => {
    const all = filterable(collection.kind).map((attribute) => attribute.name);
    return [...new Set([...collection.columns, ...all])];
  }, [collection]);
  return (
    <Menu checkedValues={{ columns }} onCheckedValueChange={(_, data) => data.checkedItems.length > 0 && onColumns(known.filter((column) => data.checkedItems.includes(column)))}>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<ColumnTripleEditRegular />}>
          {t("list.columns")}
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList style={{ maxHeight: "60vh", overflow: "auto" }}>
          {known.map((column) => (
            <MenuItemCheckbox key={column} name="columns" value={column}>
              {heading(collection.kind, column, name)}
            </MenuItemCheckbox>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** Whether the server can put things in this order: by one value, not by several or by a record. */
export function isSortable(kind: string, column: string): boolean {
  const attribute = attributeAt(kind, column);
  return !column.includes("/") && attribute !== undefined && !attribute.many && !recordNamed(attribute.type) && attribute.type !== "record";
}

/** `status/errorCode` is headed by its last part, `principal/displayName` by its first. */
function heading(kind: string, column: string, name: (word: string, of?: string) => string): string {
  const parts = column.split("/");
  const first = parts[0] ?? column;
  const lastPart = parts.at(-1) ?? column;
  if (parts.length === 1) return name(column, kind);
  if (lastPart === "displayName") return name(first, kind);
  return lastPart === "id" ? name(`${first}Id`) : name(lastPart, attributeAt(kind, first)?.type);
}

/** Columns whose values are short whatever their type. */
const SHORT = new Set(["operatingSystem", "osVersion", "employeeId", "displayVersion", "deviceModel", "platforms"]);
const NUMBERS = new Set(["Int16", "Int32", "Int64", "Double"]);

/** The least width of a column in pixels, and its share of what is left. What a list shows by itself fits beside the menu on 1280. */
function measure(collection: Collection, column: string, title: string): [number, number] {
  const attribute = attributeAt(collection.kind, column);
  if (attribute?.type === "DateTimeOffset") return [170, 1];
  if (column === title) return [175, 1.6];
  if (collection.wide?.includes(column)) return [240, 2.4];
  if (column === "userPrincipalName") return [205, 2];
  if (SHORT.has(column) || NUMBERS.has(attribute?.type ?? "")) return [95, 0.6];
  if (attribute?.type === "Boolean") return [110, 0.6];
  if (attribute && enumNamed(attribute.type)) return [155, 0.9];
  return [130, 1.4];
}

function width(collection: Collection, column: string, title: string): string {
  const [least, share] = measure(collection, column, title);
  return `minmax(${least}px, ${share}fr)`;
}

function widthMin(columns: string[], collection: Collection, title: string, hasChoice: boolean): number {
  return columns.reduce((sum, column) => sum + measure(collection, column, title)[0], hasChoice ? 44 : 0);
}

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}
