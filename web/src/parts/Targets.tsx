// Choosing whom something is for: everybody or those who are named, and who is left out.

import { makeStyles, Radio, RadioGroup, Tag, TagGroup } from "@fluentui/react-components";
import { useWords } from "../words";
import { EVERYBODY, forEverybody, isForEverybody, type Target, type Targeted } from "./audience";
import { useNames } from "./names";
import { Picker } from "./Picker";

const useStyles = makeStyles({
  box: { display: "flex", flexDirection: "column", gap: "12px", maxWidth: "520px" },
  tags: { flexWrap: "wrap", rowGap: "4px" },
});

export function Targets({ targeted, onTargeted, beginning = {} }: {
  targeted: Targeted;
  onTargeted: (targeted: Targeted) => void;
  /** What a new target says besides its id. */
  beginning?: object;
}) {
  const { t } = useWords();
  const styles = useStyles();
  const isAll = isForEverybody(targeted);
  // Whoever changes their mind finds whom they had named.
  const choose = (is: boolean) => {
    const next = forEverybody(targeted, is);
    onTargeted(is ? { ...next, includeTargets: next.includeTargets?.map((target) => ({ ...beginning, ...target })) } : next);
  };
  return (
    <div className={styles.box}>
      <RadioGroup aria-label={t("methods.forWhom")} value={isAll ? "all" : "some"} onChange={(_, data) => choose(data.value === "all")}>
        <Radio value="all" label={t("methods.forEverybody")} />
        <Radio value="some" label={t("methods.forSome")} />
      </RadioGroup>
      {!isAll && <Named label={t("methods.include")} targets={targeted.includeTargets ?? []} beginning={beginning} onTargets={(includeTargets) => onTargeted({ ...targeted, includeTargets })} />}
      <Named label={t("methods.exclude")} targets={targeted.excludeTargets ?? []} beginning={{}} onTargets={(excludeTargets) => onTargeted({ ...targeted, excludeTargets })} />
    </div>
  );
}

function Named({ label, targets, beginning, onTargets }: { label: string; targets: Target[]; beginning: object; onTargets: (targets: Target[]) => void }) {
  const { t } = useWords();
  const styles = useStyles();
  const named = targets.filter((target) => target.id.toLowerCase() !== EVERYBODY);
  const names = useNames(named.map((target) => target.id));
  return (
    <>
      <Picker label={label} kinds={["group", "user"]} onPick={(item) => named.some((target) => target.id === item.id) || onTargets([...named, { ...beginning, id: item.id, targetType: item.kind }])} />
      {named.length > 0 && (
        <TagGroup aria-label={label} className={styles.tags} onDismiss={(_, data) => onTargets(named.filter((target) => target.id !== data.value))}>
          {named.map((target) => (
            <Tag key={target.id} value={target.id} dismissible dismissIcon={{ "aria-label": t("group.remove") }}>{names.get(target.id) ?? target.id}</Tag>
          ))}
        </TagGroup>
      )}
    </>
  );
}
