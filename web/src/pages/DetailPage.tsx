// The page of one object, or the form of a new one: an opinion where there is one, else by description.

import { useParams } from "@tanstack/react-router";
import { Suspense, useCallback, useState } from "react";
import { Dropdown, Field, Option } from "@fluentui/react-components";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { Form } from "../parts/Form";
import { useGo } from "../parts/Go";
import { Nothing } from "../parts/Nothing";
import { Page, Section, Titled, Waiting } from "../parts/page";
import { type Collection, collectionOf, titleKey } from "../rooms/rooms";
import { attributesOf, makeable } from "../schema";
import { useWords } from "../words";
import { remember } from "../shell/recent";
import { creations, details, type PageProps } from "./opinions";

export default function DetailPage() {
  const { room, list, id } = useParams({ strict: false }) as { room: string; list: string; id: string };
  const collection = collectionOf(room, list);
  if (!collection) return <Nothing />;
  const listHref = `/admin/${room}/${list}`;
  if (id === "new") {
    const Creation = creations[list];
    return <Suspense fallback={<Waiting />}>{Creation ? <Creation room={room} collection={collection} listHref={listHref} /> : <Create key={list} collection={collection} listHref={listHref} />}</Suspense>;
  }
  return <Opened key={id} room={room} collection={collection} id={id} listHref={listHref} />;
}

/** One object; what was opened stands in the search from then on. */
function Opened({ room, collection, id, listHref }: PageProps) {
  const { t } = useWords();
  const Opinion = details[collection.key];
  const titled = useCallback((label: string) => remember({ label, hint: t(titleKey(collection.key)), href: `${listHref}/${encodeURIComponent(id)}` }), [t, collection, listHref, id]);
  const isKept = !collection.isSingleton && !collection.isJournal;
  return (
    <Suspense fallback={<Waiting />}>
      <Titled value={isKept ? titled : null}>
        {Opinion ? <Opinion room={room} collection={collection} id={id} listHref={listHref} /> : <Detail collection={collection} id={id} listHref={listHref} />}
      </Titled>
    </Suspense>
  );
}

/** What a new one has unless something else is said. */
const BEGINNINGS: Record<string, Record<string, unknown>> = {
  unifiedRoleAssignment: { directoryScopeId: "/" },
  unifiedRoleDefinition: { isEnabled: true },
};

function Create({ collection, listHref }: { collection: Collection; listHref: string }) {
  const { t, name } = useWords();
  const go = useGo();
  const kinds = makeable(collection.kind);
  const [kind, setKind] = useState(kinds[0] ?? collection.kind);
  const [initial] = useState(() => BEGINNINGS[collection.kind] ?? {});
  const create = useChange<Entity>((made) => go(made?.id ? `${listHref}/${encodeURIComponent(made.id)}` : listHref));
  const known = new Set(attributesOf(kind).map((attribute) => attribute.name));
  return (
    <Page title={t("create.title", { kind: t(titleKey(collection.key)) })} subtitle={name(kind)} isNarrow>
      <Section>
        {kinds.length > 1 && (
          <Field label={t("create.kind")} style={{ maxWidth: "640px" }}>
            <Dropdown value={name(kind)} selectedOptions={[kind]} onOptionSelect={(_, data) => data.optionValue && setKind(data.optionValue)}>
              {kinds.map((one) => (
                <Option key={one} value={one} text={name(one)}>
                  {name(one)}
                </Option>
              ))}
            </Dropdown>
          </Field>
        )}
        <Form
          key={kind}
          kind={kind}
          names={(collection.form ?? []).filter((one) => known.has(one))}
          initial={initial}
          draftKey={`${collection.path}.${kind}.new`}
          action={t("create")}
          isBusy={create.isPending}
          why={create.error}
          onCancel={() => go(listHref)}
          onSend={(changed, done) => {
            const type = kinds.length > 1 ? { "@odata.type": `#microsoft.graph.${kind}` } : {};
            create.mutate({ path: `/${collection.path}`, ask: { method: "POST", body: { ...type, ...initial, ...changed } } }, { onSuccess: done });
          }}
        />
      </Section>
    </Page>
  );
}
