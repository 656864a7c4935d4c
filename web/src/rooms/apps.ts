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
      form: [],
      edit: ["displayName", "description", "publisher", "owner", "notes", "isFeatured", "informationUrl", "privacyInformationUrl"],
      canDelete: true,
    },
    {
      key: "appDeployments",
      path: "deviceAppManagement/mobileAppDeployments",
      kind: "mobileAppDeployment",
      columns: ["displayName", "state/effectiveValue", "offeredPercentage", "installedDeviceCount", "failedDeviceCount", "nextOfferDateTime"],
      form: [],
      edit: ["displayName"],
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
