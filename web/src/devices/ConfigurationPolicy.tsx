// A configuration policy: its settings, who gets it, how it went on devices, and, where it was made from a baseline, how far
// it and its devices are from that.

import { Badge, Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { ownedList, useChange, useOwnedList } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { useEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { useGo } from "../parts/Go";
import { Answered } from "../parts/page";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { AssignmentsTab } from "./AssignmentsTab";
import { type Instance, type Setting, settingsOf, useCatalog } from "./catalog";
import { Drift } from "./Drift";
import { PolicyDevices } from "./PolicyDevices";
import { SaveBar } from "./SaveBar";
import { SettingsEditor, useLack } from "./SettingsEditor";

export default function ConfigurationPolicy({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  const path = `/${collection.path}/${id}`;
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(policy) => policy.isAssigned !== true && <Badge appearance="tint" color="warning">{t("assign.none")}</Badge>}
      subtitle={(policy) => String(policy.description ?? t("list.configurationPolicies"))}
      actions={(policy) => <Copy policy={policy} path={path} listHref={listHref} />}
      tabs={[
        { key: "settings", title: t("device.settings"), content: (policy) => <Settings key={policy.id} path={path} /> },
        { key: "who", title: t("assign.tab"), content: (policy) => <AssignmentsTab path={path} platforms={String(policy.platforms)} /> },
        { key: "devices", title: t("status.devices"), content: (policy) => <PolicyDevices path={path} policy={policy} /> },
        { key: "drift", title: t("baseline.drift"), isShown: (policy) => templateOf(policy) !== undefined, content: (policy) => <Drift path={path} policy={policy} /> },
      ]}
    />
  );
}

export function templateOf(policy: Entity): string | undefined {
  const reference = policy.templateReference as { templateId?: string } | null | undefined;
  return reference?.templateId || undefined;
}

function Settings({ path }: { path: string }) {
  const known = useOwnedList<Setting>(path, "settings");
  return <Answered query={known}>{(list) => <Editor path={path} known={list} />}</Answered>;
}

const draftOf = ({ value, etag }: { value: Setting[]; etag?: string }) => ({ value: { instances: value.map((setting) => setting.settingInstance) }, etag });

function Editor({ path, known }: { path: string; known: { value: Setting[]; etag?: string } }) {
  const { t } = useWords();
  const editing = useEditing<{ instances: Instance[] }>(draftOf(known), { keptAt: `${path}.settings`, read: async () => draftOf(await ownedList<Setting>(path, "settings")) });
  const { draft, setDraft } = editing;
  const catalog = useCatalog("configuration", t("compliance.distributions"));
  const lack = useLack("configuration", draft.instances);
  return (
    <>
      <SettingsEditor usage="configuration" instances={draft.instances} onInstances={(instances) => setDraft({ instances })} />
      <SaveBar
        editing={editing}
        lacks={draft.instances.length ? lack : undefined}
        onSave={() => catalog.data && editing.save({ path, ask: { method: "PATCH", body: { settings: settingsOf(draft.instances, catalog.data) } } })}
      />
    </>
  );
}

function Copy({ policy, path, listHref }: { policy: Entity; path: string; listHref: string }) {
  const { t, name } = useWords();
  const go = useGo();
  const [called, setCalled] = useState<string | null>(null);
  const copy = useChange<Entity>((made) => {
    setCalled(null);
    if (made?.id) go(`${listHref}/${made.id}`);
  });
  return (
    <>
      <Button icon={<CopyRegular />} onClick={() => setCalled(t("copy.name", { name: String(policy.name) }))}>{t("copy.do")}</Button>
      {called !== null && (
        <Dialog open onOpenChange={(_, data) => !data.open && setCalled(null)}>
          <DialogSurface>
            <DialogBody>
              <DialogTitle>{t("copy.title", { name: String(policy.name) })}</DialogTitle>
              <DialogContent>
                <Field label={name("displayName")} hint={t("copy.hint")}><Input value={called} onChange={(_, data) => setCalled(data.value)} /></Field>
                {copy.error && <Failure why={copy.error} />}
              </DialogContent>
              <DialogActions>
                <Button onClick={() => setCalled(null)}>{t("cancel")}</Button>
                <Button appearance="primary" disabled={!called.trim() || copy.isPending} onClick={() => copy.mutate({ path: `${path}/createCopy`, ask: { method: "POST", body: { displayName: called.trim() } } })}>{t("create")}</Button>
              </DialogActions>
            </DialogBody>
          </DialogSurface>
        </Dialog>
      )}
    </>
  );
}
