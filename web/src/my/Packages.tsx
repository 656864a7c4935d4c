// What somebody can ask for: the packages of which a policy lets them, found by name and read as far as somebody wants.

import { Button, SearchBox } from "@fluentui/react-components";
import { useState } from "react";
import { Answered, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { useLate } from "../parts/late";
import { useWords } from "../words";
import { policiesOf } from "./AskDialogs";
import { usePackages } from "./mine";

/** Fewer are found by looking. */
const MANY = 8;
const PAUSE_MS = 250;

export function Packages({ onAsk }: { onAsk: (id: string) => void }) {
  const { t } = useWords();
  const [text, setText] = useState("");
  const packages = usePackages(useLate(text.trim(), PAUSE_MS));
  return (
    <Section title={t("my.canAsk")}>
      <Answered query={packages}>
        {({ value, hasMore }) => (
          <>
            {(text !== "" || hasMore || value.length >= MANY) && <SearchBox aria-label={t("my.findPackage")} placeholder={t("my.findPackage")} value={text} onChange={(_, data) => setText(data.value)} style={{ maxWidth: "360px" }} />}
            <Rows
              none={t(text ? "my.noPackageFound" : "my.nothingToAsk")}
              rows={value
                .filter((item) => policiesOf(item).length > 0)
                .map((item): Row => ({
                  key: item.id,
                  what: String(item.displayName),
                  hint: item.description ? String(item.description) : undefined,
                  end: <Button size="small" appearance="primary" aria-label={t("my.askFor", { name: String(item.displayName) })} onClick={() => onAsk(item.id)}>{t("my.ask")}</Button>,
                }))}
            />
            {hasMore && <div><Button disabled={packages.isFetching} onClick={packages.more}>{t("more.show")}</Button></div>}
          </>
        )}
      </Answered>
    </Section>
  );
}
