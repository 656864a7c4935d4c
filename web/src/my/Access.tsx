// Access for a while: what somebody has and until when, what they asked for, and what they can ask for.

import { Button, Text } from "@fluentui/react-components";
import { useState } from "react";
import type { Entity } from "../graph/client";
import { useChange } from "../graph/queries";
import { endOf } from "../parts/assignment";
import { Confirm } from "../parts/Confirm";
import { Failure } from "../parts/Failure";
import { useOpened } from "../parts/keptOpen";
import { Answered, Page, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { person } from "../session/session";
import { useWords } from "../words";
import { ASKING, Asking, EXTENDING, Extending } from "./AskDialogs";
import { requestPath, useMyAssignments, useMyRequests } from "./mine";
import { Packages } from "./Packages";

const OPEN = new Set(["submitted", "pendingApproval", "delivering", "accepted", "scheduled"]);

export default function Access() {
  const { t } = useWords();
  const assigned = useMyAssignments();
  const requests = useMyRequests();
  const [asking, setAsking] = useOpened(ASKING);
  const change = useChange();
  const nameOf = (item: Entity) => String((item.accessPackage as Entity | null)?.displayName ?? item.id);
  const [extending, setExtending] = useOpened(EXTENDING);
  const extended = assigned.data?.value.find((item) => item.id === extending);
  const [returning, setReturning] = useState<Entity | null>(null);
  const giveBack = useChange(() => setReturning(null));
  return (
    <Page title={t("my.access")} subtitle={t("my.accessAbout")} isNarrow>
      {change.error && <Failure why={change.error} />}
      <Section title={t("my.have")}>
        <Answered query={assigned}>
          {({ value }) => (
            <Rows
              none={t("my.noAccess")}
              rows={value.map((item): Row => ({
                key: item.id,
                what: nameOf(item),
                hint: endOf(item) ? <>{t("until")} <Moment value={endOf(item) ?? ""} />{endsSoon(item) && <> · <b>{t("my.endsSoon")}</b></>}</> : t("my.forEver"),
                end: (
                  <>
                    <Tone word={String(item.state)} />
                    {item.state === "delivered" && canExtend(item) && (
                      <Button size="small" appearance={endsSoon(item) ? "primary" : "secondary"} aria-label={t("my.extendFor", { name: nameOf(item) })} onClick={() => setExtending(item.id)}>
                        {t("my.extend")}
                      </Button>
                    )}
                    {item.state === "delivered" && (
                      <Button size="small" onClick={() => setReturning(item)}>
                        {t("my.giveBack")}
                      </Button>
                    )}
                  </>
                ),
              }))}
            />
          )}
        </Answered>
      </Section>
      <Packages onAsk={setAsking} />
      <Section title={t("my.asked")}>
        <Answered query={requests}>
          {({ value }) => (
            <Rows
              none={t("my.noneAsked")}
              rows={value.map((item): Row => ({
                key: item.id,
                what: nameOf(item),
                hint: <Moment value={String(item.createdDateTime)} />,
                end: (
                  <>
                    <Tone word={String(item.state)} />
                    {OPEN.has(String(item.state)) && (
                      <Button size="small" disabled={change.isPending} onClick={() => change.mutate({ path: `${requestPath}/${item.id}/cancel`, ask: { method: "POST", body: {} } })}>
                        {t("my.withdraw")}
                      </Button>
                    )}
                  </>
                ),
              }))}
            />
          )}
        </Answered>
      </Section>
      {asking && <Asking id={asking} onClose={() => setAsking(null)} />}
      {extended && <Extending item={extended} title={nameOf(extended)} onClose={() => setExtending(null)} />}
      {returning && (
        <Confirm
          title={t("my.giveBackTitle", { name: nameOf(returning) })}
          action={t("my.giveBack")}
          isHarmful
          isBusy={giveBack.isPending}
          why={giveBack.error}
          onNo={() => setReturning(null)}
          onYes={() => giveBack.mutate({ path: requestPath, ask: { method: "POST", body: { requestType: "userRemove", assignment: { id: returning.id, targetId: person().id } } } })}
        >
          <Text>{t("my.giveBackAbout")}</Text>
        </Confirm>
      )}
    </Page>
  );
}

/** Access that ends within so long is said to end soon. */
const SOON_MS = 14 * 24 * 3_600_000;

export function endsSoon(item: Entity): boolean {
  return endOf(item) !== undefined && new Date(endOf(item) ?? "").getTime() - Date.now() < SOON_MS;
}

/** Whether the policy lets somebody ask for more time. */
function canExtend(item: Entity): boolean {
  const policy = item.assignmentPolicy as { canExtend?: boolean; requestorSettings?: { enableTargetsToSelfUpdateAccess?: boolean } | null } | null;
  return endOf(item) !== undefined && policy?.canExtend !== false && policy?.requestorSettings?.enableTargetsToSelfUpdateAccess !== false;
}
