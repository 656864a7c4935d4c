// A new compliance policy, step by step: what it is, what a device must be like, what follows when it is not, who is judged.

import { Field, Input, Textarea } from "@fluentui/react-components";
import { type Entity, graph } from "../graph/client";
import { useChange } from "../graph/queries";
import { useDraft } from "../parts/drafts";
import { useGo } from "../parts/Go";
import { Page, Section } from "../parts/page";
import { Wizard } from "../parts/Wizard";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { Assignments } from "./Assignments";
import { type Assignment, given } from "./assignment";
import { type Instance, settingsOf, useCatalog } from "./catalog";
import { type Action, actionsOf, NoncomplianceActions, ruled } from "./NoncomplianceActions";
import { SettingsEditor, SettingsReview, useLack } from "./SettingsEditor";

interface Draft {
  name: string;
  description: string;
  instances: Instance[];
  actions: Action[];
  assignments: Assignment[];
}

const EMPTY: Draft = { name: "", description: "", instances: [], actions: actionsOf([]), assignments: [] };

export default function NewCompliancePolicy({ collection, listHref }: Omit<PageProps, "id">) {
  const { t, name } = useWords();
  const go = useGo();
  const [draft, setDraft, forget] = useDraft<Draft>("compliancePolicies.new", EMPTY);
  const catalog = useCatalog("compliance", t("compliance.distributions"));
  const lack = useLack("compliance", draft.instances);
  const create = useChange<Entity>((made) => {
    forget();
    go(`${listHref}/${made.id}`);
  });
  const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const body = {
    name: draft.name.trim(),
    description: draft.description.trim() || null,
    platforms: "linux",
    technologies: "linuxMdm",
    settings: catalog.data ? settingsOf(draft.instances, catalog.data) : [],
    scheduledActionsForRule: ruled(draft.actions),
  };
  const done = async () => {
    const made = await create.mutateAsync({ path: `/${collection.path}`, ask: { method: "POST", body } });
    if (draft.assignments.length) await graph(`/${collection.path}/${made.id}/assign`, { method: "POST", body: { assignments: given(draft.assignments) } });
  };
  return (
    <Page title={t("create.title", { kind: t("list.compliancePolicies") })} isNarrow>
      <Wizard
        action={t("create")}
        isBusy={create.isPending}
        why={create.error}
        onDone={() => void done().catch(() => undefined)}
        onCancel={() => (forget(), go(listHref))}
        steps={[
          {
            key: "what",
            title: t("policy.what"),
            lacks: draft.name.trim() ? undefined : t("form.missing", { name: name("displayName") }),
            content: (
              <Section>
                <Field label={name("displayName")} required><Input value={draft.name} onChange={(_, data) => put({ name: data.value })} /></Field>
                <Field label={name("description")}><Textarea value={draft.description} onChange={(_, data) => put({ description: data.value })} /></Field>
              </Section>
            ),
          },
          { key: "rules", title: t("compliance.rules"), lacks: lack, content: <SettingsEditor usage="compliance" instances={draft.instances} onInstances={(instances) => put({ instances })} /> },
          { key: "follows", title: t("consequence.tab"), content: <NoncomplianceActions actions={draft.actions} onActions={(actions) => put({ actions })} /> },
          { key: "who", title: t("assign.tab"), content: <Assignments assignments={draft.assignments} onAssignments={(assignments) => put({ assignments })} platforms="linux" /> },
          { key: "review", title: t("wizard.review"), lacks: lack, content: <Section title={draft.name}><SettingsReview usage="compliance" instances={draft.instances} /></Section> },
        ]}
      />
    </Page>
  );
}
