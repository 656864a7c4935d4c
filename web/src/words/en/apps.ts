// English: applications on devices.

export const apps = {
  "list.mobileApps": "Applications",
  "list.appCategories": "Categories",
  "about.mobileApps": "What devices install: because they must, or because somebody wants it.",
  "about.appCategories": "How applications are sorted for people.",
};
