// The page of any object: its facts, what it is linked with, what was done to it; and the acts that every kind has.
//
// Pages with an opinion (`pages/opinions.ts`) take the place of this one or put a tab of their own before it.

import {
  Button, Drawer, DrawerBody, DrawerHeader, DrawerHeaderTitle, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger,
  Tab, TabList, Text, tokens,
} from "@fluentui/react-components";
import { CopyRegular, DeleteRegular, DismissRegular, EditRegular, MoreHorizontalRegular } from "@fluentui/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { at, type Entity, type Page as GraphPage } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { type Collection, placeOf } from "../rooms/rooms";
import { kindOfType } from "../graph/types";
import { cameBack } from "../session/session";
import { type Attribute, attributesOf, deletedPathOf, fieldsOf, kindNamed, type Link, linksOf } from "../schema";
import { type Key, useWords } from "../words";
import { isWorded } from "../words/texts";
import { Form } from "./Form";
import { Go, useGo } from "./Go";
import { History } from "./History";
import { Confirm } from "./Confirm";
import { keptDraft } from "./drafts";
import { useEntityEditing } from "./editing";
import { useTab } from "./keptOpen";
import { Answered, Page, Section } from "./page";
import { Preview } from "./Preview";
import { offerUndo } from "./undo";
import { Facts, isNothing, Shapes, Tone } from "./Value";

export interface OwnTab {
  key: string;
  title: string;
  content: (entity: Entity) => ReactNode;
  /** Whether this object has it; without it every one does. */
  isShown?: (entity: Entity) => boolean;
}

const useStyles = makeStyles({
  body: { display: "flex", flexDirection: "column", gap: "16px", paddingBlockStart: "8px", minWidth: 0 },
  list: { listStyle: "none", margin: 0, padding: 0 },
  line: { paddingBlock: "6px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, display: "flex", gap: "8px", alignItems: "center", justifyContent: "space-between" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, whiteSpace: "pre-wrap", overflowWrap: "anywhere", margin: 0 },
});

/** A question that was answered is gone after so long, and what it hid is there again. */
const CLOSED_MS = 400;

/** The address of an object in the API. */
export function addressOf(collection: Collection, id: string): string {
  return collection.isSingleton ? `/${collection.path}` : `/${collection.path}/${encodeURIComponent(id)}`;
}

export function Detail({ collection, id, listHref, tabs = [], actions, badge, subtitle, heading }: {
  collection: Collection;
  id: string;
  listHref: string;
  tabs?: OwnTab[];
  actions?: (entity: Entity) => ReactNode;
  badge?: (entity: Entity) => ReactNode;
  subtitle?: (entity: Entity) => ReactNode;
  heading?: (entity: Entity) => string;
}) {
  const { t, name } = useWords();
  const styles = useStyles();
  const go = useGo();
  const cache = useQueryClient();
  const address = addressOf(collection, id);
  const isDirectory = !collection.isJournal;
  const path = isDirectory ? at(address, { $select: selected(collection.kind), $expand: collection.expand }) : address;
  const query = useRead<Entity>(path);
  const [tab, setTab] = useTab(address, tabs[0]?.key ?? "facts");
  // Who was sent to sign in again in mid-form finds it open as it was.
  const [isEditing, setEditing] = useState(() => cameBack() && keptDraft(`${address}.edit`) !== null);
  const [isDeleting, setDeleting] = useState(false);
  const remove = useChange(() => {
    const gone = query.data;
    const kind = kindOfType(gone?.["@odata.type"]) ?? collection.kind;
    if (gone && kindNamed(kind)?.restorableDays) {
      offerUndo({ said: t("undo.deleted", { name: heading?.(gone) ?? titleOf(gone, collection) }), change: { path: `/${deletedPathOf(kind)}/${gone.id}/restore`, ask: { method: "POST", body: {} } } });
    }
    // The question is closed first: left open, it would keep the page behind it hidden from screen readers.
    setDeleting(false);
    setTimeout(() => {
      cache.removeQueries({ queryKey: ["graph", path] });
      go(listHref);
    }, CLOSED_MS);
  });
  return (
    <Answered query={query}>
      {(entity) => {
        const kind = kindOfType(entity["@odata.type"]) ?? collection.kind;
        const links = linksOf(kind).filter((link) => !HIDDEN_LINKS.has(link.name));
        const title = heading?.(entity) ?? titleOf(entity, collection);
        const editable = editableNames(collection, kind);
        return (
          <Page
            title={title}
            badge={badge?.(entity)}
            subtitle={subtitle?.(entity) ?? name(kind)}
            actions={
              <>
                {actions?.(entity)}
                {editable.length > 0 && (
                  <Button icon={<EditRegular />} onClick={() => setEditing(true)}>
                    {t("edit")}
                  </Button>
                )}
                <Menu>
                  <MenuTrigger disableButtonEnhancement>
                    <Button icon={<MoreHorizontalRegular />} aria-label={t("more")} />
                  </MenuTrigger>
                  <MenuPopover>
                    <MenuList>
                      <MenuItem icon={<CopyRegular />} onClick={() => void navigator.clipboard.writeText(entity.id ?? "")}>
                        {t("detail.copyId")}
                      </MenuItem>
                      {collection.canDelete && (
                        <MenuItem icon={<DeleteRegular />} onClick={() => setDeleting(true)}>
                          {t("delete")}
                        </MenuItem>
                      )}
                    </MenuList>
                  </MenuPopover>
                </Menu>
              </>
            }
          >
            <TabList selectedValue={tab} onTabSelect={(_, data) => setTab(String(data.value))} aria-label={t("detail.tabs")} style={{ flexWrap: "wrap" }}>
              {tabs.filter((own) => own.isShown?.(entity) ?? true).map((own) => (
                <Tab key={own.key} value={own.key}>
                  {own.title}
                </Tab>
              ))}
              <Tab value="facts">{t("detail.facts")}</Tab>
              {links.length > 0 && <Tab value="links">{t("detail.links")}</Tab>}
              {isDirectory && <Tab value="history">{t("detail.history")}</Tab>}
              <Tab value="json">{t("detail.json")}</Tab>
            </TabList>
            <div className={styles.body}>
              {tabs.find((own) => own.key === tab)?.content(entity)}
              {tab === "facts" && (
                <Shapes.Provider value={typeOfField}>
                  <AllFacts kind={kind} entity={entity} />
                </Shapes.Provider>
              )}
              {tab === "links" && links.map((link) => <Linked key={link.name} address={address} link={link} />)}
              {tab === "history" && (
                <Section>
                  <History id={entity.id} />
                </Section>
              )}
              {tab === "json" && (
                <Section title={<code>GET /beta{address}</code>}>
                  <pre className={styles.code} dir="ltr">
                    {JSON.stringify(entity, null, 2)}
                  </pre>
                </Section>
              )}
            </div>
            {isEditing && <Editor collection={collection} kind={kind} address={address} entity={entity} names={editable} onClose={() => setEditing(false)} />}
            {isDeleting && (
              <Confirm
                title={t("delete.title", { name: title })}
                action={t("delete")}
                isHarmful
                isBusy={remove.isPending}
                why={remove.error}
                onNo={() => setDeleting(false)}
                onYes={() => remove.mutate({ path: address, ask: { method: "DELETE" } })}
              >
                <Preview change={{ path: address, ask: { method: "DELETE" } }} />
                <Text>{t(kindNamed(kind)?.restorableDays ? "delete.restorable" : "delete.forGood", { days: kindNamed(kind)?.restorableDays ?? 0 })}</Text>
              </Confirm>
            )}
          </Page>
        );
      }}
    </Answered>
  );
}

/** Everything that can be seen of a kind. */
export function selected(kind: string): string {
  return ["id", ...attributesOf(kind).filter((attribute) => attribute.shown !== "never").map((attribute) => attribute.name)]
    .filter((name, index, all) => all.indexOf(name) === index)
    .join(",");
}

export function titleOf(entity: Entity, collection: Collection): string {
  const path = collection.title ?? "displayName";
  const named = path.split("/").reduce<unknown>((value, step) => (value as Record<string, unknown> | null)?.[step], entity);
  return String(named ?? entity.displayName ?? entity.name ?? entity.id ?? "");
}

export function editableNames(collection: Collection, kind: string): string[] {
  if (collection.edit) return collection.edit;
  if (collection.isSingleton) {
    return attributesOf(kind).filter((attribute) => attribute.write === "caller" && attribute.name !== "id").map((attribute) => attribute.name);
  }
  return collection.form ?? [];
}

/** Ways of looking at a link that another tab shows already. */
const HIDDEN_LINKS = new Set(["transitiveMembers", "transitiveReports", "authenticationMethods", "createdOnBehalfOf"]);

function typeOfField(record: string, field: string): string | undefined {
  return fieldsOf(record).find((known) => known.name === field)?.type;
}

const GROUPS: [Key, RegExp][] = [
  ["facts.who", /^(displayName|givenName|surname|name|userPrincipalName|mail|description|userType|deviceName|state|kind)/],
  ["facts.when", /DateTime$|Date$/],
  ["facts.onPremises", /^onPremises/],
];

function AllFacts({ kind, entity }: { kind: string; entity: Entity }) {
  const { t } = useWords();
  const attributes = attributesOf(kind).filter((attribute) => attribute.shown !== "never" && !isNothing(entity[attribute.name]));
  const rest = attributes.filter((attribute) => !GROUPS.some(([, pattern]) => pattern.test(attribute.name)));
  const fact = (attribute: Attribute) => ({ name: attribute.name, type: isWorded(attribute.name) ? undefined : attribute.type, value: entity[attribute.name] });
  const groups: [Key, Attribute[]][] = GROUPS.map(([key, pattern]) => [key, attributes.filter((attribute) => pattern.test(attribute.name))]);
  const [who, ...others] = [...groups.slice(0, 1), ["facts.more", rest] as [Key, Attribute[]], ...groups.slice(1)];
  return (
    <>
      {[who!, ...others].map(
        ([key, some]) =>
          some.length > 0 && (
            <Section key={key} title={t(key)}>
              <Facts facts={some.map(fact)} of={kind} />
            </Section>
          ),
      )}
    </>
  );
}

/** So many of a link's other ends are shown; the rest is counted. */
const LINKED_MAX = 50;

export function Linked({ address, link }: { address: string; link: Link }) {
  const { t, name } = useWords();
  const styles = useStyles();
  const query = useRead<GraphPage<Entity> | Entity>(link.one ? `${address}/${link.name}` : at(`${address}/${link.name}`, { $top: LINKED_MAX }));
  const data = query.data;
  const all = !data ? [] : "value" in data && Array.isArray(data.value) ? (data.value as Entity[]) : [data as Entity];
  if (query.error || (query.isFetched && all.length === 0)) return null;
  return (
    <Section title={name(link.name)}>
      <ul className={styles.list}>
        {all.map((item) => {
          const kind = kindOfType(item["@odata.type"]) ?? link.to;
          const place = placeOf(kind, item.id);
          const label = String(item.displayName ?? item.deviceName ?? item.name ?? item.id);
          return (
            <li key={item.id} className={styles.line}>
              {place ? <Go href={place}>{label}</Go> : <Text>{label}</Text>}
              <Text size={200}>
                {name(kind)} {typeof item.accountEnabled === "boolean" && !item.accountEnabled && <Tone word="disabled" />}
              </Text>
            </li>
          );
        })}
      </ul>
      {data && "@odata.nextLink" in data && <Text>{t("detail.moreLinked", { count: LINKED_MAX })}</Text>}
    </Section>
  );
}

function Editor({ collection, kind, address, entity, names, onClose }: { collection: Collection; kind: string; address: string; entity: Entity; names: string[]; onClose: () => void }) {
  const { t } = useWords();
  const of = (known: Entity) => Object.fromEntries(names.map((name) => [name, known[name]]));
  const editing = useEntityEditing<Record<string, unknown>>(at(address, { $select: selected(collection.kind), $expand: collection.expand }), entity, of, `${address}.edit`);
  return (
    <Drawer open position="end" size="medium" onOpenChange={(_, data) => !data.open && onClose()}>
      <DrawerHeader>
        <DrawerHeaderTitle action={<Button appearance="subtle" icon={<DismissRegular />} aria-label={t("close")} onClick={onClose} />}>{t("edit.title", { name: titleOf(entity, collection) })}</DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <Form
          kind={kind}
          names={names}
          initial={editing.base}
          draftKey={`${address}.edit`}
          editing={editing}
          action={t("save")}
          isBusy={editing.isSaving}
          why={editing.why}
          onCancel={onClose}
          onSend={(changed) => {
            if (!Object.keys(changed).length) return onClose();
            const type = entity["@odata.type"];
            const body = type ? { "@odata.type": type, ...changed } : changed;
            editing.save({ path: address, ask: { method: "PATCH", body } }, onClose);
          }}
        />
      </DrawerBody>
    </Drawer>
  );
}
