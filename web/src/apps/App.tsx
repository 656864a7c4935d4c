// An application: how it went on devices and for people, who gets it, its package, and what it has to do with others.

import { Badge, Button, Dropdown, Field, makeStyles, Option, Text, tokens } from "@fluentui/react-components";
import { DeleteRegular } from "@fluentui/react-icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Assignment, useReach } from "../devices/assignment";
import { AssignmentsTab } from "../devices/AssignmentsTab";
import { SaveBar } from "../devices/SaveBar";
import { at, batch, type Entity, GraphFailure, type Page } from "../graph/client";
import { again, useChange, useRead } from "../graph/queries";
import { kindOfType } from "../graph/types";
import { Detail } from "../parts/Detail";
import { useEntityEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Answered, Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Facts, Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
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
        { key: "status", title: t("status.tab"), content: () => <Status path={path} id={id} /> },
        { key: "who", title: t("assign.tab"), content: () => <AssignmentsTab path={path} listName="mobileAppAssignments" type={ASSIGNMENT} intents={INTENTS} /> },
        { key: "package", title: t("app.package"), isShown: isOurs, content: () => <Package path={path} /> },
        { key: "relations", title: t("app.relations"), content: () => <Relations path={path} id={id} /> },
      ]}
    />
  );
}

interface InstallState {
  applicationId: string;
  installState: string;
  installedVersion?: string | null;
  version?: string | null;
  error?: string | null;
  lastUpdatedDateTime?: string | null;
}

const AGAIN_MS = 15_000;

const useStyles = makeStyles({
  numbers: { display: "flex", gap: "12px 36px", flexWrap: "wrap" },
  number: { display: "block", fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold },
  add: { display: "flex", gap: "12px", alignItems: "flex-end", flexWrap: "wrap" },
});

function Status({ path, id }: { path: string; id: string }) {
  const assignments = useRead<Page<Assignment>>(`${path}/assignments`);
  return <Answered query={assignments}>{({ value }) => <Installed assignments={value} id={id} />}</Answered>;
}

function Installed({ assignments, id }: { assignments: Assignment[]; id: string }) {
  const { t, name, number } = useWords();
  const styles = useStyles();
  const reach = useReach(assignments);
  const ids = (reach.data?.devices ?? []).map((device) => device.managedDeviceId);
  const devices = useQuery<Entity[]>({
    // A device's id in the key: what it reports is told by the stream of changes.
    queryKey: ["graph", `appStates:${ids.join()}`, id],
    enabled: reach.data !== undefined,
    refetchInterval: AGAIN_MS,
    placeholderData: (before) => before,
    queryFn: async () => {
      const answers = await batch<Entity>(ids.map((device) => ({ path: at(`/deviceManagement/managedDevices/${device}`, { $select: "id,deviceName,userId,userDisplayName,appInstallStates" }) })));
      return answers.filter((answer): answer is Entity => !(answer instanceof GraphFailure));
    },
  });
  const told = (devices.data ?? []).map((device) => ({ device, state: ((device.appInstallStates as InstallState[] | null) ?? []).find((one) => one.applicationId === id) }));
  const counts = new Map<string, number>();
  for (const { state } of told) counts.set(state?.installState ?? "pendingInstall", (counts.get(state?.installState ?? "pendingInstall") ?? 0) + 1);
  const people = new Map<string, { name: string; states: string[] }>();
  for (const { device, state } of told) {
    if (!device.userId) continue;
    const person = people.get(String(device.userId)) ?? { name: String(device.userDisplayName), states: [] };
    people.set(String(device.userId), { ...person, states: [...person.states, state?.installState ?? "pendingInstall"] });
  }
  return (
    <Answered<unknown> query={reach.error ? reach : devices}>
      {() => (
        <>
          <Section>
            <div className={styles.numbers}>
              <div><span className={styles.number}>{number(reach.data?.deviceCount ?? 0)}</span>{t("status.devices")}</div>
              {[...counts].map(([state, count]) => <div key={state}><span className={styles.number}>{number(count)}</span>{name(state)}</div>)}
            </div>
          </Section>
          <Columns>
            <Section title={t("status.devices")}>
              <Rows
                none={t("assign.nobody")}
                rows={told.map(({ device, state }): Row => ({
                  key: device.id,
                  what: <Go href={placeOf("managedDevice", device.id) ?? ""}>{String(device.deviceName)}</Go>,
                  hint: <>{state?.installedVersion ?? ""} {state?.lastUpdatedDateTime ? <Moment value={state.lastUpdatedDateTime} /> : null}{state?.error ? <> · <span dir="auto">{state.error}</span></> : null}</>,
                  end: <Tone word={state?.installState ?? "pendingInstall"} />,
                }))}
              />
              {reach.data && reach.data.deviceCount > ids.length && <Text>{t("bulk.others", { count: reach.data.deviceCount - ids.length })}</Text>}
            </Section>
            <Section title={t("list.users")}>
              <Rows rows={[...people].map(([person, { name: called, states }]): Row => ({ key: person, what: <Go href={placeOf("user", person) ?? ""}>{called}</Go>, end: <>{states.map((state, index) => <Tone key={index} word={state} />)}</> }))} />
            </Section>
          </Columns>
        </>
      )}
    </Answered>
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
