// Ctrl-K: anything by name, id or serial number, and every page by its title; what was opened last stands there first.
//
// The server searches; here only pages and what was opened are looked through.

import { Dialog, DialogBody, DialogContent, DialogSurface, DialogTitle, Input, makeStyles, mergeClasses, Spinner, Text, tokens } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import { at, batch, type Entity, GraphFailure, type Page, quoted } from "../graph/client";
import { Failure } from "../parts/Failure";
import { followed, useGo } from "../parts/Go";
import { searchText } from "../parts/rows";
import { useMay } from "../rooms/may";
import { isCollection, placeOf, rooms, titleKey } from "../rooms/rooms";
import { type Key, useWords } from "../words";
import { recent, remember } from "./recent";

const FOUND_MAX = 6;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const useStyles = makeStyles({
  surface: { maxWidth: "680px", marginTop: "8vh", alignSelf: "start", padding: "16px" },
  list: { listStyle: "none", margin: 0, padding: 0, maxHeight: "56vh", overflowY: "auto" },
  group: { color: tokens.colorNeutralForeground3, padding: "10px 8px 2px", fontSize: tokens.fontSizeBase200 },
  item: { display: "flex", justifyContent: "space-between", gap: "12px", padding: "8px", borderRadius: tokens.borderRadiusMedium, color: tokens.colorNeutralForeground1, textDecorationLine: "none", ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  current: { backgroundColor: tokens.colorNeutralBackground1Selected },
  hint: { color: tokens.colorNeutralForeground3, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
});

interface Found {
  group: string;
  label: string;
  hint?: string;
  href: string;
}

export default function Search({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const { t } = words;
  const styles = useStyles();
  const go = useGo();
  const listId = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const wanted = useLate(text.trim(), 150);
  const found = useQuery({ queryKey: ["graph", "search", wanted], enabled: wanted.length > 1, queryFn: () => objects(wanted), placeholderData: (before) => before });
  const pages = usePages();
  const shown: Found[] = useMemo(() => {
    if (!text.trim()) return recent().map((item) => ({ ...item, group: t("search.recent") }));
    const needle = text.trim().toLocaleLowerCase();
    const matching = pages.filter((page) => page.label.toLocaleLowerCase().includes(needle)).slice(0, FOUND_MAX);
    // Hits of the text before are shown no longer: Enter would open one of them.
    const hits = wanted.length > 1 && wanted === text.trim() && !found.isPlaceholderData ? (found.data ?? []) : [];
    return [...hits.map((hit) => ({ ...hit, group: t(hit.group as Key) })), ...matching];
  }, [text, wanted, found.data, found.isPlaceholderData, pages, t]);
  useEffect(() => setAt(0), [shown.length, text]);
  const open = (item: Found | undefined) => {
    if (!item) return;
    remember({ label: item.label, hint: item.hint, href: item.href });
    onClose();
    go(item.href);
  };
  const keyed = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter") open(shown[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface className={styles.surface} aria-label={t("search.title")}>
        <DialogBody>
          <DialogTitle style={{ display: "none" }}>{t("search.title")}</DialogTitle>
          <DialogContent>
            <Input
              autoFocus
              size="large"
              style={{ width: "100%" }}
              contentBefore={found.isFetching ? <Spinner size="tiny" aria-hidden /> : <SearchRegular />}
              placeholder={t("search.title")}
              value={text}
              onChange={(_, data) => setText(data.value)}
              onKeyDown={keyed}
              input={{ role: "combobox", "aria-label": t("search.title"), "aria-expanded": shown.length > 0, "aria-controls": listId, "aria-activedescendant": shown.length ? `${listId}-${at}` : undefined }}
            />
            <div id={listId} role="listbox" aria-label={t("search.results")} className={styles.list}>
              {shown.map((item, index) => (
                <div key={`${item.href} ${index}`} role="presentation">
                  {item.group !== shown[index - 1]?.group && (
                    <div className={styles.group} role="presentation">
                      {item.group}
                    </div>
                  )}
                  <a
                    id={`${listId}-${index}`}
                    role="option"
                    aria-selected={index === at}
                    tabIndex={-1}
                    href={item.href}
                    className={mergeClasses(styles.item, index === at && styles.current)}
                    onClick={(event) => followed(event, () => open(item))}
                  >
                    <span>{item.label}</span>
                    <span className={styles.hint}>{item.hint}</span>
                  </a>
                </div>
              ))}
            </div>
            {found.error && wanted.length > 1 && <Failure why={found.error} again={() => void found.refetch()} />}
            {text.trim().length > 1 && !shown.length && !found.isFetching && !found.error && <Text style={{ padding: "12px 8px", display: "block" }}>{t("search.none")}</Text>}
            {!text.trim() && !shown.length && <Text style={{ padding: "12px 8px", display: "block" }}>{t("search.hint")}</Text>}
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** Where objects are looked for: the group's title, the path, what to ask, and what stands beside the name. */
const PLACES: { group: Key; kind: string; path: string; select: string; name: string; hint: string; fields?: string[]; search?: string[] }[] = [
  { group: "list.users", kind: "user", path: "/users", select: "id,displayName,userPrincipalName", name: "displayName", hint: "userPrincipalName", search: ["displayName", "userPrincipalName", "mail", "employeeId"] },
  { group: "list.groups", kind: "group", path: "/groups", select: "id,displayName,description", name: "displayName", hint: "description", search: ["displayName", "mail"] },
  { group: "list.managedDevices", kind: "managedDevice", path: "/deviceManagement/managedDevices", select: "id,deviceName,userPrincipalName,serialNumber", name: "deviceName", hint: "userPrincipalName", fields: ["deviceName", "serialNumber", "userPrincipalName"] },
  { group: "list.servicePrincipals", kind: "servicePrincipal", path: "/servicePrincipals", select: "id,displayName,appId", name: "displayName", hint: "appId", search: ["displayName"] },
  { group: "list.applications", kind: "application", path: "/applications", select: "id,displayName,appId", name: "displayName", hint: "appId", search: ["displayName"] },
  { group: "list.policies", kind: "conditionalAccessPolicy", path: "/identity/conditionalAccess/policies", select: "id,displayName,state", name: "displayName", hint: "state", fields: ["displayName"] },
  { group: "list.configurationPolicies", kind: "deviceManagementConfigurationPolicy", path: "/deviceManagement/configurationPolicies", select: "id,name", name: "name", hint: "description", fields: ["name"] },
  { group: "list.compliancePolicies", kind: "deviceManagementCompliancePolicy", path: "/deviceManagement/compliancePolicies", select: "id,name", name: "name", hint: "description", fields: ["name"] },
  { group: "list.settings", kind: "deviceManagementConfigurationSettingDefinition", path: "/deviceManagement/configurationSettings", select: "id,displayName,categoryId", name: "displayName", hint: "categoryId", fields: ["displayName", "id"] },
  { group: "list.roles", kind: "unifiedRoleDefinition", path: "/roleManagement/directory/roleDefinitions", select: "id,displayName", name: "displayName", hint: "", fields: ["displayName"] },
];

async function objects(text: string): Promise<Found[]> {
  const asks = PLACES.map(({ path, select, fields, search }) => ({
    path: GUID.test(text)
      ? at(path, { $select: select, $filter: `id eq ${quoted(text)}`, $top: 1, $count: true })
      : fields
        ? at(path, { $select: select, $top: FOUND_MAX, $filter: fields.map((field) => `contains(${field},${quoted(text)})`).join(" or ") })
        : at(path, { $select: select, $top: FOUND_MAX, $count: true, $search: searchText(text, search ?? ["displayName"]) }),
  }));
  const answers = await batch<Page<Entity>>(asks);
  // What somebody may not see is not found; anything else that fails is no answer to whether it is there.
  const failed = answers.find((answer) => answer instanceof GraphFailure && (answer.status === 429 || answer.status >= 500));
  if (failed) throw failed;
  return PLACES.flatMap((place, index) => {
    const answer = answers[index];
    if (!answer || answer instanceof GraphFailure) return [];
    return answer.value.flatMap((item) => {
      const href = placeOf(place.kind, item.id);
      return href ? [{ group: place.group, label: String(item[place.name] ?? item.id), hint: item[place.hint] ? String(item[place.hint]) : undefined, href }] : [];
    });
  });
}

function usePages(): Found[] {
  const { t } = useWords();
  const may = useMay();
  return useMemo(() => {
    const group = t("search.pages");
    return rooms.flatMap((room) =>
      room.entries
        .filter((entry) => !isCollection(entry) || may?.has(entry.key))
        .map((entry) => ({ group, label: t(titleKey(entry.key)), hint: t(`room.${room.name}` as Key), href: `/admin/${room.name}/${entry.key}` })),
    );
  }, [t, may]);
}

function useLate<T>(value: T, milliseconds: number): T {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return late;
}
