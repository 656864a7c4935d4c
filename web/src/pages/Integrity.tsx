// Whether the logs are whole: every chain walked by the server while one waits.

import { Button } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { graph } from "../graph/client";
import { Answered, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Tone } from "../parts/Value";
import { useWords } from "../words";

interface Chain {
  stream: string;
  rows: number;
  wrong: unknown[];
}

export default function Integrity() {
  const { t, name } = useWords();
  const query = useQuery({ queryKey: ["integrity"], queryFn: () => graph<{ value: Chain[] }>("/auditLogs/verify"), staleTime: Infinity });
  return (
    <Page title={t("list.integrity")} subtitle={t("integrity.about")} isNarrow actions={<Button disabled={query.isFetching} onClick={() => void query.refetch()}>{t("integrity.again")}</Button>}>
      <Section>
        <Answered query={query}>
          {({ value }) => (
            <Rows
              rows={value.map((chain): Row => ({
                key: chain.stream,
                what: name(chain.stream),
                hint: t("integrity.rows", { count: chain.rows }),
                end: chain.wrong.length ? <><Tone word="error" /> {JSON.stringify(chain.wrong).slice(0, 300)}</> : <Tone word="success" />,
              }))}
            />
          )}
        </Answered>
      </Section>
    </Page>
  );
}
