// Of a policy that only reports: how many sign-ins of the last days it would have let in, asked for more and refused, as the log
// has it, and who would have been refused.

import { makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { at, type Entity, whole } from "../graph/client";
import { Go } from "../parts/Go";
import { Answered, Section } from "../parts/page";
import { type Row, Rows } from "../parts/Rows";
import { Moment } from "../parts/Value";
import { placeOf } from "../rooms/rooms";
import { type Key, useWords } from "../words";
import { type LoggedSignIn, reported, reportedSince, type Who } from "./policyReport";

const DAYS = 7;
/** Sign-ins that are looked through, the newest. */
const ROWS_MAX = 10_000;
const ROWS_A_PAGE = 1_000;
const SHOWN_MAX = 50;

const useStyles = makeStyles({
  bar: { display: "flex", height: "14px", borderRadius: tokens.borderRadiusMedium, overflow: "hidden", backgroundColor: tokens.colorNeutralBackground4, gap: "2px" },
  letIn: { backgroundColor: tokens.colorStatusSuccessBackground3 },
  asked: { backgroundColor: tokens.colorStatusWarningBackground3 },
  refused: { backgroundColor: tokens.colorStatusDangerBackground3 },
  key: { display: "flex", gap: "4px 20px", flexWrap: "wrap", listStyle: "none", margin: 0, padding: 0 },
  entry: { display: "inline-flex", gap: "6px", alignItems: "center" },
  dot: { width: "10px", height: "10px", borderRadius: "50%", flexShrink: 0 },
});

const PARTS = ["letIn", "asked", "refused"] as const;

export function ReportedImpact({ policy }: { policy: Entity }) {
  const { t } = useWords();
  const styles = useStyles();
  const changed = policy.modifiedDateTime ?? policy.createdDateTime;
  const query = useQuery({
    queryKey: ["graph", "/auditLogs/signIns", "reported", policy.id, changed],
    queryFn: ({ signal }) => {
      const since = reportedSince(DAYS, changed, new Date());
      const $filter = `createdDateTime ge ${since} and appliedConditionalAccessPolicies/any(p:p/id eq '${policy.id}')`;
      return whole<LoggedSignIn>(at("/auditLogs/signIns", { $filter, $top: ROWS_A_PAGE }), ROWS_MAX, signal);
    },
  });
  return (
    <Section title={t("impact.title")}>
      <Text>{t("impact.about", { days: DAYS })}</Text>
      <Answered query={query}>
        {({ value, isCut }) => {
          const said = reported(policy.id, value);
          const all = said.letIn + said.asked + said.refused;
          if (!all) return <Text>{t("impact.none")}</Text>;
          const told = PARTS.map((part) => t(`impact.${part}`, { count: said[part] })).join(", ");
          return (
            <>
              <div className={styles.bar} role="img" aria-label={told}>
                {PARTS.map((part) => said[part] > 0 && <div key={part} className={styles[part]} style={{ flexGrow: said[part], flexBasis: "4px" }} />)}
              </div>
              <ul className={styles.key}>
                {PARTS.map((part) => <li key={part} className={styles.entry}><span className={`${styles.dot} ${styles[part]}`} aria-hidden />{t(`impact.${part}`, { count: said[part] })}</li>)}
              </ul>
              {isCut && <MessageBar><MessageBarBody>{t("impact.cut", { count: value.length })}</MessageBarBody></MessageBar>}
              <People title="impact.whoRefused" none="impact.nobodyRefused" who={said.whoRefused} />
              {said.whoAsked.length > 0 && <People title="impact.whoAsked" who={said.whoAsked} />}
            </>
          );
        }}
      </Answered>
    </Section>
  );
}

function People({ title, none, who }: { title: Key; none?: Key; who: Who[] }) {
  const { t } = useWords();
  return (
    <>
      <Text weight="semibold">{t(title)}</Text>
      <Rows
        none={none && t(none)}
        rows={who.slice(0, SHOWN_MAX).map((one): Row => ({
          key: one.id,
          what: <Go href={placeOf(one.isProgram ? "servicePrincipal" : "user", one.id) ?? ""}>{one.name}</Go>,
          hint: <>{t("impact.last")} <Go href={`/admin/monitor/signIns/${one.last.id}`}><Moment value={one.last.createdDateTime} /></Go> · {one.last.appDisplayName ?? ""}</>,
          end: t("impact.times", { count: one.count }),
        }))}
      />
      {who.length > SHOWN_MAX && <Text>{t("detail.moreLinked", { count: SHOWN_MAX })}</Text>}
    </>
  );
}
