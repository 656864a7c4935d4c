// German: packages, roles for a time, workflows.

import type { governance as english } from "../en/governance";

export const governance: Record<keyof typeof english, string> = {
  "list.accessPackages": "Zugriffspakete",
  "list.assignmentRequests": "Anfragen",
  "list.assignments": "Paketzuweisungen",
  "list.assignmentPolicies": "Zuweisungsrichtlinien",
  "list.catalogs": "Kataloge",
  "list.eligibilities": "Berechtigt für Rollen",
  "list.activations": "Rollen in Kraft",
  "list.workflows": "Lebenszyklus-Workflows",
  "list.agreements": "Nutzungsbedingungen",
  "about.accessPackages": "Bündel von Zugriffen, um die man bittet, die jemand genehmigt und die von selbst enden.",
  "about.assignmentRequests": "Wer um welches Paket gebeten hat und was daraus wurde.",
  "about.assignments": "Wer welches Paket hat, und bis wann.",
  "about.assignmentPolicies": "Wer um ein Paket bitten darf, wer genehmigt, und für wie lange.",
  "about.catalogs": "Woraus Pakete gemacht werden und wer sich darum kümmert.",
  "about.eligibilities": "Wer welche Rolle aktivieren darf, wenn sie gebraucht wird.",
  "about.activations": "Wer welche Rolle gerade hat, dauerhaft oder auf Zeit.",
  "about.workflows": "Was von selbst geschieht, wenn Personen kommen, wechseln und gehen.",
  "about.agreements": "Texte, die Personen annehmen müssen, bevor sie hineinkommen.",
};
