// A short list inside a page: a line each, with what it is and what can be done with it.

import { makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { GraphFailure } from "../graph/client";
import { useWords } from "../words";
import { Failure } from "./Failure";

const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0 },
  line: { display: "flex", gap: "8px 16px", alignItems: "center", justifyContent: "space-between", flexWrap: "wrap", paddingBlock: "8px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, ":last-child": { borderBottom: "none" } },
  what: { display: "flex", flexDirection: "column", minWidth: 0, overflowWrap: "anywhere" },
  hint: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  end: { display: "flex", gap: "6px", alignItems: "center", flexWrap: "wrap" },
});

export interface Row {
  key: string;
  what: ReactNode;
  hint?: ReactNode;
  end?: ReactNode;
}

/** What the lines are made from. */
export interface Asking {
  data: unknown;
  error: unknown;
  fetchStatus: string;
  refetch: () => unknown;
}

/** `query`: that there are none is only said when it has answered. */
export function Rows({ rows, none, query = [] }: { rows: Row[]; none?: string; query?: Asking | Asking[] }) {
  const { t } = useWords();
  const styles = useStyles();
  const open = [query].flat().filter(({ data }) => data === undefined);
  const failed = open.filter(({ error }) => error);
  if (failed.some(({ error }) => error instanceof GraphFailure && error.isDenied)) return <Text className={styles.hint}>{t("rows.denied")}</Text>;
  if (failed[0]) return <Failure why={failed[0].error} again={() => failed.forEach((one) => void one.refetch())} />;
  if (open.some(({ fetchStatus }) => fetchStatus !== "idle")) return <Spinner size="tiny" label={t("waiting")} labelPosition="after" style={{ justifyContent: "flex-start" }} />;
  if (!rows.length) return <Text className={styles.hint}>{none ?? t("rows.none")}</Text>;
  return (
    <ul className={styles.list}>
      {rows.map((row) => (
        <li key={row.key} className={styles.line}>
          <div className={styles.what}>
            <span>{row.what}</span>
            {row.hint && <span className={styles.hint}>{row.hint}</span>}
          </div>
          {row.end && <div className={styles.end}>{row.end}</div>}
        </li>
      ))}
    </ul>
  );
}
