// German: how people sign in.

import type { signin as english } from "../en/signin";

export const signin: Record<keyof typeof english, string> = {
  "list.methodsPolicy": "Anmeldemethoden",
  "list.strengths": "Authentifizierungsstärken",
  "list.riskyUsers": "Gefährdete Personen",
  "list.riskDetections": "Erkannte Risiken",
  "list.tokenLifetimePolicies": "Lebensdauer von Token",
  "list.claimsMappingPolicies": "Anspruchszuordnungen",
  "about.strengths": "Welche Kombinationen von Methoden wofür stark genug sind.",
  "about.riskyUsers": "Personen, deren Konto vielleicht jemand anderes benutzt.",
  "about.riskDetections": "Was ein Konto oder eine Anmeldung verdächtig gemacht hat.",
  "about.tokenLifetimePolicies": "Wie lange Zugriffstoken ausgewählter Anwendungen gelten.",
  "about.claimsMappingPolicies": "Was Token ausgewählter Anwendungen außerdem sagen.",
};
