// What the menu lists: logs, and why something is as it is.

import type { Room } from "./rooms";

export const monitor: Room = {
  name: "monitor",
  entries: [
    {
      key: "signIns",
      path: "auditLogs/signIns",
      kind: "signIn",
      title: "createdDateTime",
      columns: [
        "createdDateTime", "userDisplayName", "appDisplayName", "status/errorCode", "conditionalAccessStatus", "ipAddress",
        "deviceDetail/displayName",
      ],
      isJournal: true,
    },
    {
      key: "audits",
      path: "auditLogs/directoryAudits",
      kind: "directoryAudit",
      title: "activityDisplayName",
      columns: ["activityDisplayName", "activityDateTime", "initiatedBy", "targetResources", "result"],
      isJournal: true,
    },
    { key: "explain", story: true },
    { key: "integrity", story: true },
  ],
};
