// The risk of an account: what was seen, what it was before, and the administrator's answer.

import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { Go } from "../parts/Go";
import { Columns, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "./opinions";
import { RiskActs } from "./RiskActs";

/** So much of what was seen is shown, the newest first. */
const SHOWN = 50;

export default function RiskyUser({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(risk) => <Tone word={String(risk.riskState ?? "none")} />}
      subtitle={(risk) => String(risk.userPrincipalName ?? "")}
      actions={(risk) => <RiskActs user={risk.id} who={String(risk.userDisplayName)} state={risk.riskState} />}
      tabs={[{ key: "seen", title: t("risk.seen"), content: (risk) => <Seen risk={risk} path={`/${collection.path}/${id}`} /> }]}
    />
  );
}

function Seen({ risk, path }: { risk: Entity; path: string }) {
  const { t, name } = useWords();
  const detections = useRead<GraphPage<Entity>>(at("/identityProtection/riskDetections", { $filter: `userId eq '${risk.id}'`, $top: SHOWN }));
  const history = useRead<GraphPage<Entity>>(`${path}/history`);
  return (
    <Columns isWide>
      <Section title={t("risk.seen")} actions={<Go href={placeOf("user", risk.id) ?? ""}>{t("risk.account")}</Go>}>
        <Rows
          query={detections}
          none={t("risk.nothingSeen")}
          rows={(detections.data?.value ?? []).map((one): Row => ({
            key: one.id,
            what: <Go href={`/admin/signin/riskDetections/${one.id}`}>{name(String(one.riskEventType))}</Go>,
            hint: <><Moment value={String(one.detectedDateTime)} /> · {String(one.ipAddress ?? "")}</>,
            end: <><Tone word={String(one.riskLevel)} /> <Tone word={String(one.riskState)} /></>,
          }))}
        />
      </Section>
      <Section title={t("risk.before")}>
        <Rows
          query={history}
          none={t("risk.nothingBefore")}
          rows={(history.data?.value ?? []).map((one): Row => ({
            key: one.id,
            what: name(String(one.riskDetail)),
            hint: <Moment value={String(one.riskLastUpdatedDateTime)} />,
            end: <><Tone word={String(one.riskLevel)} /> <Tone word={String(one.riskState)} /></>,
          }))}
        />
      </Section>
    </Columns>
  );
}
