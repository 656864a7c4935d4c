// A lifecycle workflow: its design, whom it is about now and next, what it would do to somebody, and its runs.

import { Button, Dropdown, Field, MessageBar, MessageBarBody, Option, Text } from "@fluentui/react-components";
import { PlayRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Detail } from "../parts/Detail";
import { useDraft } from "../parts/drafts";
import { Meanwhile, useEntityEditing } from "../parts/editing";
import { Failure } from "../parts/Failure";
import { Go, useGo } from "../parts/Go";
import { Answered, Columns, Page, Section } from "../parts/page";
import { Picker, type Picked } from "../parts/Picker";
import { Followed, rehearseAll } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { useWords } from "../words";
import type { PageProps } from "./opinions";
import { WorkflowDesigner } from "./WorkflowDesigner";
import { beginning, CATEGORIES, type Category, type WorkflowDraft, workflowBody, workflowDraftOf, workflowLacks } from "./workflowTasks";

/** So far one looks ahead. */
const AHEAD_DAYS = 30;
const DAY_MS = 86_400_000;
const SHOWN = 10;
/** Runs that are shown at first and by each further step; one answer holds no more than the last. */
const RUNS = 50;
const RUNS_MAX = 950;

export default function Workflow({ collection, id, listHref }: PageProps) {
  const { t, name } = useWords();
  return (
    <Detail
      collection={collection}
      id={id}
      listHref={listHref}
      badge={(workflow) => <Tone word={workflow.isEnabled ? (workflow.isSchedulingEnabled ? "enabled" : "onDemand") : "disabled"} />}
      subtitle={(workflow) => [name(String(workflow.category)), workflow.description].filter(Boolean).join(" · ")}
      tabs={[
        { key: "design", title: t("workflow.design"), content: (workflow) => <Design workflow={workflow} path={`/${collection.path}/${id}`} /> },
        { key: "runs", title: t("workflow.runs"), content: (workflow) => <Runs workflow={workflow} path={`/${collection.path}/${id}`} /> },
      ]}
    />
  );
}

function Design({ workflow, path }: { workflow: Entity; path: string }) {
  const { t } = useWords();
  const editing = useEntityEditing(path, workflow, workflowDraftOf, `${path}.edit`);
  const { draft, isChanged } = editing;
  const lacks = workflowLacks(draft);
  return (
    <>
      <WorkflowDesigner draft={draft} onDraft={editing.setDraft} />
      <Meanwhile editing={editing} />
      {editing.why && <Failure why={editing.why} />}
      <div style={{ display: "flex", gap: "8px", alignItems: "center", flexWrap: "wrap" }}>
        <Button appearance="primary" disabled={editing.isSaving || lacks !== undefined || !isChanged || editing.clashes.length > 0} onClick={() => editing.save({ path, ask: { method: "PATCH", body: workflowBody(draft) } })}>{t("save")}</Button>
        <Text>{lacks ? t(lacks.key, { name: lacks.name ?? "" }) : isChanged && t("workflow.unsaved")}</Text>
      </div>
      <Columns>
        <Affected draft={draft} />
        <Trial path={path} draft={draft} isChanged={isChanged} isReady={lacks === undefined} />
      </Columns>
    </>
  );
}

/** Whom the scope means now, and whose date comes next. */
export function Affected({ draft }: { draft: WorkflowDraft }) {
  const { t, ago } = useWords();
  const rule = draft.rule.trim();
  const isByRule = draft.trigger !== "onDemand" && rule !== "";
  const all = useRead<GraphPage<Entity>>(isByRule ? at("/users", { $filter: rule, $count: true, $top: 1, $select: "id" }) : null);
  const [now] = useState(() => Date.now());
  const from = new Date(now - draft.offset * DAY_MS).toISOString();
  const to = new Date(now + (AHEAD_DAYS - draft.offset) * DAY_MS).toISOString();
  const next = useRead<GraphPage<Entity>>(isByRule && draft.trigger === "date" ? at("/users", { $filter: `(${rule}) and ${draft.date} ge ${from} and ${draft.date} le ${to}`, $count: true, $top: SHOWN, $select: `id,displayName,userPrincipalName,${draft.date}` }) : null);
  if (draft.trigger === "onDemand") return null;
  return (
    <Section title={t("workflow.affected")}>
      {all.error ? <Failure why={all.error} /> : <Text role="status">{all.data ? t("workflow.inScope", { count: all.data["@odata.count"] ?? 0 }) : t("waiting")}</Text>}
      {draft.trigger === "date" && !all.error && (
        <>
          <Text weight="semibold">{t("workflow.next", { days: AHEAD_DAYS })}</Text>
          <Answered query={next}>
            {({ value }) => (
              <Rows
                none={t("workflow.nobodyNext")}
                rows={value.map((user): Row => ({
                  key: user.id,
                  what: <Go href={placeOf("user", user.id) ?? ""}>{String(user.displayName)}</Go>,
                  hint: t("workflow.runsOn", { when: ago(new Date(new Date(String(user[draft.date])).getTime() + draft.offset * DAY_MS)) }),
                }))}
              />
            )}
          </Answered>
        </>
      )}
    </Section>
  );
}

/** What it would do to somebody, as it is on the page; and doing it. */
function Trial({ path, draft, isChanged, isReady }: { path: string; draft: WorkflowDraft; isChanged: boolean; isReady: boolean }) {
  const { t } = useWords();
  const [who, setWho] = useState<Picked | null>(null);
  const [isAsking, setAsking] = useState(false);
  const run = useChange(() => setAsking(false));
  const activation = { method: "POST" as const, body: { subjects: [{ id: who?.id }] } };
  const body = workflowBody(draft);
  const trial = useQuery({
    queryKey: ["rehearsal", path, who?.id, body],
    enabled: who !== null && isReady,
    retry: false,
    gcTime: 0,
    queryFn: () => rehearseAll([...(isChanged ? [{ path, ask: { method: "PATCH" as const, body } }] : []), { path: `${path}/activate`, ask: activation }]),
  });
  return (
    <Section title={t("workflow.try")}>
      <Text>{t("workflow.tryAbout")}</Text>
      <Picker label={who ? `${t("workflow.try")}: ${who.name}` : t("workflow.try")} kinds={["user"]} onPick={setWho} />
      {trial.error && <Failure why={trial.error} />}
      {trial.data && <Followed rehearsed={trial.data} />}
      {who && !isChanged && <div><Button icon={<PlayRegular />} onClick={() => setAsking(true)}>{t("workflow.run", { who: who.name })}</Button></div>}
      {isAsking && who && (
        <Confirm title={t("workflow.runTitle", { who: who.name })} action={t("workflow.run", { who: who.name })} isHarmful={draft.category === "leaver"} typed={draft.category === "leaver" ? who.name : undefined} isBusy={run.isPending} why={run.error} onNo={() => setAsking(false)} onYes={() => run.mutate({ path: `${path}/activate`, ask: activation })}>
          {trial.data && <Followed rehearsed={trial.data} />}
        </Confirm>
      )}
    </Section>
  );
}

export function Runs({ path }: { workflow: Entity; path: string }) {
  const { t, name } = useWords();
  const [runCount, setRunCount] = useState(RUNS);
  const [resultCount, setResultCount] = useState(RUNS);
  const $orderby = "startedDateTime desc";
  const runs = useRead<GraphPage<Entity>>(at(`${path}/runs`, { $orderby, $top: runCount }), 5_000);
  const results = useRead<GraphPage<Entity>>(at(`${path}/userProcessingResults`, { $expand: "subject", $orderby, $top: resultCount }), 5_000);
  const more = (count: number, set: (count: number) => void, page: GraphPage<Entity>) =>
    page["@odata.nextLink"] && count < RUNS_MAX && <div><Button size="small" onClick={() => set(Math.min(count + RUNS, RUNS_MAX))}>{t("workflow.more")}</Button></div>;
  return (
    <Columns>
      <Section title={t("workflow.runs")}>
        <Answered query={runs}>
          {({ value, ...page }) => (
            <><Rows
              none={t("workflow.noRuns")}
              rows={value.map((run): Row => ({
                key: run.id,
                what: <Moment value={String(run.startedDateTime ?? run.scheduledDateTime)} />,
                hint: <>{name(String(run.workflowExecutionType))} · {t("workflow.ranTally", { good: Number(run.successfulUsersCount ?? 0), bad: Number(run.failedUsersCount ?? 0) })}</>,
                end: <Tone word={String(run.processingStatus)} />,
              }))}
            />
            {more(runCount, setRunCount, { value, ...page })}</>
          )}
        </Answered>
      </Section>
      <Section title={t("workflow.ranFor")}>
        <Answered query={results}>
          {({ value, ...page }) => (
            <><Rows
              none={t("workflow.noRuns")}
              rows={value.map((result): Row => {
                const subject = result.subject as Entity | null;
                return {
                  key: result.id,
                  what: subject ? <Go href={placeOf("user", subject.id) ?? ""}>{String(subject.displayName ?? subject.id)}</Go> : result.id,
                  hint: <Moment value={String(result.startedDateTime ?? result.scheduledDateTime)} />,
                  end: <Tone word={String(result.processingStatus)} />,
                };
              })}
            />
            {more(resultCount, setResultCount, { value, ...page })}</>
          )}
        </Answered>
      </Section>
    </Columns>
  );
}

const TEMPLATES = { joiner: "workflow.templateJoiner", mover: "workflow.templateMover", leaver: "workflow.templateLeaver" } as const;

export function NewWorkflow({ collection, listHref }: Omit<PageProps, "id">) {
  const { t } = useWords();
  const go = useGo();
  const [initial] = useState(() => beginning("joiner", t));
  const [draft, setDraft, forget, isKept] = useDraft("workflows.new", initial);
  const make = useChange<Entity>((made) => {
    forget();
    go(`${listHref}/${made.id}`);
  });
  const lacks = workflowLacks(draft);
  return (
    <Page title={t("create.title", { kind: t("list.workflows") })} subtitle={t("about.workflows")}>
      {isKept && <MessageBar><MessageBarBody>{t("form.draft")}</MessageBarBody></MessageBar>}
      <Section>
        <Field label={t("workflow.begin")} style={{ maxWidth: "360px" }}>
          <Dropdown value={t(TEMPLATES[draft.category])} selectedOptions={[draft.category]} onOptionSelect={(_, data) => setDraft({ ...beginning(data.optionValue as Category, t), displayName: draft.displayName, description: draft.description })}>
            {CATEGORIES.map((category) => <Option key={category} value={category} text={t(TEMPLATES[category])}>{t(TEMPLATES[category])}</Option>)}
          </Dropdown>
        </Field>
      </Section>
      <WorkflowDesigner draft={draft} onDraft={setDraft} isNew />
      <Affected draft={draft} />
      {make.error && <Failure why={make.error} />}
      <div style={{ display: "flex", gap: "8px", alignItems: "center", flexWrap: "wrap" }}>
        <Button appearance="primary" disabled={make.isPending || lacks !== undefined} onClick={() => make.mutate({ path: `/${collection.path}`, ask: { method: "POST", body: { ...workflowBody(draft), category: draft.category } } })}>{t("create")}</Button>
        {lacks && <Text>{t(lacks.key, { name: lacks.name ?? "" })}</Text>}
      </div>
    </Page>
  );
}
