// People from a file of the HR system: drop it, see who joins, moves and leaves and all that follows, then let it happen.
//
// The file becomes SCIM requests of fifty people each (`docs/manual/hr-import.md`); a batch of them is rehearsed first, on a fork
// of the directory. What the server says of each line is shown as it says it.

import { Badge, Button, makeStyles, mergeClasses, MessageBar, MessageBarBody, ProgressBar, Tab, TabList, Text, tokens } from "@fluentui/react-components";
import { ArrowUploadRegular } from "@fluentui/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import { type DragEvent, useRef, useState } from "react";
import { at, batch, type Entity, GraphFailure, type Page as GraphPage } from "../graph/client";
import { again, useRead } from "../graph/queries";
import { Confirm } from "../parts/Confirm";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { Page, Section } from "../parts/page";
import { Followed, rehearseAll, type Rehearsed } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { Tone } from "../parts/Value";
import { useWords } from "../words";
import { type HrFile, readHr, scim } from "./hr";
import { BRAKE } from "./ListPage";

/** People in one SCIM request, requests in one batch: what the server takes. */
const PER_REQUEST = 50;
const PER_BATCH = 20;

const useStyles = makeStyles({
  drop: { border: `2px dashed ${tokens.colorNeutralStroke1}`, borderRadius: tokens.borderRadiusLarge, padding: "36px", display: "flex", flexDirection: "column", alignItems: "center", gap: "10px", textAlign: "center" },
  over: { border: `2px dashed ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2 },
});

interface Line {
  changeId: string;
  provisioningAction: string;
  sourceIdentity: { displayName: string | null; id: string | null } | null;
  provisioningStatusInfo: { status: string; errorInformation: { reason?: string } | null } | null;
  modifiedProperties: { displayName: string; oldValue: string | null; newValue: string | null }[];
}

interface Tried {
  lines: Line[];
  rehearsed: Rehearsed;
}

export default function HrImport() {
  const { t } = useWords();
  const styles = useStyles();
  const cache = useQueryClient();
  const chooser = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [file, setFile] = useState<HrFile | null>(null);
  const [tried, setTried] = useState<Tried | null>(null);
  const [why, setWhy] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [done, setDone] = useState<{ count: number; failed: string[] } | null>(null);
  const principals = useRead<GraphPage<Entity>>(at("/servicePrincipals", { $filter: "displayName eq 'HR inbound provisioning'", $select: "id" }));
  const principal = principals.data?.value[0]?.id;
  const jobs = useRead<GraphPage<Entity>>(principal ? `/servicePrincipals/${principal}/synchronization/jobs` : null);
  const job = jobs.data?.value[0]?.id;
  const path = principal && job ? `/servicePrincipals/${principal}/synchronization/jobs/${job}/bulkUpload` : null;

  const take = async (given: File | undefined) => {
    if (!given) return;
    setWhy(null);
    setTried(null);
    setDone(null);
    try {
      const read = readHr(await given.text());
      setFile(read);
      if (path && read.people.length) {
        setBusy(true);
        setTried(await attempt(path, read));
      }
    } catch (error) {
      setWhy(error);
    } finally {
      setBusy(false);
    }
  };
  const carryOut = async () => {
    if (!path || !file) return;
    setAsking(false);
    setBusy(true);
    const failed: string[] = [];
    try {
      for (let first = 0; first < file.people.length; first += PER_REQUEST) {
        const some = file.people.slice(first, first + PER_REQUEST);
        const [answer] = await batch([{ path, ask: { method: "POST", body: scim(some) } }]);
        if (answer instanceof GraphFailure) failed.push(answer.message);
        setDone({ count: Math.min(first + PER_REQUEST, file.people.length), failed });
      }
      await again(cache);
    } catch (error) {
      setWhy(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page title={t("list.hrImport")} subtitle={t("hr.about")}>
      {/* The area takes what is dropped; the button is the same for the keyboard. */}
      <div
        className={mergeClasses(styles.drop, isOver && styles.over)}
        onDragOver={(event: DragEvent) => (event.preventDefault(), setOver(true))}
        onDragLeave={() => setOver(false)}
        onDrop={(event: DragEvent) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer.files[0]);
        }}
      >
        <ArrowUploadRegular fontSize={32} aria-hidden />
        <Text weight="semibold">{t("hr.drop")}</Text>
        <Text>{t("hr.columns")} <code dir="ltr">employeeId, givenName, familyName, userName, title, department, managerId, country, hireDate, leaveDate, active</code></Text>
        <Button appearance="primary" disabled={isBusy || !path} onClick={() => chooser.current?.click()}>{t("hr.choose")}</Button>
        <input ref={chooser} type="file" accept=".csv,text/csv" hidden aria-label={t("hr.choose")} onChange={(event) => void take(event.target.files?.[0])} />
      </div>
      {Boolean(why) && <Failure why={why} />}
      {file && file.wrong.length > 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {file.wrong.slice(0, 10).map((wrong) => <div key={wrong.line}>{t("hr.line", { line: wrong.line })}: {wrong.reason}</div>)}
          </MessageBarBody>
        </MessageBar>
      )}
      {isBusy && <ProgressBar aria-label={t("waiting")} value={done && file ? done.count / file.people.length : undefined} />}
      {done && !isBusy && (
        <MessageBar intent={done.failed.length ? "warning" : "success"}>
          <MessageBarBody>
            {t("hr.done", { count: done.count })} {done.failed.join(" ")} <Go href="/admin/provisioning/provisioningLog">{t("list.provisioningLog")}</Go>
          </MessageBarBody>
        </MessageBar>
      )}
      {tried && !done && (
        <>
          <Outcome tried={tried} isAll={(file?.people.length ?? 0) <= PER_REQUEST * PER_BATCH} />
          <div>
            <Button appearance="primary" disabled={isBusy} onClick={() => setAsking(true)}>{t("hr.import", { count: file?.people.length ?? 0 })}</Button>
          </div>
        </>
      )}
      {isAsking && tried && (
        <Confirm title={t("hr.import", { count: file?.people.length ?? 0 })} action={t("hr.go")} typed={leavers(tried.lines).length > BRAKE ? String(leavers(tried.lines).length) : undefined} onYes={() => void carryOut()} onNo={() => setAsking(false)}>
          <Text>{t("hr.leaversToo", { count: leavers(tried.lines).length })}</Text>
        </Confirm>
      )}
    </Page>
  );
}

async function attempt(path: string, file: HrFile): Promise<Tried> {
  const some = file.people.slice(0, PER_REQUEST * PER_BATCH);
  const uploads = [];
  for (let first = 0; first < some.length; first += PER_REQUEST) {
    uploads.push({ path, ask: { method: "POST" as const, body: scim(some.slice(first, first + PER_REQUEST)) } });
  }
  const rehearsed = await rehearseAll(uploads);
  return { rehearsed, lines: rehearsed.provisioning as unknown as Line[] };
}

const isFailed = (line: Line) => line.provisioningStatusInfo?.status === "failure";
const isLeaver = (line: Line) =>
  line.modifiedProperties?.some(({ displayName, newValue }) => displayName === "employeeLeaveDateTime" || (displayName === "accountEnabled" && newValue === "false"));
const leavers = (lines: Line[]) => lines.filter((line) => !isFailed(line) && isLeaver(line));

function Outcome({ tried, isAll }: { tried: Tried; isAll: boolean }) {
  const { t, name } = useWords();
  const { lines, rehearsed } = tried;
  const groups = {
    joins: lines.filter((line) => !isFailed(line) && line.provisioningAction === "create"),
    moves: lines.filter((line) => !isFailed(line) && line.provisioningAction === "update" && !isLeaver(line)),
    leaves: leavers(lines),
    same: lines.filter((line) => !isFailed(line) && !["create", "update"].includes(line.provisioningAction)),
    failed: lines.filter(isFailed),
  };
  const [shown, setShown] = useState<keyof typeof groups | "follows">("joins");
  const list = shown === "follows" ? [] : groups[shown];
  return (
    <Section title={t("hr.wouldHappen")}>
      {!isAll && <Text>{t("hr.first", { count: PER_REQUEST * PER_BATCH })}</Text>}
      <TabList selectedValue={shown} onTabSelect={(_, data) => setShown(data.value as typeof shown)} style={{ flexWrap: "wrap" }} aria-label={t("hr.wouldHappen")}>
        {(["joins", "moves", "leaves", "same", "failed"] as const).map((key) => (
          <Tab key={key} value={key}>
            {t(`hr.${key}`)} <Badge appearance="filled" color={key === "failed" && groups[key].length ? "danger" : "informative"}>{groups[key].length}</Badge>
          </Tab>
        ))}
        <Tab value="follows">{t("hr.follows")} <Badge appearance="filled" color="informative">{rehearsed.value.length}</Badge></Tab>
      </TabList>
      {shown === "follows" ? (
        <Followed rehearsed={rehearsed} />
      ) : (
        <Rows
          rows={list.slice(0, 200).map((line, index): Row => ({
            key: `${line.changeId}${index}`,
            what: line.sourceIdentity?.displayName ?? line.sourceIdentity?.id ?? "",
            hint: isFailed(line) ? line.provisioningStatusInfo?.errorInformation?.reason : (line.modifiedProperties ?? []).map(({ displayName, newValue }) => `${name(displayName)}: ${newValue ?? "–"}`).join(" · "),
            end: <Tone word={line.provisioningStatusInfo?.status ?? ""} />,
          }))}
        />
      )}
    </Section>
  );
}
