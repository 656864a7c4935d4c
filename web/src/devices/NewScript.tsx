// A new script, or a pair that looks and puts right.

import { Button, Text } from "@fluentui/react-components";
import { useCreating } from "../parts/creating";
import { Failure } from "../parts/Failure";
import { Page, Section } from "../parts/page";
import { titleKey } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { EMPTY, lackOf, ScriptForm, type ScriptSort, scriptBody } from "./ScriptForm";

export default function NewScript({ collection, listHref }: Omit<PageProps, "id">) {
  const { t } = useWords();
  const sort = collection.path.split("/")[1] as ScriptSort;
  const { draft, setDraft, make, isBusy, why, cancel } = useCreating(`${sort}.new`, EMPTY, listHref);
  const lack = lackOf(sort, draft);
  return (
    <Page title={t("create.title", { kind: t(titleKey(collection.key)) })} isNarrow>
      <Section>
        <ScriptForm sort={sort} draft={draft} onDraft={setDraft} />
        {why && <Failure why={why} />}
        <div style={{ display: "flex", gap: "8px", alignItems: "center", flexWrap: "wrap" }}>
          <Button appearance="primary" disabled={lack !== undefined || isBusy} onClick={() => make({ path: `/${collection.path}`, ask: { method: "POST", body: scriptBody(sort, draft) } })}>{t("create")}</Button>
          <Button onClick={cancel}>{t("cancel")}</Button>
          {lack && <Text>{t(`script.lack.${lack}`)}</Text>}
        </div>
      </Section>
    </Page>
  );
}
