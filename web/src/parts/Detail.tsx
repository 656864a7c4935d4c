// The page of any object: its facts, what it is linked with, what was done to it; and the acts that every kind has.
//
// Pages with an opinion (`pages/opinions.ts`) take the place of this one or put a tab of their own before it.

import { Button, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Tab, TabList, Text, tokens } from "@fluentui/react-components";
import { CopyRegular, DeleteRegular, EditRegular, MoreHorizontalRegular } from "@fluentui/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { at, type Entity } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import type { Collection } from "../rooms/rooms";
import { kindOfType } from "../graph/types";
import { cameBack } from "../session/session";
import { deletedPathOf, kindNamed } from "../schema";
import { useWords } from "../words";
import { useGo } from "./Go";
import { History } from "./History";
import { Confirm } from "./Confirm";
import { keptDraft } from "./drafts";
import { useTab } from "./keptOpen";
import { Answered, Page, Section } from "./page";
import { Preview } from "./Preview";
import { offerUndo } from "./undo";
import { AllFacts } from "./AllFacts";
import { DetailEditor } from "./DetailEditor";
import { addressOf, editableNames, selected, titleOf } from "./entity";
import { Linked, linksShown } from "./Linked";

interface OwnTab {
  key: string;
  title: string;
  content: (entity: Entity) => ReactNode;
  /** Whether this object has it; without it every one does. */
  isShown?: (entity: Entity) => boolean;
}

const useStyles = makeStyles({
  body: { display: "flex", flexDirection: "column", gap: "16px", paddingBlockStart: "8px", minWidth: 0 },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, whiteSpace: "pre-wrap", overflowWrap: "anywhere", margin: 0 },
});

/** A question that was answered is gone after so long, and what it hid is there again. */
const CLOSED_MS = 400;

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
        const links = linksShown(kind);
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
              {tab === "facts" && <AllFacts kind={kind} entity={entity} />}
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
            {isEditing && <DetailEditor collection={collection} kind={kind} address={address} entity={entity} names={editable} onClose={() => setEditing(false)} />}
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
