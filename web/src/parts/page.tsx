// What pages are made of: a heading with actions, sections, waiting, and nothing there.

import { makeStyles, mergeClasses, Spinner, Text, tokens } from "@fluentui/react-components";
import { createContext, type ReactNode, useContext, useEffect, useId, useRef } from "react";
import { useWords } from "../words";
import { announce } from "./announce";
import { Failure } from "./Failure";

const useStyles = makeStyles({
  page: { padding: "20px 28px 40px", display: "flex", flexDirection: "column", gap: "16px", minWidth: 0, "@media (max-width: 640px)": { padding: "14px 14px 32px" } },
  narrow: { maxWidth: "1080px" },
  heading: { display: "flex", alignItems: "flex-start", flexWrap: "wrap", gap: "12px" },
  titles: { flexGrow: 1, minWidth: 0, display: "flex", flexDirection: "column", gap: "2px" },
  title: { margin: 0, fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold, overflowWrap: "anywhere" },
  subtitle: { color: tokens.colorNeutralForeground3 },
  actions: { display: "flex", flexWrap: "wrap", gap: "8px" },
  section: { display: "flex", flexDirection: "column", gap: "10px", minWidth: 0 },
  sectionTitle: { margin: 0, fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold, lineHeight: tokens.lineHeightBase400 },
  sectionHead: { display: "flex", alignItems: "center", gap: "8px", flexWrap: "wrap", justifyContent: "space-between" },
  card: { minWidth: 0, padding: "16px", borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, display: "flex", flexDirection: "column", gap: "12px" },
  empty: { padding: "48px 16px", display: "flex", flexDirection: "column", alignItems: "center", gap: "8px", textAlign: "center", color: tokens.colorNeutralForeground2 },
  columns: { display: "grid", gap: "16px", gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 340px), 1fr))", alignItems: "start" },
  wide: { gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 440px), 1fr))" },
});

/** Is told the title of the page within, once it is there. */
export const Titled = createContext<((title: string) => void) | null>(null);

export function Page({ title, name = title, subtitle, badge, actions, children, isNarrow }: {
  title: ReactNode;
  /** What the window is called, where the title is more than words. */
  name?: ReactNode;
  subtitle?: ReactNode;
  badge?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  isNarrow?: boolean;
}) {
  const styles = useStyles();
  const titled = useContext(Titled);
  const heading = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const seen = heading.current?.cloneNode(true) as HTMLElement | undefined;
    // What only decorates is not part of a name.
    for (const shown of seen?.querySelectorAll("[aria-hidden]") ?? []) shown.remove();
    const text = typeof name === "string" ? name : seen?.textContent?.trim();
    if (!text) return;
    document.title = `${text} · Castellan`;
    announce(text);
    titled?.(text);
  }, [name, titled]);
  return (
    <div className={mergeClasses(styles.page, isNarrow && styles.narrow)}>
      <div className={styles.heading}>
        <div className={styles.titles}>
          <h1 className={styles.title}>
            <span ref={heading}>{title}</span> {badge}
          </h1>
          {subtitle && <Text className={styles.subtitle}>{subtitle}</Text>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function Section({ title, actions, children, isBare }: { title?: ReactNode; actions?: ReactNode; children: ReactNode; isBare?: boolean }) {
  const styles = useStyles();
  const id = useId();
  const inside = (
    <>
      {title && (
        <div className={styles.sectionHead}>
          <h2 id={id} className={styles.sectionTitle}>
            {title}
          </h2>
          {actions}
        </div>
      )}
      {children}
    </>
  );
  return (
    <section aria-labelledby={title ? id : undefined} className={styles.section}>
      {isBare ? inside : <div className={styles.card}>{inside}</div>}
    </section>
  );
}

/** Sections beside each other, as many as there is room for; of wide ones at most two on most screens. */
export function Columns({ children, isWide }: { children: ReactNode; isWide?: boolean }) {
  const styles = useStyles();
  return <div className={mergeClasses(styles.columns, isWide && styles.wide)}>{children}</div>;
}

export function Waiting() {
  const { t } = useWords();
  return <Spinner label={t("waiting")} style={{ padding: "32px" }} />;
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={useStyles().empty}>
      <Text size={400} weight="semibold">
        {title}
      </Text>
      {children}
    </div>
  );
}

/** What a query shows while it is under way, failed, or is there. */
export function Answered<T>({ query, children }: {
  query: { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failure why={query.error} again={() => void query.refetch()} />;
  return <Waiting />;
}
