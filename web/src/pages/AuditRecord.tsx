// One act and all that followed from it, as a tree: which commit led to which.

import { makeStyles, tokens } from "@fluentui/react-components";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { type Audit, AuditItem } from "../parts/History";
import { Answered, Section } from "../parts/page";
import { useWords } from "../words";
import { Fragment } from "react";
import type { PageProps } from "./opinions";

const useStyles = makeStyles({
  tree: { listStyle: "none", margin: 0, paddingInlineStart: "16px", borderLeft: `2px solid ${tokens.colorNeutralStroke2}` },
});

export default function AuditRecord({ collection, id, listHref }: PageProps) {
  const { t, activity, moment } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      heading={(row) => activity(String(row.activityDisplayName))}
      subtitle={(row) => moment(String(row.activityDateTime))}
      tabs={[{ key: "tree", title: t("audit.tree"), content: (row) => <Tree row={row} /> }]}
    />
  );
}

const detail = (row: Audit, key: string) => row.additionalDetails.find((known) => known.key === key)?.value;

function Tree({ row }: { row: Entity }) {
  const { t } = useWords();
  const query = useRead<GraphPage<Audit>>(at("/auditLogs/directoryAudits", { $filter: `correlationId eq '${String(row.correlationId)}'`, $top: 500 }));
  return (
    <Section title={t("audit.tree")}>
      <Answered query={query}>
        {({ value }) => {
          const ids = new Set(value.map((one) => one.id));
          const roots = value.filter((one) => !ids.has(detail(one, "cause") ?? ""));
          return <Branches rows={[...roots].reverse()} all={value} />;
        }}
      </Answered>
    </Section>
  );
}

function Branches({ rows, all }: { rows: Audit[]; all: Audit[] }) {
  const styles = useStyles();
  return (
    <ol className={styles.tree}>
      {rows.map((row) => {
        const followed = all.filter((one) => detail(one, "cause") === row.id).reverse();
        return (
          <Fragment key={row.id}>
            <AuditItem row={row} />
            {followed.length > 0 && <li style={{ listStyle: "none" }}><Branches rows={followed} all={all} /></li>}
          </Fragment>
        );
      })}
    </ol>
  );
}
