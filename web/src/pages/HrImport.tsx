// People from a file of the HR system: drop it, see who joins, moves and leaves and all that follows, then let it happen.
//
// The file becomes SCIM requests of fifty people each (`docs/manual/hr-import.md`); a batch of them is rehearsed first, on a fork
// of the directory. What the server says of each line is shown as it says it.

import { Badge, Button, makeStyles, mergeClasses, MessageBar, MessageBarBody, ProgressBar, Tab, TabList, Text, tokens } from "@fluentui/react-components";
import { ArrowUploadRegular } from "@fluentui/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import { type DragEvent, useRef, useState } from "react";
import { again } from "../graph/queries";
import { BRAKE } from "../parts/brake";
import { Confirm } from "../parts/Confirm";
import { Failure } from "../parts/Failure";
import { Go } from "../parts/Go";
import { useNames } from "../parts/names";
import { Page, Section } from "../parts/page";
import { Followed } from "../parts/Preview";
import { type Row, Rows } from "../parts/Rows";
import { Tone } from "../parts/Value";
import { useWords } from "../words";
import { type HrFile, readHr } from "./hr";
import { useHrJob } from "./hrJob";
import { attempt, carryOut, isFailed, isLeaver, leavers, type Sent, TRIED_MAX, type Tried } from "./hrUpload";

/** Lines that are shown; all of them stand in the log. */
const SHOWN_MAX = 200;

const useStyles = makeStyles({
  drop: { border: `2px dashed ${tokens.colorNeutralStroke1}`, borderRadius: tokens.borderRadiusLarge, padding: "36px", display: "flex", flexDirection: "column", alignItems: "center", gap: "10px", textAlign: "center" },
  over: { border: `2px dashed ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2 },
});

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
  const [sent, setSent] = useState<Sent | null>(null);
  const found = useHrJob();
  const path = found.data ? `${found.data.path}/bulkUpload` : null;

  const take = async (given: File | undefined) => {
    if (!given) return;
    setWhy(null);
    setTried(null);
    setSent(null);
    try {
      const read = readHr(await given.text());
      setFile(read);
      if (path && read.people.length) {
        setBusy(true);
        setTried(await attempt(path, read.people));
      }
    } catch (error) {
      setWhy(error);
    } finally {
      setBusy(false);
    }
  };
  const go = async () => {
    if (!path || !file) return;
    setAsking(false);
    setBusy(true);
    setWhy(null);
    setWhy(await carryOut(path, sent ?? { taken: 0, refused: [], untold: 0, rest: file.people }, setSent));
    setBusy(false);
    await again(cache);
  };
  const people = file?.people ?? [];
  const leaving = tried && leavers(tried.lines, people);
  // Beyond what was tried nobody can say for certain, so that is never done by one click.
  const typed = leaving && (leaving.isExact ? (leaving.count > BRAKE ? leaving.count : undefined) : leaving.count || people.length);
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
      {found.error && <Failure why={found.error} again={() => void found.refetch()} />}
      {found.data === null && <Failure why={new Error(t("hr.noJob"))} />}
      {Boolean(why) && <Failure why={why} />}
      {file && file.wrong.length > 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {file.wrong.slice(0, 10).map((wrong) => <div key={wrong.line}>{t("hr.line", { line: wrong.line })}: {wrong.reason}</div>)}
          </MessageBarBody>
        </MessageBar>
      )}
      {isBusy && <ProgressBar aria-label={t("waiting")} value={sent && file ? 1 - sent.rest.length / people.length : undefined} />}
      {sent && !isBusy && <Told sent={sent} onGo={() => void go()} />}
      {tried && leaving && !sent && (
        <>
          <Outcome tried={tried} isAll={leaving.isExact} />
          <div>
            <Button appearance="primary" disabled={isBusy} onClick={() => setAsking(true)}>{t("hr.import", { count: people.length })}</Button>
          </div>
        </>
      )}
      {isAsking && leaving && (
        <Confirm title={t("hr.import", { count: people.length })} action={t("hr.go")} typed={typed === undefined || typed === null ? undefined : String(typed)} onYes={() => void go()} onNo={() => setAsking(false)}>
          <Text>{t(leaving.isExact ? "hr.leaversToo" : "hr.leaversAtLeast", { count: leaving.count, tried: TRIED_MAX })}</Text>
        </Confirm>
      )}
    </Page>
  );
}

/** What came of it, person by person where it did not go well. */
function Told({ sent, onGo }: { sent: Sent; onGo: () => void }) {
  const { t } = useWords();
  const isWell = !sent.refused.length && !sent.untold && !sent.rest.length;
  return (
    <>
      <MessageBar intent={isWell ? "success" : "warning"} layout="multiline">
        <MessageBarBody>
          {t("hr.done", { count: sent.taken })} {sent.refused.length > 0 && t("hr.notTaken", { count: sent.refused.length })} {sent.untold > 0 && t("hr.untold", { count: sent.untold })} {sent.rest.length > 0 && t("hr.notSent", { count: sent.rest.length })}{" "}
          <Go href="/admin/provisioning/provisioningLog">{t("list.provisioningLog")}</Go>
        </MessageBarBody>
      </MessageBar>
      {sent.rest.length > 0 && <div><Button appearance="primary" onClick={onGo}>{t("hr.goOn", { count: sent.rest.length })}</Button></div>}
      {sent.refused.length > 0 && (
        <Section title={t("hr.failed")}>
          <Rows rows={sent.refused.slice(0, SHOWN_MAX).map(({ key, who, reason }): Row => ({ key, what: who, hint: reason }))} />
        </Section>
      )}
    </>
  );
}

function Outcome({ tried, isAll }: { tried: Tried; isAll: boolean }) {
  const { t, name } = useWords();
  const { lines, rehearsed } = tried;
  const groups = {
    joins: lines.filter((line) => !isFailed(line) && line.provisioningAction === "create"),
    moves: lines.filter((line) => !isFailed(line) && line.provisioningAction === "update" && !isLeaver(line)),
    leaves: lines.filter((line) => !isFailed(line) && isLeaver(line)),
    same: lines.filter((line) => !isFailed(line) && !["create", "update"].includes(line.provisioningAction)),
    failed: lines.filter(isFailed),
  };
  const [shown, setShown] = useState<keyof typeof groups | "follows">("joins");
  const list = shown === "follows" ? [] : groups[shown].slice(0, SHOWN_MAX);
  const names = useNames(list.flatMap((line) => (line.modifiedProperties ?? []).map(({ newValue }) => newValue ?? "")));
  // A manager by name, and a day as the file has it.
  const readable = (value: string | null) => (value ? (names.get(value) ?? value.replace(/^(\d{4}-\d\d-\d\d)T00:00:00Z$/, "$1")) : "–");
  return (
    <Section title={t("hr.wouldHappen")}>
      {!isAll && <Text>{t("hr.first", { count: TRIED_MAX })}</Text>}
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
          rows={list.map((line, index): Row => ({
            key: `${line.changeId}${index}`,
            what: line.sourceIdentity?.displayName ?? line.sourceIdentity?.id ?? "",
            hint: isFailed(line) ? line.provisioningStatusInfo?.errorInformation?.reason : (line.modifiedProperties ?? []).map(({ displayName, newValue }) => `${name(displayName)}: ${readable(newValue)}`).join(" · "),
            end: <Tone word={line.provisioningStatusInfo?.status ?? ""} />,
          }))}
        />
      )}
    </Section>
  );
}
