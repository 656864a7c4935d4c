// German: HR and what follows from it.

import type { provisioning as english } from "../en/provisioning";

export const provisioning: Record<keyof typeof english, string> = {
  "list.hrImport": "HR-Import",
  "list.provisioningLog": "Bereitstellungsprotokoll",
  "about.provisioningLog": "Jeder Datensatz aus dem HR-System und was daraus wurde.",
  "hr.about": "Legen Sie eine Datei des HR-Systems hier ab. Sie sehen, was geschähe, bevor etwas geschieht.",
  "hr.drop": "CSV-Datei hier ablegen",
  "hr.columns": "Spalten:",
  "hr.choose": "Datei wählen",
  "hr.line": "Zeile {line}",
  "hr.done": "{count} Personen wurden übernommen.",
  "hr.import": "{count} Personen übernehmen",
  "hr.go": "Übernehmen",
  "hr.leaversToo": "{count} davon gehen: ihre Konten werden deaktiviert, und was sie hatten, wird zurückgenommen.",
  "hr.wouldHappen": "Was geschähe",
  "hr.first": "Erprobt an den ersten {count} Personen.",
  "hr.joins": "Kommen",
  "hr.moves": "Wechseln",
  "hr.leaves": "Gehen",
  "hr.same": "Bleiben, wie sie sind",
  "hr.failed": "Abgelehnt",
  "hr.follows": "Alles, was folgt",
};
