// A new compliance policy: besides its rules, what follows when a device is not like that.

import { useCreating } from "../parts/creating";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";
import { EMPTY, NewSettingsPolicy, type SettingsPolicyDraft } from "./NewSettingsPolicy";
import { type Action, actionsOf, NoncomplianceActions, ruled } from "./NoncomplianceActions";

interface Draft extends SettingsPolicyDraft {
  actions: Action[];
}

const BEGINNING: Draft = { ...EMPTY, actions: actionsOf([]) };

export default function NewCompliancePolicy({ collection, listHref }: Omit<PageProps, "id">) {
  const { t } = useWords();
  const creating = useCreating("compliancePolicies.new", BEGINNING, listHref);
  const { draft: { actions }, put } = creating;
  return (
    <NewSettingsPolicy
      collection={collection}
      usage="compliance"
      creating={creating}
      settings={t("compliance.rules")}
      steps={[{ key: "follows", title: t("consequence.tab"), content: <NoncomplianceActions actions={actions} onActions={(next) => put({ actions: next })} /> }]}
      body={{ scheduledActionsForRule: ruled(actions) }}
    />
  );
}
