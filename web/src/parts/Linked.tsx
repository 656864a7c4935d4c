// What an object is linked with, by each of its links.

import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { placeOf } from "../rooms/rooms";
import { kindOfType } from "../graph/types";
import { type Link, linksOf } from "../schema";
import { useWords } from "../words";
import { Go } from "./Go";
import { Section } from "./page";
import { Tone } from "./Value";

const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0 },
  line: { paddingBlock: "6px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, display: "flex", gap: "8px", alignItems: "center", justifyContent: "space-between" },
});

/** Ways of looking at a link that another tab shows already. */
const HIDDEN_LINKS = new Set(["transitiveMembers", "transitiveReports", "authenticationMethods", "createdOnBehalfOf"]);

/** The links of a kind that its page shows. */
export function linksShown(kind: string): Link[] {
  return linksOf(kind).filter((link) => !HIDDEN_LINKS.has(link.name));
}

/** So many of a link's other ends are shown; the rest is counted. */
const LINKED_MAX = 50;

export function Linked({ address, link }: { address: string; link: Link }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const query = useRead<GraphPage<Entity> | Entity>(link.one ? `${address}/${link.name}` : at(`${address}/${link.name}`, { $top: LINKED_MAX }));
  const data = query.data;
  const all = !data ? [] : "value" in data && Array.isArray(data.value) ? (data.value as Entity[]) : [data as Entity];
  if (query.error || (query.isFetched && all.length === 0)) return null;
  return (
    <Section title={name(link.name)}>
      <ul className={styles.list}>
        {all.map((item) => {
          const kind = kindOfType(item["@odata.type"]) ?? link.to;
          const place = placeOf(kind, item.id);
          const label = String(item.displayName ?? item.deviceName ?? item.name ?? item.id);
          return (
            <li key={item.id} className={styles.line}>
              {place ? <Go href={place}>{label}</Go> : <Text>{label}</Text>}
              <Text size={200}>
                {name(kind)} {typeof item.accountEnabled === "boolean" && !item.accountEnabled && <Tone word="disabled" />}
              </Text>
            </li>
          );
        })}
      </ul>
      {data && "@odata.nextLink" in data && <Text>{t("detail.moreLinked", { count: LINKED_MAX })}</Text>}
    </Section>
  );
}
