// A new script, or a pair that looks and puts right.

import { Text } from "@fluentui/react-components";
import { Button } from "@fluentui/react-components";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { useDraft } from "../parts/drafts";
import { Failure } from "../parts/Failure";
import { useGo } from "../parts/Go";
import { Page, Section } from "../parts/page";
import { titleKey } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { EMPTY, lackOf, type ScriptDraft, ScriptForm, type ScriptSort, scriptBody } from "./ScriptForm";

export default function NewScript({ collection, listHref }: Omit<PageProps, "id">) {
  const { t } = useWords();
  const go = useGo();
  const sort = collection.path.split("/")[1] as ScriptSort;
  const [draft, setDraft, forget] = useDraft<ScriptDraft>(`${sort}.new`, EMPTY);
  const create = useChange<Entity>((made) => {
    forget();
    go(`${listHref}/${made.id}`);
  });
  const lack = lackOf(sort, draft);
  return (
    <Page title={t("create.title", { kind: t(titleKey(collection.key)) })} isNarrow>
      <Section>
        <ScriptForm sort={sort} draft={draft} onDraft={setDraft} />
        {create.error && <Failure why={create.error} />}
        <div style={{ display: "flex", gap: "8px", alignItems: "center", flexWrap: "wrap" }}>
          <Button appearance="primary" disabled={lack !== undefined || create.isPending} onClick={() => create.mutate({ path: `/${collection.path}`, ask: { method: "POST", body: scriptBody(sort, draft) } })}>{t("create")}</Button>
          <Button onClick={() => (forget(), go(listHref))}>{t("cancel")}</Button>
          {lack && <Text>{t(`script.lack.${lack}`)}</Text>}
        </div>
      </Section>
    </Page>
  );
}
