// An assignment policy of an access package: made for a package, and edited.

import { Button, Dropdown, Field, Option } from "@fluentui/react-components";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { useDraft } from "../parts/drafts";
import { Meanwhile, useEntityEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Go, useGo } from "../parts/Go";
import { Page, Section } from "../parts/page";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "./opinions";
import { draftOf, EMPTY, lacksOf, policyBody } from "./packagePolicy";
import { PackagePolicyEditor } from "./PackagePolicyEditor";

export default function PackagePolicy({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      subtitle={(policy) => {
        const bundle = policy.accessPackage as Entity | null;
        return bundle ? <Go href={placeOf("accessPackage", bundle.id) ?? ""}>{String(bundle.displayName)}</Go> : t("list.assignmentPolicies");
      }}
      tabs={[{ key: "edit", title: t("policy.title"), content: (policy) => <Editing policy={policy} path={`/${collection.path}/${id}`} /> }]}
    />
  );
}

function Editing({ policy, path }: { policy: Entity; path: string }) {
  const { t } = useWords();
  const editing = useEntityEditing(path, policy, draftOf, `${path}.edit`);
  const { draft } = editing;
  const lacks = lacksOf(draft);
  return (
    <>
      <PackagePolicyEditor draft={draft} onDraft={editing.setDraft} />
      <Meanwhile editing={editing} />
      {editing.why && <Failure why={editing.why} />}
      <div>
        <Button appearance="primary" disabled={!editing.isChanged || editing.isSaving || lacks !== undefined || editing.clashes.length > 0} onClick={() => editing.save({ path, ask: { method: "PATCH", body: policyBody(draft) } })}>{t("save")}</Button> {lacks && t(lacks)}
      </div>
    </>
  );
}

export function NewPackagePolicy({ collection, listHref }: Omit<PageProps, "id">) {
  const { t } = useWords();
  const go = useGo();
  const { package: wanted } = useSearch({ strict: false }) as { package?: string };
  const packages = useRead<GraphPage<Entity>>(at("/identityGovernance/entitlementManagement/accessPackages", { $select: "id,displayName", $top: 999 }));
  const [chosen, setChosen] = useState(wanted ?? "");
  const [draft, setDraft, forget] = useDraft("assignmentPolicies.new", EMPTY);
  const bundle = packages.data?.value.find((one) => one.id === chosen);
  const make = useChange<Entity>(() => {
    forget();
    go(placeOf("accessPackage", chosen) ?? listHref);
  });
  const lacks = lacksOf(draft);
  return (
    <Page title={t("packagePolicy.new", { name: String(bundle?.displayName ?? "…") })} subtitle={t("about.assignmentPolicies")}>
      {!wanted && (
        <Section>
          <Field label={t("list.accessPackages")} required style={{ maxWidth: "480px" }}>
            <Dropdown value={String(bundle?.displayName ?? "")} selectedOptions={[chosen]} onOptionSelect={(_, data) => setChosen(data.optionValue ?? "")}>
              {(packages.data?.value ?? []).map((one) => <Option key={one.id} value={one.id} text={String(one.displayName)}>{String(one.displayName)}</Option>)}
            </Dropdown>
          </Field>
        </Section>
      )}
      <PackagePolicyEditor draft={draft} onDraft={setDraft} />
      {make.error && <Failure why={make.error} />}
      <div>
        <Button appearance="primary" disabled={make.isPending || !chosen || lacks !== undefined} onClick={() => make.mutate({ path: `/${collection.path}`, ask: { method: "POST", body: { ...policyBody(draft), accessPackage: { id: chosen } } } })}>{t("create")}</Button> {lacks && t(lacks)}
      </div>
    </Page>
  );
}
