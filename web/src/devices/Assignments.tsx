// Who gets it: everybody, groups, groups that are kept out, narrowed by filters; with what each line and all of them together
// would reach today, counted as one chooses.

import { Button, Dropdown, makeStyles, Option, Popover, PopoverSurface, PopoverTrigger, Spinner, Text, tokens, Tooltip } from "@fluentui/react-components";
import { DeleteRegular, LaptopRegular, PeopleRegular, PeopleTeamRegular, ProhibitedRegular } from "@fluentui/react-icons";
import { at, type Entity, GraphFailure, type Page } from "../graph/client";
import { useRead } from "../graph/queries";
import { useNames } from "../parts/names";
import { Go } from "../parts/Go";
import { Picker } from "../parts/Picker";
import { Section } from "../parts/page";
import { placeOf } from "../rooms/rooms";
import { Failure } from "../parts/Failure";
import { type Key, useWords } from "../words";
import { type Aim, aimed, aimOf, type Assignment, filtered, isSame, useReach } from "./assignment";

const useStyles = makeStyles({
  reach: { display: "flex", alignItems: "baseline", gap: "6px 24px", flexWrap: "wrap", padding: "12px 16px", borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorBrandBackground2, color: tokens.colorNeutralForeground1 },
  number: { fontSize: tokens.fontSizeHero700, lineHeight: tokens.lineHeightHero700, fontWeight: tokens.fontWeightSemibold, marginInlineEnd: "6px" },
  add: { display: "flex", gap: "8px 12px", alignItems: "flex-end", flexWrap: "wrap" },
  list: { listStyle: "none", margin: 0, padding: 0 },
  row: { display: "grid", gridTemplateColumns: "24px minmax(0, 1fr) minmax(0, 260px) 110px auto", gap: "4px 12px", alignItems: "center", paddingBlock: "8px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, ":last-child": { borderBottom: "none" }, "@media (max-width: 760px)": { gridTemplateColumns: "24px minmax(0, 1fr) auto" } },
  second: { "@media (max-width: 760px)": { gridColumn: "2 / -1" } },
  count: { textAlign: "end", color: tokens.colorNeutralForeground2, "@media (max-width: 760px)": { textAlign: "start", gridColumn: "2 / -1" } },
  remove: { "@media (max-width: 760px)": { gridColumn: "3", gridRow: "1" } },
  names: { margin: 0, paddingInlineStart: "18px", maxHeight: "50vh", overflowY: "auto" },
});

const ICONS: Record<Aim, React.ReactNode> = {
  allDevices: <LaptopRegular fontSize={20} />,
  allPeople: <PeopleRegular fontSize={20} />,
  group: <PeopleTeamRegular fontSize={20} />,
  notGroup: <ProhibitedRegular fontSize={20} />,
  other: <PeopleRegular fontSize={20} />,
};

export function Assignments({ assignments, onAssignments, platforms, intents, details }: {
  assignments: Assignment[];
  onAssignments: (assignments: Assignment[]) => void;
  platforms?: string;
  /** What can be meant by an assignment; without it there is one meaning. */
  intents?: string[];
  /** What an assignment besides has, below its line. */
  details?: (assignment: Assignment, put: (next: Assignment) => void) => React.ReactNode;
}) {
  const { t } = useWords();
  const reach = useReach(assignments, platforms);
  const filters = useRead<Page<Entity>>(at("/deviceManagement/assignmentFilters", { $select: "id,displayName", $top: 200 }));
  const names = useNames(assignments.flatMap(({ target }) => target.groupId ?? []));
  const counts = reach.data?.assignments.length === assignments.length ? reach.data.assignments : [];
  const shared = { assignments, onAssignments, names, filters: filters.data?.value ?? [], counts: counts.map((one) => one.deviceCount), details };
  // Who may not read devices assigns all the same, without the counts.
  const isUncounted = reach.error instanceof GraphFailure && reach.error.isDenied;
  return (
    <>
      {!isUncounted && <Reached reach={reach} isNobody={!assignments.length} isSplit={intents !== undefined} />}
      {intents ? intents.map((intent) => <Section key={intent} title={t(`intent.${intent}` as Key)}><Lines {...shared} intent={intent} /></Section>) : <Section title={t("assign.title")}><Lines {...shared} /></Section>}
    </>
  );
}

function Reached({ reach, isNobody, isSplit }: { reach: ReturnType<typeof useReach>; isNobody: boolean; isSplit: boolean }) {
  const { t, number } = useWords();
  const styles = useStyles();
  if (reach.error) return <Failure why={reach.error} />;
  const data = reach.data;
  return (
    <div className={styles.reach} role="status" aria-live="polite">
      {data ? (
        <>
          <span><span className={styles.number}>{number(data.deviceCount)}</span>{t("assign.devices", { count: data.managedDeviceCount })}</span>
          <span><span className={styles.number}>{number(data.userCount)}</span>{t("assign.people")}</span>
          {isNobody && <Text>{t("assign.nobody")}</Text>}
          {data.devices.length > 0 && (
            <Popover trapFocus>
              <PopoverTrigger disableButtonEnhancement><Button size="small">{t("assign.which")}</Button></PopoverTrigger>
              <PopoverSurface aria-label={t("assign.which")}>
                <ul className={styles.names}>
                  {data.devices.map((device) => <li key={device.managedDeviceId}><Go href={placeOf("managedDevice", device.managedDeviceId) ?? ""}>{device.deviceName ?? device.managedDeviceId}</Go>{device.userPrincipalName && ` · ${device.userPrincipalName}`}</li>)}
                </ul>
                {data.deviceCount > data.devices.length && <Text>{t("bulk.others", { count: data.deviceCount - data.devices.length })}</Text>}
              </PopoverSurface>
            </Popover>
          )}
          {isSplit && <Text size={200}>{t("assign.anyIntent")}</Text>}
        </>
      ) : (
        <Spinner size="tiny" label={t("waiting")} />
      )}
    </div>
  );
}

interface LinesProps {
  assignments: Assignment[];
  onAssignments: (assignments: Assignment[]) => void;
  names: Map<string, string>;
  filters: Entity[];
  counts: number[];
  intent?: string;
  details?: (assignment: Assignment, put: (next: Assignment) => void) => React.ReactNode;
}

function Lines({ assignments, onAssignments, names, filters, counts, intent, details }: LinesProps) {
  const { t } = useWords();
  const styles = useStyles();
  const mine = assignments.map((assignment, index) => ({ assignment, index })).filter(({ assignment }) => intent === undefined || assignment.intent === intent);
  const add = (next: Assignment) => {
    const wanted = intent === undefined ? next : { ...next, intent };
    if (!assignments.some((known) => isSame(known, wanted))) onAssignments([...assignments, wanted]);
  };
  const put = (index: number, next: Assignment) => onAssignments(assignments.map((known, at) => (at === index ? next : known)));
  const has = (aim: Aim) => mine.some(({ assignment }) => aimOf(assignment.target) === aim);
  return (
    <>
      <div className={styles.add}>
        <Button icon={<LaptopRegular />} disabled={has("allDevices")} onClick={() => add({ target: aimed("allDevices") })}>{t("assign.allDevices")}</Button>
        <Button icon={<PeopleRegular />} disabled={has("allPeople")} onClick={() => add({ target: aimed("allPeople") })}>{t("assign.allPeople")}</Button>
        <Picker label={t("assign.include")} kinds={["group"]} onPick={(item) => add({ target: aimed("group", item.id) })} />
        <Picker label={t("assign.exclude")} kinds={["group"]} onPick={(item) => add({ target: aimed("notGroup", item.id) })} />
      </div>
      {mine.length > 0 && (
        <ul className={styles.list}>
          {mine.map(({ assignment, index }) => {
            const aim = aimOf(assignment.target);
            const group = assignment.target.groupId ?? "";
            const label = aim === "allDevices" ? t("assign.allDevices") : aim === "allPeople" ? t("assign.allPeople") : (names.get(group) ?? group);
            const place = group && placeOf("group", group);
            return (
              <li key={index}>
                <div className={styles.row}>
                  <span aria-hidden>{ICONS[aim]}</span>
                  <span style={{ overflowWrap: "anywhere" }}>
                    {aim === "notGroup" && <b>{t("assign.not")} </b>}
                    {place ? <Go href={place}>{label}</Go> : label}
                  </span>
                  <span className={styles.second}>{aim !== "notGroup" && <FilterChoice assignment={assignment} about={label} filters={filters} onTarget={(target) => put(index, { ...assignment, target })} />}</span>
                  <span className={styles.count}>{counts[index] === undefined ? "" : t(aim === "notGroup" ? "assign.keptOut" : "assign.count", { count: counts[index] })}</span>
                  <Tooltip content={t("form.removeItem", { name: label })} relationship="label">
                    <Button className={styles.remove} appearance="subtle" icon={<DeleteRegular />} onClick={() => onAssignments(assignments.filter((_, at) => at !== index))} />
                  </Tooltip>
                </div>
                {details?.(assignment, (next) => put(index, next))}
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}

function FilterChoice({ assignment, about, filters, onTarget }: { assignment: Assignment; about: string; filters: Entity[]; onTarget: (target: Assignment["target"]) => void }) {
  const { t } = useWords();
  const target = assignment.target;
  const id = target.deviceAndAppManagementAssignmentFilterId;
  const mode = target.deviceAndAppManagementAssignmentFilterType === "exclude" ? "exclude" : "include";
  const isFiltered = Boolean(id) && target.deviceAndAppManagementAssignmentFilterType !== "none";
  if (!filters.length && !isFiltered) return null;
  const name = (filter: string) => String(filters.find((known) => known.id === filter)?.displayName ?? filter);
  const said = (filter: string, as: string) => t(as === "exclude" ? "assign.filterNot" : "assign.filterOnly", { name: name(filter) });
  return (
    <Dropdown
      size="small"
      aria-label={t("assign.filterOf", { name: about })}
      style={{ minWidth: 0, width: "100%" }}
      value={isFiltered && id ? said(id, mode) : t("assign.noFilter")}
      selectedOptions={[isFiltered ? `${mode}:${id}` : ""]}
      onOptionSelect={(_, data) => {
        const [as, filter] = (data.optionValue ?? "").split(":");
        onTarget(filtered(target, filter || null, as === "exclude" ? "exclude" : "include"));
      }}
    >
      <Option value="" text={t("assign.noFilter")}>{t("assign.noFilter")}</Option>
      {filters.flatMap((filter) => (["include", "exclude"] as const).map((as) => <Option key={`${as}:${filter.id}`} value={`${as}:${filter.id}`} text={said(filter.id, as)}>{said(filter.id, as)}</Option>))}
    </Dropdown>
  );
}
