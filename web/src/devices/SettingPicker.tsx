// The settings catalogue to choose from: searched by any word, narrowed to a category, each with what it does. What is chosen is
// in the policy at once.

import { Badge, Button, Checkbox, Drawer, DrawerBody, DrawerHeader, DrawerHeaderTitle, Dropdown, Input, makeStyles, mergeClasses, Option, Text, tokens } from "@fluentui/react-components";
import { DismissRegular, SearchRegular } from "@fluentui/react-icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import { useMedia } from "../shell/appearance";
import { useWords } from "../words";
import { type Catalog, type Definition, found } from "./catalog";

const ROW = 76;

const useStyles = makeStyles({
  body: { display: "grid", gridTemplateColumns: "220px minmax(0, 1fr)", gridTemplateRows: "auto minmax(0, 1fr)", gap: "12px 16px", height: "100%", boxSizing: "border-box", paddingBlockEnd: "16px" },
  narrow: { gridTemplateColumns: "minmax(0, 1fr)", gridTemplateRows: "auto auto minmax(0, 1fr)" },
  search: { gridColumn: "1 / -1", display: "flex", gap: "12px", alignItems: "center", flexWrap: "wrap" },
  input: { flexGrow: 1, minWidth: "180px" },
  categories: { overflowY: "auto", listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "2px" },
  category: { width: "100%", justifyContent: "space-between", fontWeight: tokens.fontWeightRegular, textAlign: "start" },
  current: { backgroundColor: tokens.colorNeutralBackground1Selected, fontWeight: tokens.fontWeightSemibold },
  frame: { overflowY: "auto", minWidth: 0, border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, outlineOffset: "-2px" },
  row: { position: "absolute", insetInlineStart: 0, insetInlineEnd: 0, display: "flex", gap: "4px", alignItems: "flex-start", padding: "8px 12px 8px 4px", boxSizing: "border-box", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  what: { minWidth: 0, paddingBlockStart: "6px", display: "flex", flexDirection: "column" },
  about: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200, overflow: "hidden", display: "-webkit-box", WebkitLineClamp: 2, WebkitBoxOrient: "vertical" },
});

export function SettingPicker({ isOpen, ...inside }: Inside & { isOpen: boolean }) {
  const { t } = useWords();
  const { title, onClose } = inside;
  // The drawer stays where it is and closes by itself: so the page behind it is given back to whoever reads it aloud.
  return (
    <Drawer open={isOpen} position="end" size="large" onOpenChange={(_, data) => !data.open && onClose()} style={{ width: "min(860px, 100vw)" }}>
      <DrawerHeader>
        <DrawerHeaderTitle action={<Button appearance="subtle" icon={<DismissRegular />} aria-label={t("close")} onClick={onClose} />}>{title}</DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody style={{ overflow: "hidden" }}>
        <Choosing {...inside} />
      </DrawerBody>
    </Drawer>
  );
}

interface Inside {
  catalog: Catalog;
  title: string;
  /** Ids that the policy has. */
  chosen: Set<string>;
  onToggle: (definition: Definition, is: boolean) => void;
  onClose: () => void;
}

function Choosing({ catalog, chosen, onToggle, onClose }: Inside) {
  const { t, number } = useWords();
  const styles = useStyles();
  const isNarrow = useMedia("(max-width: 800px)");
  const [text, setText] = useState("");
  const [category, setCategory] = useState<string>();
  const typed = useDeferredValue(text);
  const matching = useMemo(() => found(catalog, typed), [catalog, typed]);
  const shown = useMemo(() => (category ? matching.filter((one) => one.categoryId === category) : matching), [matching, category]);
  const counts = useMemo(() => {
    const all = new Map<string, number>();
    for (const one of matching) all.set(one.categoryId, (all.get(one.categoryId) ?? 0) + 1);
    return all;
  }, [matching]);
  const categories = catalog.categories.filter((one) => counts.has(one.id) || one.id === category).sort((one, other) => one.displayName.localeCompare(other.displayName));
  return (
    <div className={mergeClasses(styles.body, isNarrow && styles.narrow)}>
      <div className={styles.search}>
        <Input className={styles.input} autoFocus type="search" contentBefore={<SearchRegular />} value={text} placeholder={t("picker.search")} aria-label={t("picker.search")} onChange={(_, data) => setText(data.value)} />
        <Text aria-live="polite">{t("picker.found", { count: shown.length })}</Text>
        <Button appearance="primary" onClick={onClose}>{t("picker.done", { count: chosen.size })}</Button>
      </div>
      {isNarrow ? (
        <Dropdown aria-label={t("picker.categories")} value={category ? catalog.category(category) : t("picker.all")} selectedOptions={[category ?? ""]} onOptionSelect={(_, data) => setCategory(data.optionValue || undefined)}>
          <Option value="" text={t("picker.all")}>{t("picker.all")}</Option>
          {categories.map((one) => <Option key={one.id} value={one.id} text={one.displayName}>{`${one.displayName} (${counts.get(one.id) ?? 0})`}</Option>)}
        </Dropdown>
      ) : (
        <ul className={styles.categories} aria-label={t("picker.categories")}>
          {[{ id: undefined, displayName: t("picker.all") }, ...categories].map((one) => (
            <li key={one.id ?? ""}>
              <Button appearance="subtle" className={mergeClasses(styles.category, one.id === category && styles.current)} aria-pressed={one.id === category} onClick={() => setCategory(one.id)}>
                {one.displayName}
                <Badge appearance="tint" color="informative" size="small" style={{ marginInlineStart: "8px" }}>{number(one.id ? (counts.get(one.id) ?? 0) : matching.length)}</Badge>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Found key={`${typed}|${category ?? ""}`} catalog={catalog} definitions={shown} chosen={chosen} onToggle={onToggle} />
    </div>
  );
}

function Found({ catalog, definitions, chosen, onToggle }: { catalog: Catalog; definitions: Definition[]; chosen: Set<string>; onToggle: (definition: Definition, is: boolean) => void }) {
  const { t } = useWords();
  const styles = useStyles();
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: definitions.length, getScrollElement: () => frame.current, estimateSize: () => ROW, overscan: 8 });
  return (
    // The frame scrolls, so the keyboard must be able to reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={frame} className={styles.frame} tabIndex={0} role="region" aria-label={t("picker.settings")}>
      {!definitions.length && <Text block style={{ padding: "24px", textAlign: "center" }}>{t("list.noneFound")}</Text>}
      <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map((item) => {
          const definition = definitions[item.index];
          return definition && (
            <div key={definition.id} className={styles.row} style={{ height: `${ROW}px`, top: `${item.start}px` }}>
              <Checkbox aria-label={definition.displayName} checked={chosen.has(definition.id)} onChange={(_, data) => onToggle(definition, data.checked === true)} />
              <div className={styles.what}>
                <Text weight="semibold" truncate wrap={false} block>{definition.displayName}</Text>
                <span className={styles.about} title={definition.id}>{catalog.category(definition.categoryId)} · {definition.description}</span>
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}
