// What follows when a device falls short, and after how long: the period of grace, messages in people's own words, a lock, the
// list of devices to retire.

import { Button, Dropdown, Field, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Option, SpinButton, Tag, TagGroup, Text, tokens, Tooltip } from "@fluentui/react-components";
import { AddRegular, DeleteRegular, LockClosedRegular, MailRegular, ProhibitedRegular, SignOutRegular } from "@fluentui/react-icons";
import { at, type Entity, type Page } from "../graph/client";
import { useRead } from "../graph/queries";
import { useNames } from "../parts/names";
import { Picker } from "../parts/Picker";
import { Section } from "../parts/page";
import { type Key, useWords } from "../words";

export interface Action {
  actionType: string;
  gracePeriodHours: number;
  notificationTemplateId?: string | null;
  notificationMessageCCList?: string[];
}

export interface Rule {
  ruleName?: string | null;
  scheduledActionConfigurations: (Action & { id?: string })[];
}

/** As long as the server takes: a year. */
const HOURS_MAX = 365 * 24;
const ACTIONS_MAX = 20;
const RULE = "PasswordRequired";
const KINDS = ["notification", "remoteLock", "retire"] as const;
const NOTHING = "00000000-0000-0000-0000-000000000000";

const ICONS: Record<string, React.ReactNode> = { block: <ProhibitedRegular fontSize={20} />, notification: <MailRegular fontSize={20} />, remoteLock: <LockClosedRegular fontSize={20} />, retire: <SignOutRegular fontSize={20} /> };

const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column" },
  item: { display: "grid", gridTemplateColumns: "32px minmax(0, 1fr) auto", gap: "8px 12px", paddingBlock: "14px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, ":last-child": { borderBottom: "none" } },
  icon: { width: "32px", height: "32px", borderRadius: "50%", display: "grid", placeItems: "center", backgroundColor: tokens.colorNeutralBackground3 },
  what: { display: "flex", flexDirection: "column", gap: "8px", minWidth: 0 },
  line: { display: "flex", gap: "8px 16px", flexWrap: "wrap", alignItems: "flex-end" },
  about: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
});

/** The actions of a policy, soonest first; of a new one, that it counts at once. */
export function actionsOf(rules: Rule[] | undefined): Action[] {
  const all = (rules ?? []).flatMap((rule) => rule.scheduledActionConfigurations ?? []);
  const actions = all.map(({ actionType, gracePeriodHours, notificationTemplateId, notificationMessageCCList }) => ({ actionType, gracePeriodHours: gracePeriodHours ?? 0, notificationTemplateId: notificationTemplateId === NOTHING ? null : (notificationTemplateId ?? null), notificationMessageCCList: notificationMessageCCList ?? [] }));
  return actions.some((action) => action.actionType === "block") ? actions : [{ actionType: "block", gracePeriodHours: 0, notificationTemplateId: null, notificationMessageCCList: [] }, ...actions];
}

/** As Graph takes them. */
export function ruled(actions: Action[]): Rule[] {
  return [{ ruleName: RULE, scheduledActionConfigurations: actions.map((action) => ({ ...action, notificationTemplateId: action.notificationTemplateId || null })) }];
}

export function NoncomplianceActions({ actions, onActions }: { actions: Action[]; onActions: (actions: Action[]) => void }) {
  const { t } = useWords();
  const styles = useStyles();
  const templates = useRead<Page<Entity>>(at("/deviceManagement/notificationMessageTemplates", { $select: "id,displayName", $top: 200 }));
  const sorted = actions.map((action, index) => ({ action, index })).sort((one, other) => one.action.gracePeriodHours - other.action.gracePeriodHours);
  const put = (index: number, part: Partial<Action>) => onActions(actions.map((action, at) => (at === index ? { ...action, ...part } : action)));
  const add = (actionType: string) => onActions([...actions, { actionType, gracePeriodHours: 24, notificationTemplateId: null, notificationMessageCCList: [] }]);
  return (
    <Section
      title={t("consequence.title")}
      actions={
        <Menu>
          <MenuTrigger disableButtonEnhancement><Button icon={<AddRegular />} disabled={actions.length >= ACTIONS_MAX}>{t("consequence.add")}</Button></MenuTrigger>
          <MenuPopover><MenuList>{KINDS.map((kind) => <MenuItem key={kind} icon={ICONS[kind] as never} onClick={() => add(kind)}>{t(`consequence.${kind}` as Key)}</MenuItem>)}</MenuList></MenuPopover>
        </Menu>
      }
    >
      <ol className={styles.list}>
        {sorted.map(({ action, index }) => (
          <li key={index} className={styles.item}>
            <span className={styles.icon} aria-hidden>{ICONS[action.actionType]}</span>
            <div className={styles.what}>
              <div>
                <Text weight="semibold" block>{t(`consequence.${action.actionType}` as Key)}</Text>
                <span className={styles.about}>{t(`consequence.${action.actionType}About` as Key)}</span>
              </div>
              <div className={styles.line}>
                <After hours={action.gracePeriodHours} label={t(action.actionType === "block" ? "consequence.grace" : "consequence.after")} onHours={(gracePeriodHours) => put(index, { gracePeriodHours })} />
                {action.actionType === "notification" && (
                  <Field label={t("consequence.template")}>
                    <Dropdown value={String(templates.data?.value.find((known) => known.id === action.notificationTemplateId)?.displayName ?? t("consequence.ownWords"))} selectedOptions={[action.notificationTemplateId ?? ""]} onOptionSelect={(_, data) => put(index, { notificationTemplateId: data.optionValue || null })}>
                      <Option value="" text={t("consequence.ownWords")}>{t("consequence.ownWords")}</Option>
                      {(templates.data?.value ?? []).map((known) => <Option key={known.id} value={known.id} text={String(known.displayName)}>{String(known.displayName)}</Option>)}
                    </Dropdown>
                  </Field>
                )}
              </div>
              {action.actionType === "notification" && <Copies ids={action.notificationMessageCCList ?? []} onIds={(notificationMessageCCList) => put(index, { notificationMessageCCList })} />}
            </div>
            {action.actionType !== "block" && (
              <Tooltip content={t("form.removeItem", { name: t(`consequence.${action.actionType}` as Key) })} relationship="label">
                <Button appearance="subtle" icon={<DeleteRegular />} onClick={() => onActions(actions.filter((_, at) => at !== index))} />
              </Tooltip>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** A number of days or hours, whichever is whole. */
function After({ hours, label, onHours }: { hours: number; label: string; onHours: (hours: number) => void }) {
  const { t } = useWords();
  const isDays = hours > 0 && hours % 24 === 0;
  const unit = isDays ? 24 : 1;
  const put = (count: number, of: number) => onHours(Math.max(0, Math.min(HOURS_MAX, Math.round(count * of))));
  return (
    <Field label={label}>
      <div style={{ display: "flex", gap: "6px" }}>
        <SpinButton style={{ width: "90px" }} aria-label={label} min={0} max={HOURS_MAX / unit} value={hours / unit} onChange={(_, data) => put(data.value ?? (Number(data.displayValue) || 0), unit)} />
        <Dropdown style={{ minWidth: "110px" }} aria-label={t("consequence.unit")} value={t(isDays ? "consequence.days" : "consequence.hours")} selectedOptions={[String(unit)]} onOptionSelect={(_, data) => put(hours / unit || 1, Number(data.optionValue))}>
          <Option value="1">{t("consequence.hours")}</Option>
          <Option value="24">{t("consequence.days")}</Option>
        </Dropdown>
      </div>
    </Field>
  );
}

/** Groups whose members are told as well. */
function Copies({ ids, onIds }: { ids: string[]; onIds: (ids: string[]) => void }) {
  const { t } = useWords();
  const names = useNames(ids);
  return (
    <div>
      <Picker label={t("consequence.copies")} kinds={["group"]} onPick={(item) => !ids.includes(item.id) && onIds([...ids, item.id])} />
      {ids.length > 0 && (
        <TagGroup aria-label={t("consequence.copies")} style={{ flexWrap: "wrap" }} onDismiss={(_, data) => onIds(ids.filter((id) => id !== data.value))}>
          {ids.map((id) => <Tag key={id} value={id} dismissible dismissIcon={{ "aria-label": t("group.remove") }}>{names.get(id) ?? id}</Tag>)}
        </TagGroup>
      )}
    </div>
  );
}
