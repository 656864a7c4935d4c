// The tasks that workflows are made of, by the ids that Graph gives them (`governance/src/workflow/task.rs`), and a workflow as
// the designer changes it.

import type { Entity } from "../graph/client";
import type { Key } from "../words";

export type Category = "joiner" | "mover" | "leaver";
export const CATEGORIES: Category[] = ["joiner", "mover", "leaver"];

export type ArgumentName = "groupID" | "accessPackageId" | "assignmentPolicyId" | "licenses" | "action" | "tapLifetimeMinutes" | "tapIsUsableOnce" | "customSubject" | "customBody";

export interface TaskKind {
  id: string;
  label: Key;
  /** Letters of the categories it may stand in. */
  in: string;
  arguments: ArgumentName[];
}

const MAIL: ArgumentName[] = ["customSubject", "customBody"];
const kind = (id: string, label: Key, where: string, names: ArgumentName[] = []): TaskKind => ({ id, label, in: where, arguments: names });

export const TASKS: TaskKind[] = [
  kind("70b29d51-b59a-4773-9280-8841dfd3f2ea", "task.welcome", "j", MAIL),
  kind("3c860712-2d37-42a4-928f-5c93935d26a1", "task.managerBefore", "j", MAIL),
  kind("1b555e50-7f65-41d5-b514-5894a026d10d", "task.pass", "j", ["tapLifetimeMinutes", "tapIsUsableOnce", ...MAIL]),
  kind("aab41899-9972-422a-9d97-f626014578b7", "task.moved", "m", MAIL),
  kind("c1ec1e76-f374-4375-aaa6-0bb6bd4c60be", "task.givePackage", "jm", ["accessPackageId"]),
  kind("683c87a4-2ad4-420b-97d4-220d90afcd24", "task.giveLicences", "jm", ["licenses"]),
  kind("22085229-5809-45e8-97fd-270d28d66910", "task.addGroups", "jml", ["groupID"]),
  kind("6fc52c9d-398b-4305-9763-15f42c1676fc", "task.enable", "jl"),
  kind("1dfdfcc7-52fa-4c2e-bf3a-e3919cc12950", "task.disable", "jl"),
  kind("509589a4-0466-4471-829e-49c5e502bdee", "task.revoke", "ml"),
  kind("1953a66c-751c-45e5-8bfe-01462c70da3c", "task.leaveGroups", "jml", ["groupID"]),
  kind("b3a31406-2a15-4c9a-b25b-a658fa5f07fc", "task.leaveAllGroups", "l"),
  kind("4a0b64f2-c7ec-46ba-b117-18f262946c50", "task.endPackage", "ml", ["accessPackageId"]),
  kind("42ae2956-193d-4f39-be06-691b8ac4fa1d", "task.endPackages", "l"),
  kind("498770d9-bab7-4e4c-b73d-5ded82a1d0b3", "task.cancelRequests", "ml"),
  kind("5fc402a8-daaf-4b7b-9203-da868b05fc5f", "task.takeLicences", "ml", ["licenses"]),
  kind("8fa97d28-3e52-4985-b3a9-a1126f9b8b4e", "task.takeAllLicences", "l"),
  kind("c0a57e11-a000-4000-8000-00000000d001", "task.releaseDevices", "l", ["action"]),
  kind("c0a57e11-a000-4000-8000-00000000d002", "task.endRoles", "l"),
  kind("8d18588d-9ad3-4c0f-99d0-ec215f0e3dff", "task.deleteUser", "l"),
  kind("52853a3e-f4e5-4eb8-bb24-1ac09a1da935", "task.beforeLast", "l", MAIL),
  kind("9c0a1eaf-5bda-4392-9d9e-6e155bb57411", "task.onLast", "l", MAIL),
  kind("6f22ddd4-b3a5-47a4-a846-0d7c201a49ce", "task.afterLast", "l", MAIL),
];

/** Tasks in one workflow (`governance`). */
export const TASKS_MAX = 25;
/** Arguments that a task cannot do without. */
const NEEDED = new Set<ArgumentName>(["groupID", "accessPackageId", "licenses"]);
export const DATES = ["employeeHireDate", "employeeLeaveDateTime", "createdDateTime"] as const;

export interface TaskDraft {
  definition: string;
  name: string;
  isOn: boolean;
  goesOn: boolean;
  arguments: Record<string, string>;
}

export interface WorkflowDraft {
  displayName: string;
  description: string;
  category: Category;
  trigger: "date" | "change" | "onDemand";
  date: string;
  offset: number;
  attributes: string[];
  rule: string;
  tasks: TaskDraft[];
  isOn: boolean;
  isScheduled: boolean;
}

export const taskKind = (definition: string) => TASKS.find((known) => known.id === definition.toLowerCase());
export const fits = (task: TaskKind, category: Category) => task.in.includes(category.charAt(0));

export function newTask(definition: string, name: string): TaskDraft {
  return { definition, name, isOn: true, goesOn: true, arguments: taskKind(definition)?.arguments.includes("action") ? { action: "retire" } : {} };
}

/** What a new one of a category begins with. */
export function beginning(category: Category, name: (key: Key) => string): WorkflowDraft {
  const labels: Record<Category, Key[]> = {
    joiner: ["task.enable", "task.pass", "task.welcome"],
    mover: ["task.moved", "task.revoke"],
    leaver: ["task.disable", "task.revoke", "task.leaveAllGroups", "task.endPackages", "task.takeAllLicences", "task.releaseDevices", "task.endRoles"],
  };
  const tasks = labels[category].flatMap((label) => TASKS.filter((task) => task.label === label)).map((task) => newTask(task.id, name(task.label)));
  return {
    displayName: "", description: "", category, tasks, isOn: true, isScheduled: false, rule: "(userType eq 'Member')", offset: 0,
    trigger: category === "mover" ? "change" : "date",
    date: category === "leaver" ? "employeeLeaveDateTime" : "employeeHireDate",
    attributes: category === "mover" ? ["department"] : [],
  };
}

interface Given {
  "@odata.type"?: string;
  trigger?: { "@odata.type"?: string; timeBasedAttribute?: string; offsetInDays?: number; triggerAttributes?: { name: string }[] } | null;
  scope?: { rule?: string } | null;
}

export function workflowDraftOf(workflow: Entity): WorkflowDraft {
  const conditions = (workflow.executionConditions ?? {}) as Given;
  const trigger = conditions.trigger;
  const sort = trigger?.["@odata.type"] ?? "";
  const tasks = (workflow.tasks ?? []) as { taskDefinitionId: string; displayName: string; isEnabled?: boolean; continueOnError?: boolean; executionSequence?: number; arguments?: { name: string; value: string }[] }[];
  return {
    displayName: String(workflow.displayName ?? ""),
    description: String(workflow.description ?? ""),
    category: workflow.category as Category,
    trigger: sort.includes("timeBased") ? "date" : sort.includes("attributeChange") ? "change" : "onDemand",
    date: trigger?.timeBasedAttribute ?? "employeeHireDate",
    offset: trigger?.offsetInDays ?? 0,
    attributes: (trigger?.triggerAttributes ?? []).map(({ name }) => name),
    rule: conditions.scope?.rule ?? "",
    tasks: [...tasks].sort((one, other) => (one.executionSequence ?? 0) - (other.executionSequence ?? 0)).map((task) => ({
      definition: task.taskDefinitionId,
      name: task.displayName,
      isOn: task.isEnabled !== false,
      goesOn: task.continueOnError === true,
      arguments: Object.fromEntries((task.arguments ?? []).map(({ name, value }) => [name, value])),
    })),
    isOn: workflow.isEnabled !== false,
    isScheduled: workflow.isSchedulingEnabled === true,
  };
}

export function workflowBody(draft: WorkflowDraft): Record<string, unknown> {
  const space = "#microsoft.graph.identityGovernance";
  const trigger =
    draft.trigger === "date"
      ? { "@odata.type": `${space}.timeBasedAttributeTrigger`, timeBasedAttribute: draft.date, offsetInDays: draft.offset }
      : { "@odata.type": `${space}.attributeChangeTrigger`, triggerAttributes: draft.attributes.map((name) => ({ name })) };
  const executionConditions =
    draft.trigger === "onDemand"
      ? { "@odata.type": `${space}.onDemandExecutionOnly` }
      : { "@odata.type": `${space}.triggerAndScopeBasedConditions`, trigger, scope: { "@odata.type": `${space}.ruleBasedSubjectSet`, rule: draft.rule.trim() } };
  return {
    displayName: draft.displayName.trim(),
    description: draft.description.trim(),
    isEnabled: draft.isOn,
    isSchedulingEnabled: draft.isScheduled && draft.trigger !== "onDemand",
    executionConditions,
    tasks: draft.tasks.map((task, index) => ({
      taskDefinitionId: task.definition,
      displayName: task.name,
      isEnabled: task.isOn,
      continueOnError: task.goesOn,
      executionSequence: index + 1,
      arguments: Object.entries(task.arguments).filter(([, value]) => value !== "").map(([name, value]) => ({ name, value })),
    })),
  };
}

/** What is missing before it can be saved; a task's name goes with it. */
export function workflowLacks(draft: WorkflowDraft): { key: Key; name?: string } | undefined {
  if (!draft.displayName.trim()) return { key: "workflow.needsName" };
  if (draft.trigger === "change" && !draft.attributes.length) return { key: "workflow.needsAttribute" };
  if (!draft.tasks.length) return { key: "workflow.needsTask" };
  const unfinished = draft.tasks.find((task) => taskKind(task.definition)?.arguments.some((name) => NEEDED.has(name) && !task.arguments[name]?.trim()));
  return unfinished && { key: "workflow.needsArgument", name: unfinished.name };
}

export function moved<T>(list: T[], from: number, to: number): T[] {
  const next = [...list];
  const [item] = next.splice(from, 1);
  if (item === undefined || to < 0 || to > next.length) return list;
  next.splice(to, 0, item);
  return next;
}
