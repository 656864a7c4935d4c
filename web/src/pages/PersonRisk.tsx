// On the page of a person: what is held against their account, and answering it.

import { MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import type { Entity } from "../graph/client";
import { useRead } from "../graph/queries";
import { Go } from "../parts/Go";
import { Tone } from "../parts/Value";
import { useWords } from "../words";
import { RiskActs } from "./RiskActs";

/** States in which something is held against an account. */
const HELD = ["atRisk", "confirmedCompromised"];

export function PersonRisk({ user }: { user: Entity }) {
  const { t } = useWords();
  const risk = useRead<Entity>(`/identityProtection/riskyUsers/${user.id}`);
  const acts = <RiskActs user={user.id} who={String(user.displayName)} state={risk.data?.riskState} />;
  // Who may not see risks may not answer them; somebody of whom nothing was ever seen has no risk to read.
  if (risk.error && "isDenied" in risk.error && risk.error.isDenied) return null;
  if (!HELD.includes(String(risk.data?.riskState))) return <div>{acts}</div>;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        {t("person.atRisk")} <Tone word={String(risk.data?.riskState)} /> <Tone word={String(risk.data?.riskLevel)} /> <Go inline href={`/admin/signin/riskyUsers/${user.id}`}>{t("risk.seen")}</Go>
      </MessageBarBody>
      <MessageBarActions>{acts}</MessageBarActions>
    </MessageBar>
  );
}
