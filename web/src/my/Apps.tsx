// Applications that somebody can open, those that are offered for their devices, and where to ask for more.

import { Avatar, Button, makeStyles, SearchBox, Text, tokens } from "@fluentui/react-components";
import { OpenRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { Go } from "../parts/Go";
import { useLate } from "../parts/late";
import { Answered, Empty, Page } from "../parts/page";
import { useWords } from "../words";
import { DeviceApps } from "./DeviceApps";
import { useMyApps } from "./mine";

/** From so many applications on, they are searched. */
const MANY = 8;
const PAUSE_MS = 250;

const useStyles = makeStyles({
  tiles: { display: "grid", gap: "12px", gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 240px), 1fr))", listStyle: "none", margin: 0, padding: 0 },
  tile: { height: "100%", boxSizing: "border-box", display: "flex", gap: "12px", alignItems: "center", padding: "14px 16px", borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, color: tokens.colorNeutralForeground1, textDecorationLine: "none", ":hover": { border: `1px solid ${tokens.colorBrandStroke1}`, boxShadow: tokens.shadow4 }, ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` } },
  words: { flexGrow: 1, minWidth: 0, display: "flex", flexDirection: "column" },
  hint: { color: tokens.colorNeutralForeground3, overflow: "hidden", textOverflow: "ellipsis", display: "-webkit-box", WebkitLineClamp: 2, WebkitBoxOrient: "vertical" },
  open: { color: tokens.colorNeutralForeground3, flexShrink: 0, fontSize: "18px" },
});

export default function Apps() {
  const { t } = useWords();
  const [text, setText] = useState("");
  const apps = useMyApps(useLate(text.trim(), PAUSE_MS));
  return (
    <Page title={t("my.apps")} subtitle={t("my.appsAbout")} isNarrow>
      <Answered query={apps}>
        {({ value, hasMore }) =>
          value.length || hasMore || text ? (
            <>
              {(value.length >= MANY || hasMore || text) && <SearchBox aria-label={t("my.findApp")} placeholder={t("my.findApp")} value={text} onChange={(_, data) => setText(data.value)} style={{ maxWidth: "360px" }} />}
              <Tiles apps={value} />
              {!value.length && !hasMore && <Text>{t("my.noneFound")}</Text>}
              {hasMore && <div><Button disabled={apps.isFetching} onClick={apps.more}>{t("more.show")}</Button></div>}
            </>
          ) : (
            <Empty title={t("my.noApps")}>{t("my.noAppsAdvice")}</Empty>
          )
        }
      </Answered>
      <DeviceApps />
      <div><Go href="/my/access">{t("my.moreApps")}</Go></div>
    </Page>
  );
}

export function Tiles({ apps }: { apps: { id: string; displayName?: unknown; description?: unknown; loginUrl?: unknown; homepage?: unknown }[] }) {
  const styles = useStyles();
  return (
    <ul className={styles.tiles}>
      {apps.map((app) => (
        <li key={app.id}>
          <a className={styles.tile} href={safe(String(app.loginUrl ?? app.homepage))} target="_blank" rel="noreferrer">
            <Avatar name={String(app.displayName)} shape="square" size={40} color="colorful" aria-hidden />
            <span className={styles.words}>
              <Text weight="semibold">{String(app.displayName)}</Text>
              {Boolean(app.description) && <Text size={200} className={styles.hint}>{String(app.description)}</Text>}
            </span>
            <OpenRegular className={styles.open} aria-hidden />
          </a>
        </li>
      ))}
    </ul>
  );
}

/** An address that a link may have: of the web, and nothing that a browser would run. */
export function safe(address: string): string | undefined {
  return /^https?:\/\//i.test(address) ? address : undefined;
}
