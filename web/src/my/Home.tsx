// My portal's first page: what wants doing, what can be opened, and what somebody has.

import { Avatar, Badge, Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { CheckmarkCircleRegular, ChevronRightRegular, ClockRegular, FingerprintRegular, LaptopRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { Failure } from "../parts/Failure";
import { endOf } from "../parts/assignment";
import { followed, Go, useGo } from "../parts/Go";
import { Columns, Page, Section } from "../parts/page";
import { type Asking, type Row, Rows } from "../parts/Rows";
import { Moment, Tone } from "../parts/Value";
import { person } from "../session/session";
import { useWords } from "../words";
import { endsSoon } from "./Access";
import { Tiles } from "./Apps";
import { failing } from "./Devices";
import { useMyActiveRoles, useMyApprovals, useMyApps, useMyAssignments, useMyDevices, useMyEligibilities, useMyRoleApprovals } from "./mine";
import { isPasskey, useMyMethods } from "./SignIn";

/** So many applications are on the first page. */
const TILES = 6;

interface Todo {
  key: string;
  icon: ReactNode;
  what: string;
  hint?: string;
  href: string;
}

const useStyles = makeStyles({
  todos: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "8px" },
  todo: { display: "flex", gap: "14px", alignItems: "center", padding: "14px 16px", borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, color: tokens.colorNeutralForeground1, textDecorationLine: "none", ":hover": { border: `1px solid ${tokens.colorBrandStroke1}` } },
  icon: { fontSize: "24px", display: "flex", color: tokens.colorBrandForeground1, flexShrink: 0 },
  words: { flexGrow: 1, minWidth: 0, display: "flex", flexDirection: "column" },
  hint: { color: tokens.colorNeutralForeground3 },
  end: { color: tokens.colorNeutralForeground3, ":dir(rtl)": { transform: "scaleX(-1)" } },
  none: { display: "flex", gap: "10px", alignItems: "center", color: tokens.colorNeutralForeground2 },
});

export default function Home() {
  const { t } = useWords();
  const devices = useMyDevices();
  const packages = useMyAssignments();
  const roles = useMyActiveRoles();
  const eligible = useMyEligibilities();
  const apps = useMyApps();
  const { todos, asked } = useTodos();
  const active = roles.data?.value ?? [];
  const others = (eligible.data?.value ?? []).filter((item) => !active.some((held) => held.roleDefinitionId === item.roleDefinitionId));
  return (
    <Page name={t("my.hello", { name: person().name })} title={<span style={{ display: "inline-flex", gap: "12px", alignItems: "center" }}><Avatar name={person().name} size={40} color="brand" aria-hidden /> {t("my.hello", { name: person().name })}</span>} subtitle={person().userName} isNarrow>
      <Section isBare title={<>{t("my.todo")} {todos.length > 0 && <Badge appearance="filled" color="brand">{todos.length}</Badge>}</>}>
        {todos.length > 0 && <Todos todos={todos} />}
        <AllKnown asked={asked} isDone={todos.length === 0} />
      </Section>
      {(apps.data?.value.length ?? 0) > 0 && (
        <Section isBare title={t("my.quick")} actions={<Go href="/my/apps">{t("home.all")}</Go>}>
          <Tiles apps={(apps.data?.value ?? []).slice(0, TILES)} />
        </Section>
      )}
      <Columns>
        <Section title={t("my.devices")} actions={<Go href="/my/devices">{t("home.all")}</Go>}>
          <Rows
            query={devices}
            none={t("my.noDevices")}
            rows={(devices.data?.value ?? []).slice(0, 5).map((device): Row => ({ key: device.id, what: String(device.deviceName), hint: <Moment value={String(device.lastSyncDateTime)} />, end: <Tone word={String(device.complianceState)} /> }))}
          />
        </Section>
        <Section title={t("my.access")} actions={<Go href="/my/access">{t("my.ask")}</Go>}>
          <Rows
            query={packages}
            none={t("my.noAccess")}
            rows={(packages.data?.value ?? []).map((item): Row => ({
              key: item.id,
              what: String((item.accessPackage as { displayName?: string } | null)?.displayName ?? ""),
              hint: endOf(item) ? <>{t("until")} <Moment value={endOf(item) ?? ""} /></> : undefined,
              end: <Tone word={String(item.state)} />,
            }))}
          />
        </Section>
        {(others.length > 0 || active.length > 0) && (
          <Section title={t("my.roles")} actions={<Go href="/my/roles">{t("my.activate")}</Go>}>
            <Rows rows={[...active, ...others].map((item, index): Row => ({
              key: `${item.id}${index}`,
              what: String((item.roleDefinition as { displayName?: string } | null)?.displayName ?? ""),
              hint: item.endDateTime ? <>{t("until")} <Moment value={String(item.endDateTime)} /></> : undefined,
              end: <Tone word={index < active.length ? "Active" : "eligible"} />,
            }))} />
            <div><Button as="a" href="/admin">{t("own.toAdmin")}</Button></div>
          </Section>
        )}
      </Columns>
    </Page>
  );
}

/** What waits for this person, the most urgent first. */
function useTodos(): { todos: Todo[]; asked: Asking[] } {
  const { t } = useWords();
  const approvals = useMyApprovals();
  const roleApprovals = useMyRoleApprovals();
  const devices = useMyDevices();
  const packages = useMyAssignments();
  const methods = useMyMethods();
  const todos: Todo[] = [];
  for (const device of devices.data?.value ?? []) {
    const failed = failing(device);
    if (failed.length) todos.push({ key: device.id, icon: <LaptopRegular />, what: t("my.todoDevice", { name: String(device.deviceName) }), hint: t("my.todoDeviceHint", { count: failed.length }), href: "/my/devices" });
  }
  for (const request of [...(approvals.data?.value ?? []), ...(roleApprovals.data?.value ?? [])]) {
    const who = (request.requestor ?? request.principal) as { displayName?: string } | null;
    const what = (request.accessPackage ?? request.roleDefinition) as { displayName?: string } | null;
    todos.push({ key: request.id, icon: <CheckmarkCircleRegular />, what: t("my.wants", { who: who?.displayName ?? "", what: what?.displayName ?? "" }), hint: request.justification ? String(request.justification) : undefined, href: "/my/approvals" });
  }
  for (const item of (packages.data?.value ?? []).filter((one) => one.state === "delivered" && endsSoon(one))) {
    todos.push({ key: item.id, icon: <ClockRegular />, what: t("my.todoExpiry", { name: String((item.accessPackage as { displayName?: string } | null)?.displayName ?? "") }), href: "/my/access" });
  }
  if (methods.data && !methods.data.value.some(isPasskey)) {
    todos.push({ key: "passkey", icon: <FingerprintRegular />, what: t("my.todoPasskey"), hint: t("my.todoPasskeyHint"), href: "/my/signin" });
  }
  return { todos, asked: [approvals, roleApprovals, devices, packages, methods] };
}

/** Nothing waits only if everything that could was read. */
function AllKnown({ asked, isDone }: { asked: Asking[]; isDone: boolean }) {
  const failed = asked.filter(({ data, error }) => data === undefined && error);
  if (failed[0]) return <Failure why={failed[0].error} again={() => failed.forEach((one) => void one.refetch())} />;
  return isDone && asked.every(({ data }) => data !== undefined) ? <Done /> : null;
}

function Todos({ todos }: { todos: Todo[] }) {
  const styles = useStyles();
  const go = useGo();
  return (
    <ul className={styles.todos}>
      {todos.map((todo) => (
        <li key={todo.key}>
          <a className={styles.todo} href={todo.href} onClick={(event) => followed(event, () => go(todo.href))}>
            <span className={styles.icon} aria-hidden>{todo.icon}</span>
            <span className={styles.words}>
              <Text weight="semibold">{todo.what}</Text>
              {todo.hint && <Text size={200} className={styles.hint}>{todo.hint}</Text>}
            </span>
            <ChevronRightRegular className={styles.end} aria-hidden />
          </a>
        </li>
      ))}
    </ul>
  );
}

function Done() {
  const { t } = useWords();
  const styles = useStyles();
  return <Text className={styles.none}><CheckmarkCircleRegular fontSize={20} aria-hidden /> {t("my.nothingTodo")}</Text>;
}
