// The views of a list that somebody keeps: taking one, keeping what is seen under a name, forgetting one.

import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { BookmarkRegular, DismissRegular } from "@fluentui/react-icons";
import { type FormEvent, useEffect, useState } from "react";
import type { Collection } from "../rooms/rooms";
import { useWords } from "../words";
import type { Wish } from "./rows";
import { keepView, viewsOf } from "./views";

const NAME_MAX = 60;

export function Views({ collection, wish, onWish }: { collection: Collection; wish: Wish; onWish: (wish: Wish) => void }) {
  const { t } = useWords();
  const [views, setViews] = useState(() => viewsOf(collection.key));
  const [isNaming, setNaming] = useState(false);
  useEffect(() => setViews(viewsOf(collection.key)), [collection.key]);
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button appearance="subtle" icon={<BookmarkRegular />}>
            {t("views.title")}
          </Button>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MenuItem onClick={() => onWish({})}>{t("views.all")}</MenuItem>
            {views.map((view) => (
              <MenuItem key={view.name} onClick={() => onWish(view.wish)}>{view.name}</MenuItem>
            ))}
            <MenuItem onClick={() => setNaming(true)}>{t("views.keep")}</MenuItem>
            {/* Items of their own: the arrows of the keyboard reach no button within an item. */}
            {views.map((view) => (
              <MenuItem key={view.name} icon={<DismissRegular />} onClick={() => setViews(keepView(collection.key, view.name, null))}>{t("views.forget", { name: view.name })}</MenuItem>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
      {isNaming && <Naming onClose={() => setNaming(false)} onNamed={(name) => (setViews(keepView(collection.key, name, wish)), setNaming(false))} />}
    </>
  );
}

function Naming({ onNamed, onClose }: { onNamed: (name: string) => void; onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) onNamed(name.trim());
  };
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <form onSubmit={send}>
          <DialogBody>
            <DialogTitle>{t("views.keepTitle")}</DialogTitle>
            <DialogContent>
              <Field label={t("views.name")}><Input autoFocus value={name} maxLength={NAME_MAX} onChange={(_, data) => setName(data.value)} /></Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t("cancel")}</Button>
              <Button type="submit" appearance="primary" disabled={!name.trim()}>{t("save")}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
