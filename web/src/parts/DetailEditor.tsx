// The form in which an object is changed, beside its page.

import { Button, Drawer, DrawerBody, DrawerHeader, DrawerHeaderTitle } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { at, type Entity } from "../graph/client";
import type { Collection } from "../rooms/rooms";
import { useWords } from "../words";
import { Form } from "./Form";
import { useEntityEditing } from "./editing";
import { selected, titleOf } from "./entity";

export function DetailEditor({ collection, kind, address, entity, names, onClose }: { collection: Collection; kind: string; address: string; entity: Entity; names: string[]; onClose: () => void }) {
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
