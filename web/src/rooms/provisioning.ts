// What the menu lists: HR and what follows from it.

import type { Room } from "./rooms";

export const provisioning: Room = {
  name: "provisioning",
  entries: [
    { key: "hrImport", story: true },
    { key: "mappings", story: true },
    {
      key: "provisioningLog",
      path: "auditLogs/provisioning",
      kind: "provisioningObjectSummary",
      title: "sourceIdentity/displayName",
      columns: [
        "sourceIdentity/displayName", "sourceIdentity/id", "provisioningAction", "provisioningStatusInfo/status",
        "activityDateTime",
      ],
      isJournal: true,
    },
  ],
};
