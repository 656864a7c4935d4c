// The frame around every page: the bar at the top, the menu at the side, and what the person chose for themselves.
//
// The admin center and My portal have the same frame with other menus.

import { Avatar, Button, makeStyles, mergeClasses, MessageBar, MessageBarBody, MessageBarTitle, tokens } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronRightRegular, NavigationRegular, PersonRegular, SearchRegular } from "@fluentui/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useLocation } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { knock, serverIsReachable, watchReachable } from "../graph/client";
import { follow } from "../graph/live";
import { announced, watchAnnounced } from "../parts/announce";
import { followed, useGo } from "../parts/Go";
import { Waiting } from "../parts/page";
import { undoOffered, watchUndo } from "../parts/undo";
import { person } from "../session/session";
import { portal } from "../settings";
import { useWords } from "../words";
import { useMedia } from "./appearance";
import { useGivenBack } from "./giveBack";

const Search = lazy(() => import("./Search"));
const Own = lazy(() => import("./Own"));
const Undo = lazy(() => import("./Undo"));

export interface MenuRoom {
  key: string;
  label: string;
  icon: ReactNode;
  /** Of a room without entries, where it leads. */
  href?: string;
  entries?: { href: string; label: string }[];
}

const useStyles = makeStyles({
  frame: { display: "grid", gridTemplateRows: "48px minmax(0, 1fr)", gridTemplateColumns: "auto minmax(0, 1fr)", height: "100vh" },
  skip: { position: "absolute", insetInlineStart: "-9999px", ":focus": { insetInlineStart: "8px", top: "8px", zIndex: 100, backgroundColor: tokens.colorNeutralBackground1, padding: "8px 12px" } },
  bar: { gridColumn: "1 / -1", display: "flex", alignItems: "center", gap: "8px", paddingInline: "12px", backgroundColor: tokens.colorNeutralBackground1, borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  brand: { display: "flex", alignItems: "center", gap: "10px", textDecorationLine: "none", color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold, whiteSpace: "nowrap", borderRadius: tokens.borderRadiusMedium, padding: "4px 6px" },
  space: { flexGrow: 1 },
  search: { minWidth: "min(420px, 40vw)", justifyContent: "space-between", fontWeight: tokens.fontWeightRegular, color: tokens.colorNeutralForeground3, "@media (max-width: 640px)": { minWidth: "auto" } },
  key: { marginInlineStart: "8px", flexShrink: 0, fontSize: tokens.fontSizeBase200, border: `1px solid ${tokens.colorNeutralStroke1}`, borderRadius: tokens.borderRadiusSmall, paddingInline: "5px" },
  wide: { "@media (max-width: 640px)": { display: "none" } },
  nav: { width: "248px", overflowY: "auto", padding: "10px 8px 24px", backgroundColor: tokens.colorNeutralBackground2, borderRight: `1px solid ${tokens.colorNeutralStroke2}`, boxSizing: "border-box" },
  over: { position: "fixed", insetBlockStart: "48px", insetBlockEnd: 0, insetInlineStart: 0, zIndex: 20, boxShadow: tokens.shadow28 },
  rooms: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "2px" },
  room: { width: "100%", justifyContent: "flex-start", fontWeight: tokens.fontWeightSemibold, minHeight: "36px" },
  entry: { display: "block", textDecorationLine: "none", color: tokens.colorNeutralForeground2, padding: "6px 10px 6px 12px", marginInlineStart: "26px", borderRadius: tokens.borderRadiusMedium, fontSize: tokens.fontSizeBase300, ":hover": { backgroundColor: tokens.colorNeutralBackground2Hover, color: tokens.colorNeutralForeground1 } },
  current: {
    backgroundColor: tokens.colorNeutralBackground1Selected, color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold, position: "relative",
    // An edge of its own and no shadow: high contrast takes shadows and backgrounds away.
    "::before": { content: '""', position: "absolute", insetBlockStart: 0, insetBlockEnd: 0, insetInlineStart: 0, borderInlineStartWidth: "3px", borderInlineStartStyle: "solid", borderInlineStartColor: tokens.colorBrandStroke1, "@media (forced-colors: active)": { borderInlineStartColor: "Highlight" } },
  },
  unseen: { position: "absolute", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)", whiteSpace: "nowrap" },
  main: { overflowY: "auto", minWidth: 0, backgroundColor: tokens.colorNeutralBackground2, outline: "none", ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" } },
  alone: { gridColumn: "1 / -1" },
  flips: { ":dir(rtl)": { transform: "scaleX(-1)" } },
  notice: { position: "sticky", top: 0, zIndex: 10 },
});

export function Frame({ rooms, title, hasSearch }: { rooms: MenuRoom[]; title: string; hasSearch?: boolean }) {
  const { t } = useWords();
  const styles = useStyles();
  const isNarrow = useMedia("(max-width: 900px)");
  const isSmall = useMedia("(max-width: 640px)");
  useGivenBack();
  const [isOpen, setOpen] = useState(false);
  const [isSearching, setSearching] = useState(false);
  const offered = useSyncExternalStore(watchUndo, undoOffered);
  const { pathname } = useLocation();
  const cache = useQueryClient();
  useEffect(() => follow(cache), [cache]);
  useEffect(() => setOpen(false), [pathname]);
  useEffect(() => {
    if (!hasSearch) return;
    const open = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setSearching(true);
      }
    };
    addEventListener("keydown", open);
    return () => removeEventListener("keydown", open);
  }, [hasSearch]);
  return (
    <div className={styles.frame}>
      <a href="#main" className={styles.skip}>
        {t("shell.skip")}
      </a>
      <header className={styles.bar}>
        {isNarrow && <Button appearance="subtle" icon={<NavigationRegular />} aria-label={t("shell.menu")} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} />}
        <Brand title={title} />
        <span className={styles.space} />
        {hasSearch && (
          <Button className={styles.search} icon={<SearchRegular />} onClick={() => setSearching(true)} aria-label={isSmall ? t("search.title") : undefined} aria-keyshortcuts="Control+K">
            <span className={styles.wide} style={{ flexGrow: 1, textAlign: "start" }}>
              {t("search.title")}
            </span>
            <kbd aria-hidden className={mergeClasses(styles.key, styles.wide)}>Ctrl K</kbd>
          </Button>
        )}
        <span className={styles.space} />
        <OwnButton />
      </header>
      {(!isNarrow || isOpen) && <Navigation rooms={rooms} isOver={isNarrow} />}
      {/* It scrolls, so the keyboard must be able to reach it even where nothing in it can be pressed. */}
      <main id="main" tabIndex={0} className={mergeClasses(styles.main, isNarrow && styles.alone)}>
        <Reachability />
        <Suspense fallback={<Waiting />}>
          <Outlet />
        </Suspense>
      </main>
      {offered && <Suspense fallback={null}><Undo offered={offered} /></Suspense>}
      <Announced />
      {isSearching && (
        <Suspense fallback={null}>
          <Search onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** The page's title for who cannot see that it changed. */
function Announced() {
  const said = useSyncExternalStore(watchAnnounced, announced);
  return <div role="status" className={useStyles().unseen}>{said}</div>;
}

function Brand({ title }: { title: string }) {
  const styles = useStyles();
  const go = useGo();
  return (
    <a href={`/${portal}`} className={styles.brand} onClick={(event) => followed(event, () => go(`/${portal}`))}>
      <img src="/web/icon.svg" alt="" width={24} height={24} />
      <span>{title}</span>
    </a>
  );
}

function Navigation({ rooms, isOver }: { rooms: MenuRoom[]; isOver: boolean }) {
  const { t } = useWords();
  const styles = useStyles();
  const go = useGo();
  const { pathname } = useLocation();
  // The room that one is in is open; others as the person left them.
  const [opened, setOpened] = useState<Map<string, boolean>>(new Map());
  const isIn = (href: string) => pathname === href || pathname.startsWith(`${href}/`);
  return (
    <nav className={mergeClasses(styles.nav, isOver && styles.over)} aria-label={t("shell.menu")}>
      <ul className={styles.rooms}>
        {rooms.map((room) => {
          if (room.href !== undefined) {
            const isCurrent = room.href === `/${portal}` ? pathname.replace(/\/$/, "") === room.href : isIn(room.href);
            return (
              <li key={room.key}>
                <Button
                  as="a"
                  appearance="subtle"
                  className={mergeClasses(styles.room, isCurrent && styles.current)}
                  icon={room.icon as never}
                  href={room.href}
                  aria-current={isCurrent ? "page" : undefined}
                  onClick={(event: React.MouseEvent<HTMLElement>) => followed(event, () => go(room.href!))}
                >
                  {room.label}
                </Button>
              </li>
            );
          }
          const isOpen = opened.get(room.key) ?? room.entries?.some((entry) => isIn(entry.href)) ?? false;
          const toggle = () => setOpened(new Map(opened).set(room.key, !isOpen));
          return (
            <li key={room.key}>
              <Button appearance="subtle" className={styles.room} icon={room.icon as never} aria-expanded={isOpen} onClick={toggle}>
                <span style={{ flexGrow: 1, textAlign: "start" }}>{room.label}</span>
                {isOpen ? <ChevronDownRegular aria-hidden /> : <ChevronRightRegular aria-hidden className={styles.flips} />}
              </Button>
              {isOpen && (
                <ul className={styles.rooms}>
                  {room.entries?.map((entry) => (
                    <li key={entry.href}>
                      <a
                        href={entry.href}
                        className={mergeClasses(styles.entry, isIn(entry.href) && styles.current)}
                        aria-current={isIn(entry.href) ? "page" : undefined}
                        onClick={(event) => followed(event, () => go(entry.href))}
                      >
                        {entry.label}
                      </a>
                    </li>
                  ))}
                </ul>
              )}
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** Asked so often whether the server is there again. */
const KNOCK_MS = 2_000;

function Reachability() {
  const { t } = useWords();
  const styles = useStyles();
  const cache = useQueryClient();
  const isReachable = useSyncExternalStore(watchReachable, serverIsReachable);
  useEffect(() => {
    if (isReachable) return;
    const timer = setInterval(() => {
      void knock().then((isThere) => (isThere ? cache.invalidateQueries() : undefined));
    }, KNOCK_MS);
    return () => clearInterval(timer);
  }, [isReachable, cache]);
  if (isReachable) return null;
  return (
    <MessageBar intent="warning" className={styles.notice} role="alert">
      <MessageBarBody>
        <MessageBarTitle>{t("failure.offline")}</MessageBarTitle> {t("failure.offlineAdvice")}
      </MessageBarBody>
    </MessageBar>
  );
}

/** Who is signed in; what they can choose is loaded when they want it. */
function OwnButton() {
  const { t } = useWords();
  const [isWanted, setWanted] = useState(false);
  const name = person().name;
  const button = (
    <Button appearance="subtle" shape="circular" icon={<Avatar name={name} initials="" icon={<PersonRegular />} size={28} color="brand" />} aria-label={t("own.title", { name })} aria-haspopup="menu" onClick={() => setWanted(true)} />
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <Own />
    </Suspense>
  );
}
