// Sign-ins of the last day by the hour, as a table; each number leads to what it counts.

import { Table, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow } from "@fluentui/react-components";
import { Go } from "../parts/Go";
import type { Result } from "../parts/signInResult";
import { useWords } from "../words";
import { type Hour, signInsOf } from "./SignInChart";

export default function SignInTable({ hours, title, label }: { hours: Hour[]; title: string; label: (hour: number) => string }) {
  const { t, number } = useWords();
  const counted = (count: number, hour: number, result: Result) => (count ? <Go href={signInsOf(hour, hour + 1, result)}>{number(count)}</Go> : number(count));
  return (
    <Table size="extra-small" aria-label={title}>
      <TableHeader>
        <TableRow>{[t("home.hour"), t("home.succeeded"), t("home.failed")].map((text) => <TableHeaderCell key={text}>{text}</TableHeaderCell>)}</TableRow>
      </TableHeader>
      <TableBody>
        {hours.filter(({ good, bad }) => good + bad > 0).map(({ hour, good, bad }) => (
          <TableRow key={hour}>
            <TableCell>{label(hour)}</TableCell>
            <TableCell>{counted(good, hour, "success")}</TableCell>
            <TableCell>{counted(bad, hour, "failure")}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
