// German: logs, and why something is as it is.

import type { monitor as english } from "../en/monitor";

export const monitor: Record<keyof typeof english, string> = {
  "list.signIns": "Anmeldungen",
  "list.audits": "Überwachungsprotokoll",
  "list.explain": "Warum?",
  "list.integrity": "Unversehrtheit der Protokolle",
  "about.signIns": "Jede Anmeldung und jedes Token, und was jede Richtlinie dazu sagte.",
  "about.audits": "Jede Änderung: wer, was, von was zu was, und was daraus folgte.",
  "why.short": "Warum?",
  "why.about": "Warum: {about}",
  "why.subtitle": "Aus dem, was aufgezeichnet ist, nicht geraten.",
  "why.what": "Worum es geht",
  "why.group": "Jemand in einer Gruppe",
  "why.licence": "Jemandes Lizenz",
  "why.device": "Konformität eines Geräts",
  "why.signIn": "Wie eine Anmeldung endete",
  "why.who": "Wer",
  "why.whichGroup": "Welche Gruppe",
  "why.signInId": "ID der Anmeldung",
  "why.ask": "Fragen",
  "why.because": "Darum",
  "audit.tree": "Was folgte",
  "integrity.about": "Jede Zeile ist mit der vorigen verkettet. Eine geänderte, entfernte oder eingeschobene Zeile bricht die Kette.",
  "integrity.again": "Noch einmal durchgehen",
  "integrity.rows": "{count} Zeilen",
  "signIn.noPolicy": "Keine Richtlinie galt.",
  "log.live": "Live",
};
