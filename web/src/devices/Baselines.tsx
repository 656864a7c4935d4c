// Security baselines: each with its newest version, what it asks for and why, and the policies that were made from it.

import { Badge, Button, Drawer, DrawerBody, DrawerHeader, DrawerHeaderTitle, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AddRegular, DismissRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { Go, useGo } from "../parts/Go";
import { Answered, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import { useCatalog } from "./catalog";
import { SettingsEditor } from "./SettingsEditor";
import { instancesOfTemplate, type SettingTemplate, templateName } from "./template";

const POLICIES_MAX = 999;

const useStyles = makeStyles({
  facts: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "center" },
  about: { color: tokens.colorNeutralForeground2, maxWidth: "80ch" },
});

export default function Baselines() {
  const { t } = useWords();
  const styles = useStyles();
  const go = useGo();
  const [shown, setShown] = useState<Entity | null>(null);
  const templates = useRead<GraphPage<Entity>>("/deviceManagement/configurationPolicyTemplates");
  const policies = useRead<GraphPage<Entity>>(at("/deviceManagement/configurationPolicies", { $select: "id,name,templateReference,isAssigned", $top: POLICIES_MAX }));
  const madeFrom = (baseId: unknown) => {
    const versions = new Set((templates.data?.value ?? []).filter((known) => known.baseId === baseId).map((known) => known.id));
    return (policies.data?.value ?? []).filter((policy) => versions.has((policy.templateReference as { templateId?: string } | null)?.templateId ?? ""));
  };
  return (
    <Page title={t("list.baselines")} subtitle={t("about.baselines")} isNarrow>
      <Answered query={templates}>
        {({ value }) => value.filter((template) => template.lifecycleState === "active").map((template) => (
          <Section
            key={template.id}
            title={templateName(template)}
            actions={
              <div className={styles.facts}>
                <Button size="small" onClick={() => setShown(template)}>{t("baseline.look")}</Button>
                <Button size="small" appearance="primary" icon={<AddRegular />} onClick={() => go(`/admin/devices/configurationPolicies/new?about=${encodeURIComponent(template.id)}`)}>{t("baseline.make")}</Button>
              </div>
            }
          >
            <Text className={styles.about}>{String(template.description ?? "")}</Text>
            <div className={styles.facts}>
              <Badge appearance="tint" color="informative">{t("settings.count", { count: Number(template.settingTemplateCount) })}</Badge>
              <Badge appearance="outline">{t("baseline.versions", { list: value.filter((known) => known.baseId === template.baseId).map((known) => String(known.displayVersion)).join(", ") })}</Badge>
            </div>
            <Rows
              none={t("baseline.unused")}
              rows={madeFrom(template.baseId).map((policy): Row => {
                const reference = policy.templateReference as { templateId: string; templateDisplayVersion?: string };
                return {
                  key: policy.id,
                  what: <Go href={placeOf("deviceManagementConfigurationPolicy", policy.id) ?? ""}>{String(policy.name)}</Go>,
                  end: <>{reference.templateId !== template.id && <Badge appearance="tint" color="warning">{t("baseline.older")}</Badge>}<Badge appearance="outline">{reference.templateDisplayVersion}</Badge>{policy.isAssigned !== true && <Badge appearance="tint" color="warning">{t("assign.none")}</Badge>}</>,
                };
              })}
            />
          </Section>
        ))}
      </Answered>
      <Settings template={shown} onClose={() => setShown(null)} />
    </Page>
  );
}

function Settings({ template, onClose }: { template: Entity | null; onClose: () => void }) {
  const { t } = useWords();
  const settings = useRead<GraphPage<SettingTemplate>>(template && `/deviceManagement/configurationPolicyTemplates/${template.id}/settingTemplates`);
  const catalog = useCatalog("configuration", t("compliance.distributions"));
  return (
    <Drawer open={template !== null} position="end" size="large" onOpenChange={(_, data) => !data.open && onClose()} style={{ width: "min(860px, 100vw)" }}>
      <DrawerHeader>
        <DrawerHeaderTitle action={<Button appearance="subtle" icon={<DismissRegular />} aria-label={t("close")} onClick={onClose} />}>{template && templateName(template)}</DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <Answered query={settings}>
          {({ value }) => <SettingsEditor usage="configuration" isReadOnly instances={instancesOfTemplate(value, catalog.data)} reasons={new Map(value.map((one) => [one.settingInstanceTemplate.settingDefinitionId, one.reason ?? ""]))} />}
        </Answered>
      </DrawerBody>
    </Drawer>
  );
}
