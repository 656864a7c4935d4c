// A new policy of settings, step by step: what it is, its settings, what its sort has besides, who gets it, and a look at all of it.

import { Field, Input, Textarea } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { graph } from "../graph/client";
import { type Creating, CreationPage } from "../parts/creating";
import { Section } from "../parts/page";
import type { Step } from "../parts/Wizard";
import { type Collection, titleKey } from "../rooms/rooms";
import { useWords } from "../words";
import { Assignments } from "./Assignments";
import { type Assignment, given } from "./assignment";
import { type Instance, settingsOf, type Usage, useCatalog } from "./catalog";
import { SettingsEditor, SettingsReview, useLack } from "./SettingsEditor";

export interface SettingsPolicyDraft {
  name: string;
  description: string;
  instances: Instance[];
  assignments: Assignment[];
}

export const EMPTY: SettingsPolicyDraft = { name: "", description: "", instances: [], assignments: [] };

export function NewSettingsPolicy({ collection, usage, creating, settings, beginning, steps = [], body }: {
  collection: Collection;
  usage: Usage;
  creating: Omit<Creating<SettingsPolicyDraft>, "setDraft">;
  /** What its settings are called. */
  settings: string;
  /** What is asked for besides a name and a description. */
  beginning?: ReactNode;
  /** What stands between its settings and who gets it. */
  steps?: Step[];
  /** What is sent besides. */
  body?: object;
}) {
  const { t, name } = useWords();
  const { draft, put } = creating;
  const { instances, assignments } = draft;
  const catalog = useCatalog(usage, t("compliance.distributions"));
  const lack = useLack(usage, instances);
  const path = `/${collection.path}`;
  const make = () => {
    const whole = {
      name: draft.name.trim(),
      description: draft.description.trim() || null,
      platforms: "linux",
      technologies: "linuxMdm",
      settings: catalog.data ? settingsOf(instances, catalog.data) : [],
      ...body,
    };
    const assign = (id: string) => graph(`${path}/${id}/assign`, { method: "POST", body: { assignments: given(assignments) } });
    creating.make({ path, ask: { method: "POST", body: whole } }, async ({ id }) => assignments.length && assign(id));
  };
  return (
    <CreationPage
      list={titleKey(collection.key)}
      creating={creating}
      onDone={make}
      steps={[
        {
          key: "what",
          title: t("policy.what"),
          lacks: draft.name.trim() ? undefined : t("form.missing", { name: name("displayName") }),
          content: (
            <Section>
              <Field label={name("displayName")} required><Input value={draft.name} onChange={(_, data) => put({ name: data.value })} /></Field>
              <Field label={name("description")}><Textarea value={draft.description} onChange={(_, data) => put({ description: data.value })} /></Field>
              {beginning}
            </Section>
          ),
        },
        { key: "settings", title: settings, lacks: lack, content: <SettingsEditor usage={usage} instances={instances} onInstances={(next) => put({ instances: next })} /> },
        ...steps,
        { key: "who", title: t("assign.tab"), content: <Assignments assignments={assignments} onAssignments={(next) => put({ assignments: next })} platforms="linux" /> },
        { key: "review", title: t("wizard.review"), lacks: lack, content: <Section title={draft.name}><SettingsReview usage={usage} instances={instances} /></Section> },
      ]}
    />
  );
}
