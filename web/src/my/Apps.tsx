// Applications that somebody can open.

import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { OpenRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Answered, Empty, Page } from "../parts/page";
import { useWords } from "../words";
import { myApps } from "./mine";

const useStyles = makeStyles({
  tiles: { display: "grid", gap: "12px", gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 220px), 1fr))" },
  tile: { display: "flex", flexDirection: "column", gap: "6px", padding: "16px", borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, color: tokens.colorNeutralForeground1, textDecorationLine: "none", ":hover": { border: `1px solid ${tokens.colorBrandStroke1}` } },
});

export default function Apps() {
  const { t } = useWords();
  const styles = useStyles();
  const apps = useQuery({ queryKey: ["graph", "myApps"], queryFn: myApps });
  return (
    <Page title={t("my.apps")} subtitle={t("my.appsAbout")} isNarrow>
      <Answered query={apps}>
        {(found) =>
          found.length ? (
            <div className={styles.tiles}>
              {found.map((app) => (
                <a key={app.id} className={styles.tile} href={safe(String(app.loginUrl ?? app.homepage))} target="_blank" rel="noreferrer">
                  <Text weight="semibold">
                    {String(app.displayName)} <OpenRegular aria-hidden />
                  </Text>
                  {Boolean(app.description) && <Text size={200}>{String(app.description)}</Text>}
                </a>
              ))}
            </div>
          ) : (
            <Empty title={t("my.noApps")}>{t("my.noAppsAdvice")}</Empty>
          )
        }
      </Answered>
    </Page>
  );
}

/** An address that a link may have: of the web, and nothing that a browser would run. */
export function safe(address: string): string | undefined {
  return /^https?:\/\//i.test(address) ? address : undefined;
}
