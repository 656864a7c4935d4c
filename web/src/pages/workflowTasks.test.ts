import { describe, expect, test } from "vitest";
import { beginning, CATEGORIES, fits, moved, TASKS, taskKind, workflowBody, workflowDraftOf, type WorkflowDraft, workflowLacks } from "./workflowTasks";

const draftOf = (part: Partial<WorkflowDraft> = {}) => ({ ...beginning("leaver", (key) => key), displayName: "Farewell", ...part });

describe("a workflow", () => {
  test.each<[string, Partial<WorkflowDraft>]>([
    ["on a date", {}],
    ["on a change", { trigger: "change", attributes: ["department", "city"], date: "employeeHireDate", rule: "(department eq 'Sales')" }],
    ["five days before", { offset: -5, isScheduled: true }],
    ["on demand", { trigger: "onDemand", rule: "", date: "employeeHireDate" }],
  ])("that runs %s reads back as it was drafted", (_, part) => {
    const draft = draftOf(part);
    expect(workflowDraftOf({ id: "w", category: draft.category, ...workflowBody(draft) })).toEqual(draft);
  });

  test.each(CATEGORIES)("for a %s begins with tasks that belong there", (category) => {
    for (const task of beginning(category, (key) => key).tasks) expect(fits(taskKind(task.definition)!, category), task.name).toBe(true);
  });

  test("is not saved while a task lacks what it needs", () => {
    const groups = TASKS.find((task) => task.label === "task.addGroups")!;
    const task = { definition: groups.id, name: "Add", isOn: true, goesOn: true, arguments: {} };
    expect(workflowLacks(draftOf({ tasks: [task] }))).toEqual({ key: "workflow.needsArgument", name: "Add" });
    expect(workflowLacks(draftOf({ tasks: [{ ...task, arguments: { groupID: "g" } }] }))).toBeUndefined();
    expect(workflowLacks(draftOf({ tasks: [] }))?.key).toBe("workflow.needsTask");
    expect(workflowLacks(draftOf({ displayName: "" }))?.key).toBe("workflow.needsName");
  });
});

test.each([
  [0, 1, ["b", "a", "c"]],
  [2, 0, ["c", "a", "b"]],
  [0, -1, ["a", "b", "c"]],
  [2, 3, ["a", "b", "c"]],
])("moving %s to %s gives %o", (from, to, expected) => {
  expect(moved(["a", "b", "c"], from, to)).toEqual(expected);
});
