// German: applications on devices.

import type { apps as english } from "../en/apps";

export const apps: Record<keyof typeof english, string> = {
  "list.mobileApps": "Anwendungen",
  "list.appCategories": "Kategorien",
  "about.mobileApps": "Was Geräte installieren: weil sie müssen oder weil jemand es möchte.",
  "about.appCategories": "Wie Anwendungen für Personen geordnet sind.",
};
