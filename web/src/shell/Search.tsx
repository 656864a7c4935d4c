// Ctrl-K: anything by name, id or serial number, every page by its title, and what can be done; what was opened last stands there
// first.
//
// The server searches (`finds.ts`); here only pages, what can be done (`deeds.ts`) and what was opened are looked through.

import { Dialog, DialogBody, DialogContent, DialogSurface, DialogTitle, Input, makeStyles, mergeClasses, Spinner, Text, tokens } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import { Failure } from "../parts/Failure";
import { followed, useGo } from "../parts/Go";
import { useLate } from "../parts/late";
import { useMay } from "../rooms/may";
import { isCollection, rooms, titleKey } from "../rooms/rooms";
import { type Key, useWords } from "../words";
import { beginnings, deedIn, deedsLike, LIST_OF, says } from "./deeds";
import { FINDS, FOUND_MAX, objects } from "./finds";
import { recent, remember } from "./recent";

/** What is asked while somebody types is asked when they pause. */
const PAUSE_MS = 150;
const DOINGS_MAX = 8;

const useStyles = makeStyles({
  surface: { maxWidth: "680px", marginTop: "8vh", alignSelf: "start", padding: "16px" },
  list: { listStyle: "none", margin: 0, padding: 0, maxHeight: "56vh", overflowY: "auto" },
  group: { color: tokens.colorNeutralForeground3, padding: "10px 8px 2px", fontSize: tokens.fontSizeBase200 },
  item: { display: "flex", justifyContent: "space-between", gap: "12px", padding: "8px", borderRadius: tokens.borderRadiusMedium, color: tokens.colorNeutralForeground1, textDecorationLine: "none", ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  current: { backgroundColor: tokens.colorNeutralBackground1Selected },
  hint: { color: tokens.colorNeutralForeground3, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
});

interface Found {
  group: string;
  label: string;
  hint?: string;
  href: string;
  /** What is typed on, where more has to be said. */
  fill?: string;
  /** Whether it is an object or a page, and not something to do. */
  isPlace?: boolean;
}

export default function Search({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const { t } = words;
  const styles = useStyles();
  const go = useGo();
  const listId = useId();
  const may = useMay();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const wanted = useLate(text.trim(), PAUSE_MS);
  const found = useQuery({ queryKey: ["graph", "search", wanted], enabled: wanted.length > 1, queryFn: () => objects(wanted), placeholderData: (before) => before });
  const told = deedIn(text, t);
  const about = useLate(told && may?.has(LIST_OF[told.deed.kind]) ? told.about : "", PAUSE_MS);
  const kind = told?.deed.kind;
  const targets = useQuery({ queryKey: ["graph", "search", about, kind], enabled: about.length > 1, queryFn: () => objects(about, FINDS.filter((find) => find.kind === kind)) });
  const pages = usePages();
  const doing = useDoings(text, may);
  const shown: Found[] = useMemo(() => {
    if (!text.trim()) return recent().map((item) => ({ ...item, group: t("search.recent"), isPlace: true }));
    const needle = text.trim().toLocaleLowerCase();
    const matching = pages.filter((page) => page.label.toLocaleLowerCase().includes(needle)).slice(0, FOUND_MAX);
    // Hits of the text before are shown no longer: Enter would open one of them.
    const hits = wanted.length > 1 && wanted === text.trim() && !found.isPlaceholderData ? (found.data ?? []) : [];
    const meant = told && about === told.about ? (targets.data ?? []).map((hit): Found => ({ group: t("search.do"), label: t("search.deed", { act: t(told.deed.label), name: hit.label }), hint: hit.hint, href: `${hit.href}?act=${told.deed.act}` })) : [];
    return [...meant, ...hits.map((hit) => ({ ...hit, group: t(hit.group), isPlace: true })), ...matching, ...doing];
  }, [text, wanted, found.data, found.isPlaceholderData, pages, doing, told, about, targets.data, t]);
  useEffect(() => setAt(0), [shown.length, text]);
  useEffect(() => {
    document.getElementById(`${listId}-${at}`)?.scrollIntoView?.({ block: "nearest" });
  }, [listId, at]);
  const open = (item: Found | undefined) => {
    if (!item) return;
    if (item.fill) return setText(item.fill);
    if (item.isPlace) remember({ label: item.label, hint: item.hint, href: item.href });
    onClose();
    go(item.href);
  };
  const keyed = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter") open(shown[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface className={styles.surface} aria-label={t("search.title")}>
        <DialogBody>
          <DialogTitle style={{ display: "none" }}>{t("search.title")}</DialogTitle>
          <DialogContent>
            <Input
              autoFocus
              size="large"
              style={{ width: "100%" }}
              contentBefore={found.isFetching || targets.isFetching ? <Spinner size="tiny" aria-hidden /> : <SearchRegular />}
              placeholder={t("search.title")}
              value={text}
              onChange={(_, data) => setText(data.value)}
              onKeyDown={keyed}
              input={{ role: "combobox", "aria-label": t("search.title"), "aria-expanded": shown.length > 0, "aria-controls": listId, "aria-activedescendant": shown.length ? `${listId}-${at}` : undefined }}
            />
            <div id={listId} role="listbox" aria-label={t("search.results")} className={styles.list}>
              {shown.map((item, index) => (
                <div key={`${item.href} ${index}`} role="presentation">
                  {item.group !== shown[index - 1]?.group && (
                    <div className={styles.group} role="presentation">
                      {item.group}
                    </div>
                  )}
                  <a
                    id={`${listId}-${index}`}
                    role="option"
                    aria-selected={index === at}
                    tabIndex={-1}
                    href={item.href}
                    className={mergeClasses(styles.item, index === at && styles.current)}
                    // What is typed on is typed where one was.
                    onMouseDown={(event) => item.fill && event.preventDefault()}
                    onClick={(event) => (item.fill ? (event.preventDefault(), open(item)) : followed(event, () => open(item)))}
                  >
                    <span>{item.label}</span>
                    <span className={styles.hint}>{item.hint}</span>
                  </a>
                </div>
              ))}
            </div>
            {found.error && wanted.length > 1 && <Failure why={found.error} again={() => void found.refetch()} />}
            {text.trim().length > 1 && !shown.length && !found.isFetching && !found.error && <Text style={{ padding: "12px 8px", display: "block" }}>{t("search.none")}</Text>}
            {!text.trim() && !shown.length && <Text style={{ padding: "12px 8px", display: "block" }}>{t("search.hint")}</Text>}
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function usePages(): Found[] {
  const { t } = useWords();
  const may = useMay();
  return useMemo(() => {
    const group = t("search.pages");
    return rooms.flatMap((room) =>
      room.entries
        .filter((entry) => !isCollection(entry) || may?.has(entry.key))
        .map((entry): Found => ({ group, label: t(titleKey(entry.key)), hint: t(`room.${room.name}` as Key), href: `/admin/${room.name}/${entry.key}`, isPlace: true })),
    );
  }, [t, may]);
}

/** What can be done of which a part was typed. */
function useDoings(text: string, may: Set<string> | undefined): Found[] {
  const words = useWords();
  const { t } = words;
  return useMemo(() => {
    if (text.trim().length < 2) return [];
    const group = t("search.do");
    const made = beginnings(rooms, may, words).filter(({ label, hint }) => says(`${label} ${hint}`, text)).slice(0, FOUND_MAX);
    const deeds = deedsLike(text, t).filter(({ kind }) => may?.has(LIST_OF[kind]));
    return [
      ...made.map((item) => ({ ...item, group })),
      ...deeds.map(({ label, kind }): Found => ({ group, label: t("search.deedOf", { act: t(label) }), hint: t(`list.${LIST_OF[kind]}` as Key), href: `/admin/${kind === "user" ? "identity" : "devices"}/${LIST_OF[kind]}`, fill: `${t(label)} ` })),
    ].slice(0, DOINGS_MAX);
  }, [text, may, words, t]);
}
