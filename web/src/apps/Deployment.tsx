// How far an application has come in its waves, whether it stopped and why, and the way on.

import { Button, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, ProgressBar, Text, tokens } from "@fluentui/react-components";
import { CheckmarkCircleFilled, CircleRegular } from "@fluentui/react-icons";
import type { Entity } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Detail } from "../parts/Detail";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";

interface State { effectiveValue?: string; reasons?: string[]; detail?: string | null; sinceDateTime?: string }
interface Wave { percentage: number; durationInHours?: number | null }

const useStyles = makeStyles({
  numbers: { display: "flex", gap: "12px 36px", flexWrap: "wrap" },
  number: { display: "block", fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold },
  bad: { color: tokens.colorStatusDangerForeground1 },
  good: { color: tokens.colorStatusSuccessForeground1 },
});

const stateOf = (deployment: Entity) => (deployment.state ?? {}) as State;

export default function Deployment({ collection, id, listHref }: PageProps) {
  const { t } = useWords();
  const path = `/${collection.path}/${id}`;
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(deployment) => <Tone word={String(stateOf(deployment).effectiveValue ?? "scheduled")} />}
      actions={(deployment) => <Acts path={path} state={stateOf(deployment).effectiveValue} />}
      tabs={[{ key: "status", title: t("status.tab"), content: (deployment) => <Status deployment={deployment} /> }]}
    />
  );
}

function Acts({ path, state }: { path: string; state?: string }) {
  const { t } = useWords();
  const change = useChange();
  const act = (action: string) => <Button disabled={change.isPending} onClick={() => change.mutate({ path: `${path}/${action}`, ask: { method: "POST", body: {} } })}>{t(`wave.${action}` as "wave.pause")}</Button>;
  return (
    <>
      {state !== "archived" && (state === "paused" ? act("resume") : act("pause"))}
      {state !== "archived" && act("archive")}
      {change.error && <Failure why={change.error} />}
    </>
  );
}

function Status({ deployment }: { deployment: Entity }) {
  const { t, number } = useWords();
  const styles = useStyles();
  const state = stateOf(deployment);
  const app = useRead<Entity>(`/deviceAppManagement/mobileApps/${String(deployment.mobileAppId)}`);
  const offered = Number(deployment.offeredPercentage ?? 0);
  const failed = Number(deployment.failedDeviceCount ?? 0);
  return (
    <>
      {state.effectiveValue === "paused" && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody><MessageBarTitle>{t("wave.isPaused")}</MessageBarTitle> {state.detail} {state.sinceDateTime && <>{t("since")} <Moment value={state.sinceDateTime} /></>}</MessageBarBody>
        </MessageBar>
      )}
      <Section title={<Go href={placeOf("mobileApp", String(deployment.mobileAppId)) ?? ""}>{String(app.data?.displayName ?? deployment.mobileAppId)}</Go>}>
        <div className={styles.numbers}>
          <div><span className={styles.number}>{number(offered)} %</span>{t("wave.offered")}</div>
          <div><span className={styles.number}>{number(Number(deployment.installedDeviceCount ?? 0))}</span>{t("wave.installed")}</div>
          <div><span className={`${styles.number} ${failed ? styles.bad : ""}`}>{number(failed)}</span>{t("wave.failed")}</div>
        </div>
        <ProgressBar value={offered / 100} aria-label={t("wave.offered")} />
        {Boolean(deployment.nextOfferDateTime) && <Text>{t("wave.next")} <Moment value={String(deployment.nextOfferDateTime)} /></Text>}
      </Section>
      <Section title={t("wave.title")}>
        <Rows rows={((deployment.waves ?? []) as Wave[]).map((wave, index): Row => ({ key: String(index), what: <>{wave.percentage <= offered ? <CheckmarkCircleFilled className={styles.good} aria-hidden /> : <CircleRegular aria-hidden />} {t("wave.number", { count: index + 1 })}: {number(wave.percentage)} %</>, end: wave.durationInHours ? <Text>{t("wave.forHours", { count: wave.durationInHours })}</Text> : undefined }))} />
      </Section>
    </>
  );
}
