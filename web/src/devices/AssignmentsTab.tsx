// The tab of a policy, a script or an application that says who gets it, and saves it.

import { useState } from "react";
import type { Page } from "../graph/client";
import { useChange, useRead } from "../graph/queries";
import { Answered } from "../parts/page";
import { Assignments } from "./Assignments";
import { type Assignment, given } from "./assignment";
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

export function AssignmentsTab(props: Props) {
  const known = useRead<Page<Assignment>>(`${props.path}/assignments`);
  return <Answered query={known}>{({ value }) => <Editor key={JSON.stringify(value)} known={value} {...props} />}</Answered>;
}

function Editor({ path, known, platforms, listName = "assignments", type, intents, details }: Props & { known: Assignment[] }) {
  const [assignments, setAssignments] = useState(known);
  const change = useChange();
  const isChanged = JSON.stringify(given(assignments)) !== JSON.stringify(given(known));
  return (
    <>
      <Assignments assignments={assignments} onAssignments={setAssignments} platforms={platforms} intents={intents} details={details} />
      <SaveBar
        isChanged={isChanged}
        isBusy={change.isPending}
        why={change.error}
        onDiscard={() => setAssignments(known)}
        onSave={() => change.mutate({ path: `${path}/assign`, ask: { method: "POST", body: { [listName]: given(assignments, type) } } })}
      />
    </>
  );
}
