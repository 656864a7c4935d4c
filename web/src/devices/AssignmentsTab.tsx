// The tab of a policy, a script or an application that says who gets it, and saves it.

import { ownedList, useOwnedList } from "../graph/queries";
import { useEditing } from "../parts/editing";
import { Answered } from "../parts/page";
import { Assignments } from "./Assignments";
import { type Assignment, given } from "./assignment";
import { offerUndo } from "../parts/undo";
import { useWords } from "../words";
import { SaveBar } from "./SaveBar";

interface Props {
  /** The object's address below the API's version. */
  path: string;
  platforms?: string;
  /** How the list is called in the body of `assign`. */
  listName?: string;
  /** The type of an assignment, where the body must say it. */
  type?: string;
  intents?: string[];
  details?: (assignment: Assignment, put: (next: Assignment) => void) => React.ReactNode;
}

type Owned = { value: Assignment[]; etag?: string };
/** Without what the server gives each of them anew. */
const draftOf = ({ value, etag }: Owned) => ({ value: { assignments: given(value) }, etag });

export function AssignmentsTab(props: Props) {
  const known = useOwnedList<Assignment>(props.path, "assignments");
  return <Answered query={known}>{(list) => <Editor known={list} {...props} />}</Answered>;
}

function Editor({ path, known, platforms, listName = "assignments", type, intents, details }: Props & { known: Owned }) {
  const { t } = useWords();
  const editing = useEditing(draftOf(known), { keptAt: `${path}.assignments`, read: async () => draftOf(await ownedList<Assignment>(path, "assignments")) });
  const { assignments } = editing.draft;
  const before = editing.base.assignments;
  const assigning = (to: Assignment[]) => ({ path: `${path}/assign`, ask: { method: "POST" as const, body: { [listName]: given(to, type) } } });
  return (
    <>
      <Assignments assignments={assignments} onAssignments={(next) => editing.setDraft({ assignments: next })} platforms={platforms} intents={intents} details={details} />
      <SaveBar editing={editing} onSave={() => editing.save(assigning(assignments), () => offerUndo({ said: t("undo.assignments"), change: assigning(before) }))} />
    </>
  );
}
