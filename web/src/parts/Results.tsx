// How something stands on many: the numbers, each of which shows those that it counts, and their list, read as far as somebody
// scrolls.

import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import type { Collection } from "../rooms/rooms";
import { useWords } from "../words";
import { List } from "./List";
import type { Wish } from "./rows";

export interface Count {
  /** A word of the API, and the key of the list's own filter. */
  key: string;
  count: number;
  tone?: "good" | "bad" | "warn";
}

const useStyles = makeStyles({
  numbers: { display: "flex", gap: "8px", flexWrap: "wrap" },
  tile: { fontFamily: "inherit", textAlign: "start", display: "flex", flexDirection: "column", minWidth: "112px", padding: "10px 14px", borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, color: tokens.colorNeutralForeground1, cursor: "pointer", ":hover": { border: `1px solid ${tokens.colorBrandStroke1}` }, ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` } },
  chosen: { border: `1px solid ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2, boxShadow: `inset 0 -3px 0 ${tokens.colorBrandStroke1}` },
  number: { fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold, fontVariantNumeric: "tabular-nums" },
  label: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  warn: { color: tokens.colorStatusWarningForeground3 },
});

export function Results({ collection, counts, place, every, none }: { collection: Collection; counts: Count[]; place: (row: Entity) => string | undefined; every?: number; none?: string }) {
  const { name, number } = useWords();
  const styles = useStyles();
  const [wish, setWish] = useState<Wish>({});
  return (
    <>
      {counts.length > 0 && (
        <div className={styles.numbers}>
          {counts.map(({ key, count, tone }) => {
            const isChosen = wish.quick === key;
            return (
              <button key={key} type="button" aria-pressed={isChosen} className={mergeClasses(styles.tile, isChosen && styles.chosen)} onClick={() => setWish({ ...wish, quick: isChosen ? undefined : key })}>
                <span className={mergeClasses(styles.number, count > 0 && tone && styles[tone])}>{number(count)}</span>
                <span className={styles.label}>{name(key)}</span>
              </button>
            );
          })}
        </div>
      )}
      <List collection={collection} wish={wish} onWish={setWish} place={place} every={every} none={none} hasQuickElsewhere={counts.length > 0} />
    </>
  );
}
