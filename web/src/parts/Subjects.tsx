// A list of subject sets as Graph has them: people and groups by id. Other sorts in the list (a manager, the sponsors) stay as
// they are.

import { Tag, TagGroup } from "@fluentui/react-components";
import { useWords } from "../words";
import { useNames } from "./names";
import { Picker } from "./Picker";

export interface SubjectSet {
  "@odata.type": string;
  userId?: string;
  groupId?: string;
  id?: string;
  managerLevel?: number;
}

export const sortOf = (set: SubjectSet) => set["@odata.type"].split(".").pop() ?? "";
export const idOf = (set: SubjectSet) => set.userId ?? set.groupId ?? set.id ?? "";
const isNamed = (set: SubjectSet) => ["singleUser", "groupMembers"].includes(sortOf(set));

export function Subjects({ label, sets, onSets }: { label: string; sets: SubjectSet[]; onSets: (sets: SubjectSet[]) => void }) {
  const { t } = useWords();
  const named = sets.filter(isNamed);
  const names = useNames(named.map(idOf));
  return (
    <>
      <Picker
        label={label}
        onPick={(item) => {
          if (named.some((set) => idOf(set) === item.id)) return;
          const added: SubjectSet = item.kind === "group" ? { "@odata.type": "#microsoft.graph.groupMembers", groupId: item.id } : { "@odata.type": "#microsoft.graph.singleUser", userId: item.id };
          onSets([...sets, added]);
        }}
      />
      {named.length > 0 && (
        <TagGroup aria-label={label} style={{ flexWrap: "wrap" }} onDismiss={(_, data) => onSets(sets.filter((set) => idOf(set) !== data.value))}>
          {named.map((set) => (
            <Tag key={idOf(set)} value={idOf(set)} dismissible dismissIcon={{ "aria-label": t("group.remove") }}>
              {names.get(idOf(set)) ?? idOf(set)}
            </Tag>
          ))}
        </TagGroup>
      )}
    </>
  );
}
