// Arabic: applications on devices.

import type { apps as english } from "../en/apps";

export const apps: Record<keyof typeof english, string> = {
  "list.mobileApps": "التطبيقات",
  "list.appCategories": "الفئات",
  "about.mobileApps": "ما تثبّته الأجهزة: لأنه مطلوب أو لأن أحدًا يريده.",
  "about.appCategories": "كيف تُصنّف التطبيقات للأشخاص.",
};
