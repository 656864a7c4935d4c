// An application in waves: which, from when, to what part of the devices for how long, and when it stops by itself.

import { Button, Checkbox, Dropdown, Field, Input, makeStyles, Option, SpinButton, Text } from "@fluentui/react-components";
import { AddRegular, DeleteRegular } from "@fluentui/react-icons";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useRead } from "../graph/queries";
import { useCreating } from "../parts/creating";
import { Failure } from "../parts/Failure";
import { Page, Section } from "../parts/page";
import { useWords } from "../words";
import type { PageProps } from "../pages/opinions";

interface Wave { percentage: number; durationInHours: number }
interface Draft { displayName: string; mobileAppId: string; start: string; waves: Wave[]; isWatched: boolean; threshold: number; minimumDeviceCount: number }

const EMPTY: Draft = { displayName: "", mobileAppId: "", start: "", waves: [{ percentage: 5, durationInHours: 24 }, { percentage: 50, durationInHours: 48 }, { percentage: 100, durationInHours: 0 }], isWatched: true, threshold: 10, minimumDeviceCount: 20 };

const useStyles = makeStyles({
  line: { display: "flex", gap: "12px", alignItems: "flex-end", flexWrap: "wrap" },
  short: { width: "110px" },
});

export default function NewDeployment({ collection, listHref }: Omit<PageProps, "id">) {
  const { t, name } = useWords();
  const styles = useStyles();
  const { draft, put, make, isBusy, why, cancel } = useCreating("mobileAppDeployments.new", EMPTY, listHref);
  const apps = useRead<GraphPage<Entity>>(at("/deviceAppManagement/mobileApps", { $select: "id,displayName", $top: 999 }));
  const wave = (index: number, part: Partial<Wave>) => put({ waves: draft.waves.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  const rises = draft.waves.every((one, index) => index === 0 || one.percentage > (draft.waves[index - 1]?.percentage ?? 0)) && draft.waves.at(-1)?.percentage === 100;
  const body = {
    displayName: draft.displayName.trim(),
    mobileAppId: draft.mobileAppId,
    ...(draft.start && { startDateTime: new Date(draft.start).toISOString() }),
    waves: draft.waves.map(({ percentage, durationInHours }) => (percentage === 100 ? { percentage } : { percentage, durationInHours })),
    monitoringRules: draft.isWatched ? [{ threshold: draft.threshold, minimumDeviceCount: draft.minimumDeviceCount, action: "pauseDeployment" }] : [],
  };
  const number = (label: string, value: number, max: number, onValue: (value: number) => void) => (
    <Field label={label}><SpinButton className={styles.short} min={1} max={max} value={value} onChange={(_, data) => onValue(Math.max(1, Math.min(max, data.value ?? (Number(data.displayValue) || 1))))} /></Field>
  );
  return (
    <Page title={t("create.title", { kind: t("list.appDeployments") })} isNarrow>
      <Section title={t("policy.what")}>
        <Field label={name("displayName")} required><Input value={draft.displayName} onChange={(_, data) => put({ displayName: data.value })} /></Field>
        <Field label={t("list.mobileApps")} required>
          <Dropdown value={String(apps.data?.value.find((app) => app.id === draft.mobileAppId)?.displayName ?? "")} selectedOptions={[draft.mobileAppId]} onOptionSelect={(_, data) => put({ mobileAppId: data.optionValue ?? "" })}>
            {(apps.data?.value ?? []).map((app) => <Option key={app.id} value={app.id} text={String(app.displayName)}>{String(app.displayName)}</Option>)}
          </Dropdown>
        </Field>
        <Field label={name("startDateTime")} hint={t("wave.startHint")}><Input type="datetime-local" value={draft.start} onChange={(_, data) => put({ start: data.value })} /></Field>
      </Section>
      <Section title={t("wave.title")}>
        {draft.waves.map((one, index) => (
          <div key={index} className={styles.line} role="group" aria-label={t("wave.number", { count: index + 1 })}>
            {number(t("wave.percentage"), one.percentage, 100, (percentage) => wave(index, { percentage }))}
            {one.percentage < 100 && number(t("wave.hours"), one.durationInHours || 24, 8_760, (durationInHours) => wave(index, { durationInHours }))}
            {draft.waves.length > 1 && <Button icon={<DeleteRegular />} aria-label={t("form.removeItem", { name: t("wave.number", { count: index + 1 }) })} onClick={() => put({ waves: draft.waves.filter((_, at) => at !== index) })} />}
          </div>
        ))}
        <div><Button icon={<AddRegular />} onClick={() => put({ waves: [...draft.waves.slice(0, -1), { percentage: Math.min(99, (draft.waves.at(-2)?.percentage ?? 0) + 10), durationInHours: 24 }, ...draft.waves.slice(-1)] })}>{t("wave.add")}</Button></div>
        {!rises && <Text>{t("wave.rises")}</Text>}
      </Section>
      <Section title={t("wave.stop")}>
        <Checkbox label={t("wave.watched")} checked={draft.isWatched} onChange={(_, data) => put({ isWatched: data.checked === true })} />
        {draft.isWatched && <div className={styles.line}>{number(t("wave.threshold"), draft.threshold, 100, (threshold) => put({ threshold }))}{number(t("wave.minimum"), draft.minimumDeviceCount, 100_000, (minimumDeviceCount) => put({ minimumDeviceCount }))}</div>}
      </Section>
      {why && <Failure why={why} />}
      <div className={styles.line}>
        <Button appearance="primary" disabled={!draft.displayName.trim() || !draft.mobileAppId || !rises || isBusy} onClick={() => make({ path: `/${collection.path}`, ask: { method: "POST", body } })}>{t("create")}</Button>
        <Button onClick={cancel}>{t("cancel")}</Button>
      </div>
    </Page>
  );
}
