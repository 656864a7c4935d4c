// What the menu lists: applications on devices.

import type { Room } from "./rooms";

export const apps: Room = {
  name: "apps",
  entries: [
    {
      key: "mobileApps",
      path: "deviceAppManagement/mobileApps",
      kind: "mobileApp",
      columns: ["displayName", "publisher", "publishingState", "isAssigned", "createdDateTime"],
      search: ["displayName"],
      edit: ["displayName", "description", "publisher", "owner", "notes", "isFeatured", "informationUrl", "privacyInformationUrl"],
      canDelete: true,
    },
    {
      key: "appCategories",
      path: "deviceAppManagement/mobileAppCategories",
      kind: "mobileAppCategory",
      columns: ["displayName", "lastModifiedDateTime"],
      form: ["displayName"],
      canDelete: true,
    },
  ],
};
