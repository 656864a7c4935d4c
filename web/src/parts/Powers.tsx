// What somebody may do, as a table: the lists of this center down, what can be done there across.

import { Badge, makeStyles, SearchBox, Table, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow, Text, tokens } from "@fluentui/react-components";
import { CheckmarkFilled, CircleHalfFillRegular } from "@fluentui/react-icons";
import { Fragment, useState } from "react";
import type { Powers } from "../printed/roles";
import { titleKey } from "../rooms/rooms";
import { type Key, useWords } from "../words";
import { type Cell, COLUMNS, isAny, powerRows } from "./powers";

const useStyles = makeStyles({
  scroll: { overflowX: "auto" },
  table: { minWidth: "520px" },
  cell: { textAlign: "center", width: "72px" },
  head: { justifyContent: "center" },
  room: { backgroundColor: tokens.colorNeutralBackground3, fontWeight: tokens.fontWeightSemibold },
  good: { color: tokens.colorStatusSuccessForeground1 },
  half: { color: tokens.colorStatusWarningForeground3 },
  hint: { color: tokens.colorNeutralForeground3, paddingBlockEnd: "4px" },
  none: { color: tokens.colorNeutralForeground4 },
});

export function PowersTable({ powers }: { powers: Powers[] }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const [text, setText] = useState("");
  const rows = powerRows(powers).filter((row) => COLUMNS.some((column) => isAny(row.cells[column])) || row.hasCredentials);
  const shown = rows.filter((row) => t(titleKey(row.list)).toLowerCase().includes(text.trim().toLowerCase()));
  const rooms = [...new Set(shown.map((row) => row.room))];
  return (
    <>
      <SearchBox aria-label={t("role.mayFind")} placeholder={t("role.mayFind")} value={text} onChange={(_, data) => setText(data.value)} style={{ maxWidth: "320px" }} />
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.scroll} role="region" aria-label={t("role.lists")} tabIndex={0}>
        <Table size="small" className={styles.table} aria-label={t("role.may")}>
          <TableHeader>
            <TableRow>
              <TableHeaderCell>{t("role.lists")}</TableHeaderCell>
              {COLUMNS.map((column) => <TableHeaderCell key={column} className={styles.cell} button={{ className: styles.head }}>{t(`role.${column}`)}</TableHeaderCell>)}
            </TableRow>
          </TableHeader>
          <TableBody>
            {rooms.map((room) => (
              <Fragment key={room}>
                <TableRow className={styles.room}><TableCell colSpan={COLUMNS.length + 1}>{t(`room.${room}` as Key)}</TableCell></TableRow>
                {shown.filter((row) => row.room === room).map((row) => (
                  <TableRow key={row.list}>
                    <TableCell>
                      {t(titleKey(row.list))} {row.hasCredentials && <Badge appearance="tint" color="warning" style={{ height: "auto" }}>{t("role.credentials")}</Badge>}
                      {COLUMNS.map((column) => ({ column, cell: row.cells[column] })).map(({ column, cell }) => cell !== true && cell.length > 0 && (
                        <Text key={column} block size={200} className={styles.hint}>{t(`role.${column}`)}: {cell.map((one) => name(one)).join(", ")}</Text>
                      ))}
                    </TableCell>
                    {COLUMNS.map((column) => <TableCell key={column} className={styles.cell}><Mark cell={row.cells[column]} /></TableCell>)}
                  </TableRow>
                ))}
              </Fragment>
            ))}
          </TableBody>
        </Table>
      </div>
      {shown.length === 0 && <Text>{t("list.noneFound")}</Text>}
    </>
  );
}

function Mark({ cell }: { cell: Cell }) {
  const { t, name } = useWords();
  const styles = useStyles();
  if (cell === true) return <CheckmarkFilled className={styles.good} aria-label={t("role.yes")} />;
  if (!cell.length) return <span className={styles.none} role="img" aria-label={t("role.no")}>–</span>;
  return <CircleHalfFillRegular className={styles.half} aria-label={t("role.some", { what: cell.map((one) => name(one)).join(", ") })} />;
}
