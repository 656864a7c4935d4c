// English: HR and what follows from it.

export const provisioning = {
  "list.hrImport": "HR import",
  "list.provisioningLog": "Provisioning log",
  "about.provisioningLog": "Each record from HR and what became of it.",
  "hr.about": "Drop a file of the HR system here. You see what would happen before anything does.",
  "hr.drop": "Drop a CSV file here",
  "hr.columns": "Columns:",
  "hr.choose": "Choose a file",
  "hr.line": "Line {line}",
  "hr.done": "{count} people were taken in.",
  "hr.import": "Import {count} people",
  "hr.go": "Import",
  "hr.leaversToo": "{count} of them leave: their accounts are disabled, and what they held is taken back.",
  "hr.wouldHappen": "What would happen",
  "hr.first": "Tried on the first {count} people.",
  "hr.joins": "Join",
  "hr.moves": "Change",
  "hr.leaves": "Leave",
  "hr.same": "Stay as they are",
  "hr.failed": "Refused",
  "hr.follows": "All that follows",
};
