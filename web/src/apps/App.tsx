// An application: how it went on devices and for people, who gets it, its package, and what it has to do with others.

import { Badge, Button, Dropdown, Field, makeStyles, Option, Tab, TabList } from "@fluentui/react-components";
import { DeleteRegular } from "@fluentui/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AssignmentsTab } from "../devices/AssignmentsTab";
import { SaveBar } from "../devices/SaveBar";
import { at, type Entity, type Page } from "../graph/client";
import { again, useChange, useRead } from "../graph/queries";
import { kindOfType } from "../graph/types";
import { Detail } from "../parts/Detail";
import { useEntityEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Answered, Columns, Section } from "../parts/page";
import { type Count, Results } from "../parts/Results";
import { type Row, Rows } from "../parts/Rows";
import { Facts, Tone } from "../parts/Value";
import { type Collection, placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { AppBasics, AppRules, appBody, draftOf, lackOf } from "./AppForm";
import { ASSIGNMENT, INTENTS } from "./NewApp";
import { PackageDrop } from "./PackageDrop";
import { upload } from "./upload";

export default function App({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  const path = `/${collection.path}/${id}`;
  const isOurs = (app: Entity) => kindOfType(app["@odata.type"]) === "linuxPackageApp";
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(app) => <><Tone word={String(app.publishingState)} /> {app.isAssigned !== true && <Badge appearance="tint" color="warning">{t("assign.none")}</Badge>}</>}
      subtitle={(app) => [app.publisher, app.packageVersion].filter(Boolean).join(" · ") || t("list.mobileApps")}
      tabs={[
        { key: "status", title: t("status.tab"), content: () => <Status path={path} /> },
        { key: "who", title: t("assign.tab"), content: () => <AssignmentsTab path={path} listName="mobileAppAssignments" type={ASSIGNMENT} intents={INTENTS} /> },
        { key: "package", title: t("app.package"), isShown: isOurs, content: () => <Package path={path} /> },
        { key: "relations", title: t("app.relations"), content: () => <Relations path={path} id={id} /> },
      ]}
    />
  );
}

const AGAIN_MS = 10_000;
const COUNTS: [string, string, string, Count["tone"]?][] = [
  ["failedDeviceCount", "failed", "installState in ('failed','uninstallFailed')", "bad"],
  ["pendingInstallDeviceCount", "pendingInstall", "installState in ('pendingInstall','unknown')", "warn"],
  ["installedDeviceCount", "installed", "installState eq 'installed'", "good"],
  ["notInstalledDeviceCount", "notInstalled", "installState eq 'notInstalled'"],
  ["notApplicableDeviceCount", "notApplicable", "installState eq 'notApplicable'"],
];

const useStyles = makeStyles({
  add: { display: "flex", gap: "12px", alignItems: "flex-end", flexWrap: "wrap" },
});

function Status({ path }: { path: string }) {
  const { t } = useWords();
  const [of, setOf] = useState<"devices" | "people">("devices");
  const summary = useRead<Record<string, number>>(`${path}/installSummary`, AGAIN_MS);
  const devices: Collection = { key: "appDevices", path: `${path.slice(1)}/deviceStatuses`, kind: "mobileAppInstallStatus", title: "deviceName", columns: ["deviceName", "userPrincipalName", "installState", "displayVersion", "errorDescription", "lastSyncDateTime"], search: ["deviceName", "userPrincipalName"], quick: COUNTS.map(([, key, filter]) => ({ key, filter })), isReport: true };
  const people: Collection = { key: "appPeople", path: `${path.slice(1)}/userStatuses`, kind: "userAppInstallStatus", title: "userName", columns: ["userName", "userPrincipalName", ...COUNTS.slice(0, 4).map(([count]) => count)], search: ["userName", "userPrincipalName"], quick: COUNTS.slice(0, 4).map(([count, key]) => ({ key, filter: `${count} gt 0` })), isReport: true };
  return (
    <>
      <TabList size="small" selectedValue={of} onTabSelect={(_, data) => setOf(data.value as typeof of)} aria-label={t("status.tab")}>
        <Tab value="devices">{t("status.devices")}</Tab>
        <Tab value="people">{t("list.users")}</Tab>
      </TabList>
      <Answered query={summary}>
        {(told) => (
          <Results
            key={of}
            collection={of === "people" ? people : devices}
            counts={of === "people" ? [] : COUNTS.map(([name, key, , tone]) => ({ key, count: told[name] ?? 0, tone }))}
            place={(row) => placeOf(of === "people" ? "user" : "managedDevice", row.id.split("_").pop() ?? "")}
            every={AGAIN_MS}
            none={t("assign.nobody")}
          />
        )}
      </Answered>
    </>
  );
}

/** Read with everything of its own kind, which the page of any application does not ask for. */
function Package({ path }: { path: string }) {
  const app = useRead<Entity>(path);
  return <Answered query={app}>{(known) => <PackageEditor app={known} path={path} />}</Answered>;
}

function PackageEditor({ app, path }: { app: Entity; path: string }) {
  const { t, name } = useWords();
  const cache = useQueryClient();
  const editing = useEntityEditing(path, app, draftOf, `${path}.edit`);
  const { draft, setDraft } = editing;
  const [file, setFile] = useState<File | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [why, setWhy] = useState<unknown>();
  const lack = lackOf(draft);
  const send = async (chosen: File) => {
    setFile(chosen);
    setWhy(undefined);
    setProgress(0);
    try {
      await upload({ path, kind: "linuxPackageApp", file: chosen, onProgress: setProgress, signal: new AbortController().signal });
      await again(cache);
    } catch (failure) {
      setWhy(failure);
    } finally {
      setProgress(null);
    }
  };
  return (
    <>
      <Columns>
        <Section title={t("app.content")}>
          <Facts facts={[{ name: "fileName", type: "String", value: app.fileName }, { name: "size", type: "Int64", value: app.size }, { name: "committedContentVersion", type: "String", value: app.committedContentVersion }, { name: "packageSha256", type: "String", value: app.packageSha256 }]} />
          <PackageDrop file={file} progress={progress} onFile={(chosen) => void send(chosen)} />
          {why !== undefined && <Failure why={why} />}
        </Section>
        <Section title={t("policy.what")}><AppBasics draft={draft} onDraft={setDraft} /></Section>
      </Columns>
      <AppRules draft={draft} onDraft={setDraft} />
      <SaveBar editing={editing} lacks={lack && t("form.missing", { name: name(lack) })} onSave={() => editing.save({ path, ask: { method: "PATCH", body: appBody(draft) } })} />
    </>
  );
}

interface Relation {
  "@odata.type": string;
  targetId: string;
  targetDisplayName?: string;
  targetType?: string;
  dependencyType?: string;
  supersedenceType?: string;
}

const SORTS = [["mobileAppDependency", "autoInstall"], ["mobileAppDependency", "detect"], ["mobileAppSupersedence", "update"], ["mobileAppSupersedence", "replace"]] as const;

/** What it needs and supersedes; the whole list is written at once, as the API takes it. */
function Relations({ path, id }: { path: string; id: string }) {
  const { t } = useWords();
  const styles = useStyles();
  const [target, setTarget] = useState("");
  const [sort, setSort] = useState(0);
  const known = useRead<Page<Relation>>(`${path}/relationships`);
  const apps = useRead<Page<Entity>>(at("/deviceAppManagement/mobileApps", { $select: "id,displayName", $top: 999 }));
  const change = useChange();
  const others = (apps.data?.value ?? []).filter((app) => app.id !== id);
  const own = (known.data?.value ?? []).filter((relation) => relation.targetType !== "parent");
  const kindOf = (relation: Relation) => (relation["@odata.type"].endsWith("Supersedence") ? "mobileAppSupersedence" : "mobileAppDependency");
  const write = (relations: Relation[]) => change.mutate({ path: `${path}/updateRelationships`, ask: { method: "POST", body: { relationships: relations.map((relation) => ({ "@odata.type": `#microsoft.graph.${kindOf(relation)}`, targetId: relation.targetId, ...(kindOf(relation) === "mobileAppSupersedence" ? { supersedenceType: relation.supersedenceType } : { dependencyType: relation.dependencyType }) })) } } });
  const add = () => {
    const [kind, type] = SORTS[sort] ?? SORTS[0];
    write([...own, { "@odata.type": `#microsoft.graph.${kind}`, targetId: target, ...(kind === "mobileAppSupersedence" ? { supersedenceType: type } : { dependencyType: type }) }]);
    setTarget("");
  };
  const told = (type: string) => t(`relation.${type}` as "relation.update");
  return (
    <Section title={t("app.relations")}>
      <div className={styles.add}>
        <Field label={t("relation.sort")}>
          <Dropdown value={told(SORTS[sort]?.[1] ?? "autoInstall")} selectedOptions={[String(sort)]} onOptionSelect={(_, data) => setSort(Number(data.optionValue))}>
            {SORTS.map(([, type], index) => <Option key={type} value={String(index)} text={told(type)}>{told(type)}</Option>)}
          </Dropdown>
        </Field>
        <Field label={t("relation.other")}>
          <Dropdown value={String(others.find((app) => app.id === target)?.displayName ?? "")} selectedOptions={[target]} onOptionSelect={(_, data) => setTarget(data.optionValue ?? "")}>
            {others.map((app) => <Option key={app.id} value={app.id} text={String(app.displayName)}>{String(app.displayName)}</Option>)}
          </Dropdown>
        </Field>
        <Button disabled={!target || change.isPending} onClick={add}>{t("form.addItem")}</Button>
      </div>
      {change.error && <Failure why={change.error} />}
      <Answered query={known}>
        {({ value }) => (
          <Rows
            rows={value.map((relation, index): Row => {
              const isParent = relation.targetType === "parent";
              const type = relation.dependencyType ?? relation.supersedenceType ?? "";
              return {
                key: `${relation.targetId}${index}`,
                what: <Go href={placeOf("mobileApp", relation.targetId) ?? ""}>{relation.targetDisplayName ?? relation.targetId}</Go>,
                hint: isParent ? t(kindOf(relation) === "mobileAppSupersedence" ? "relation.isSuperseded" : "relation.isNeeded") : told(type),
                end: isParent ? undefined : <Button size="small" icon={<DeleteRegular />} disabled={change.isPending} onClick={() => write(own.filter((one) => one !== relation))}>{t("group.remove")}</Button>,
              };
            })}
          />
        )}
      </Answered>
    </Section>
  );
}
